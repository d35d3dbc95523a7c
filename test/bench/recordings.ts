import { fork } from 'node:child_process'
import { once } from 'node:events'
import { createServer } from 'node:net'
import { z } from 'zod'
import { createWorkspace } from '../../playground/slack-emulator/workspace.ts'
import { toAdts, toMp3, toOgg, toWav } from '../files/recordings.ts'
import { createScriptedModel } from '../scripted-model.ts'
import { openTranscriptionServer } from '../transcription-server.ts'
import { startChild } from './child.ts'
import type { Claim } from './main.ts'

/** The limits of the issue. */
const healthMs = 200
const memoryMb = 350
const seconds = 1_800
const patienceMs = 600_000

const watchSchema = z.object({
  healthMs: z.object({ most: z.number(), of99: z.number(), count: z.number() }),
  mostMb: z.number(),
})

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
  const slack = await createWorkspace({ limits: 'off' })
  const model = await createScriptedModel()
  const heard: number[] = []
  model.answerAll(exchange => {
    const numbers = [...exchange.prompt.matchAll(/\bw(\d+)\b/g)].map(([, number]) => Number(number))
    heard.push(numbers.filter((number, at) => number === at).length)
    exchange.reply('Heard.')
  })
  const port = await findPort()
  const env = { PORT: String(port), TRANSCRIPTION_BASE_URL: ear.baseUrl, TRANSCRIPTION_MODEL: 'ear' }
  const bot = await startChild('threadwise', slack, model.baseUrl, env)
  const watch = fork(new URL('./watch-child.ts', import.meta.url), [String(bot.pid), String(port)])
  const startedAt = performance.now()
  const { dana } = slack.people
  const { general } = slack.channels
  await Promise.all(
    files.map(async ([name, bytes]) => {
      const { id } = slack.upload(dana, name, bytes)
      const text = `<@${slack.botUserId}> what is said in it?`
      const { ts } = await slack.do({ do: 'say', as: dana, channel: general, text, files: [id] })
      const isAnswered = () => slack.messages(general, String(ts)).some(one => one.text.startsWith('Heard.'))
      await slack.until(isAnswered, `the answer to ${name}`, patienceMs)
    }),
  )
  const tookMs = performance.now() - startedAt
  watch.send('stop')
  const [told] = await once(watch, 'message')
  const seen = watchSchema.parse(told)
  await bot.stop()
  await Promise.all([slack.close(), model.close()])
  for (const close of closings) close()
  return [
    {
      what: `words in order of 4 half hours at once (${(tookMs / 1000).toFixed(0)} s)`,
      figure: heard.join(' '),
      promise: `${seconds} of each`,
      kept: heard.length === files.length && heard.every(count => count === seconds),
    },
    {
      what: `slowest of ${seen.healthMs.count} looks at /healthz (99 %: ${seen.healthMs.of99.toFixed(0)} ms)`,
      figure: `${seen.healthMs.most.toFixed(0)} ms`,
      promise: `at most ${healthMs} ms`,
      kept: seen.healthMs.most <= healthMs,
    },
    {
      what: 'memory of the bot and of the process that cuts',
      figure: `${seen.mostMb.toFixed(0)} MB`,
      promise: `at most ${memoryMb} MB`,
      kept: seen.mostMb <= memoryMb,
    },
  ]
}

/** Finds a port that is free now. */
async function findPort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  await new Promise(done => server.close(done))
  return typeof address === 'object' && address !== null ? address.port : 0
}
