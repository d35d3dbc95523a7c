import { mkdtemp } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import type { PageMessage, SlackJson } from '../../playground/protocol.ts'
import { bySoak } from '../soak.ts'
import { openStory, type Story, toSeen } from '../story.ts'

const isWhole = ({ blocks = [] }: PageMessage) =>
  blocks.some(({ elements }) => ((elements ?? []) as SlackJson[]).some(({ action_id }) => action_id === 'rate_reply'))

const directOf = ({ slack }: Story) =>
  slack.snapshot(slack.people.dana).channels.find(({ kind }) => kind === 'im')?.id ?? ''

const calls = ({ slack }: Story, method: string) => slack.calls.filter(call => call.method === method)

describe('in a direct message', () => {
  test('the text grows as Slack’s stream, and ends with its buttons', async () => {
    const story = await openStory()
    const { model, say, untilReply } = story
    const direct = directOf(story)
    const ts = await say(story.slack.people.dana, direct, 'tell me')
    const exchange = await model.next()
    exchange.say('Once upon ')
    await untilReply(direct, ts, reply => reply.text.startsWith('Once upon'), 'the beginning')
    exchange.say('a <!channel> time. ')
    await untilReply(direct, ts, reply => reply.text.includes('time.'), 'more')
    exchange.say('The end.')
    exchange.end()
    const whole = await untilReply(direct, ts, isWhole, 'the end')
    expect(toSeen(whole).replaceAll('\u2060', '')).toBe('Once upon a <!channel> time. The end.')
    expect(JSON.stringify(whole)).not.toContain('"Once upon a <!channel>')
    expect(calls(story, 'chat.startStream')).toHaveLength(1)
    expect(calls(story, 'chat.stopStream')).toHaveLength(1)
    expect(calls(story, 'chat.update')).toEqual([])
    expect(story.replies(direct, ts)).toHaveLength(1)
  })

  test('a link that comes in pieces shows its true host at once, and is never seen without it', async () => {
    const story = await openStory()
    const { slack, model, say, untilReply } = story
    const direct = directOf(story)
    const ts = await say(slack.people.dana, direct, 'where do I log in?')
    const exchange = await model.next()
    for (const piece of [
      'Go to [bank.',
      'example](https',
      '://evil.exam',
      'ple/x) or https://bank.example',
      '@evil.example/ ',
    ]) {
      exchange.say(piece)
      await untilReply(direct, ts, ({ text }) => text !== '', 'the text so far')
    }
    exchange.say('now. [Go](javascript:alert(1))')
    exchange.end()
    const whole = await untilReply(direct, ts, isWhole, 'the end')
    const shown =
      'Go to [bank.example](https://evil.example/x) (evil.example) or https://bank.example@evil.example/ (evil.example) now.'
    expect(toSeen(whole)).toBe(`${shown} Go (javascript:alert(1))`)
    for (const version of slack.versions(direct, whole.ts))
      expect(version.text).not.toMatch(/evil\.example\/x\)(?! \(evil\.example\))/)
    expect(calls(story, 'chat.update')).toEqual([])
  })

  test.each([
    ['chat.startStream', 'missing_recipient_user_id'],
    ['chat.startStream', 'unknown_method'],
    ['chat.startStream', 'invalid_arguments'],
    ['chat.stopStream', 'invalid_blocks'],
    ['chat.appendStream', 'message_not_in_streaming_state'],
    ['chat.stopStream', 'message_not_in_streaming_state'],
  ])('a %s that Slack refuses with %s costs nothing: the text is edited in, and stands once', async (method, error) => {
    const story = await openStory()
    const { slack, model, say, untilReply } = story
    const direct = directOf(story)
    slack.fault({ method, times: method === 'chat.stopStream' ? 1 : Number.POSITIVE_INFINITY, error })
    const ts = await say(slack.people.dana, direct, 'tell me')
    const exchange = await model.next()
    exchange.say('Once upon ')
    await untilReply(direct, ts, reply => reply.text.startsWith('Once upon'), 'the beginning')
    exchange.say('a time. ')
    await slack.until(() => method !== 'chat.appendStream' || calls(story, method).length > 0, 'the refusal')
    exchange.say('The end.')
    exchange.end()
    const whole = await untilReply(direct, ts, isWhole, 'the end')
    expect(toSeen(whole)).toBe('Once upon a time. The end.')
    expect(story.replies(direct, ts)).toHaveLength(1)
  })

  test('a stream that Slack neither ends nor lets be edited is left, and the whole text posted anew', async () => {
    const story = await openStory()
    const { slack, model, say, untilReply } = story
    const direct = directOf(story)
    slack.fault({ method: 'chat.stopStream', times: Number.POSITIVE_INFINITY, error: 'message_not_in_streaming_state' })
    const ts = await say(slack.people.dana, direct, 'tell me')
    const exchange = await model.next()
    exchange.say('Once upon ')
    await untilReply(direct, ts, reply => reply.text.startsWith('Once upon'), 'the beginning')
    exchange.say('a time.')
    exchange.end()
    expect(toSeen(await untilReply(direct, ts, isWhole, 'the end'))).toBe('Once upon a time.')
    expect(calls(story, 'chat.update').length).toBeLessThanOrEqual(6)
  })

  test('an answer that never comes to a piece that Slack did take doubles nothing', async () => {
    const story = await openStory()
    const { slack, model, say, untilReply } = story
    const direct = directOf(story)
    slack.fault({ method: 'chat.appendStream', cut: 'after' })
    const ts = await say(slack.people.dana, direct, 'tell me')
    const exchange = await model.next()
    exchange.say('One, ')
    await untilReply(direct, ts, reply => reply.text.startsWith('One'), 'the beginning')
    exchange.say('two, ')
    await slack.until(() => calls(story, 'chat.appendStream').length > 0, 'the piece')
    exchange.say('three.')
    exchange.end()
    expect(toSeen(await untilReply(direct, ts, isWhole, 'the end'))).toBe('One, two, three.')
  })
})

describe('a stream', () => {
  test('begins when there is something to see that no later piece can change', async () => {
    const story = await openStory()
    const { model, say, untilReply } = story
    const direct = directOf(story)
    const ts = await say(story.slack.people.dana, direct, 'tell me')
    const exchange = await model.next()
    exchange.say('<!chan')
    exchange.say('nel> hello ')
    const first = await untilReply(direct, ts, reply => reply.text.includes('hello'), 'the beginning')
    expect(JSON.stringify(first)).not.toContain('<!channel>')
    exchange.end()
    await untilReply(direct, ts, isWhole, 'the end')
    expect(calls(story, 'chat.startStream').map(({ status }) => status)).toEqual(['ok'])
  })

  test('whose question is changed is written over, in the same message', async () => {
    const story = await openStory()
    const { slack, model, say, untilReply } = story
    const direct = directOf(story)
    const { dana } = slack.people
    const ts = await say(dana, direct, 'tell me')
    ;(await model.next()).say('Once upon ')
    await untilReply(direct, ts, reply => reply.text.startsWith('Once upon'), 'the beginning')
    await slack.do({ do: 'edit', as: dana, channel: direct, ts, text: 'tell me something else' })
    ;(await model.next()).reply('Something else.')
    const whole = await untilReply(direct, ts, isWhole, 'the end')
    expect(toSeen(whole)).toBe('Something else.')
    expect(story.replies(direct, ts)).toHaveLength(1)
  })

  test('whose question is deleted goes', async () => {
    const story = await openStory()
    const { slack, model, say, untilReply } = story
    const direct = directOf(story)
    const { dana } = slack.people
    const ts = await say(dana, direct, 'tell me')
    ;(await model.next()).say('Once upon ')
    await untilReply(direct, ts, reply => reply.text.startsWith('Once upon'), 'the beginning')
    await slack.do({ do: 'delete', as: dana, channel: direct, ts })
    await slack.until(() => story.replies(direct, ts).length === 0, 'the reply to go')
  })

  test('that is stopped by Slack’s own button keeps what was written, marked', async () => {
    const story = await openStory()
    const { slack, model, say, untilReply } = story
    const direct = directOf(story)
    const { dana } = slack.people
    const ts = await say(dana, direct, 'tell me')
    const exchange = await model.next()
    exchange.say('Once upon ')
    await untilReply(direct, ts, reply => reply.text.startsWith('Once upon'), 'the beginning')
    await slack.do({ do: 'stop_session', as: dana, channel: direct, threadTs: ts })
    const stopped = await untilReply(direct, ts, isWhole, 'the end')
    expect(toSeen(stopped)).toMatch(/^Once upon\s+Stopped\. This answer is incomplete\.$/)
    await slack.until(() => exchange.isAborted(), 'the model to be left')
  })

  test('of a process that is stopped is gone on with by the next, in the same message', async () => {
    const dataDir = await mkdtemp(join(tmpdir(), 'threadwise-'))
    const story = await openStory({ dataDir, config: { stopMs: 0 } })
    const { slack, model, say, untilReply } = story
    const direct = directOf(story)
    const ts = await say(slack.people.dana, direct, 'tell me')
    ;(await model.next()).say('Once upon ')
    await untilReply(direct, ts, reply => reply.text.startsWith('Once upon'), 'the beginning')
    await story.app.stop()
    await story.reconnect()
    ;(await model.next()).reply('Once upon a time. The end.')
    const whole = await untilReply(direct, ts, isWhole, 'the end')
    expect(toSeen(whole)).toBe('Once upon a time. The end.')
    expect(story.replies(direct, ts)).toHaveLength(1)
  })
})

test('a reply of tens of thousands of characters with code, tables and lists comes whole, each message valid by itself', {
  timeout: 90_000,
}, async () => {
  const story = await openStory({ workspace: { limits: 'off' } })
  const { slack, model, say } = story
  const { dana, general } = { ...slack.people, ...slack.channels }
  const section = (at: number) =>
    `## 第 ${at} 节 👩‍👩‍👧\n\n- point-${at}a 我们决定了 🇨🇳\n- point-${at}b and more of it\n\n\`\`\`ts\nconst code${at} = 'x'.repeat(${at})\n\`\`\`\n\n| what | who |\n|---|---|\n| row-${at} | 小梅 |\n\n${'一段很长的文字，'.repeat(12)}\n\n`
  // An answer of 76,000 bytes is ended.
  const sections = bySoak(80, 110)
  const text = Array.from({ length: sections }, (_, at) => section(at)).join('')
  expect(text.length).toBeGreaterThan(sections * 190)
  const ts = await say(dana, general, `<@${slack.botUserId}> everything`)
  const exchange = await model.next()
  for (let at = 0; at < text.length; at += 2_000) exchange.say(text.slice(at, at + 2_000))
  exchange.end()
  await slack.until(() => story.replies(general, ts).some(isWhole), 'the end', 80_000)
  const replies = story.replies(general, ts)
  const parts = replies.map(reply => toSeen(reply).replaceAll('\u2060', ''))
  const whole = parts.join('\n')
  for (let at = 0; at < sections; at += 1)
    for (const word of [`point-${at}a`, `point-${at}b`, `code${at} =`, `row-${at} `])
      expect(whole.split(word), word).toHaveLength(2)
  for (const part of parts) {
    expect((part.match(/^```/gm) ?? []).length % 2).toBe(0)
    expect(part.isWellFormed()).toBe(true)
    expect(part).not.toMatch(/^\u200d|\u200d$/)
  }
  for (const { text: shown } of replies) expect(Buffer.byteLength(shown)).toBeLessThanOrEqual(4_000)
})

describe('when Slack allows little', () => {
  test('what cannot be completed is not begun: it is posted once, whole, and nothing is refused', async () => {
    const bounds = { running: 60, waiting: 60 }
    const story = await openStory({ workspace: { limits: { 'chat.update': 50 } }, config: { bounds } })
    const { slack, model, say } = story
    const { dana } = slack.people
    const asked: { channel: string; ts: string }[] = []
    model.answerAll(exchange => {
      exchange.say('begun ')
      void slack
        .until(() => model.requests.length === 60, 'all questions', 30_000)
        .then(() => {
          exchange.say('and whole.')
          exchange.end()
        })
    })
    for (let at = 0; at < 60; at += 1) {
      const { channel } = await slack.do({ do: 'create_channel', as: dana, name: `room-${at}` })
      await slack.do({ do: 'invite', as: dana, channel: String(channel), user: slack.botUserId })
      asked.push({ channel: String(channel), ts: await say(dana, String(channel), `<@${slack.botUserId}> go`) })
    }
    const last = ({ channel, ts }: { channel: string; ts: string }) => story.replies(channel, ts).at(-1)
    const whole = () => asked.filter(one => last(one)?.text.includes('and whole.') === true).length
    await slack.until(() => whole() === 60, 'all answers', 40_000)
    expect(slack.calls.filter(({ error }) => error === 'ratelimited')).toEqual([])
    expect(asked.filter(one => story.replies(one.channel, one.ts).length !== 1)).toEqual([])
    // Those without room for a second call were posted once.
    expect(asked.some(one => last(one)?.edits === 0)).toBe(true)
  })

  test('a text that cannot be completed by an edit is whole at once in a new message, and the one before goes', async () => {
    const story = await openStory({ workspace: { limits: { 'chat.update': 1 } } })
    const { slack, model, say, untilReply } = story
    const { dana, general } = { ...slack.people, ...slack.channels }
    const ts = await say(dana, general, `<@${slack.botUserId}> go`)
    const exchange = await model.next()
    exchange.say('One ')
    const begun = await untilReply(general, ts, reply => reply.text.startsWith('One'), 'the first text')
    exchange.say('two ')
    await untilReply(general, ts, reply => reply.text.includes('two'), 'the only edit')
    exchange.say('three.')
    exchange.end()
    const whole = await untilReply(general, ts, isWhole, 'the end')
    expect(toSeen(whole)).toBe('One two three.')
    expect(whole.ts).not.toBe(begun.ts)
    await slack.until(() => story.replies(general, ts).length === 1, 'the first one to go')
  })

  test('it is taken at its refusal: the next minute asks for no more than it gave', async () => {
    const story = await openStory({ workspace: { limits: { 'chat.update': 5 } } })
    const { slack, model, say, untilReply } = story
    const { dana, general } = { ...slack.people, ...slack.channels }
    const ts = await say(dana, general, `<@${slack.botUserId}> go`)
    const exchange = await model.next()
    for (let at = 0; at < 8; at += 1) {
      exchange.say(`word${at} `)
      await slack.until(
        () =>
          calls(story, 'chat.update').some(({ error }) => error === 'ratelimited') ||
          story.replies(general, ts).at(-1)?.text.includes(`word${at}`),
        'the word, or the refusal',
      )
    }
    exchange.end()
    const refused = () => calls(story, 'chat.update').filter(({ error }) => error === 'ratelimited').length
    expect(refused()).toBe(1)
    const other = await say(dana, slack.channels.feedback, `<@${slack.botUserId}> go`)
    ;(await model.next()).reply('Posted whole.')
    await untilReply(
      slack.channels.feedback,
      other,
      reply => reply.text.startsWith('Posted whole.'),
      'the other answer',
    )
    expect(refused()).toBe(1)
  })
})
