import { execFile } from 'node:child_process'
import { resolve } from 'node:path'
import { promisify } from 'node:util'
import { expect, test } from 'vitest'
import { openDatabase, withPostgres } from '../postgres.ts'
import { childEnv, openWorld, startBot } from '../process.ts'
import { toSeen } from '../story.ts'

withPostgres('a bot that moves from SQLite to several replicas', () => {
  test('in the middle of a reply: it is gone on with in the same message, and a question that waited is answered', async () => {
    const { slack, model, folder, bot, crash, dana, general } = await openWorld('socket')
    await bot.untilSays('ready')
    const ask = async (text: string) => {
      const { ts } = await slack.do({ do: 'say', as: dana, channel: general, text: `<@${slack.botUserId}> ${text}` })
      return String(ts)
    }
    const replies = (ts: string) => slack.messages(general, ts).filter(({ user }) => user === slack.botUserId)
    const seen = (ts: string) => replies(ts).map(toSeen).join(' | ')

    const first = await ask('tell me a story')
    ;(await model.next()).say('Once upon a time')
    await slack.until(() => seen(first) === 'Once upon a time', 'the beginning')
    await slack.until(() => slack.calls.at(-1)?.status === 'ok', 'Slack’s answer')
    const second = await ask('and you?')
    await model.next()
    const half = replies(first)[0]?.ts
    await crash(bot)

    const DATABASE_URL = await openDatabase()
    const env = { ...childEnv, DATABASE_URL }
    const { stdout } = await promisify(execFile)(process.execPath, [resolve('src/cli/migrate.ts')], {
      cwd: folder,
      env,
    })
    expect(stdout).toContain('turns: 2 moved\n')

    model.answerAll(({ prompt, reply }) => reply(prompt.includes('a story') ? 'Once upon a time it moved.' : 'Well.'))
    for (const _ of ['one', 'another']) {
      const replica = await startBot({
        SLACK_BOT_TOKEN: slack.botToken,
        SLACK_APP_TOKEN: slack.appToken,
        SLACK_API_URL: slack.apiUrl,
        OPENAI_BASE_URL: model.baseUrl,
        OPENAI_API_KEY: 'sk-secret',
        PORT: '0',
        DATABASE_URL,
      })
      await replica.untilSays('ready')
    }
    await slack.until(() => seen(first) === 'Once upon a time it moved.' && seen(second) === 'Well.', 'both replies')
    expect(replies(first).map(({ ts }) => ts)).toEqual([half])
  })
})
