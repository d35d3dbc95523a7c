import { execFile } from 'node:child_process'
import { mkdtemp, readFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { promisify } from 'node:util'
import { expect, test } from 'vitest'
import type { PageMessage } from '../../playground/protocol.ts'
import { createBudgetWarnings } from '../../src/features/usage/warning.ts'
import type { Log } from '../../src/log.ts'
import { createOutbox } from '../../src/queue/outbox.ts'
import type { OutboxRecords } from '../../src/store/outbox.ts'
import { childEnv } from '../process.ts'
import { openStory, type Story, toSeen } from '../story.ts'

const model = { name: 'gpt-6-luna' }
const answered = (reply: PageMessage) => toSeen(reply).includes('Answered.')

async function ask({ slack, say, model, untilReply }: Story, as: string): Promise<void> {
  const ts = await say(as, slack.channels.general, `<@${slack.botUserId}> how do we print money?`)
  ;(await model.next()).reply('Answered.')
  await untilReply(slack.channels.general, ts, answered, 'the answer')
}

const homeOf = async ({ slack }: Story, as: string) => {
  await slack.do({ do: 'open_home', as, tab: 'home' })
  return slack.until(() => {
    const { home } = slack.snapshot(as)
    return home === undefined ? undefined : JSON.stringify(home.view)
  }, 'the home')
}

test('what models take is shown to each person in the app’s home, to admins for all, and on the command line', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'threadwise-'))
  const story = await openStory({ model, dataDir: folder })
  const { slack, store } = story
  const { admin, mei } = slack.people
  await ask(story, admin)
  await ask(story, admin)
  await ask(story, mei)
  const today = new Date().toISOString().slice(0, 10)
  await expect.poll(() => store.usage.between(today, today)).toHaveLength(2)
  const [home, other] = [await homeOf(story, admin), await homeOf(story, mei)]
  expect(home).toContain('2 requests from you this month (&lt;$0.01)')
  expect(home).toContain('Everyone: 3 requests this month')
  expect(home).toContain(`<@${mei}>`)
  expect(other).toContain('本月你的请求：1 次')
  expect(other).not.toContain(admin)

  const args = ['--by', 'person', '--csv', 'usage.csv']
  const { stdout } = await promisify(execFile)(process.execPath, [resolve('src/cli/usage.ts'), ...args], {
    cwd: folder,
    env: { ...childEnv, DATA_DIR: folder },
  })
  expect(stdout).toMatch(new RegExp(`\\| ${admin} +\\| +2 \\| +22 \\|`))
  expect(stdout).toMatch(/\| all +\| +3 \| +33 \|/)
  expect(await readFile(join(folder, 'usage.csv'), 'utf8')).toContain(
    `${today},${mei},${slack.channels.general},chat,gpt-6-luna,1,11`,
  )
})

test('a budget holds for questions side by side; who asks for more is told, and warned before', async () => {
  // An answer of 16,000 tokens costs 8,000 millionths of a dollar, so that two may be asked for at once.
  const story = await openStory({ model, config: { budgets: { personDay: 18_000 } } })
  const { slack, model: server, say, replies } = story
  const { dana, mei } = slack.people
  const { general } = slack.channels
  const asked = await Promise.all(
    Array.from({ length: 3 }, (_, number) => say(dana, general, `<@${slack.botUserId}> question ${number}`)),
  )
  const exchanges = [await server.next(), await server.next()]
  const said = () => asked.flatMap(ts => replies(general, ts)).map(toSeen)
  await slack.until(() => said().some(text => text.includes('You’ve used up your budget for today')), 'the refusal')
  expect(server.requests).toHaveLength(2)
  expect(exchanges[0]?.body.max_completion_tokens).toBe(16_000)
  await ask(story, mei)
  for (const exchange of exchanges) {
    exchange.say('Answered.')
    exchange.raw(
      'data: {"choices":[{"delta":{},"finish_reason":"stop"}],"usage":{"prompt_tokens":1000,"completion_tokens":15000}}\n\ndata: [DONE]\n\n',
    )
    exchange.finish()
  }
  await slack.until(() => said().filter(text => text.includes('Answered.')).length === 2, 'both answers')
  const isWarning = (message: PageMessage) => message.ephemeralTo === dana && message.text.includes('80%')
  await slack.until(() => slack.snapshot(dana).messages.filter(isWarning).length === 1, 'the warning')
})

test('the warning of what was asked nowhere, or in a place that the person has left, comes as a direct message', async () => {
  const sent: [string, unknown][] = []
  const send = async (method: string, build: () => object) => {
    if (method === 'chat.postEphemeral') throw Object.assign(new Error('gone'), { code: 'user_not_in_channel' })
    sent.push([method, build()])
  }
  const deps = {
    users: { read: async () => ({ locale: 'en' }) },
    limiter: { send },
    call: async () => ({ channel: { id: 'D1' } }),
    log: { warn() {} },
  } as unknown as Parameters<typeof createBudgetWarnings>[1]
  const warn = createBudgetWarnings(createOutbox({} as OutboxRecords, {} as Log), deps)
  const sums = { day: '2026-01-31', spent: 8, amount: 10 }
  for (const channel of ['', 'C1']) warn({ feature: 'summarize', channel, person: 'U1' }, 'personDay', sums)
  const text = 'You’ve used 80% of your budget for today.'
  await expect.poll(() => sent).toEqual(Array(2).fill(['chat.postMessage', { channel: 'D1', text }]))
})

test('a warning counts for the day on which the budget was spent, and a budget that was changed is warned of again', async () => {
  const saved: [string, { name: string; value: string }][] = []
  const saveOnce: OutboxRecords['saveOnce'] = async ({ id }, fact) => {
    saved.push([id, fact])
    return false
  }
  const log = { warn() {} } as unknown as Log
  const deps = { store: { outbox: { saveOnce } }, log } as unknown as Parameters<typeof createBudgetWarnings>[1]
  const warn = createBudgetWarnings(createOutbox({} as OutboxRecords, log), deps)
  const day = '2026-01-31'
  for (const amount of [10, 10, 20])
    for (const budget of ['day', 'month'] as const)
      warn({ feature: 'chat', channel: '', person: '' }, budget, { day, spent: 8, amount })
  await expect.poll(() => saved.map(([, { value }]) => value)).toEqual([day, '2026-01', day, '2026-01'])
  expect(new Set(saved.map(([id]) => id)).size).toBe(4)
  expect(new Set(saved.map(([, { name }]) => name)).size).toBe(4)
})

test('of the workspace’s budget that is nearly used up, the admins who use the bot are told once, privately, though Slack refuses to say at first who they are', async () => {
  const story = await openStory({ model, config: { budgets: { day: 50_000 } } })
  const { slack, model: server, say, store, untilReply } = story
  const { admin, dana } = slack.people
  const { general } = slack.channels
  const warnings = (as: string) =>
    slack.snapshot(as).messages.filter(({ text }) => text.includes('This workspace has spent'))
  const today = new Date().toISOString().slice(0, 10)
  const tokens = { calls: 1, tokens_in: 1, tokens_cached: 0, tokens_out: 1, tokens_reasoning: 0, estimated: 0 }
  const used = { ...tokens, day: today, person: admin, channel: general, feature: 'chat', model: model.name, cost: 0 }
  await store.usage.settle(used, { since: Date.now() })
  slack.fault({ method: 'users.info', retryAfter: 1, when: ({ user }) => user === admin })
  const ts = await say(dana, general, `<@${slack.botUserId}> how do we print money?`)
  const exchange = await server.next()
  exchange.say('Answered.')
  exchange.raw(
    'data: {"choices":[{"delta":{},"finish_reason":"stop"}],"usage":{"prompt_tokens":1000,"completion_tokens":80100}}\n\ndata: [DONE]\n\n',
  )
  exchange.finish()
  await untilReply(general, ts, answered, 'the answer')
  await slack.until(() => warnings(admin).length > 0, 'the warning')
  expect(warnings(admin)[0]?.text).toMatch(/has spent \$0\.04 of its \$0\.05 budget for today/)
  await ask(story, dana)
  const count = async () => (await store.usage.between(today, today)).reduce((sum, { calls }) => sum + calls, 0)
  await expect.poll(count).toBe(3)
  expect(warnings(admin)).toHaveLength(1)
  expect(warnings(dana)).toEqual([])
})

test('a request that is stopped or fails before its first word costs its prompt, as an estimate; one that was refused costs nothing', async () => {
  const story = await openStory({ model: { ...model, idleMs: 300 } })
  const { slack, model: server, say, store, untilReply } = story
  const { general } = slack.channels
  const today = new Date().toISOString().slice(0, 10)
  const mention = `<@${slack.botUserId}> how do we print money?`
  const refused = await say(slack.people.dana, general, mention)
  ;(await server.next()).status(401, { error: { message: 'wrong key' } })
  await untilReply(general, refused, reply => toSeen(reply).includes('rejected my API key'), 'the refusal')
  const silent = await say(slack.people.dana, general, mention)
  await server.next()
  await untilReply(general, silent, reply => toSeen(reply).includes('sent nothing'), 'the silence')
  await expect.poll(() => store.usage.between(today, today)).toMatchObject([{ calls: 1, estimated: 1, tokens_out: 0 }])
  const withdrawn = await say(slack.people.dana, general, mention)
  const asked = await server.next()
  await slack.do({ do: 'delete', as: slack.people.dana, channel: general, ts: withdrawn })
  await expect.poll(() => asked.isAborted()).toBe(true)
  await expect.poll(() => store.usage.between(today, today)).toMatchObject([{ calls: 2, estimated: 2 }])
  const [row] = await store.usage.between(today, today)
  expect(row?.tokens_in).toBeGreaterThan(200)
  expect(row?.cost).toBeGreaterThan(0)
})

test('admins are told of models that no budget counts, since nobody knows their price', async () => {
  const story = await openStory({ model: { name: 'our-own' }, config: { budgets: { day: 1_000_000 } } })
  const { admin, dana } = story.slack.people
  await expect.poll(() => homeOf(story, admin)).toContain('I don’t know the price of our-own')
  expect(await homeOf(story, dana)).not.toContain('the price of')
})
