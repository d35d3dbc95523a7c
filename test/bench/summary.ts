import { createWorkspace, type Workspace } from '../../playground/slack-emulator/workspace.ts'
import { createLog } from '../../src/log.ts'
import { openMemoryStore } from '../../src/store/open-sqlite-store.ts'
import { fillChannel } from '../big-channel.ts'
import { createScriptedModel } from '../scripted-model.ts'
import { openBenchBot } from './bot.ts'
import type { Claim } from './main.ts'

const size = { messages: 2_000, threads: 80, facts: 8 }
const latencyMs = 60
const spanMs = 3 * 86_400_000
/** 79 threads beyond the first eleven, 34 a minute. */
const readingLimitSeconds = 135
const progressMs = 3_000
const share = 0.1

/**
 * A channel under Slack's published limits: how long it takes to read and whether any call was refused, how long people see
 * nothing move, how many questions the model is asked, and what the same time costs again after twenty new messages.
 */
export async function benchSummary(): Promise<Claim[]> {
  let offset = -spanMs
  const commands = [{ command: '/summarize', description: '', usageHint: '' }]
  const slack = await createWorkspace({ latencyMs, commands, now: () => Date.now() + offset })
  const model = await createScriptedModel()
  const { general } = slack.channels
  const store = await openMemoryStore(createLog('silent'))
  const app = await openBenchBot(slack, model, store, 45)
  // It sees the threads begin, and need not ask Slack about them.
  await fillChannel(
    slack,
    general,
    size,
    Date.now() - spanMs,
    at => {
      offset = at - Date.now()
    },
    7,
  )
  offset = 0
  let characters = 0
  let questions = 0
  model.answerAll(({ prompt, reply }) => {
    characters += prompt.length
    questions += 1
    const ids = [...prompt.matchAll(/<(?:message|point) id="(\d+)"/g)].map(([, id]) => id).slice(0, 16)
    const facts = ids.map(id => ({
      text: `Somebody said something about ${id}, which matters to a reader.`,
      sources: [id],
    }))
    const answer = JSON.stringify({ upshot: null, decisions: [], questions: [], tasks: [], facts })
    characters += answer.length
    reply(answer)
  })
  const first = await summarizeOnce(slack)
  const [cost, asked] = [characters, questions]
  for (let at = 0; at < 20; at += 1)
    await slack.do({ do: 'say', as: slack.people.lee, channel: general, text: `news number ${at}` })
  await summarizeOnce(slack)
  const again = (characters - cost) / cost
  await app.stop()
  await store.close()
  await Promise.all([slack.close(), model.close()])
  const what = `a summary of ${size.messages} messages in ${size.threads} threads`
  return [
    {
      what: `${what}: from the question to the whole`,
      figure: `${first.seconds.toFixed(0)} s`,
      promise: `at most ${readingLimitSeconds} s`,
      kept: first.seconds <= readingLimitSeconds,
    },
    { what: `${what}: refused calls`, figure: `${first.refused}`, promise: 'none', kept: first.refused === 0 },
    {
      what: `${what}: longest pause in its progress`,
      figure: `${first.longestMs} ms`,
      promise: `at most ${progressMs} ms`,
      kept: first.longestMs <= progressMs,
    },
    { what: `${what}: questions to the model`, figure: `${asked}`, promise: 'at most 7', kept: asked <= 7 },
    {
      what: 'the same after twenty new messages: tokens',
      figure: `${(again * 100).toFixed(1)} %`,
      promise: `at most ${share * 100} %`,
      kept: again <= share,
    },
  ]
}

async function summarizeOnce(slack: Workspace): Promise<{ seconds: number; refused: number; longestMs: number }> {
  const { dana, general } = { ...slack.people, ...slack.channels }
  const before = slack.calls.length
  const direct = slack.snapshot(dana).channels.find(({ kind }) => kind === 'im')?.id ?? ''
  const seen = new Set(slack.messages(direct).map(({ ts }) => ts))
  const begunAt = performance.now()
  await slack.do({ do: 'command', as: dana, channel: general, command: '/summarize', text: 'since 2026-01-01' })
  const whole = await slack.until(
    () =>
      slack
        .messages(direct)
        .find(({ ts, blocks = [] }) => !seen.has(ts) && JSON.stringify(blocks).includes('rate_reply')),
    'the summary',
    600_000,
  )
  const times = slack.versions(whole.channel, whole.ts).map(({ at }) => at)
  const gaps = times.slice(1).map((at, index) => at - (times[index] ?? at))
  const refused = slack.calls.slice(before).filter(({ error }) => error === 'ratelimited').length
  return { seconds: (performance.now() - begunAt) / 1000, refused, longestMs: Math.max(...gaps) }
}
