import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { onTestFinished } from 'vitest'

/** What was asked of a speech server. */
interface SpeechRequest {
  model: string
  input: string
  voice: string
  speed?: number
  response_format?: string
}

/** The vendor's bounds. Source: the vendor's reference of /v1/audio/speech. */
const mostCharacters = 4_096
const speeds = { least: 0.25, most: 4 }
const formats = ['mp3', 'opus', 'aac', 'flac', 'wav', 'pcm']

/**
 * Starts a speech server with the vendor's bounds. It says a text in as many frames as there are characters, and marks them by the
 * number of the request, so that a recording tells what it holds; `answer` replaces an answer.
 */
export async function createSpeechServer({
  voices,
  answer,
  atEnd = onTestFinished,
}: {
  voices?: string[]
  answer?: (request: SpeechRequest, count: number) => { status: number; bytes?: Uint8Array } | undefined
  atEnd?: (end: () => void) => unknown
} = {}) {
  const requests: SpeechRequest[] = []
  const gate = { opened: Promise.resolve() }
  let running = 0
  let most = 0
  const server = createServer(async (request, response) => {
    if (request.url === '/v1/audio/voices' && voices !== undefined) {
      response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify({ voices }))
      return
    }
    if (request.url !== '/v1/audio/speech') return void response.writeHead(404).end('{"detail":"Not Found"}')
    let text = ''
    for await (const piece of request) text += piece
    const asked = JSON.parse(text) as SpeechRequest
    const count = requests.push(asked)
    running += 1
    response.on('close', () => (running -= 1))
    most = Math.max(most, running)
    const given = answer?.(asked, count) ?? { status: findRefusal(asked) === undefined ? 200 : 400 }
    await gate.opened
    if (given.status !== 200) {
      const message = findRefusal(asked) ?? 'The server failed.'
      response
        .writeHead(given.status, { 'content-type': 'application/json' })
        .end(JSON.stringify({ error: { message } }))
      return
    }
    response.writeHead(200, { 'content-type': 'audio/mpeg' }).end(given.bytes ?? buildMp3(asked.input.length, count))
  })
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  atEnd(() => {
    server.closeAllConnections()
    server.close()
  })
  return {
    requests,
    /** How many requests ran at once, at most. */
    mostAtOnce: () => most,
    /** From now on no answer is sent before the function that is returned was called. */
    hold() {
      const { promise, resolve } = Promise.withResolvers<void>()
      gate.opened = promise
      return resolve
    },
    config: {
      baseUrl: `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`,
      model: 'kokoro',
      voice: 'af_heart',
      apiKey: 'none',
    },
  }
}

function findRefusal({ model, input, voice, speed = 1, response_format = 'mp3' }: SpeechRequest): string | undefined {
  if (!model || !voice || !input) return 'A parameter is missing.'
  if (input.length > mostCharacters) return 'String should have at most 4096 characters'
  if (speed < speeds.least || speed > speeds.most) return 'Invalid speed'
  return formats.includes(response_format) ? undefined : 'Invalid format'
}

/** MPEG 2 layer III, 32 kbit/s, 24 kHz, mono: 96 bytes and 24 ms a frame. */
const frameBytes = 96
const frameHeader = [0xff, 0xf3, 0x44, 0xc4]

/** Builds an MP3 as encoders write it: an ID3 tag, a frame that counts the others, the frames, and an old tag. */
export function buildMp3(frames: number, mark = 0): Buffer {
  const id3 = Buffer.from([...Buffer.from('ID3'), 4, 0, 0, 0, 0, 0, 10, ...Buffer.alloc(10)])
  const count = Buffer.alloc(frameBytes)
  count.set(frameHeader)
  count.write('Info', 13)
  const frame = Buffer.alloc(frameBytes)
  frame.set([...frameHeader, mark])
  const tag = Buffer.alloc(128)
  tag.write('TAG')
  return Buffer.concat([id3, count, ...Array.from({ length: frames }, () => frame), tag])
}

/** Reads the marks of an MP3's frames, and how many frames its first one counts. */
export function readMp3(bytes: Buffer): { counted: number; marks: number[] } {
  const at = bytes.indexOf('Xing')
  const first = bytes.indexOf(Buffer.from(frameHeader))
  if (at < 0 || bytes.readUInt32BE(at + 12) !== bytes.length)
    throw new Error('The recording does not say how long it is.')
  const frames = bytes.subarray(first)
  const marks = Array.from({ length: frames.length / frameBytes }, (_, index) => frames[index * frameBytes + 4] ?? -1)
  return { counted: bytes.readUInt32BE(at + 8), marks }
}

/** Builds a WAV of silence, 8 kHz, 16 bit, mono. A server that streams does not know its length. */
export function buildWav(samples: number, { isStreamed = false, rate = 8_000 } = {}): Buffer {
  const header = Buffer.alloc(44)
  header.write('RIFF')
  header.writeUInt32LE(isStreamed ? 0xffffffff : 36 + 2 * samples, 4)
  header.write('WAVEfmt ', 8)
  header.writeUInt32LE(16, 16)
  header.writeUInt16LE(1, 20)
  header.writeUInt16LE(1, 22)
  header.writeUInt32LE(rate, 24)
  header.writeUInt32LE(2 * rate, 28)
  header.writeUInt16LE(2, 32)
  header.writeUInt16LE(16, 34)
  header.write('data', 36)
  header.writeUInt32LE(isStreamed ? 0xffffffff : 2 * samples, 40)
  return Buffer.concat([header, Buffer.alloc(2 * samples)])
}
