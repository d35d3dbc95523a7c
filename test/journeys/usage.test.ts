import { execFile } from 'node:child_process'
import { mkdtemp, readFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { promisify } from 'node:util'
import { expect, test } from 'vitest'
import type { PageMessage } from '../../playground/protocol.ts'
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
  expect(home).toContain('3 requests from everyone')
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
