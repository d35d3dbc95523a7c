import { fork } from 'node:child_process'
import { once } from 'node:events'
import sharp from 'sharp'
import { z } from 'zod'
import { createWorkspace } from '../../playground/slack-emulator/workspace.ts'
import { toAdts, toMp3, toOgg, toWav } from '../files/recordings.ts'
import { createScriptedModel } from '../scripted-model.ts'
import { freePort } from '../story.ts'
import { openTranscriptionServer } from '../transcription-server.ts'
import { startChild } from './child.ts'
import type { Claim } from './main.ts'

/** The limits of the issue. */
const healthMs = 200
const memoryMb = 350
const together = 4
const seconds = 1_800
const patienceMs = 600_000

const watchSchema = z.object({
  healthMs: z.object({ most: z.number(), of99: z.number(), count: z.number() }),
  mostMb: z.number(),
})

/** Four photos of 48 megapixels at once, then four scans of 30 pages: the memory of the bot and its processes, and whether it still answers others. */
export async function benchFiles(): Promise<Claim[]> {
  const photo = await makePhoto()
  const scan = await makeScan(30)
  const size = (bytes: Uint8Array) => `${(bytes.byteLength / 1_000_000).toFixed(1)} MB`
  const bench = async (what: string, name: string, bytes: Uint8Array) => {
    const files = Array.from({ length: together }, (_, at): [string, Uint8Array] => [`${at}-${name}`, bytes])
    const { prompts, took, claims } = await askTogether(files)
    const pictures = prompts.map(prompt => prompt.split('data:image/').length - 1).slice(0, together)
    return [
      {
        what: `${what} (${took}): pictures`,
        figure: pictures.join(' '),
        promise: 'some of each',
        kept: pictures.length === together && pictures.every(count => count > 0),
      },
      ...claims,
    ]
  }
  return [
    ...(await bench(`${together} photos of 48 megapixels (${size(photo)})`, 'photo.jpg', photo)),
    ...(await bench(`${together} scans of 30 pages (${size(scan)})`, 'scan.pdf', scan)),
  ]
}

/** Four recordings of half an hour at once, one of each kind: whether every word comes, the memory, and whether others are still served. */
export async function benchRecordings(): Promise<Claim[]> {
  const files: [string, Buffer][] = [
    ['a.wav', toWav(seconds, { rate: 48_000, channels: 2 })],
    ['b.mp3', toMp3(seconds)],
    ['c.aac', toAdts(seconds)],
    ['d.ogg', await toOgg(seconds)],
  ]
  const closings: (() => void)[] = []
  const ear = await openTranscriptionServer(undefined, close => closings.push(close))
  const env = { TRANSCRIPTION_BASE_URL: ear.baseUrl, TRANSCRIPTION_MODEL: 'ear' }
  const { prompts, took, claims } = await askTogether(files, env)
  for (const close of closings) close()
  const heard = prompts.map(prompt => {
    const numbers = [...prompt.matchAll(/\bw(\d+)\b/g)].map(([, number]) => Number(number))
    return numbers.filter((number, at) => number === at).length
  })
  return [
    {
      what: `words in order of ${files.length} half hours at once (${took})`,
      figure: heard.join(' '),
      promise: `${seconds} of each`,
      kept: heard.length === files.length && heard.every(count => count === seconds),
    },
    ...claims,
  ]
}

/** Asks a bot about files, all at once. Resolves with the prompts of its model, the time it took, and the claims about health and memory. */
async function askTogether(files: readonly [string, Uint8Array][], env: Record<string, string> = {}) {
  const slack = await createWorkspace({ limits: 'off' })
  const model = await createScriptedModel()
  const prompts: string[] = []
  model.answerAll(exchange => {
    prompts.push(exchange.prompt)
    exchange.reply('Read.')
  })
  const port = await freePort()
  const bot = await startChild('threadwise', slack, model.baseUrl, { PORT: String(port), ...env })
  const watch = fork(new URL('./watch-child.ts', import.meta.url), [String(bot.pid), String(port)])
  const { dana } = slack.people
  const { general } = slack.channels
  const startedAt = performance.now()
  await Promise.all(
    files.map(async ([name, bytes]) => {
      const { id } = slack.upload(dana, name, Buffer.from(bytes))
      const text = `<@${slack.botUserId}> what is in it?`
      const { ts } = await slack.do({ do: 'say', as: dana, channel: general, text, files: [id] })
      const isAnswered = () => slack.messages(general, String(ts)).some(one => one.text.startsWith('Read.'))
      await slack.until(isAnswered, `the answer about ${name}`, patienceMs)
    }),
  )
  const took = `${((performance.now() - startedAt) / 1000).toFixed(0)} s`
  watch.send('stop')
  const [told] = await once(watch, 'message')
  const seen = watchSchema.parse(told)
  await bot.stop()
  await Promise.all([slack.close(), model.close()])
  const claims: Claim[] = [
    {
      what: `slowest of ${seen.healthMs.count} looks at /healthz (99 %: ${seen.healthMs.of99.toFixed(0)} ms)`,
      figure: `${seen.healthMs.most.toFixed(0)} ms`,
      promise: `at most ${healthMs} ms`,
      kept: seen.healthMs.most <= healthMs,
    },
    {
      what: 'memory of the bot and of the processes that it starts',
      figure: `${seen.mostMb.toFixed(0)} MB`,
      promise: `at most ${memoryMb} MB`,
      kept: seen.mostMb <= memoryMb,
    },
  ]
  return { prompts, took, claims }
}

/** A photo of 8,064 by 5,952 pixels, with as much detail as makes it a file that people send. */
async function makePhoto(): Promise<Buffer> {
  const [width, height] = [8_064, 5_952]
  const noise = { type: 'gaussian' as const, mean: 128, sigma: 30 }
  const background = '#888888'
  const small = await sharp({
    create: { width: width / 4, height: height / 4, channels: 3 as const, background, noise },
  })
    .png()
    .toBuffer()
  return sharp(small).resize(width, height).jpeg({ quality: 65 }).toBuffer()
}

/** Pages that are a picture each, as a scanner makes them: 200 dots an inch, grey. */
async function makeScan(pages: number): Promise<Uint8Array> {
  const [width, height] = [1_654, 2_339]
  const line = `<rect width="100%" height="100%" fill="white"/>${Array.from({ length: 50 }, (_, at) => `<text x="150" y="${150 + at * 42}" font-size="30">Line ${at} of a page that was scanned, with some words on it</text>`).join('')}`
  const svg = `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}">${line}</svg>`
  const jpeg = await sharp(Buffer.from(svg)).greyscale().jpeg({ quality: 75 }).toBuffer()
  return toScan(jpeg, { width, height, pages })
}

/** Writes a PDF whose pages show one picture. */
function toScan(jpeg: Buffer, { width, height, pages }: { width: number; height: number; pages: number }): Buffer {
  const content = `q 595 0 0 842 0 0 cm /Im Do Q`
  const head = (body: string) => Buffer.from(body, 'latin1')
  const picture = Buffer.concat([
    head(
      `<</Type/XObject/Subtype/Image/Width ${width}/Height ${height}/ColorSpace/DeviceGray/BitsPerComponent 8/Filter/DCTDecode/Length ${jpeg.length}>>stream\n`,
    ),
    jpeg,
    head('\nendstream'),
  ])
  const kids = Array.from({ length: pages }, (_, at) => `${5 + at} 0 R`).join(' ')
  const page = '<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Contents 4 0 R/Resources<</XObject<</Im 3 0 R>>>>>>'
  const objects = [
    head('<</Type/Catalog/Pages 2 0 R>>'),
    head(`<</Type/Pages/Count ${pages}/Kids[${kids}]>>`),
    picture,
    head(`<</Length ${content.length}>>stream\n${content}\nendstream`),
    ...Array.from({ length: pages }, () => head(page)),
  ]
  const parts = [head('%PDF-1.4\n')]
  for (const [at, object] of objects.entries()) parts.push(head(`${at + 1} 0 obj\n`), object, head('\nendobj\n'))
  parts.push(head('trailer<</Root 1 0 R>>\n%%EOF'))
  return Buffer.concat(parts)
}
