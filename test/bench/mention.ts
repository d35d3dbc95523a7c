import { setTimeout as delay } from 'node:timers/promises'
import { createWorkspace, type Workspace } from '../../playground/slack-emulator/workspace.ts'
import { createLog } from '../../src/log.ts'
import { openMemoryStore } from '../../src/store/open-sqlite-store.ts'
import { createScriptedModel, type Exchange, type ScriptedModel } from '../scripted-model.ts'
import { openBenchBot } from './bot.ts'
import type { Claim } from './main.ts'

/** One call to Slack takes this long, as it does from a usual server. */
const latencyMs = 60
const tokensPerSecond = 50
const tokens = 200
const rounds = 8

/** The limits of the issue, each beyond the latency of one call. */
const firstTextMs = 150
const wholeTextMs = 250
const warmModelMs = 20

/**
 * One mention at a time, answered at a usual model's speed: how long after the first token there is text in Slack, how
 * long after the last the whole text stands, and how soon a warm mention reaches the model. The medians and the worst of
 * several rounds.
 */
export async function benchMention(): Promise<Claim[]> {
  const slack = await createWorkspace({ latencyMs })
  const model = await createScriptedModel()
  const store = await openMemoryStore(createLog('silent'))
  const app = await openBenchBot(slack, model, store)

  const first: number[] = []
  const whole: number[] = []
  const warm: number[] = []
  let threadTs: string | undefined
  for (let round = 0; round < rounds; round += 1) {
    const measured = await mentionOnce(slack, model, threadTs)
    threadTs ??= measured.ts
    first.push(measured.firstMs - latencyMs)
    whole.push(measured.wholeMs - latencyMs)
    // The first round meets the person and the thread for the first time.
    if (round > 0) warm.push(measured.modelMs)
  }
  await app.stop()
  await store.close()
  await Promise.all([slack.close(), model.close()])
  return [
    toClaim('first text after the first token, beyond one call', first, firstTextMs),
    toClaim('whole text after the last token, beyond one call', whole, wholeTextMs),
    toClaim('a warm mention reaches the model', warm, warmModelMs),
  ]
}

interface Measured {
  ts: string
  modelMs: number
  firstMs: number
  wholeMs: number
}

async function mentionOnce(slack: Workspace, model: ScriptedModel, threadTs: string | undefined): Promise<Measured> {
  const { general } = slack.channels
  const before = new Set(slack.messages(general, threadTs).map(({ ts }) => ts))
  const askedAt = performance.now()
  const asked = { as: slack.people.dana, channel: general, text: `<@${slack.botUserId}> go on` }
  const said = await slack.do({ do: 'say', ...asked, ...(threadTs !== undefined && { threadTs }) })
  const ts = String(said.ts)
  const exchange = await model.next()
  const firstTokenAt = performance.now()
  const reply = () =>
    slack.messages(general, threadTs ?? ts).find(({ user, ts }) => user === slack.botUserId && !before.has(ts))
  const speaking = speak(exchange)
  const firstTextAt = await slack.until(() => reply() && performance.now(), 'the first text')
  const { lastTokenAt, text } = await speaking
  const wholeTextAt = await slack.until(() => reply()?.text === text && performance.now(), 'the whole text')
  // The text stands before the bot has heard so, and a thread's next question waits for that; people read first.
  await delay(5 * latencyMs)
  return {
    ts,
    modelMs: firstTokenAt - askedAt,
    firstMs: firstTextAt - firstTokenAt,
    wholeMs: wholeTextAt - lastTokenAt,
  }
}

/** A model's answer at its usual speed. */
async function speak(exchange: Exchange): Promise<{ lastTokenAt: number; text: string }> {
  const words = Array.from({ length: tokens }, (_, index) => `word${index}`)
  const startedAt = performance.now()
  for (const [index, word] of words.entries()) {
    await delay(Math.max(0, startedAt + (index * 1000) / tokensPerSecond - performance.now()))
    exchange.say(index === 0 ? word : ` ${word}`)
  }
  const lastTokenAt = performance.now()
  exchange.end()
  return { lastTokenAt, text: words.join(' ') }
}

function toClaim(what: string, values: number[], limitMs: number): Claim {
  const sorted = values.toSorted((a, b) => a - b)
  const median = sorted[Math.floor(sorted.length / 2)] ?? Number.NaN
  const worst = sorted.at(-1) ?? Number.NaN
  return {
    what,
    figure: `${median.toFixed(0)} ms (worst ${worst.toFixed(0)})`,
    promise: `at most ${limitMs} ms`,
    kept: median <= limitMs,
  }
}
