import { createServer, type IncomingMessage } from 'node:http'
import type { AddressInfo } from 'node:net'
import { onTestFinished } from 'vitest'
import { hear } from './files/recordings.ts'

/** A request as the server got it. */
interface Sent {
  model: string
  name: string
  type: string
  words: string[]
  /** The `response_format` that is asked for. */
  format: string
  key: string | undefined
}

interface Heard {
  text: string
  languages?: { code: string }[]
  /** As Whisper servers name it. */
  language?: string
  segments?: { start: number; text: string; no_speech_prob?: number }[]
}

type Answer = { status: number; body?: object } | Heard | undefined

const bytesLimit = 25_000_000
const secondsLimit = 1_500
/** The formats that the vendor recognizes, by the extension that it insists on. */
const formats: Record<string, string> = {
  mp3: 'MP3',
  m4a: 'MP4',
  mp4: 'MP4',
  wav: 'WAVE',
  ogg: 'Ogg',
  webm: 'WebM',
  flac: 'FLAC',
}

/** Starts a stand-in for a transcription server with the vendor's limits. It hears the words of test recordings, unless `answer` knows better. */
export async function openTranscriptionServer(
  answer: (sent: Sent) => Answer | Promise<Answer> = () => undefined,
  atEnd: (end: () => void) => unknown = onTestFinished,
) {
  const requests: Sent[] = []
  const reply = async (request: IncomingMessage): Promise<Exclude<Answer, undefined>> => {
    const form = await readForm(request)
    const file = form.get('file')
    if (request.url !== '/v1/audio/transcriptions' || !(file instanceof File)) return { status: 404 }
    if (file.size > bytesLimit) return { status: 413 }
    const { words, seconds, format } = await hear(new Uint8Array(await file.arrayBuffer()))
    const isKnown = formats[file.name.split('.').at(-1) ?? ''] === format
    if (!isKnown || seconds > secondsLimit) return { status: 400, body: { error: { message: 'invalid file' } } }
    const sent = {
      model: String(form.get('model')),
      name: file.name,
      type: file.type,
      words,
      format: String(form.get('response_format')),
      key: request.headers.authorization,
    }
    requests.push(sent)
    return (await answer(sent)) ?? { text: words.join(' ') }
  }
  const server = createServer(async (request, response) => {
    const answered = await reply(request)
    const [status, body] = 'status' in answered ? [answered.status, answered.body ?? {}] : [200, answered]
    response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body))
  })
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  atEnd(() => {
    server.closeAllConnections()
    server.close()
  })
  return { baseUrl: `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`, requests }
}

async function readForm(request: IncomingMessage): Promise<FormData> {
  const parts: Buffer[] = []
  for await (const part of request) parts.push(part as Buffer)
  const headers = { 'content-type': request.headers['content-type'] ?? '' }
  return new Response(Buffer.concat(parts), { headers }).formData()
}
