import { setTimeout as delay } from 'node:timers/promises'
import { expect, onTestFinished, test } from 'vitest'
import type { PageMessage, SlackJson } from '../../playground/protocol.ts'
import { createLog } from '../../src/log.ts'
import { openSharedStore } from '../../src/store/postgres-store.ts'
import { type Cable, openDatabase, openProxy, withPostgres } from '../postgres.ts'
import { connect, freePort, openStory, type Story, toSeen } from '../story.ts'

const isWhole = ({ blocks = [] }: PageMessage) =>
  blocks.some(({ elements }) => ((elements ?? []) as SlackJson[]).some(({ action_id }) => action_id === 'rate_reply'))

/** Another bot in the story's workspace, on the database of this address. */
async function join({ slack, model }: Story, databaseUrl: string) {
  const other = await connect(slack, model, { databaseUrl })
  onTestFinished(() => other.app.stop())
  return other
}

/** Two bots in one workspace, on one database; Slack gives its events to them in turn. */
async function openPair(): Promise<Story> {
  const url = await openDatabase()
  const story = await openStory({ databaseUrl: url })
  await join(story, url)
  return story
}

/** A bot whose way to the database can be cut, and the address for others. */
async function openCuttable(): Promise<{ story: Story; url: string; proxy: Cable; port: number }> {
  const url = await openDatabase()
  const proxy = await openProxy(url)
  const port = await freePort()
  const story = await openStory({ databaseUrl: proxy.url, config: { port } })
  return { story, url, proxy, port }
}

async function press({ slack }: Story, { channel, ts, blocks = [] }: PageMessage, actionId: string): Promise<void> {
  const block = blocks.find(({ elements }) =>
    ((elements ?? []) as SlackJson[]).some(({ action_id }) => action_id === actionId),
  )
  const place = { channel, ts, blockId: String(block?.block_id) }
  const done = await slack.do({ do: 'act', as: slack.people.dana, ...place, action: { action_id: actionId } })
  if (!done.ok) throw new Error(done.error)
}

withPostgres('two replicas', () => {
  test('answer each question once, whichever of them hears it', async () => {
    const { slack, model, say, untilReply, replies } = await openPair()
    const { dana } = slack.people
    const { general } = slack.channels
    model.answerAll(exchange => exchange.reply(`To ${/q\d+/.exec(exchange.prompt)?.[0]}.`))
    const asked = await Promise.all(
      Array.from({ length: 10 }, (_, at) => say(dana, general, `<@${slack.botUserId}> q${at}`)),
    )
    for (const ts of asked) await untilReply(general, ts, isWhole, 'the answer')
    for (const ts of asked) expect(replies(general, ts)).toHaveLength(1)
    // Of a thread that has just begun there is nothing to read, whoever of them has heard that.
    expect(slack.calls.filter(({ method }) => method === 'conversations.replies')).toEqual([])
  })

  test('answer a thread’s questions in order, and each knows what the other answered', async () => {
    const { slack, model, say, untilReply, replies } = await openPair()
    const { dana } = slack.people
    const { general } = slack.channels
    const prompts: string[] = []
    model.answerAll(exchange => {
      prompts.push(exchange.prompt)
      exchange.reply(`Answer ${prompts.length}.`)
    })
    const ts = await say(dana, general, `<@${slack.botUserId}> question 1`)
    await untilReply(general, ts, isWhole, 'the first answer')
    for (let at = 2; at <= 6; at += 1) {
      await say(dana, general, `question ${at}`, ts)
      await slack.until(() => replies(general, ts).filter(isWhole).length === at, `answer ${at}`)
    }
    expect(replies(general, ts).map(toSeen)).toEqual([1, 2, 3, 4, 5, 6].map(at => `Answer ${at}.`))
    for (let at = 2; at <= 6; at += 1) {
      for (let before = 1; before < at; before += 1) {
        expect(prompts[at - 1]).toContain(`question ${before}`)
        expect(prompts[at - 1]).toContain(`Answer ${before}.`)
      }
    }
    // What a replica has is not read again: of each thread, only what it lacks.
    const reads = slack.calls.filter(({ method }) => method === 'conversations.replies')
    expect(reads.slice(1).every(({ args }) => args.oldest !== undefined)).toBe(true)
  })

  test('stop, change and take away a reply, whichever of them hears that it is wanted', async () => {
    const story = await openPair()
    const { slack, model, say, untilReply, replies } = story
    const { dana } = slack.people
    const { general } = slack.channels
    const begin = async (text: string) => {
      const ts = await say(dana, general, `<@${slack.botUserId}> ${text}`)
      ;(await model.next()).say(`About ${text}, `)
      return { ts, growing: await untilReply(general, ts, reply => reply.text.includes(text), 'the first text') }
    }
    // Of two that come one after the other, one goes to each.
    for (const text of ['stop-1', 'stop-2']) {
      const { ts, growing } = await begin(text)
      await press(story, growing, 'stop_reply')
      await untilReply(general, ts, reply => toSeen(reply).includes('Stopped'), 'the mark')
    }
    for (const text of ['edit-1', 'edit-2']) {
      const { ts } = await begin(text)
      await slack.do({ do: 'edit', as: dana, channel: general, ts, text: `<@${slack.botUserId}> changed ${text}` })
      const anew = await model.next()
      expect(anew.prompt).toContain(`changed ${text}`)
      anew.reply('The other answer.')
      await untilReply(general, ts, isWhole, 'the other answer')
      expect(replies(general, ts).map(toSeen)).toEqual(['The other answer.'])
    }
    for (const text of ['delete-1', 'delete-2']) {
      const { ts } = await begin(text)
      await slack.do({ do: 'delete', as: dana, channel: general, ts })
      await slack.until(() => replies(general, ts).length === 0, 'the reply to go')
    }
  })

  test('know what people chose at the other, and keep what they say between them in order', async () => {
    const url = await openDatabase()
    const log = createLog('silent')
    const [here, there] = [await openSharedStore(url, log), await openSharedStore(url, log)]
    onTestFinished(async () => {
      await Promise.all([here.close(), there.close()])
    })
    const changed = new Promise<void>(done => there.settings.onChange(done))
    await here.settings.write('C1', '{"watch":true}')
    await changed
    expect(await there.settings.all()).toEqual([{ channel: 'C1', settings: '{"watch":true}' }])
  })
})

withPostgres('a replica that stops', () => {
  test('hands over what it has not finished, and that is no death', async () => {
    const url = await openDatabase()
    const story = await openStory({ databaseUrl: url, config: { stopMs: 0 } })
    const { slack, model, say, untilReply, app } = story
    const { general } = slack.channels
    const ts = await say(slack.people.dana, general, `<@${slack.botUserId}> go on`)
    ;(await model.next()).say('Begun here, ')
    await untilReply(general, ts, reply => reply.text.startsWith('Begun'), 'the first text')
    const other = await join(story, url)
    await app.stop()
    const exchange = await model.next()
    const record = await other.store.turns.load(`${slack.teamId}:${general}:${ts}`)
    expect(record).toMatchObject({ state: 'answering', crashes: 0 })
    exchange.reply('Begun here, and ended there.')
    await untilReply(general, ts, isWhole, 'the whole text')
  })
})

withPostgres('a replica without its database', () => {
  test('writes no more in a turn that another has taken', async () => {
    const { story, url, proxy } = await openCuttable()
    const { slack, model, say, untilReply, replies } = story
    const { general } = slack.channels
    const ts = await say(slack.people.dana, general, `<@${slack.botUserId}> go on`)
    const stale = await model.next()
    stale.say('Begun here ')
    const begun = await untilReply(general, ts, reply => reply.text.startsWith('Begun'), 'the first text')
    await join(story, url)
    proxy.cut()
    const fresh = await model.next()
    const from = slack.calls.length
    stale.say('and STALE ever after. ')
    fresh.say('Begun there ')
    stale.end()
    fresh.say('and gone on with, to the end.')
    fresh.end()
    await untilReply(general, ts, isWhole, 'the whole text')
    proxy.mend()
    // Whatever the first one still had to say, it would have said by the time it hears of the database again.
    await slack.until(() => stale.isAborted() || isWhole(replies(general, ts)[0] as PageMessage), 'its end')
    await delay(2_500)
    expect(replies(general, ts).map(toSeen)).toEqual(['Begun there and gone on with, to the end.'])
    expect(replies(general, ts)[0]?.ts).toBe(begun.ts)
    expect(JSON.stringify(slack.calls.slice(from))).not.toContain('STALE')
  })

  test('of which it hears nothing, neither', { timeout: 90_000 }, async () => {
    const { story, url, proxy } = await openCuttable()
    const { slack, model, say, untilReply, replies } = story
    const { general } = slack.channels
    const ts = await say(slack.people.dana, general, `<@${slack.botUserId}> go on`)
    const stale = await model.next()
    stale.say('Begun here ')
    const begun = await untilReply(general, ts, reply => reply.text.startsWith('Begun'), 'the first text')
    await join(story, url)
    proxy.silence()
    const fresh = await slack
      .until(() => model.requests.length > 1, 'the other to take it', 60_000)
      .then(() => model.next())
    const from = slack.calls.length
    stale.say('and STALE ever after. ')
    stale.end()
    fresh.reply('Gone on with, to the end, by the other.')
    await untilReply(general, ts, isWhole, 'the whole text')
    proxy.mend()
    await delay(2_500)
    expect(replies(general, ts).map(toSeen)).toEqual(['Gone on with, to the end, by the other.'])
    expect(replies(general, ts)[0]?.ts).toBe(begun.ts)
    expect(JSON.stringify(slack.calls.slice(from))).not.toContain('STALE')
  })

  test('goes on with its reply for a while, is not ready, and takes up by itself what came meanwhile', async () => {
    const { story, proxy, port } = await openCuttable()
    const { slack, model, say, untilReply } = story
    const { dana } = slack.people
    const { general } = slack.channels
    const ready = async () => (await fetch(`http://127.0.0.1:${port}/readyz`)).status
    expect(await ready()).toBe(200)
    const ts = await say(dana, general, `<@${slack.botUserId}> go on`)
    const exchange = await model.next()
    exchange.say('One ')
    await untilReply(general, ts, reply => reply.text.startsWith('One'), 'the first text')
    proxy.cut()
    exchange.say('two ')
    await untilReply(general, ts, reply => reply.text.includes('two'), 'text without the database')
    expect(await ready()).toBe(503)
    const other = await say(dana, general, `<@${slack.botUserId}> and me?`)
    exchange.say('three.')
    exchange.end()
    await untilReply(general, ts, isWhole, 'the whole text without the database')
    proxy.mend()
    ;(await model.next()).reply('You, too.')
    await untilReply(general, other, isWhole, 'the other answer')
    expect(await ready()).toBe(200)
  })
})
