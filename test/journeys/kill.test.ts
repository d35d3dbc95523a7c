import { setTimeout as delay } from 'node:timers/promises'
import { describe, test } from 'vitest'
import type { FaultRule, Workspace } from '../../playground/slack-emulator/workspace.ts'
import { openWorld, type World } from '../process.ts'
import { createRandom, type Random } from '../random.ts'
import { bySoak } from '../soak.ts'
import { toSeen } from '../story.ts'

/** In each of the runs below, of which half are in a Slack that refuses, delays and cuts. */
const kills = bySoak(12, 36)
const questions = bySoak(6, 14)
/** A process lives for so long at most; it takes about half a second to be ready. */
const longestLifeMs = 2_200
const patienceMs = 90_000

const runs = [
  { transport: 'http', isFaulty: false, seed: 2 },
  { transport: 'socket', isFaulty: true, seed: 3 },
  { transport: 'socket', isFaulty: false, seed: 1 },
  { transport: 'http', isFaulty: true, seed: 4 },
] as const

describe.concurrent('a process that is killed at random instants', () => {
  test.for(runs.slice(0, bySoak(2, 4)))(
    'gives every question one whole reply, in order: $transport, in a Slack that fails: $isFaulty',
    { timeout: 540_000 },
    async ({ transport, isFaulty, seed }, { expect, onTestFinished }) => {
      const random = createRandom(seed)
      const env = { STOP_SECONDS: '1' }
      const world = await openWorld(transport, env, { limits: 'off' }, onTestFinished)
      const { slack, model } = world
      await world.bot.untilSays('ready')
      if (transport === 'http') slack.connectHttp(`http://127.0.0.1:${world.port}/slack/events`)
      model.answerAll(exchange => void speak(exchange, random))
      const heal = isFaulty ? disturb(slack, random) : () => {}

      const asked: Question[] = []
      let bot = world.bot
      for (let kill = 0; kill < kills; kill += 1) {
        const life = delay(random.upTo(longestLifeMs))
        if (kill % Math.floor(kills / questions) === 0 && asked.length < questions) {
          await delay(random.upTo(longestLifeMs / 4))
          asked.push(await ask(world, asked, random))
        }
        await life
        await world.crash(bot)
        bot = await world.start()
      }
      while (asked.length < questions) asked.push(await ask(world, asked, random))
      heal()
      await slack.until(() => asked.every(question => isAnswered(slack, question)), 'all answers', patienceMs)
      // What a dead process may still have had under way is looked at once more before the bot believes it.
      await bot.untilSays('ready')
      bot.kill('SIGTERM')
      await bot.exit

      for (const thread of new Set(asked.map(({ channel, threadTs }) => `${channel} ${threadTs}`))) {
        const [channel = '', threadTs = ''] = thread.split(' ')
        const own = asked.filter(question => question.channel === channel && question.threadTs === threadTs)
        const replies = slack.messages(channel, threadTs).filter(({ user }) => user === slack.botUserId)
        expect(replies.map(toSeen)).toEqual(own.map(({ number }) => toAnswer(number)))
        // Nothing was posted, or begun as a stream, and taken away again.
        expect(countPosts(slack, channel, threadTs)).toBe(own.length)
      }
    },
  )
})

interface Question {
  number: number
  channel: string
  threadTs: string
}

/** A mention, a follow-up in a thread that is there already, or a direct message. */
async function ask({ slack, dana, general }: World, asked: Question[], random: Random): Promise<Question> {
  const number = asked.length + 1
  const dm = slack.snapshot(dana).channels.find(({ kind }) => kind === 'im')?.id ?? ''
  const kind = random.of(['mention', 'follow-up', 'direct'] as const)
  const thread = random.of(asked)
  const text = `Question ${number}?`
  const says =
    kind === 'follow-up' && thread !== undefined
      ? { channel: thread.channel, threadTs: thread.threadTs, text }
      : kind === 'direct'
        ? { channel: dm, text }
        : { channel: general, text: `<@${slack.botUserId}> ${text}` }
  const ts = String((await slack.do({ do: 'say', as: dana, ...says })).ts)
  const threadTs = 'threadTs' in says ? says.threadTs : ts
  return { number, channel: says.channel, threadTs }
}

const toAnswer = (number: number) => `Answer ${number}: ${'a few words, '.repeat(12)}and that is answer ${number}.`

/** Speaks piece by piece, over some hundred milliseconds. */
async function speak(
  exchange: Parameters<Parameters<World['model']['answerAll']>[0]>[0],
  random: Random,
): Promise<void> {
  const number = Number(/Question (\d+)\?<\/message>\s*$/.exec(exchange.prompt)?.[1])
  const words = toAnswer(number).split(/(?<= )/)
  for (let at = 0; at < words.length && !exchange.isAborted(); at += 5) {
    await delay(random.upTo(120))
    exchange.say(words.slice(at, at + 5).join(''))
  }
  if (!exchange.isAborted()) exchange.end()
}

/** A Slack in which about every sixth call goes wrong, each in one of the ways in which they do. */
function disturb(slack: Workspace, random: Random): () => void {
  const method = /^(chat|conversations|users|assistant)\./
  const ways: Partial<FaultRule>[] = [
    { retryAfter: 1 },
    { status: 503, body: 'upstream connect error' },
    { status: 200, body: '<html>busy</html>' },
    { error: 'internal_error' },
    { cut: 'before' },
    { cut: 'after' },
    { delayMs: 300 },
    { delayMs: 1_500 },
  ]
  const healings = ways.map(way =>
    slack.fault({ method, times: Number.POSITIVE_INFINITY, when: () => random.upTo(1) < 0.02, ...way }),
  )
  return () => {
    for (const heal of healings) heal()
  }
}

function isAnswered(slack: Workspace, { number, channel, threadTs }: Question): boolean {
  return slack.messages(channel, threadTs).some(message => toSeen(message) === toAnswer(number))
}

/** How often a message of the bot came to stand in a thread. */
function countPosts(slack: Workspace, channel: string, threadTs: string): number {
  const begins = new Set(['chat.postMessage', 'chat.startStream'])
  const landed = new Set(['ok', 'cut after it took effect'])
  return slack.calls.filter(
    ({ method, args, status, error }) =>
      begins.has(method) &&
      args.channel === channel &&
      args.thread_ts === threadTs &&
      landed.has(status === 'ok' ? 'ok' : String(error)),
  ).length
}
