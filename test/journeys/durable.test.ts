import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { describe, expect, test } from 'vitest'
import type { PageMessage } from '../../playground/protocol.ts'
import { type AtEnd, openWorld, type World } from '../process.ts'
import type { Exchange } from '../scripted-model.ts'
import { toSeen } from '../story.ts'

/** The bot's messages in a thread now. */
const replies = ({ slack }: World, channel: string, threadTs: string): PageMessage[] =>
  slack.messages(channel, threadTs).filter(({ user }) => user === slack.botUserId)

const seenIn = (world: World, channel: string, threadTs: string) => replies(world, channel, threadTs).map(toSeen)

async function say(world: World, text: string, more: { as?: string; channel?: string; threadTs?: string } = {}) {
  const { slack, dana, general } = world
  const { ts } = await slack.do({ do: 'say', as: dana, channel: general, text, ...more })
  return String(ts)
}

const mention = ({ slack }: World, text: string) => `<@${slack.botUserId}> ${text}`

/** Waits until the thread's replies are these, and nothing more is on its way. */
async function untilSeen(world: World, threadTs: string, texts: string[], channel = world.general): Promise<void> {
  const isSo = () => JSON.stringify(seenIn(world, channel, threadTs)) === JSON.stringify(texts)
  await world.slack.until(isSo, `the replies ${JSON.stringify(texts)}`)
}

describe.concurrent.each(['socket', 'http'] as const)('killed over %s', transport => {
  test('with a reply in its middle and a question just acknowledged: the reply goes on in the same message, never shorter before the reader’s eyes, and the question is answered', async ({
    onTestFinished,
  }) => {
    const world = await openReady(onTestFinished, transport)
    const { slack, model, crash, restart, general } = world
    const ts = await say(world, mention(world, 'tell me a story'))
    const first = await model.next()
    first.say('Once upon a time there was a bot')
    await untilSeen(world, ts, ['Once upon a time there was a bot'])
    // How much is shown is noted every two seconds.
    await slack.until(() => first.at + 2_100 < performance.now(), 'time for a note')
    first.say(' that was killed')
    await untilSeen(world, ts, ['Once upon a time there was a bot that was killed'])
    await slack.until(() => slack.calls.at(-1)?.status === 'ok', 'Slack’s answer')
    const [half] = replies(world, general, ts)
    // Nothing of this question reaches the model before the process dies.
    slack.fault({ method: 'users.info', times: 1, delayMs: 60_000 })
    const waiting = await say(world, mention(world, 'are you there?'), { as: slack.people.mei })
    const mentions = () => slack.acks.filter(({ ackedAt, what }) => ackedAt !== undefined && what === 'app_mention')
    await slack.until(() => mentions().length === 2, 'the acknowledgement')
    await crash(world.bot)
    expect(model.requests).toHaveLength(1)

    await restart()
    const exchanges = [await model.next(), await model.next()]
    const isStory = ({ prompt }: { prompt: string }) => prompt.includes('tell me a story')
    exchanges.find(exchange => !isStory(exchange))?.reply('I am.')
    const again = exchanges.find(isStory) as Exchange
    // Its own half answer is no part of the conversation.
    expect(again.prompt).not.toContain('assistant: Once upon a time')
    again.say('Once upon a time')
    again.say(' there was a bot that was killed and')
    await slack.until(() => seenIn(world, general, ts)[0]?.endsWith('and'), 'the text to go on')
    again.say(' lived.')
    again.end()
    await untilSeen(world, ts, ['Once upon a time there was a bot that was killed and lived.'])
    await untilSeen(world, waiting, ['I am.'])
    expect(replies(world, general, ts).map(({ ts }) => ts)).toEqual([half?.ts])
    const lengths = slack.versions(general, String(half?.ts)).map(({ text }) => text.length)
    expect(lengths).toEqual(lengths.toSorted((a, b) => a - b))
  })
})

// What comes after the acknowledgement is the same over both.
describe.concurrent('killed', () => {
  test('while a post is on its way: the post is found, and not made again', async ({ onTestFinished }) => {
    const world = await openReady(onTestFinished, 'socket')
    const { slack, model, crash, restart, general } = world
    slack.fault({ method: 'chat.postMessage', delayMs: 1_500 })
    const ts = await say(world, mention(world, 'hello?'))
    ;(await model.next()).say('Hel')
    await slack.until(
      () => slack.calls.some(({ method }) => method === 'chat.postMessage'),
      'the post to be on its way',
    )
    await crash(world.bot)
    expect(replies(world, general, ts)).toEqual([])

    await restart()
    ;(await model.next()).reply('Hello.')
    await untilSeen(world, ts, ['Hello.'])
    expect(slack.calls.filter(({ method }) => method === 'chat.postMessage')).toHaveLength(1)
  })

  test('when the last edit had landed: nothing is asked or written again', async ({ onTestFinished }) => {
    const world = await openReady(onTestFinished, 'http')
    const { slack, model, crash, restart, general } = world
    const isLast = (args: Record<string, unknown>) => JSON.stringify(args.metadata ?? '').includes('true')
    slack.fault({ method: 'chat.update', when: isLast, cut: 'after' })
    const ts = await say(world, mention(world, 'what is six times seven?'))
    const exchange = await model.next()
    exchange.say('It is')
    await untilSeen(world, ts, ['It is'])
    exchange.say(' 42.')
    exchange.end()
    const cut = await slack.until(() => slack.calls.find(({ status }) => status === 'failed'), 'the last edit')
    await crash(world.bot)
    const [reply] = replies(world, general, ts)
    expect(toSeen(reply as PageMessage)).toBe('It is 42.')
    const versions = slack.versions(general, String(reply?.ts)).length

    await restart()
    // Another question is answered, so that whatever was to be done of the first would have been begun.
    const later = await say(world, mention(world, 'and seven times eight?'))
    ;(await model.next()).reply('56.')
    await untilSeen(world, later, ['56.'])
    expect(model.requests).toHaveLength(2)
    expect(slack.versions(general, String(reply?.ts))).toHaveLength(versions)
    const writes = slack.calls.slice(slack.calls.indexOf(cut) + 1).filter(({ args }) => args.ts === reply?.ts)
    expect(writes.filter(({ method }) => method === 'chat.update')).toEqual([])
  })

  test('with several questions in one thread: each is answered once, in their order', async ({ onTestFinished }) => {
    const world = await openReady(onTestFinished, 'socket')
    const { slack, model, crash, restart } = world
    const ts = await say(world, mention(world, 'first?'))
    await model.next()
    await say(world, 'second?', { threadTs: ts })
    await say(world, 'third?', { threadTs: ts })
    const messages = () => slack.acks.filter(({ ackedAt, what }) => ackedAt !== undefined && what === 'message')
    await slack.until(() => messages().length === 3, 'three acknowledgements')
    await crash(world.bot)

    await restart()
    for (const word of ['first', 'second', 'third']) {
      const exchange = await model.next()
      expect(exchange.prompt.trimEnd()).toMatch(new RegExp(`${word}\\?</message>$`))
      exchange.reply(`To the ${word}.`)
    }
    await untilSeen(world, ts, ['To the first.', 'To the second.', 'To the third.'])
    expect(model.requests).toHaveLength(4)
  })

  test('after a question came by command: it is posted and answered once', async ({ onTestFinished }) => {
    const world = await openReady(onTestFinished, 'http')
    const { slack, model, crash, restart, general, dana } = world
    slack.fault({ method: 'chat.postMessage', delayMs: 1_500 })
    await slack.do({ do: 'command', as: dana, channel: general, command: '/ask', text: 'who comes tomorrow?' })
    await slack.until(
      () => slack.calls.some(({ method }) => method === 'chat.postMessage'),
      'the post to be on its way',
    )
    await crash(world.bot)

    await restart()
    ;(await model.next()).reply('Nobody.')
    const asked = () => slack.messages(general).filter(({ text }) => text.includes('who comes tomorrow?'))
    await slack.until(() => asked().length > 0, 'the question')
    await untilSeen(world, String(asked()[0]?.ts), [toSeen(asked()[0] as PageMessage), 'Nobody.'])
    expect(asked()).toHaveLength(1)
  })

  test('while another answer was being written: it is written to its end, in the same message', async ({
    onTestFinished,
  }) => {
    const world = await openReady(onTestFinished, 'socket')
    const { slack, model, crash, restart, general, dana } = world
    const ts = await say(world, mention(world, 'name a colour'))
    ;(await model.next()).reply('Red.')
    await untilSeen(world, ts, ['Red.'])
    await pressButton(world, ts, 'regenerate_reply', dana)
    ;(await model.next()).say('Bl')
    await untilSeen(world, ts, ['Bl'])
    await crash(world.bot)
    await restart()
    ;(await model.next()).reply('Blue.')
    await untilSeen(world, ts, ['Blue.'])
    expect(replies(world, general, ts)).toHaveLength(1)
    expect(slack.calls.filter(({ method }) => method === 'chat.postMessage')).toHaveLength(1)
  })

  test('after another, shorter answer had landed: what is left of the longer one goes', async ({ onTestFinished }) => {
    const world = await openReady(onTestFinished, 'http')
    const { slack, model, crash, restart, general, dana } = world
    const ts = await say(world, mention(world, 'explain everything'))
    ;(await model.next()).reply('A long sentence, one of many. '.repeat(200))
    await world.bot.untilSays('turn ended')
    expect(replies(world, general, ts)).toHaveLength(2)
    slack.fault({ method: 'chat.delete', delayMs: 60_000 })
    await pressButton(world, ts, 'regenerate_reply', dana)
    ;(await model.next()).reply('In short: no.')
    await slack.until(() => slack.calls.at(-1)?.method === 'chat.delete', 'the rest to be taken away')
    await crash(world.bot)
    await restart()
    await untilSeen(world, ts, ['In short: no.'])
    expect(model.requests).toHaveLength(2)
  })

  test('and stopped again before the new text had come as far as the old: the old stays', async ({
    onTestFinished,
  }) => {
    const world = await openReady(onTestFinished, 'socket', {}, { STOP_SECONDS: '0' })
    const { slack, model, crash, restart, general } = world
    const ts = await say(world, mention(world, 'tell me a story'))
    ;(await model.next()).say('Once upon a time there was a bot that was killed')
    await untilSeen(world, ts, ['Once upon a time there was a bot that was killed'])
    await crash(world.bot)
    const second = await restart()
    const again = await model.next()
    again.say('Once')
    await slack.until(() => slack.calls.at(-1)?.status === 'ok', 'calls to end')
    second.kill('SIGTERM')
    await second.exit
    expect(seenIn(world, general, ts)[0]).toMatch(/^Once upon a time there was a bot that was killed/)
    await restart()
    ;(await model.next()).reply('Once upon a time there was a bot that was killed, and lived.')
    await untilSeen(world, ts, ['Once upon a time there was a bot that was killed, and lived.'])
  })

  test('after the question was deleted: the reply goes all the same', async ({ onTestFinished }) => {
    const world = await openReady(onTestFinished, 'http')
    const { slack, model, crash, restart, general, dana } = world
    const ts = await say(world, mention(world, 'a secret'))
    ;(await model.next()).reply('A secret.')
    await world.bot.untilSays('turn ended')
    slack.fault({ method: 'chat.delete', delayMs: 60_000 })
    await slack.do({ do: 'delete', as: dana, channel: general, ts })
    await slack.until(() => slack.calls.at(-1)?.method === 'chat.delete', 'the reply to be taken away')
    await crash(world.bot)
    expect(replies(world, general, ts)).toHaveLength(1)
    await restart()
    await slack.until(() => replies(world, general, ts).length === 0, 'the reply to go', 60_000)
    expect(model.requests).toHaveLength(1)
  })

  test('after it was told to stop: the reply is marked, and not gone on with', async ({ onTestFinished }) => {
    const world = await openReady(onTestFinished, 'socket')
    const { slack, model, crash, restart, dana } = world
    const ts = await say(world, mention(world, 'a long story'))
    ;(await model.next()).say('Once')
    await untilSeen(world, ts, ['Once'])
    slack.fault({ method: 'chat.update', times: 1, delayMs: 60_000 })
    await pressButton(world, ts, 'stop_reply', dana)
    await slack.until(() => slack.calls.at(-1)?.method === 'chat.update', 'the mark to be on its way')
    await crash(world.bot)
    await restart()
    await untilSeen(world, ts, ['Once\nStopped. This answer is incomplete.'])
    expect(model.requests).toHaveLength(1)
  })
})

test('an edit of the dead process that arrives late, over the whole answer, is written over again', {
  timeout: 90_000,
}, async ({ onTestFinished }) => {
  const world = await openReady(onTestFinished, 'http')
  const { slack, model, crash, restart, general } = world
  const ts = await say(world, mention(world, 'a word?'))
  const exchange = await model.next()
  exchange.say('Ha')
  await untilSeen(world, ts, ['Ha'])
  const { promise: late, resolve: arrive } = Promise.withResolvers<void>()
  slack.fault({ method: 'chat.update', hold: late })
  exchange.say('lf')
  await slack.until(() => slack.calls.at(-1)?.method === 'chat.update', 'the edit to be on its way')
  await crash(world.bot)
  await restart()
  model.answerAll(again => again.reply('Whole.'))
  await untilSeen(world, ts, ['Whole.'])
  arrive()
  await untilSeen(world, ts, ['Half'])
  await slack.until(() => seenIn(world, general, ts).join() === 'Whole.', 'the answer to be whole again', 60_000)
  expect(replies(world, general, ts)).toHaveLength(1)
})

describe.concurrent('a question over which the process dies', () => {
  test('three times is set aside with a sentence to its author; others are answered', async ({ onTestFinished }) => {
    const world = await openReady(onTestFinished, 'socket')
    const { slack, model, crash, restart } = world
    const poison = await say(world, mention(world, 'poison'))
    const other = await say(world, mention(world, 'harmless'))
    // Whatever else is in flight when the process dies is under suspicion, too, and is cleared of it.
    let deaths = 0
    const death = () => deaths
    let bot = world.bot
    model.answerAll(exchange => {
      if (!exchange.prompt.includes('poison</message>')) return deaths === 0 || exchange.reply('No harm done.')
      deaths += 1
      bot.kill('SIGKILL')
    })
    for (let life = 1; life <= 3; life += 1) {
      await bot.exit
      expect(death()).toBe(life)
      bot = await restart()
    }
    await untilSeen(world, other, ['No harm done.'])
    await untilSeen(world, poison, [
      '⚠️ I crashed several times while answering this, so I’ve stopped trying. Rephrase your question, or ask it without any files. If that doesn’t help, tell an admin.',
    ])
    const asked = model.requests.filter(({ prompt }) => prompt.includes('poison</message>')).length
    expect(asked).toBe(3)
    // Nothing of it is left to the next start.
    await crash(bot)
    await restart()
    const later = await say(world, mention(world, 'still there?'))
    await untilSeen(world, later, ['No harm done.'])
    expect(slack.messages(world.general, poison)).toHaveLength(2)
  })
})

describe.concurrent('what was said while the bot was away', () => {
  test('is found in Slack’s history and answered once: mentions, follow-ups, direct messages, edits before it heard', async ({
    onTestFinished,
  }) => {
    const world = await openReady(onTestFinished, 'http', { retryDelaysMs: [] })
    const { slack, model, crash, restart, general, dana } = world
    const dm = slack.snapshot(dana).channels.find(({ kind }) => kind === 'im')?.id ?? ''
    const old = await say(world, mention(world, 'before'))
    ;(await model.next()).reply('Answered before.')
    await untilSeen(world, old, ['Answered before.'])
    await world.bot.untilSays('turn ended')
    const foreign = await say(world, 'a thread of other people')
    await crash(world.bot)

    const asked = await say(world, mention(world, 'while you were away?'))
    await slack.do({ do: 'edit', as: dana, channel: general, ts: asked, text: mention(world, 'while you slept?') })
    await say(world, 'a follow-up?', { threadTs: old })
    const direct = await say(world, 'a direct question?', { channel: dm })
    await say(world, 'not for you', { threadTs: foreign })
    const late = await say(world, mention(world, 'come here'), { threadTs: foreign })
    await say(world, 'nor is this')

    model.answerAll(exchange => {
      const question = />([^<>]*)<\/message>\s*$/.exec(exchange.prompt)?.[1]
      exchange.reply(`To: ${question}`)
    })
    const second = await restart()
    await untilSeen(world, asked, ['To: @threadwise while you slept?'])
    await untilSeen(world, old, ['Answered before.', 'To: a follow-up?'])
    await untilSeen(world, direct, ['To: a direct question?'], dm)
    await untilSeen(world, foreign, ['To: @threadwise come here'])
    expect(late).not.toBe('')
    // Started once more, it finds all of that again and answers nothing of it.
    await crash(second)
    await restart()
    const later = await say(world, mention(world, 'and now?'))
    await untilSeen(world, later, ['To: @threadwise and now?'])
    expect(model.requests).toHaveLength(6)
  })

  test('is not answered twice by a bot whose store was put back to an older one', async ({ onTestFinished }) => {
    const world = await openReady(onTestFinished, 'socket')
    const { slack, model, crash, restart, folder } = world
    const ts = await say(world, mention(world, 'capital of Peru?'))
    ;(await model.next()).reply('Lima.')
    await world.bot.untilSays('turn ended')
    await crash(world.bot)
    const store = new DatabaseSync(join(folder, 'data', 'threadwise.sqlite'))
    store.exec('delete from turns')
    store.close()
    await restart()
    const later = await say(world, mention(world, 'and of Chile?'))
    ;(await model.next()).reply('Santiago.')
    await untilSeen(world, later, ['Santiago.'])
    expect(seenIn(world, world.general, ts)).toEqual(['Lima.'])
    expect(model.requests).toHaveLength(2)
    expect(slack.calls.filter(({ method }) => method === 'users.conversations')).toHaveLength(1)
  })

  test('or its socket was down, too', async ({ onTestFinished }) => {
    const world = await openReady(onTestFinished, 'socket')
    const { slack, model, general } = world
    const first = await say(world, mention(world, 'hello'))
    ;(await model.next()).reply('Hello.')
    await untilSeen(world, first, ['Hello.'])
    // Nothing of this message is ever delivered.
    const lost = slack.fault({ method: 'delivery', times: Number.POSITIVE_INFINITY, cut: 'before' })
    slack.dropSockets()
    const ts = await say(world, mention(world, 'did you hear me?'))
    ;(await model.next()).reply('I looked.')
    await untilSeen(world, ts, ['I looked.'])
    lost()
    expect(replies(world, general, ts)).toHaveLength(1)
  })

  test('is not looked for when the bot starts for the first time', async ({ onTestFinished }) => {
    const world = await openWorld('socket', {}, {}, onTestFinished)
    const { slack, model, bot } = world
    const old = await say(world, mention(world, 'long ago'))
    slack.fault({ method: 'delivery', times: 2, cut: 'before' })
    await bot.untilSays('ready')
    const now = await say(world, mention(world, 'now'))
    ;(await model.next()).reply('Now.')
    await untilSeen(world, now, ['Now.'])
    expect(seenIn(world, world.general, old)).toEqual([])
    expect(slack.calls.filter(({ method }) => method === 'users.conversations')).toEqual([])
  })
})

/** A world whose bot is ready, and has been for long enough to know since when it hears. */
async function openReady(
  atEnd: AtEnd,
  transport: 'socket' | 'http',
  options: { retryDelaysMs?: number[] } = {},
  env: Record<string, string> = {},
): Promise<World> {
  const world = await openWorld(transport, env, { commands: [ask], ...options }, atEnd)
  await world.bot.untilSays('ready')
  if (transport === 'http') world.slack.connectHttp(`http://127.0.0.1:${world.port}/slack/events`)
  await world.slack.until(() => world.slack.snapshot(world.dana).botConnected, 'the bot to be connected')
  return world
}

const ask = { command: '/ask', description: '', usageHint: '', shouldEscape: false }

/** Presses a button below the thread's last reply. */
async function pressButton(world: World, threadTs: string, actionId: string, as: string): Promise<void> {
  const { slack, general } = world
  const button = () => {
    const reply = replies(world, general, threadTs).at(-1)
    const isIt = ({ action_id }: { action_id?: string }) => action_id === actionId
    const block = reply?.blocks?.find(({ elements = [] }) => (elements as { action_id?: string }[]).some(isIt))
    return reply && block && { ts: reply.ts, blockId: String(block.block_id) }
  }
  const found = await slack.until(button, `the button ${actionId}`)
  const done = await slack.do({ do: 'act', as, channel: general, ...found, action: { action_id: actionId } })
  if (!done.ok) throw new Error(done.error)
}
