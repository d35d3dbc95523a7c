import { describe, expect, test } from 'vitest'
import { openStory, type Story, toSeen } from '../story.ts'

describe('while it grows', () => {
  test('a reader never sees half-open marks, and the newest text wins over those in between', async () => {
    const { slack, model, say, untilReply } = await openStory()
    const { general } = slack.channels
    const ts = await say(slack.people.dana, general, `<@${slack.botUserId}> show me code`)
    const exchange = await model.next()
    const pieces: [piece: string, shows: string][] = [
      ['Here **it', 'it'],
      [' is**:\n\n```js\nlet a = 1', 'let a'],
      ['\n```\n\n| x | y', 'let a = 1\n```'],
      [' |\n|---|---|\n| 1 | 2 |\n\nSee [the docs](https://exa', 'See'],
    ]
    for (const [piece, shows] of pieces) {
      exchange.say(piece)
      await untilReply(general, ts, reply => toSeen(reply).includes(shows), shows)
    }
    exchange.say('mple.com/a).')
    exchange.end()
    const reply = await untilReply(general, ts, reply => toSeen(reply).endsWith('example.com/a).'), 'the whole')
    const versions = slack.versions(general, reply.ts)
    expect(versions.length).toBeGreaterThanOrEqual(4)
    for (const { text, blocks } of versions) {
      const seen = toSeen({ text, ...(blocks && { blocks }) })
      expect((seen.match(/```/g) ?? []).length % 2).toBe(0)
      expect((seen.match(/\*\*/g) ?? []).length % 2).toBe(0)
      expect(seen).not.toMatch(/\]\([^)]*$/)
    }
  })

  test('blank lines before the first word, and a mark that is not a word yet, show nothing and hold up nothing', async () => {
    const { slack, model, say, untilReply, replies } = await openStory()
    const { general } = slack.channels
    const ts = await say(slack.people.dana, general, `<@${slack.botUserId}> well?`)
    const exchange = await model.next()
    exchange.say('\n')
    exchange.say('\n**')
    const other = await say(slack.people.lee, slack.channels.feedback, `<@${slack.botUserId}> and?`)
    ;(await model.next()).reply('And.')
    await untilReply(slack.channels.feedback, other, reply => toSeen(reply) === 'And.', 'the other answer')
    expect(replies(general, ts)).toEqual([])
    exchange.say('Well.**')
    exchange.end()
    await untilReply(general, ts, reply => toSeen(reply).trim() === '**Well.**', 'the answer')
  })

  test('nothing that the model writes pings or unfurls', async () => {
    const { slack, model, say, untilReply } = await openStory()
    const { general } = slack.channels
    const ts = await say(slack.people.dana, general, `<@${slack.botUserId}> shout`)
    const exchange = await model.next()
    const pieces: [piece: string, shows: string][] = [
      ['hello <!chan', 'hello'],
      ['nel> and <!here> and <!subteam^S0', 'and'],
      [`1|@all> or <@${slack.people.lee}> or @everyone `, 'or'],
    ]
    for (const [piece, shows] of pieces) {
      exchange.say(piece)
      await untilReply(general, ts, reply => toSeen(reply).includes(shows), shows)
    }
    exchange.say('https://evil.example/?q=secret')
    exchange.end()
    const reply = await untilReply(general, ts, reply => toSeen(reply).includes('secret'), 'the whole')
    for (const version of slack.versions(general, reply.ts)) {
      const all = JSON.stringify(version)
      expect(all).not.toMatch(/<!(channel|here|everyone|subteam)|<@[UW]|@everyone|@channel|@here/)
    }
    const writes = slack.calls.filter(({ method }) => method === 'chat.postMessage')
    expect(writes).toHaveLength(1)
    expect(String(writes[0]?.args.unfurl_links)).toBe('false')
    expect(String(writes[0]?.args.unfurl_media)).toBe('false')
  })
})

describe('a reply over Slack’s limits', () => {
  test('goes on in further messages, fences reopened, nothing lost', async () => {
    const { slack, model, say, replies } = await openStory()
    const { general } = slack.channels
    const ts = await say(slack.people.dana, general, `<@${slack.botUserId}> everything`)
    const exchange = await model.next()
    const code = Array.from({ length: 300 }, (_, line) => `const value${line} = ${line} // 第${line}行`)
    const text = `Intro.\n\n\`\`\`ts\n${code.join('\n')}\n\`\`\`\n\nThe end.`
    for (let at = 0; at < text.length; at += 500) exchange.say(text.slice(at, at + 500))
    exchange.end()
    await slack.until(
      () => replies(general, ts).some(reply => toSeen(reply).includes('The end.')),
      'the last part',
      15_000,
    )
    const parts = replies(general, ts).map(toSeen)
    expect(parts.length).toBeGreaterThan(1)
    for (const part of parts) expect((part.match(/```/g) ?? []).length % 2).toBe(0)
    const lines = parts.join('\n').split('\n')
    for (const line of code) expect(lines.filter(other => other === line)).toHaveLength(1)
  })
})

describe('when Slack does not take it', () => {
  test('a 429 on edits holds up edits only, and the whole text lands', async () => {
    const story = await openStory()
    const { slack, say } = story
    const { general, feedback } = slack.channels
    slack.fault({ method: 'chat.update', retryAfter: 2, times: 1 })
    const first = await speakInTwo(story, general)
    const other = await say(slack.people.lee, feedback, `<@${slack.botUserId}> quick one`)
    ;(await story.model.next()).reply('Quick.')
    await story.untilReply(feedback, other, reply => toSeen(reply) === 'Quick.', 'the other reply')
    await story.untilReply(general, first, reply => toSeen(reply) === 'One. Two.', 'the whole text')
    expect(slack.calls.filter(({ status }) => status === 'refused')).toHaveLength(1)
  })

  const faults = {
    'an error of Slack’s': { error: 'internal_error' },
    'a 500': { status: 500, body: 'no' },
    'a page': { status: 200, body: '<html>', headers: { 'content-type': 'text/html' } },
    'nothing, before': { cut: 'before' },
    'nothing, after it was done': { cut: 'after' },
  } as const
  test.each(Object.entries(faults))('the last edit lands although it met %s', async (_, fault) => {
    const story = await openStory()
    story.slack.fault({ method: 'chat.update', times: 2, ...fault })
    const ts = await speakInTwo(story, story.slack.channels.general)
    await story.untilReply(story.slack.channels.general, ts, reply => toSeen(reply) === 'One. Two.', 'the whole text')
  })

  test.each(Object.entries(faults))('the first text stands once although it met %s', async (_, fault) => {
    const story = await openStory()
    story.slack.fault({ method: 'chat.postMessage', ...fault })
    const ts = await speakInTwo(story, story.slack.channels.general)
    await story.untilReply(story.slack.channels.general, ts, reply => toSeen(reply) === 'One. Two.', 'the whole text')
    expect(story.replies(story.slack.channels.general, ts)).toHaveLength(1)
  })

  test('the first text stands once although its post was lost and even the look for it failed', async () => {
    const story = await openStory()
    story.slack.fault({ method: 'chat.postMessage', cut: 'after' })
    story.slack.fault({ method: 'conversations.replies', status: 500, body: 'no' })
    const ts = await speakInTwo(story, story.slack.channels.general)
    await story.untilReply(story.slack.channels.general, ts, reply => toSeen(reply) === 'One. Two.', 'the whole text')
    expect(story.replies(story.slack.channels.general, ts)).toHaveLength(1)
  })

  test('an edit that Slack finds too long lands with a shorter copy beside its blocks', async () => {
    const story = await openStory()
    const isLong = (args: Record<string, unknown>) => String(args.text).length > 1_000
    story.slack.fault({ method: 'chat.update', error: 'msg_too_long', when: isLong, times: Number.POSITIVE_INFINITY })
    const { general } = story.slack.channels
    const ts = await story.say(story.slack.people.dana, general, `<@${story.slack.botUserId}> go`)
    const exchange = await story.model.next()
    exchange.say('One.')
    await story.untilReply(general, ts, reply => toSeen(reply) === 'One.', 'the first text')
    const rest = ` ${'word '.repeat(300)}end.`
    exchange.say(rest)
    exchange.end()
    await story.untilReply(general, ts, reply => toSeen(reply) === `One.${rest}`, 'the whole text')
  })

  test('a message that can no longer be edited goes on in a new one', async () => {
    const story = await openStory()
    story.slack.fault({ method: 'chat.update', error: 'edit_window_closed', times: Number.POSITIVE_INFINITY })
    const ts = await speakInTwo(story, story.slack.channels.general)
    await story.untilReply(story.slack.channels.general, ts, reply => toSeen(reply) === 'One. Two.', 'the whole text')
  })

  test('a reply that somebody deletes while it grows stays deleted, and the model is told to stop', async () => {
    const { slack, model, say, untilReply, replies } = await openStory()
    const { general } = slack.channels
    const ts = await say(slack.people.dana, general, `<@${slack.botUserId}> go`)
    const exchange = await model.next()
    exchange.say('One.')
    const reply = await untilReply(general, ts, reply => toSeen(reply) === 'One.', 'the first text')
    const deletion = { token: slack.botToken, channel: general, ts: reply.ts }
    await fetch(`${slack.apiUrl}chat.delete`, { method: 'POST', body: new URLSearchParams(deletion) })
    exchange.say(' Two.')
    await expect.poll(() => exchange.isAborted(), { timeout: 30_000 }).toBe(true)
    expect(replies(general, ts)).toEqual([])
  })

  test('a workspace without the Markdown block gets the same as text', async () => {
    const story = await openStory()
    const takesBlocks = (args: Record<string, unknown>) => args.blocks !== undefined
    story.slack.fault({
      method: /^chat\./,
      error: 'invalid_blocks',
      when: takesBlocks,
      times: Number.POSITIVE_INFINITY,
    })
    const ts = await speakInTwo(story, story.slack.channels.general)
    await story.untilReply(story.slack.channels.general, ts, reply => reply.text === 'One. Two.', 'the whole text')
  })

  test('a status that is refused changes nothing', async () => {
    const story = await openStory()
    story.slack.fault({
      method: 'assistant.threads.setStatus',
      error: 'unknown_method',
      times: Number.POSITIVE_INFINITY,
    })
    const ts = await speakInTwo(story, story.slack.channels.general)
    await story.untilReply(story.slack.channels.general, ts, reply => toSeen(reply) === 'One. Two.', 'the whole text')
  })
})

describe('when the model fails', () => {
  test('the message says so in the person’s language and keeps what was written', async () => {
    const { slack, model, say, untilReply } = await openStory()
    const { general } = slack.channels
    const ts = await say(slack.people.mei, general, `<@${slack.botUserId}> 讲个故事`)
    const exchange = await model.next()
    exchange.say('从前有座山')
    await untilReply(general, ts, reply => toSeen(reply) === '从前有座山', 'the first text')
    exchange.raw('data: {"error":{"message":"boom"}}\n\n')
    const reply = await untilReply(general, ts, reply => toSeen(reply).includes('⚠️'), 'the error')
    expect(toSeen(reply)).toBe('从前有座山\n⚠️ 语言模型回答到一半出错了。请再问一次。')
  })

  test('before the first word, the error stands in the thread by itself', async () => {
    const { slack, model, say, untilReply } = await openStory()
    const { general } = slack.channels
    const ts = await say(slack.people.dana, general, `<@${slack.botUserId}> hello`)
    ;(await model.next()).status(401, { error: { message: 'Incorrect API key provided: sk-secret' } })
    const reply = await untilReply(general, ts, reply => toSeen(reply).includes('⚠️'), 'the error')
    expect(toSeen(reply)).toBe('⚠️ The language model rejected my API key. Ask an admin to check OPENAI_API_KEY.')
    expect(JSON.stringify(reply)).not.toContain('sk-secret')
  })
})

/** Asks in the channel and has the model speak twice, the first text seen before the second comes. */
async function speakInTwo({ slack, model, say, untilReply }: Story, channel: string): Promise<string> {
  const ts = await say(slack.people.dana, channel, `<@${slack.botUserId}> go`)
  const exchange = await model.next()
  exchange.say('One.')
  await untilReply(channel, ts, reply => toSeen(reply) === 'One.', 'the first text')
  exchange.say(' Two.')
  exchange.end()
  return ts
}
