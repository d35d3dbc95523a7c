import { setTimeout as delay } from 'node:timers/promises'
import pg from 'pg'
import type { SlackJson } from '../playground/protocol.ts'
import { createWorkspace, type Workspace, type WorkspaceOptions } from '../playground/slack-emulator/workspace.ts'
import { type BotProcess, startBot } from './process.ts'
import type { Random } from './random.ts'
import { createScriptedModel, type Exchange, type ScriptedModel } from './scripted-model.ts'
import { toSeen } from './story.ts'

/** Several bots, each a process of its own, in one workspace and on one database. */
export interface Fleet {
  slack: Workspace
  model: ScriptedModel
  bots: BotProcess[]
  /** One more. Resolves when it is ready. */
  add(url: string): Promise<void>
  /** `kill -9`, and another one in its place. Resolves when that one is ready. */
  replace(index: number): Promise<void>
  /** Another one takes the place of one that is asked to stop. Resolves when the old one has gone. */
  deploy(index: number): Promise<void>
}

type AtEnd = (clean: () => void | Promise<void>) => unknown

/** Starts so many replicas, each at the database's address that it is given. */
export async function openFleet(
  urls: string[],
  atEnd: AtEnd,
  options: WorkspaceOptions = {},
  env: Record<string, string> = {},
): Promise<Fleet> {
  const slack = await createWorkspace(options)
  const model = await createScriptedModel()
  atEnd(async () => {
    await Promise.all([slack.close(), model.close()])
  })
  const begin = async (url: string): Promise<BotProcess> => {
    const bot = await startBot(
      {
        SLACK_BOT_TOKEN: slack.botToken,
        SLACK_APP_TOKEN: slack.appToken,
        SLACK_API_URL: slack.apiUrl,
        OPENAI_BASE_URL: model.baseUrl,
        OPENAI_API_KEY: 'sk-secret',
        OPENAI_MODEL: 'gpt-4o',
        PORT: '0',
        DATABASE_URL: url,
        // One person asks what many would.
        MAX_RUNNING_PER_PERSON: '100',
        MAX_WAITING_PER_PERSON: '1000',
        ...env,
      },
      undefined,
      atEnd,
    )
    await bot.untilSays('ready')
    return bot
  }
  const bots = await Promise.all(urls.map(begin))
  const again = (index: number) => begin(urls[index] ?? '')
  return {
    slack,
    model,
    bots,
    async add(url) {
      bots.push(await begin(url))
    },
    async replace(index) {
      bots[index]?.kill('SIGKILL')
      await bots[index]?.exit
      bots[index] = await again(index)
    },
    async deploy(index) {
      const old = bots[index]
      bots[index] = await again(index)
      old?.kill('SIGTERM')
      await old?.exit
    },
  }
}

/** A question that somebody asked, and what became of it. */
export interface Asked {
  number: number
  channel: string
  ts: string
  threadTs: string
  at: number
  wholeAt: number | undefined
}

/** The answer that the model gives to a question. */
const toAnswer = (number: number) => `Answer ${number}: ${'a few words, '.repeat(12)}and that is answer ${number}.`

/** Lets the model answer every question of {@link askAll}, piece by piece, over so many milliseconds at most. */
export function speakSlowly({ model }: Fleet, mostMs: number, random: Random): void {
  const speak = async (exchange: Exchange): Promise<void> => {
    const number = Number(/Question (\d+)\?<\/message>\s*$/.exec(exchange.prompt)?.[1])
    const words = toAnswer(number).split(/(?<= )/)
    const pieces = Math.ceil(words.length / 5)
    for (let at = 0; at < words.length && !exchange.isAborted(); at += 5) {
      await delay(random.upTo(mostMs / pieces))
      exchange.say(words.slice(at, at + 5).join(''))
    }
    if (!exchange.isAborted()) exchange.end()
  }
  model.answerAll(exchange => void speak(exchange))
}

/** How many questions are asked: in so many threads of so many channels, each thread's one after the other. */
export interface Asking {
  questions: number
  threads: number
  channels: number
  everyMs: number
}

/** Asks without waiting for answers. */
export async function askAll({ slack }: Fleet, { questions, threads, channels, everyMs }: Asking): Promise<Asked[]> {
  const asked: Asked[] = []
  const { dana } = slack.people
  const rooms = await Promise.all(Array.from({ length: channels }, (_, at) => openRoom(slack, `room-${at}`)))
  slack.onChange(change => {
    if (change.type !== 'message' || change.message.user !== slack.botUserId) return
    const number = Number(/and that is answer (\d+)\./.exec(toSeen(change.message))?.[1])
    const one = asked[number - 1]
    if (one !== undefined && change.message.threadTs === one.threadTs) one.wholeAt ??= performance.now()
  })
  for (let at = 0; at < questions; at += 1) {
    const root = asked[at % threads]?.threadTs
    const channel = rooms[(at % threads) % channels] ?? ''
    const text = `<@${slack.botUserId}> Question ${at + 1}?`
    const said = await slack.do({
      do: 'say',
      as: dana,
      channel,
      text,
      ...(at >= threads && root !== undefined && { threadTs: root }),
    })
    const ts = String(said.ts)
    asked.push({
      number: at + 1,
      channel,
      ts,
      threadTs: at < threads ? ts : (root ?? ts),
      at: performance.now(),
      wholeAt: undefined,
    })
    await delay(everyMs)
  }
  return asked
}

async function openRoom(slack: Workspace, name: string): Promise<string> {
  const { channel } = await slack.do({ do: 'create_channel', as: slack.people.dana, name })
  await slack.do({ do: 'invite', as: slack.people.dana, channel: String(channel), user: slack.botUserId })
  return String(channel)
}

/** Resolves when every question has its whole answer. */
export async function untilAnswered({ slack }: Fleet, asked: Asked[], patienceMs: number): Promise<void> {
  await slack.until(() => asked.every(({ wholeAt }) => wholeAt !== undefined), 'all answers', patienceMs)
}

/**
 * What stands in each thread, and what should: one answer to each question, in the order of the questions. A replica that is killed does
 * not save what Slack has just delivered to it, and Slack delivers it again, to another. Until then nobody knows of that question: a later
 * one that was saved before it may be answered before it.
 */
export async function readThreads(
  { slack }: Fleet,
  asked: Asked[],
  databaseUrl: string,
): Promise<{ stands: string[]; wanted: string[] }[]> {
  const savedAt = await readSavedAt(databaseUrl)
  const isDeliveredAgain = ({ ts }: Asked) =>
    !slack.acks.some(ack => ack.attempt === 0 && ack.ackedAt !== undefined && toEventTs(ack.payload) === ts)
  const isSavedBehind = (one: Asked, later: Asked) =>
    isDeliveredAgain(one) && (savedAt.get(one.ts) ?? 0) > (savedAt.get(later.ts) ?? 0)
  return [...new Map(asked.map(one => [one.threadTs, one])).values()].map(({ channel, threadTs }) => {
    const stands = slack
      .messages(channel, threadTs)
      .filter(({ user }) => user === slack.botUserId)
      .map(toSeen)
    const questions = asked.filter(one => one.threadTs === threadTs)
    const answers = questions.map(({ number }) => toAnswer(number))
    const placeOf = ({ number }: Asked) => stands.indexOf(toAnswer(number))
    const mayStandSo = (one: Asked, later: Asked) => placeOf(one) < placeOf(later) || isSavedBehind(one, later)
    const isComplete = stands.length === answers.length && answers.every(answer => stands.includes(answer))
    const isInOrder = questions.every((one, at) => questions.slice(at + 1).every(later => mayStandSo(one, later)))
    return { stands, wanted: isComplete && isInOrder ? stands : answers }
  })
}

const toEventTs = (payload: SlackJson) => (payload.event as SlackJson | undefined)?.ts

/** Reads when each question was saved, by its ts. */
async function readSavedAt(databaseUrl: string): Promise<Map<string, number>> {
  const client = new pg.Client(databaseUrl)
  await client.connect()
  const { rows } = await client.query<{ ts: string; kept_at: string }>('select ts, kept_at from turns')
  await client.end()
  return new Map(rows.map(({ ts, kept_at }) => [ts, Number(kept_at)]))
}
