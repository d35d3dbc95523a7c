import { mkdtemp } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import type { PageMessage, SlackJson } from '../../playground/protocol.ts'
import { type BigChannel, fillChannel } from '../big-channel.ts'
import type { Exchange } from '../scripted-model.ts'
import { bySoak } from '../soak.ts'
import { openStory, type Story, type StoryOptions, toSeen } from '../story.ts'

const commands = [{ command: '/summarize', description: '', usageHint: '' }]

/** A Slack whose clock the script moves while it says things. */
async function openBig(
  size: { messages: number; threads: number; facts: number },
  model: StoryOptions['model'] = {},
  options: StoryOptions = {},
) {
  const beginsAt = Date.now() - 3 * 86_400_000
  let offset = beginsAt - Date.now()
  const now = () => Date.now() + offset
  const story = await openStory({ ...options, model, workspace: { commands, limits: 'off', now } })
  const { general } = story.slack.channels
  const setTime = (at: number) => {
    offset = at - Date.now()
  }
  const channel = await fillChannel(story.slack, general, size, beginsAt, setTime, 20_261_126)
  offset = 0
  return { story, channel }
}

/** A model that finds what was planted, wherever it is shown; and says which questions it was asked. */
function answerTruly({ model }: Story) {
  const parts: string[] = []
  const joins: string[] = []
  let tokens = 0
  model.answerAll(exchange => {
    const { prompt } = exchange
    const isPart = prompt.includes('You sum up what people wrote')
    ;(isPart ? parts : joins).push(prompt)
    tokens += prompt.length / 4
    answerOne(exchange, isPart ? partPattern : joinPattern)
  })
  return { parts, joins, tokens: () => tokens }
}

const partPattern = /<message id="(\d+)"[^>]*>no-\d+: we decided that (fact-\d+) holds/g
const joinPattern = /<point id="(\d+)" kind="decision"[^>]*>It holds: (fact-\d+)/g
const filler = 'Somebody said something about this and about that, which a reader may or may not want to know of it.'

function answerOne({ prompt, reply }: Exchange, pattern: RegExp): void {
  const decisions = [...prompt.matchAll(pattern)].map(([, id, fact]) => ({ text: `It holds: ${fact}`, sources: [id] }))
  // A model says about so much of a part.
  const ids = [...prompt.matchAll(/<(?:message|point) id="(\d+)"/g)].map(([, id]) => id)
  const facts = ids.slice(0, 16).map((id, at) => ({ text: `${id}: ${filler.slice(at)}`, sources: [id] }))
  const upshot = { text: filler, sources: ids.slice(0, 1) }
  reply(JSON.stringify({ upshot, decisions, questions: [], tasks: [], facts }))
}

test('a channel of thousands of messages in many threads is read whole, each message shown to the model once', {
  timeout: 120_000,
}, async () => {
  const messages = bySoak(1_500, 5_000)
  const threads = bySoak(60, 200)
  const { story, channel } = await openBig({ messages, threads, facts: 12 })
  const { slack } = story
  const { dana, lee, general } = { ...slack.people, ...slack.channels }
  const asked = answerTruly(story)
  const before = slack.calls.length
  await summarize(story, 'since 2026-01-01')
  const summary = await untilWhole(story, 1)
  const seen = toSeen(summary)
  expect(seen).toContain(`read ${messages.toLocaleString('en')} messages in ${threads} threads`)
  for (const ts of channel.facts) expect(linksOf(story)).toContain(`/p${ts.replace('.', '')}`)
  expect(countShown(asked.parts, channel)).toEqual({ once: messages, other: 0 })
  const calls = slack.calls.slice(before)
  const count = (method: string) => calls.filter(call => call.method === method).length
  // One call a thread, one for each 200 messages of the channel itself, one that looks for older threads.
  expect(count('conversations.replies')).toBeLessThanOrEqual(threads + 1)
  expect(count('conversations.history')).toBeLessThanOrEqual(3)
  // A part holds up to 24,000 tokens; what was found is joined by eights of thousands.
  const size = [...channel.texts.values()].reduce((sum, text) => sum + text.length / 4, messages * 25)
  expect(asked.parts.length).toBeLessThanOrEqual(Math.ceil((size * 1.6) / 24_000) + 1)
  expect(asked.joins).toHaveLength(1)

  // Twenty new messages, half of them in old threads: only they are read by the model.
  const cost = asked.tokens()
  const questions = asked.parts.length
  for (let at = 0; at < 20; at += 1) {
    const thread = at % 2 === 0 ? channel.threads[at * 7] : undefined
    const text = at === 9 ? 'we decided that fact-9999 holds' : 'something new'
    await story.say(lee, general, `no-${messages + at}: ${text}`, thread)
  }
  await summarize(story, 'since 2026-01-01')
  const again = await untilWhole(story, 2)
  expect(toSeen(again)).toContain(`read ${(messages + 20).toLocaleString('en')} messages`)
  expect(asked.parts.length - questions).toBe(1)
  expect(linksOf(story)).toContain('It holds: fact-9999')
  expect(asked.tokens() - cost).toBeLessThan(cost / 10)
  expect(linksOf(story)).toContain(`/p${channel.facts[0]?.replace('.', '')}`)

  // An edit is read, with what stands beside it.
  const [edited = ''] = channel.facts
  const author = slack.messages(general).find(({ ts }) => ts === edited)?.user ?? dana
  await slack.do({ do: 'edit', as: author, channel: general, ts: edited, text: 'no-0: we take it back' })
  await summarize(story, 'since 2026-01-01')
  await untilWhole(story, 3)
  expect(asked.parts.length - questions).toBeLessThanOrEqual(3)
})

test('a model with a small window reads the same in small parts, joined level by level, sources kept', {
  timeout: 120_000,
}, async () => {
  const { story, channel } = await openBig({ messages: 1_500, threads: 60, facts: 6 }, { contextTokens: 8_192 })
  const asked = answerTruly(story)
  await summarize(story, 'since 2026-01-01')
  await untilWhole(story, 1)
  expect(countShown(asked.parts, channel)).toEqual({ once: 1_500, other: 0 })
  expect(asked.parts.length).toBeGreaterThan(10)
  expect(asked.joins.length).toBeGreaterThan(2)
  for (const ts of channel.facts) expect(linksOf(story)).toContain(`/p${ts.replace('.', '')}`)
  for (const prompt of [...asked.parts, ...asked.joins]) expect(prompt.length / 4).toBeLessThan(6_144)
})

test('people see how far it has come at least every three seconds, and can stop it at any moment', {
  timeout: 120_000,
}, async () => {
  const { story } = await openBig({ messages: 300, threads: 40, facts: 1 })
  const { slack, model } = story
  const { dana } = slack.people
  slack.fault({ method: 'conversations.replies', times: Number.POSITIVE_INFINITY, delayMs: 350 })
  await summarize(story, 'since 2026-01-01')
  const reading = await slack.until(() => replies(story).find(({ text }) => /Reading \d+ of 300/.test(text)), 'reading')
  const question = await model.next()
  await slack.until(() => replies(story).find(({ text }) => text.startsWith('Writing…')), 'writing')
  const later = () => slack.versions(reading.channel, reading.ts)
  const seen = later().length
  await slack.until(() => later().length >= seen + 2, 'two more words of progress')
  const times = later().map(({ at }) => at)
  const gaps = times.slice(1).map((at, index) => at - (times[index] ?? at))
  expect(Math.max(...gaps)).toBeLessThan(3_000)
  await press(slack, later().at(-1)?.blocks ?? [], reading, dana)
  await slack.until(() => replies(story).find(({ text }) => text.includes('Stopped')), 'the note')
  await slack.until(() => question.isAborted(), 'the model to be left')
})

/** The messages that only the person who asked sees. */
const told = ({ slack }: Story) =>
  slack.snapshot(slack.people.dana).messages.filter(({ ephemeralTo }) => ephemeralTo === slack.people.dana)

test('what was found before a failure is not paid for again', { timeout: 120_000 }, async () => {
  const { story, channel } = await openBig({ messages: 1_500, threads: 60, facts: 6 }, { contextTokens: 16_000 })
  const { model } = story
  let failing = 2
  const parts: string[] = []
  model.answerAll(exchange => {
    const isPart = exchange.prompt.includes('You sum up what people wrote')
    if (isPart && exchange.prompt.includes('>no-1499: ') && failing > 0) {
      failing -= 1
      return exchange.status(500, { error: { message: 'broken' } })
    }
    if (isPart) parts.push(exchange.prompt)
    answerOne(exchange, isPart ? partPattern : joinPattern)
  })
  // Three tries of one question are one failure; there are two of these.
  failing = 6
  await summarize(story, 'since 2026-01-01')
  await story.slack.until(() => told(story).find(({ text }) => text.includes('server failed')), 'the failure')
  const before = parts.length
  expect(before).toBeGreaterThan(2)
  await summarize(story, 'since 2026-01-01')
  await untilWhole(story, 1)
  expect(parts.length - before).toBe(1)
  expect(countShown(parts, channel)).toEqual({ once: 1_500, other: 0 })
})

test('Slack that refuses, fails or answers with a page loses nothing of the channel', {
  timeout: 120_000,
}, async () => {
  const { story, channel } = await openBig({ messages: 200, threads: 20, facts: 2 })
  const { slack } = story
  slack.fault({ method: 'conversations.history', retryAfter: 1 })
  slack.fault({ method: 'conversations.replies', retryAfter: 1 })
  slack.fault({ method: 'conversations.replies', status: 500, body: 'oops' })
  slack.fault({ method: 'conversations.replies', status: 200, body: '<html></html>' })
  slack.fault({ method: 'conversations.replies', cut: 'before' })
  const [gone = ''] = channel.threads
  slack.fault({
    method: 'conversations.replies',
    times: Number.POSITIVE_INFINITY,
    when: ({ ts }) => ts === gone,
    error: 'thread_not_found',
  })
  const asked = answerTruly(story)
  await summarize(story, 'since 2026-01-01')
  const seen = toSeen(await untilWhole(story, 1))
  expect(seen).toContain('1 thread couldn’t be read (thread_not_found)')
  const lost = slack.messages(slack.channels.general, gone).length - 1
  expect(countShown(asked.parts, channel)).toEqual({ once: 200 - lost, other: lost })
})

test('the end of the process in the middle costs no summary: the next one goes on in the same message', {
  timeout: 120_000,
}, async () => {
  const dataDir = await mkdtemp(join(tmpdir(), 'threadwise-'))
  const { story } = await openBig({ messages: 100, threads: 10, facts: 2 }, {}, { dataDir, config: { stopMs: 0 } })
  const { slack, model } = story
  await summarize(story, 'since 2026-01-01')
  await model.next()
  await story.app.stop()
  const [begun] = replies(story)
  await story.reconnect()
  answerOne(await model.next(), partPattern)
  const whole = await untilWhole(story, 1)
  expect(whole.ts).toBe(begun?.ts)
  expect(toSeen(whole)).toContain('It holds: fact-')
  expect(replies(story)).toHaveLength(1)
  expect(slack.messages(whole.channel).filter(({ threadTs, ts }) => (threadTs ?? ts) === ts)).toHaveLength(1)
})

async function summarize({ slack }: Story, text: string): Promise<void> {
  const { dana, general } = { ...slack.people, ...slack.channels }
  const done = await slack.do({ do: 'command', as: dana, channel: general, command: '/summarize', text })
  if (!done.ok) throw new Error(done.error)
}

/** The last message of the summary that came so-and-so-manieth. */
function untilWhole(story: Story, count: number): Promise<PageMessage> {
  return story.slack.until(() => {
    const whole = replies(story).filter(hasThumbs)
    return whole.length === count ? whole.at(-1) : undefined
  }, `summary ${count}`)
}

function replies({ slack }: Story): PageMessage[] {
  const { dana } = slack.people
  const direct = slack.snapshot(dana).channels.find(({ kind }) => kind === 'im')?.id ?? ''
  return slack.messages(direct).filter(({ user, threadTs, ts }) => user === slack.botUserId && (threadTs ?? ts) !== ts)
}

const linksOf = (story: Story) => replies(story).map(toSeen).join('\n')

const hasThumbs = ({ blocks = [] }: PageMessage) =>
  blocks.some(({ elements }) => ((elements ?? []) as SlackJson[]).some(({ action_id }) => action_id === 'rate_reply'))

/** How many messages stand in exactly one question. */
function countShown(prompts: string[], { texts }: BigChannel): { once: number; other: number } {
  const shown = new Map<string, number>()
  for (const prompt of prompts)
    for (const [, name = ''] of prompt.matchAll(/>(no-\d+): /g)) shown.set(name, (shown.get(name) ?? 0) + 1)
  const counts = [...texts.values()].map(text => shown.get(text.split(':')[0] ?? '') ?? 0)
  return { once: counts.filter(count => count === 1).length, other: counts.filter(count => count !== 1).length }
}

async function press(
  slack: Story['slack'],
  blocks: SlackJson[],
  { channel, ts }: PageMessage,
  as: string,
): Promise<void> {
  const block = blocks.find(({ block_id }) => block_id === 'stop_reply')
  const [button] = (block?.elements ?? []) as SlackJson[]
  const action = { action_id: 'stop_reply', value: button?.value } as SlackJson
  const done = await slack.do({ do: 'act', as, channel, ts, blockId: 'stop_reply', action })
  if (!done.ok) throw new Error(done.error)
}
