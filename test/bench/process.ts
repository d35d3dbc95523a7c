import { type ChildProcess, spawn } from 'node:child_process'
import { mkdtemp, readFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { createWorkspace, type Workspace } from '../../playground/slack-emulator/workspace.ts'
import { createScriptedModel } from '../scripted-model.ts'
import type { Claim } from './main.ts'

/** The limits that docs/measurements.md states. */
const startMs = 1_500
const memoryMb = 170
const threads = 1_000
const starts = 5
const channels = 20

/** The bot as a process of its own: how long until it is connected, and its memory with a full cache. */
export async function benchProcess(): Promise<Claim[]> {
  const slack = await createWorkspace({ limits: 'off' })
  const model = await createScriptedModel()
  model.answerAll(exchange => exchange.reply('An answer of some length, as they are. '.repeat(10)))
  const times: number[] = []
  for (let round = 0; round < starts; round += 1) {
    const startedAt = performance.now()
    const bot = await start(slack, model.baseUrl)
    times.push(performance.now() - startedAt)
    await stop(bot)
  }
  const bot = await start(slack, model.baseUrl)
  const emptyMb = await readMemoryMb(bot)
  await fill(slack)
  const fullMb = await readMemoryMb(bot)
  await stop(bot)
  await Promise.all([slack.close(), model.close()])
  const median = times.toSorted((a, b) => a - b)[Math.floor(starts / 2)] ?? Number.NaN
  return [
    {
      what: 'from start to connected',
      figure: `${median.toFixed(0)} ms`,
      promise: `at most ${startMs} ms`,
      kept: median <= startMs,
    },
    {
      what: `memory with ${threads} threads in the cache (${emptyMb.toFixed(0)} MB with none)`,
      figure: `${fullMb.toFixed(0)} MB`,
      promise: `at most ${memoryMb} MB`,
      kept: fullMb <= memoryMb,
    },
  ]
}

async function start(slack: Workspace, baseUrl: string): Promise<ChildProcess> {
  const env = {
    PATH: process.env.PATH ?? '',
    SLACK_BOT_TOKEN: slack.botToken,
    SLACK_APP_TOKEN: slack.appToken,
    SLACK_API_URL: slack.apiUrl,
    OPENAI_BASE_URL: baseUrl,
    OPENAI_MODEL: 'gpt-4o',
    PORT: '0',
    // One person asks here what many would.
    MAX_RUNNING_PER_PERSON: '100',
    MAX_WAITING_PER_PERSON: '10000',
    DATA_DIR: await mkdtemp(join(tmpdir(), 'threadwise-bench-')),
  }
  // Away from this checkout, so that no .env of it is read.
  const bot = spawn(process.execPath, await readStartArguments(), { cwd: tmpdir(), env })
  await new Promise<void>((done, fail) => {
    bot.stdout.on('data', data => String(data).includes('"ready"') && done())
    bot.once('close', () => fail(new Error('the bot ended before it was ready')))
  })
  return bot
}

/** What `npm start` passes to Node, memory settings included. */
async function readStartArguments(): Promise<string[]> {
  const { scripts } = JSON.parse(await readFile('package.json', 'utf8')) as { scripts: { start: string } }
  const [, ...args] = scripts.start.split(' ')
  return args.map(arg => (arg.endsWith('.ts') ? resolve(arg) : arg))
}

function stop(bot: ChildProcess): Promise<void> {
  return new Promise(done => {
    bot.removeAllListeners('close').once('close', () => done())
    bot.kill('SIGTERM')
  })
}

/**
 * A mention each, spread over channels. The bot's own send budget (a post a second in a channel, 300 a minute in all)
 * makes this last some three and a half minutes.
 */
async function fill(slack: Workspace): Promise<void> {
  const { dana } = slack.people
  const rooms: string[] = []
  for (let room = 0; room < channels; room += 1) {
    const { channel } = await slack.do({ do: 'create_channel', as: dana, name: `room-${room}` })
    rooms.push(String(channel))
    await slack.do({ do: 'invite', as: dana, channel: String(channel), user: slack.botUserId })
  }
  const ask = async (index: number) => {
    const channel = String(rooms[index % channels])
    const text = `<@${slack.botUserId}> question ${index}: ${'with some words around it '.repeat(8)}`
    const { ts } = await slack.do({ do: 'say', as: dana, channel, text })
    const isAnswered = () => slack.messages(channel, String(ts)).some(({ user }) => user === slack.botUserId)
    await slack.until(isAnswered, `answer ${index}`, 120_000)
  }
  let next = 0
  const workers = Array.from({ length: channels }, async () => {
    while (next < threads) await ask(next++)
  })
  await Promise.all(workers)
}

async function readMemoryMb(bot: ChildProcess): Promise<number> {
  const status = await readFile(`/proc/${bot.pid}/status`, 'utf8')
  return Number(/VmRSS:\s+(\d+) kB/.exec(status)?.[1]) / 1024
}
