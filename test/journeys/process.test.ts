import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createServer } from 'node:http'
import { connect } from 'node:net'
import { describe, expect, onTestFinished, test } from 'vitest'
import { childEnv, openWorld, startBot } from '../process.ts'
import { freePort, toSeen } from '../story.ts'

describe('npm start', () => {
  test.each(['socket', 'http'] as const)(
    'over %s runs a bot that says how it is, and SIGTERM finishes what is in flight',
    async transport => {
      const own = transport === 'http' ? { METRICS_PORT: String(await freePort()) } : {}
      const { slack, model, port, bot, dana, general } = await openWorld(transport, own)
      await bot.untilSays('ready')
      if (transport === 'http') slack.connectHttp(`http://127.0.0.1:${port}/slack/events`)
      expect(await (await fetch(`http://127.0.0.1:${port}/healthz`)).text()).toBe('ok\n')
      await expect
        .poll(async () => (await fetch(`http://127.0.0.1:${port}/readyz`)).status, { timeout: 30_000 })
        .toBe(200)

      const { ts } = await slack.do({ do: 'say', as: dana, channel: general, text: `<@${slack.botUserId}> hello?` })
      const exchange = await model.next()
      exchange.say('Half')
      await slack.until(() => slack.messages(general, ts).find(message => toSeen(message) === 'Half'), 'the first text')
      const figures = await (await fetch(`http://127.0.0.1:${own.METRICS_PORT ?? port}/metrics`)).text()
      expect(figures).toContain('threadwise_turns_in_flight 1')
      expect(figures).toMatch(/threadwise_slack_calls_total\{method="chat.postMessage",outcome="ok"\} 1/)
      expect(figures).toContain('threadwise_first_text_seconds_count 1')

      bot.kill('SIGTERM')
      await bot.untilSays('stopping')
      exchange.say(' and whole.')
      exchange.end()
      expect(await bot.exit).toBe(0)
      expect(slack.messages(general, ts).map(toSeen)).toContain('Half and whole.')
    },
  )

  test('stops with npm, which hands no signal on', async () => {
    const { slack, model, bot, folder } = await openWorld('socket')
    await bot.untilSays('ready')
    bot.kill('SIGTERM')
    await bot.exit
    const env = {
      ...childEnv,
      SLACK_BOT_TOKEN: slack.botToken,
      SLACK_APP_TOKEN: slack.appToken,
      SLACK_API_URL: slack.apiUrl,
      OPENAI_BASE_URL: model.baseUrl,
      DATA_DIR: folder,
      PORT: '0',
    }
    const npm = spawn('npm', ['start'], { env, stdio: ['ignore', 'pipe', 'ignore'] })
    onTestFinished(() => void npm.kill('SIGKILL'))
    let said = ''
    const isReady = new Promise<void>(done =>
      npm.stdout.on('data', data => {
        said += data
        if (said.includes('ready')) done()
      }),
    )
    await isReady
    npm.kill('SIGTERM')
    // What it prints ends with the last process that has it.
    await once(npm, 'close')
    expect(said).toContain('"stopped"')
  })

  test('stopped while the model goes on and on, it says so, and the next start completes the same message', async () => {
    const { slack, model, bot, restart, dana, general } = await openWorld('socket', { STOP_SECONDS: '1' })
    await bot.untilSays('ready')
    const { ts } = await slack.do({ do: 'say', as: dana, channel: general, text: `<@${slack.botUserId}> a long story` })
    ;(await model.next()).say('Once upon a time')
    await slack.until(
      () => slack.messages(general, ts).find(message => toSeen(message).startsWith('Once')),
      'the first text',
    )
    bot.kill('SIGTERM')
    expect(await bot.exit).toBe(0)
    expect(slack.messages(general, ts).map(toSeen).at(-1)).toBe(
      'Once upon a time\nI’m restarting. I’ll finish this when I’m back.',
    )
    const replies = () => slack.messages(general, ts).filter(({ user }) => user === slack.botUserId)
    const left = replies()[0]?.ts

    await restart()
    ;(await model.next()).reply('Once upon a time there was an end.')
    await slack.until(() => replies().find(message => toSeen(message).endsWith('an end.')), 'the whole text')
    expect(replies().map(({ ts }) => ts)).toEqual([left])
  })

  test('stopped where nothing can be kept, it says that one has to ask again', async () => {
    const env = { STOP_SECONDS: '1', DATA_DIR: '/dev/null/data' }
    const { slack, model, bot, dana, general } = await openWorld('socket', env)
    await bot.untilSays('ready')
    expect(bot.says()).toContain('the store cannot be opened')
    const { ts } = await slack.do({ do: 'say', as: dana, channel: general, text: `<@${slack.botUserId}> a long story` })
    ;(await model.next()).say('Once upon a time')
    await slack.until(
      () => slack.messages(general, ts).find(message => toSeen(message).startsWith('Once')),
      'the first text',
    )
    bot.kill('SIGTERM')
    expect(await bot.exit).toBe(0)
    expect(slack.messages(general, ts).map(toSeen).at(-1)).toBe(
      'Once upon a time\n⚠️ I was interrupted before I finished. Ask again.',
    )
  })

  test('over http it ends although somebody holds a connection and says nothing', async () => {
    const { slack, port, bot } = await openWorld('http')
    await bot.untilSays('ready')
    slack.connectHttp(`http://127.0.0.1:${port}/slack/events`)
    const silent = connect(port, '127.0.0.1')
    silent.on('error', () => {})
    await once(silent, 'connect')
    bot.kill('SIGTERM')
    expect(await bot.exit).toBe(0)
    silent.destroy()
  })

  test('with a bot token that Slack does not take names it, with the cure, and ends with 2', async () => {
    const { bot } = await openWorld('socket', { SLACK_BOT_TOKEN: 'xoxb-wrong' })
    expect(await bot.exit).toBe(2)
    expect(bot.errors()).toContain('SLACK_BOT_TOKEN')
    expect(bot.errors()).toContain('OAuth & Permissions')
    expect(bot.errors()).not.toContain('xoxb-wrong')
  })

  test('with an app token that Slack does not take names that one', async () => {
    const { bot } = await openWorld('socket', { SLACK_APP_TOKEN: 'xapp-wrong' })
    expect(await bot.exit).toBe(2)
    expect(bot.errors()).toContain('SLACK_APP_TOKEN')
  })

  test('on a port that is taken, or at an address of another machine, says so', async () => {
    const taken = createServer()
    const port = await freePort()
    await new Promise<void>(listening => taken.listen(port, () => listening()))
    onTestFinished(() => void taken.close())
    const { bot } = await openWorld('http', { PORT: String(port) })
    expect(await bot.exit).toBe(2)
    expect(bot.errors()).toContain(`PORT: another program uses port ${port}`)
    const { bot: elsewhere } = await openWorld('http', { HOST: '192.0.2.1' })
    expect(await elsewhere.exit).toBe(2)
    expect(elsewhere.errors()).toContain('HOST: 192.0.2.1 is no address of this machine')
  })

  test('with nothing set names every problem at once, and the name that was mistyped, and ends with 2', async () => {
    const bot = await startBot({ OPENAI_KEY: 'sk-1' })
    expect(await bot.exit).toBe(2)
    for (const name of ['SLACK_BOT_TOKEN', 'SLACK_APP_TOKEN', 'OPENAI_API_KEY']) expect(bot.errors()).toContain(name)
    expect(bot.errors()).toContain('  - OPENAI_KEY is no setting; did you mean OPENAI_API_KEY?\n')
    expect(bot.errors()).not.toContain('sk-1')
  })

  test('says nothing of tokens, keys or what people wrote in its log, however talkative', async () => {
    const { slack, model, bot, dana, general } = await openWorld('socket', { LOG_LEVEL: 'debug' })
    await bot.untilSays('ready')
    await slack.do({ do: 'say', as: dana, channel: general, text: `<@${slack.botUserId}> PRIVATE-QUESTION` })
    const exchange = await model.next()
    exchange.say('PRIVATE-ANSWER')
    exchange.raw('data: {"error":{"message":"PRIVATE-ERROR sk-secret"}}\n\n')
    await bot.untilSays('turn ended')
    for (const secret of ['PRIVATE-QUESTION', 'PRIVATE-ANSWER', 'sk-secret', slack.botToken, slack.appToken])
      expect(bot.says()).not.toContain(secret)
  })

  test('goes on after Slack has cut its sockets, and after they rotated', async () => {
    const { slack, model, bot, dana, general } = await openWorld('socket')
    await bot.untilSays('ready')
    for (const disturb of [slack.dropSockets, slack.rotateSockets]) {
      disturb()
      const { ts } = await slack.do({
        do: 'say',
        as: dana,
        channel: general,
        text: `<@${slack.botUserId}> still there?`,
      })
      ;(await model.next()).reply('Still here.')
      await slack.until(
        () => slack.messages(general, ts).find(message => toSeen(message) === 'Still here.'),
        'the answer',
      )
    }
    expect(model.requests).toHaveLength(2)
  })
})
