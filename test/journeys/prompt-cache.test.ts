import { afterEach, describe, expect, test, vi } from 'vitest'
import { toPdf } from '../files/pdf.ts'
import type { Exchange } from '../scripted-model.ts'
import { freePort, onePixel, openStory, type StoryOptions, toSeen } from '../story.ts'

afterEach(() => void vi.useRealTimers())

const write = ({ body }: Exchange) => JSON.stringify(body.messages)

/** The part of the former request, from 0 to 1, with which the next one begins: what a provider can take from its cache. */
function keptOf(former: Exchange, next: Exchange): number {
  const [a, b] = [write(former), write(next)]
  let length = 0
  while (length < a.length && a[length] === b[length]) length += 1
  return length / a.length
}

/** Opens a story in which each question is answered at once, and a minute passes after each. */
async function openChat(options: StoryOptions = {}) {
  vi.useFakeTimers({ toFake: ['Date'] })
  const story = await openStory(options)
  const { slack, model, untilReply } = story
  let asked = 0
  /** Asks, waits for the answer, and gives its request and its ts. */
  const ask = async (
    as: string,
    text: string,
    { threadTs, files = [], channel = slack.channels.general }: Ask = {},
  ) => {
    asked += 1
    const answer = `Answer ${asked}: ${'that is how it is. '.repeat(4)}`.trim()
    const said = await slack.do({ do: 'say', as, channel, text, files, ...(threadTs !== undefined && { threadTs }) })
    const ts = String(said.ts)
    const exchange = await model.next()
    exchange.reply(answer)
    await untilReply(channel, threadTs ?? ts, reply => toSeen(reply).includes(answer), answer)
    vi.setSystemTime(Date.now() + 61_000)
    return { exchange, ts }
  }
  return { ...story, ask }
}

interface Ask {
  threadTs?: string
  files?: string[]
  channel?: string
}

describe('the next request of a thread begins with the former one', () => {
  test('a minute later, with files, and for people in other time zones and languages', async () => {
    const { slack, ask, say } = await openChat()
    const { dana, lee, mei } = slack.people
    const at = `<@${slack.botUserId}>`
    const notes = slack.upload(dana, 'notes.txt', Buffer.from('The meeting is on Thursday. '.repeat(40)))
    const song = slack.upload(dana, 'song.mp3', Buffer.from('ID3\u0003\0\0\0\0\0\0'))
    const dot = slack.upload(mei, 'dot.png', Buffer.from(onePixel, 'base64'))
    const { exchange, ts: threadTs } = await ask(dana, `${at} when?`, { files: [notes.id, song.id] })
    const requests = [exchange]
    const more = async (as: string, text: string, files: string[] = []) => {
      const { exchange } = await ask(as, text, { threadTs, files })
      requests.push(exchange)
    }
    await more(mei, '几点？')
    await say(lee, slack.channels.general, `<@${dana}> I can’t make it`, threadTs)
    await more(lee, `${at} who comes?`)
    await more(mei, '这是什么？', [dot.id])
    await more(dana, 'and where?')
    const kept = requests.slice(1).map((next, index) => keptOf(requests[index] as Exchange, next))
    expect(kept.filter(part => part < 0.95)).toEqual([])
    // The asker’s own time is told all the same, and to models that would go on in English, the asker’s language.
    const [, chinese, english] = requests
    expect(chinese?.prompt).toMatch(
      /\[Now: 20\d\d-\d\d-\d\d \d\d:\d\d, Asia\/Shanghai\]\n\[Answer in Chinese, unless the question asks for another language\.\]$/,
    )
    expect(english?.prompt).toMatch(/<\/message>$/)
  })

  test('when a file is too long: what a later question needs of it is put with that question', async () => {
    const { slack, ask, untilReply } = await openChat({ model: { name: 'small', contextTokens: 6_000 } })
    const { dana, mei } = slack.people
    const { general } = slack.channels
    const filler = `(${'The weather was as it often is at this time. '.repeat(6)})`
    const pages = Array.from({ length: 300 }, () => filler)
      .with(111, '(A refund takes 7 days.)')
      .with(222, '(The warranty ends in May.)')
    const { id } = slack.upload(dana, 'book.pdf', toPdf({ pages }))
    const { exchange: first, ts: threadTs } = await ask(dana, `<@${slack.botUserId}> how long do refunds take?`, {
      files: [id],
    })
    expect(first.prompt).toMatch(
      /<file name="book.pdf">\[Page 1\][\s\S]*left out …\]\n\[Page 112\]\n\nA refund takes 7 days\./,
    )
    expect(first.prompt).not.toContain('warranty')
    const untilFooter = (words: RegExp) =>
      untilReply(general, threadTs, reply => words.test(toSeen(reply)), `the footer ${words}`)
    await untilFooter(/read pages 1–\d+ and 112 of 300 in book\.pdf; to include other pages/)
    const { exchange: second } = await ask(mei, 'when does the warranty end?', { threadTs })
    expect(second.prompt).toMatch(/warranty end\?[\s\S]*<file name="book.pdf">\[More of this file:\][\s\S]*ends in May/)
    await untilFooter(/300 页，已读第 1–\d+、112和223 页/)
    const { exchange: third } = await ask(dana, 'can you put it in fewer words?', { threadTs })
    const kept = [keptOf(first, second), keptOf(second, third)]
    expect(kept.filter(part => part < 0.95)).toEqual([])
    expect(third.prompt.match(/More of this file/g)).toHaveLength(1)
  })

  test('up to a message that was edited', async () => {
    const { slack, ask, say } = await openChat()
    const { dana, lee } = slack.people
    const { general } = slack.channels
    const { ts: threadTs } = await ask(dana, `<@${slack.botUserId}> first words`)
    const edited = await say(lee, general, `<@${dana}> on Monday`, threadTs)
    const { exchange: former } = await ask(dana, 'and then?', { threadTs })
    await slack.do({ do: 'edit', as: lee, channel: general, ts: edited, text: `<@${dana}> on Tuesday` })
    const { exchange: next } = await ask(dana, 'so when?', { threadTs })
    expect(next.prompt).toContain('on Tuesday')
    const length = keptOf(former, next) * write(former).length
    expect(write(former).slice(0, length)).toMatch(/ on $/)
  })

  test('when questions were asked while another was being answered', async () => {
    const { slack, model, ask, say, untilReply } = await openChat()
    const { dana, lee } = slack.people
    const { general } = slack.channels
    const at = `<@${slack.botUserId}>`
    const threadTs = await say(dana, general, `${at} one?`)
    const first = await model.next()
    first.say('The first answer is this, ')
    await say(lee, general, `${at} two?`, threadTs)
    first.reply('and it is long.')
    const second = await model.next()
    second.reply('The second answer.')
    await untilReply(general, threadTs, reply => toSeen(reply).includes('The second'), 'the second answer')
    const { exchange: third } = await ask(dana, `${at} three?`, { threadTs })
    expect(keptOf(first, second)).toBeGreaterThan(0.95)
    expect(keptOf(second, third)).toBeGreaterThan(0.95)
  })

  test('in direct messages, where the lines before the thread are its context for good', async () => {
    const { slack, ask } = await openChat()
    const { dana } = slack.people
    const channel = 'D0DANA0000'
    await ask(dana, 'I am planning a trip to Rome in May', { channel })
    const { exchange: former, ts: threadTs } = await ask(dana, 'what should I pack?', { channel })
    const { exchange: next } = await ask(dana, 'and for rain?', { channel, threadTs })
    expect(next.prompt).toContain('Rome')
    expect(keptOf(former, next)).toBeGreaterThan(0.95)
  })

  test('in most turns of a thread that is too long for the model', async () => {
    const { slack, ask, say } = await openChat({ model: { name: 'unheard-of', contextTokens: 6_000 } })
    const { dana, lee } = slack.people
    const { general } = slack.channels
    const threadTs = await say(dana, general, 'The very first words')
    for (let line = 1; line <= 70; line += 1)
      await say(lee, general, `line ${line}: ${'some words that take room '.repeat(10)}`, threadTs)
    const requests: Exchange[] = []
    for (let turn = 0; turn <= 30; turn += 1) {
      const { exchange } = await ask(dana, `<@${slack.botUserId}> ${turn}: ${'some words '.repeat(10)}`, { threadTs })
      requests.push(exchange)
      expect(exchange.prompt).toContain('left out here')
    }
    const kept = requests.slice(1).map((next, index) => keptOf(requests[index] as Exchange, next))
    expect(kept.filter(part => part < 0.95).length).toBeLessThanOrEqual(3)
  })
})

test('tokens from the provider’s cache are counted in the metrics', async () => {
  const port = await freePort()
  const { slack, model, say, untilReply } = await openStory({ config: { port } })
  const { general } = slack.channels
  const ts = await say(slack.people.dana, general, `<@${slack.botUserId}> 2+2?`)
  const exchange = await model.next()
  exchange.say('4')
  const usage = { prompt_tokens: 2_000, completion_tokens: 5, prompt_tokens_details: { cached_tokens: 1_920 } }
  exchange.raw(`data: ${JSON.stringify({ choices: [], usage })}\n\n`)
  exchange.end({ usage: false })
  await untilReply(general, ts, reply => JSON.stringify(reply.blocks ?? []).includes('answer_author'), 'the end')
  const figures = await (await fetch(`http://127.0.0.1:${port}/metrics`)).text()
  expect(figures).toContain('threadwise_model_tokens_total{direction="in"} 2000')
  expect(figures).toContain('threadwise_model_tokens_total{direction="cached"} 1920')
})
