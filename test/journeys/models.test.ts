import { describe, expect, test } from 'vitest'
import type { Exchange } from '../scripted-model.ts'
import { openStory, type Story, toSeen } from '../story.ts'

const onePixel = 'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=='

const ask = (story: Story, text = '2+2?', threadTs?: string) =>
  story.say(story.slack.people.dana, story.slack.channels.general, `<@${story.slack.botUserId}> ${text}`, threadTs)

/** Waits for a reply of the bot in a thread that a person reads like this. */
const untilSeen = (story: Story, ts: string, words: string) =>
  story.untilReply(story.slack.channels.general, ts, reply => toSeen(reply).includes(words), words)

/** Every text that a message of the bot in the thread ever had. */
const everShown = ({ slack, replies }: Story, ts: string) =>
  JSON.stringify(replies(slack.channels.general, ts).flatMap(reply => slack.versions(slack.channels.general, reply.ts)))

const pause = (ms: number) => new Promise(resolve => setTimeout(resolve, ms))
const event = (delta: object, finish: string | null = null) =>
  `data: ${JSON.stringify({ choices: [{ index: 0, delta, finish_reason: finish }] })}\n\n`

describe('a model that thinks', () => {
  test('has the status line say so, and its thoughts are never shown', async () => {
    const story = await openStory()
    const ts = await ask(story)
    const exchange = await story.model.next()
    for (let count = 0; count < 10; count += 1) {
      exchange.raw(event({ reasoning_content: 'a secret thought' }))
      await pause(60)
    }
    const { statuses } = story.slack.snapshot(story.slack.people.dana)
    expect(statuses.find(({ threadTs }) => threadTs === ts)?.status).toBe('is thinking…')
    expect(story.replies(story.slack.channels.general, ts)).toEqual([])
    exchange.reply('4')
    await untilSeen(story, ts, '4')
    expect(everShown(story, ts)).not.toContain('secret')
  })

  test.each([
    [['<|chan', 'nel|>analysis<|message|>sec', 'ret<|end|><|start|>assistant<|channel|>fi', 'nal<|message|>4']],
    [['Four: ', '\n<thi', 'nk>\nsecret\n</think', '>\n4']],
    [['<thinking>secret</thinking>\n<fin', 'al>4</fi', 'nal>']],
  ])('in its text has only its answer shown: %j', async pieces => {
    const story = await openStory()
    const ts = await ask(story)
    const exchange = await story.model.next()
    for (const piece of pieces) {
      exchange.say(piece)
      await pause(60)
    }
    exchange.end()
    await untilSeen(story, ts, '4')
    expect(everShown(story, ts)).not.toMatch(/secret|channel|final/)
  })

  test('for longer than a message holds, without an opener, leaves one message with its answer', async () => {
    const story = await openStory()
    const ts = await ask(story)
    const exchange = await story.model.next()
    exchange.say(`${'A thought about it. '.repeat(400)}`)
    await story.slack.until(() => story.replies(story.slack.channels.general, ts).length > 1 || undefined, 'two')
    exchange.say('\n</think>\n\n4')
    exchange.end()
    await story.slack.until(() => {
      const [only, ...others] = story.replies(story.slack.channels.general, ts)
      return (only !== undefined && toSeen(only) === '4' && others.length === 0) || undefined
    }, 'the answer alone')
  })
})

describe('an answer without text', () => {
  test.each([
    [event({ reasoning_content: 'x' }, 'length'), 'reached its length limit'],
    [event({ reasoning: 'x' }, 'stop'), 'finished thinking but wrote no answer'],
    [event({ content: null, refusal: "I can't help with that." }, 'stop'), 'declined to answer: “I can’t help'],
    [event({ tool_calls: [{ index: 0, function: { name: 'x' } }] }, 'tool_calls'), 'a tool I don’t have'],
    [event({}, 'content_filter'), 'content rules'],
  ])('says why in a sentence of its own: %s', async (body, sentence) => {
    const story = await openStory()
    const ts = await ask(story)
    const exchange = await story.model.next()
    exchange.raw(`${body}data: [DONE]\n\n`)
    exchange.finish()
    await story.untilReply(
      story.slack.channels.general,
      ts,
      reply => toSeen(reply).replaceAll("'", '’').includes(sentence),
      sentence,
    )
  })
})

test('an answer without text says why in the person’s language, and so does the status line', async () => {
  const story = await openStory()
  const { slack } = story
  const { mei } = slack.people
  const { general } = slack.channels
  const ts = await story.say(mei, general, `<@${slack.botUserId}> 二加二？`)
  const exchange = await story.model.next()
  exchange.raw(event({ reasoning_content: '嗯' }))
  await slack.until(
    () => slack.snapshot(mei).statuses.find(({ threadTs, status }) => threadTs === ts && status === '正在思考…'),
    'the status',
  )
  exchange.raw(`${event({}, 'length')}data: [DONE]\n\n`)
  exchange.finish()
  await untilSeen(story, ts, '还没写出回答就达到了长度上限')
})

describe('what a server refuses', () => {
  const refusals: [string, (exchange: Exchange) => boolean, object][] = [
    [
      'stream',
      ({ body }) => body.stream,
      {
        message: 'Your organization must be verified to stream this model.',
        param: 'stream',
        code: 'unsupported_value',
      },
    ],
    ['the system role', ({ body }) => body.messages[0]?.role === 'system', { message: 'System role not supported' }],
    [
      'the output limit',
      ({ body }) => (body.max_tokens ?? body.max_completion_tokens ?? 0) > 4_096,
      {
        message:
          "'max_tokens' or 'max_completion_tokens' is too large: 16384. This model's maximum context length is 8192 tokens",
      },
    ],
  ]
  test.each(refusals)('is left out at once, and for the next question: %s', async (_, refuses, error) => {
    const story = await openStory()
    story.model.answerAll(exchange => {
      if (refuses(exchange)) exchange.status(400, { error })
      else if (exchange.body.stream) exchange.reply('4')
      else exchange.status(200, { choices: [{ message: { content: '4' }, finish_reason: 'stop' }] })
    })
    await untilSeen(story, await ask(story), '4')
    await untilSeen(story, await ask(story), '4')
    expect(story.model.requests).toHaveLength(3)
  })

  test('in words that nobody knows is found by leaving out one part after another', async () => {
    const story = await openStory()
    story.model.answerAll(exchange => {
      const isTaken = exchange.body.messages[0]?.role !== 'system'
      if (isTaken) exchange.reply('4')
      else exchange.status(400, { error: { message: '参数错误' } })
    })
    await untilSeen(story, await ask(story), '4')
    const before = story.model.requests.length
    await untilSeen(story, await ask(story), '4')
    expect(story.model.requests).toHaveLength(before + 1)
    expect(story.model.requests.at(-1)?.body.stream).toBe(true)
  })

  test('one of several pictures is left out, the others are answered about', async () => {
    const story = await openStory()
    const { slack, model } = story
    const { dana } = slack.people
    const { general } = slack.channels
    const good = Buffer.from(onePixel, 'base64')
    // What follows the end of a PNG changes nothing but its bytes.
    const bad = Buffer.concat([good, Buffer.from('BAD')])
    const share = async (name: string, bytes: Buffer, threadTs?: string) => {
      const { id } = slack.upload(dana, name, bytes)
      const text = `<@${slack.botUserId}> what is ${name}?`
      const said = await slack.do({
        do: 'say',
        as: dana,
        channel: general,
        text,
        files: [id],
        ...(threadTs && { threadTs }),
      })
      return String(said.ts)
    }
    model.answerAll(exchange =>
      exchange.prompt.includes(bad.toString('base64').slice(-8))
        ? exchange.status(400, { error: { message: '图片解析失败' } })
        : exchange.reply(`I see ${exchange.prompt.split('data:image').length - 1}.`),
    )
    const ts = await share('good.png', good)
    await untilSeen(story, ts, 'I see 1.')
    await share('bad.png', bad, ts)
    const reply = await untilSeen(story, ts, 'couldn’t read bad.png')
    expect(toSeen(reply)).toContain('I see 1.')
    expect(toSeen(reply)).not.toContain('couldn’t read good.png')
  })

  test('a picture is not sent again, the answer says so, and the thread stays usable', async () => {
    const story = await openStory()
    const { slack, model } = story
    model.answerAll(exchange =>
      exchange.prompt.includes('image_url')
        ? exchange.status(400, { error: { message: 'Could not process image' } })
        : exchange.reply('4'),
    )
    const picture = slack.upload(slack.people.dana, 'dot.png', Buffer.from(onePixel, 'base64'))
    const said = await slack.do({
      do: 'say',
      as: slack.people.dana,
      channel: slack.channels.general,
      text: `<@${slack.botUserId}> what is it?`,
      files: [picture.id],
    })
    const ts = String(said.ts)
    const reply = await untilSeen(story, ts, '4')
    expect(toSeen(reply)).toContain('couldn’t read dot.png')
    await ask(story, '2+2?', ts)
    await slack.until(() => story.replies(slack.channels.general, ts).length === 2 || undefined, 'the second answer')
    await untilSeen(story, ts, '4')
    expect(model.requests).toHaveLength(3)
  })
})

describe('half an answer', () => {
  const half = (exchange: Exchange, text: string) => {
    exchange.say(text)
    exchange.raw('data: [DONE]\n\n')
    exchange.finish()
  }

  test('gives way to the whole one', async () => {
    const story = await openStory()
    const ts = await ask(story, 'why?')
    half(await story.model.next(), 'It is because the')
    ;(await story.model.next()).reply('It is because the sky is blue.')
    const reply = await untilSeen(story, ts, 'sky is blue.')
    expect(toSeen(reply)).toBe('It is because the sky is blue.')
  })

  test('that stays half says so', async () => {
    const story = await openStory()
    const ts = await ask(story, 'why?')
    story.model.answerAll(exchange => half(exchange, 'It is because the'))
    const reply = await untilSeen(story, ts, 'may be incomplete')
    expect(toSeen(reply)).toContain('It is because the')
    expect(story.model.requests).toHaveLength(2)
  })
})

test('an answer that runs on is ended after some twenty-five messages, with a note', { timeout: 120_000 }, async () => {
  const story = await openStory()
  const ts = await ask(story)
  const exchange = await story.model.next()
  for (let count = 0; count < 90; count += 1) exchange.say(`${'Again and again. '.repeat(58)}\n\n`)
  const last = () => story.replies(story.slack.channels.general, ts).at(-1)
  // A channel takes one message a second.
  await expect.poll(() => toSeen(last() ?? { text: '' }), { timeout: 100_000 }).toContain('going on too long')
  expect(story.replies(story.slack.channels.general, ts).length).toBeLessThan(30)
  await expect.poll(() => exchange.isAborted(), { timeout: 30_000 }).toBe(true)
})

test('a thread that is longer than the model’s window is asked for again by half', async () => {
  const story = await openStory({ model: { name: 'some-model' } })
  const { slack, model, say } = story
  const ts = await say(slack.people.dana, slack.channels.general, 'Let us begin.')
  for (let count = 0; count < 20; count += 1)
    await say(slack.people.mei, slack.channels.general, `${count} ${'a word or two '.repeat(60)}`, ts)
  let longest = 0
  model.answerAll(exchange => {
    longest = Math.max(longest, exchange.prompt.length)
    if (exchange.prompt.length <= longest * 0.8) exchange.reply('4')
    else if (longest > 10_000 && model.requests.length === 1)
      exchange.status(200, '', { 'content-type': 'text/event-stream' })
    else exchange.status(400, { error: { message: 'context size exceeded' } })
  })
  await ask(story, '2+2?', ts)
  const reply = await untilSeen(story, ts, '4')
  expect(toSeen(reply)).toMatch(/read \d+ of 22 messages/)
  expect(model.requests).toHaveLength(2)
})

test('one outage is told once in a thread, until the model works again', async () => {
  const story = await openStory()
  const { slack, model, say, replies } = story
  const { dana, mei } = slack.people
  const { general } = slack.channels
  let isDown = true
  model.answerAll(exchange =>
    isDown ? exchange.status(503, { error: { message: 'down' } }, { 'retry-after': '60' }) : exchange.reply('4'),
  )
  const ts = await ask(story, 'start')
  await untilSeen(story, ts, '503')
  for (let count = 0; count < 5; count += 1) {
    await say(mei, general, `and ${count}?`, ts)
    await slack.until(() => model.requests.length === count + 2 || undefined, 'the request')
  }
  await pause(500)
  expect(replies(general, ts)).toHaveLength(1)
  // Who names the bot is told.
  await ask(story, 'and now?', ts)
  await slack.until(() => replies(general, ts).length === 2 || undefined, 'a second notice')
  isDown = false
  await say(dana, general, 'and now?', ts)
  await untilSeen(story, ts, '4')
  isDown = true
  await say(dana, general, 'and then?', ts)
  await untilSeen(story, ts, '503')
})

test('the marks of the prompt never reach a reader, except in code', async () => {
  const story = await openStory()
  const ts = await ask(story)
  const exchange = await story.model.next()
  for (const piece of ['<mess', 'age from="bot" time="now">`<message>` is 4</mess', 'age>\n<file na', 'me="a"/>.']) {
    exchange.say(piece)
    await pause(60)
  }
  exchange.end()
  const reply = await untilSeen(story, ts, 'is 4')
  await untilSeen(story, ts, '.')
  expect(everShown(story, ts)).not.toMatch(/<message from|<\/message|<file/)
  expect(toSeen(reply)).toContain('`<message>` is 4')
})

describe('JSON is found by what is asked for', () => {
  const classify = { command: '/classify', description: '', usageHint: '' }
  const item = { kind: 'bug', quote: 'crashes', reason: 'It fails.', confidence: 0.9 }
  const list = JSON.stringify({ items: [item] })
  test.each([
    `Note {this}: ${list} Hope that {helps}.`,
    `{"thought":{"items":"none"}}\n${list}`,
    `{"items":[{"kind":"…","quote":"…","reason":"…"}]}\n\n${list}`,
    `{"result":${list}}`,
    `\`\`\`json\n${JSON.stringify(item)}\n\`\`\``,
    "{'items': [{'kind': 'bug', 'quote': 'crashes', 'reason': None, 'confidence': '9/10',},]}  # done",
  ])('in labels: %s', async answer => {
    const story = await openStory({ workspace: { commands: [classify] } })
    const { slack, model } = story
    const { dana, general } = { ...slack.people, ...slack.channels }
    await slack.do({ do: 'command', as: dana, channel: general, command: '/classify', text: 'It crashes.' })
    ;(await model.next()).reply(answer)
    const isCard = ({ text, ephemeralTo }: { text: string; ephemeralTo?: string }) =>
      ephemeralTo === dana && text.startsWith('[Bug]-[problem:crashes]')
    await slack.until(() => slack.snapshot(dana).messages.find(isCard), 'the card')
    expect(model.requests).toHaveLength(1)
  })

  test('in summaries, of two the last that is complete', async () => {
    const story = await openStory()
    const { slack, model, say } = story
    const ts = await say(slack.people.dana, slack.channels.general, 'Plan B it is.')
    await ask(story, 'summarize this thread', ts)
    const upshot = (text: string) => ({ upshot: { text, sources: ['1'] } })
    const lists = { decisions: [], questions: [], tasks: [], facts: [] }
    const exchange = await model.next()
    exchange.say(
      `{maybe} ${JSON.stringify(upshot('WRONG'))} So: ${JSON.stringify({ ...upshot('Plan B.</message>'), ...lists })} {x}`,
    )
    exchange.end({ usage: false })
    const summary = await untilSeen(story, ts, 'Plan B.')
    expect(toSeen(summary)).not.toMatch(/WRONG|message>/)
  })
})
