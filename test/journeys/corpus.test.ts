import { expect, onTestFinished, test } from 'vitest'
import { i18nFor } from '../../src/i18n/catalog.ts'
import { escapeAttribute } from '../../src/model/prompts.ts'
import { escapeMarkdown } from '../../src/text/escape-markdown.ts'
import { type CorpusFile, corpus } from '../files/corpus.ts'
import { callBug } from '../labelled-sheet.ts'
import type { Exchange } from '../scripted-model.ts'
import { freePort, openStory, type Story, toSeen } from '../story.ts'
import { json, point } from '../summary-story.ts'
import { openTranscriptionServer } from '../transcription-server.ts'

/** Files of a thread that are read. */
const mostFiles = 10
/** Of the process, the emulator and the test in it. */
const mostGrowthBytes = 350_000_000

/** Starts the bot, and asks all the time whether it is well. */
async function openCorpusStory() {
  const server = await openTranscriptionServer()
  const port = await freePort()
  const transcription = { name: 'ear-1', baseUrl: server.baseUrl }
  const story = await openStory({ config: { port, transcription }, model: { name: 'gpt-4.1' } })
  const health = { failures: 0, slowestMs: 0, mostBytes: 0 }
  const startBytes = process.memoryUsage.rss()
  const ask = async () => {
    const start = performance.now()
    const isWell = await fetch(`http://127.0.0.1:${port}/healthz`).then(
      response => response.ok,
      () => false,
    )
    if (!isWell) health.failures += 1
    health.slowestMs = Math.max(health.slowestMs, performance.now() - start)
    health.mostBytes = Math.max(health.mostBytes, process.memoryUsage.rss() - startBytes)
  }
  const timer = setInterval(ask, 250)
  onTestFinished(() => clearInterval(timer))
  return { story, server, health }
}

async function share({ slack }: Story, text: string, files: CorpusFile[], threadTs?: string): Promise<string> {
  const { dana, general } = { ...slack.people, ...slack.channels }
  const ids = files.map(({ name, bytes }) => slack.upload(dana, name, bytes).id)
  const words = `<@${slack.botUserId}> ${text}`
  const thread = threadTs === undefined ? {} : { threadTs }
  return String((await slack.do({ do: 'say', as: dana, channel: general, text: words, files: ids, ...thread })).ts)
}

const unescapeData = (text: string) =>
  text.replaceAll('&lt;', '<').replaceAll('&gt;', '>').replaceAll('&quot;', '"').replaceAll('&amp;', '&')

/** Finds what the model is told of a file. */
function findFile({ body }: Exchange, name: string): string | undefined {
  const texts = body.messages.flatMap(({ content }) =>
    typeof content === 'string' ? [content] : content.map(({ text = '' }) => text),
  )
  const from = texts.join('\n').split(`<file name="${escapeAttribute(name)}"`)[1]
  return from?.startsWith('>')
    ? unescapeData(from.slice(1, from.indexOf('</file>')))
    : from?.slice(0, from.indexOf('/>'))
}

const countPictures = ({ body }: Exchange): number =>
  body.messages.flatMap(({ content }) => (typeof content === 'string' ? [] : content)).filter(part => part.image_url)
    .length

const { fileReasons } = i18nFor('en')

/** Describes what the model was given of a file that it should not, or was not that it should. */
function findFault(exchange: Exchange, { name, outcome }: CorpusFile): string[] {
  const told = findFile(exchange, name)
  const isRight =
    'text' in outcome
      ? told === outcome.text
      : 'part' in outcome
        ? told?.includes(outcome.part)
        : 'pictures' in outcome
          ? told?.startsWith('(image') === true
          : told?.includes(fileReasons[outcome.refused])
  return isRight ? [] : [`${name}: ${told?.slice(0, 300)}`]
}

/** Removes what keeps words of people from doing anything. */
const withoutJoiners = (text: string) => text.replaceAll('\u2060', '')

/** What would call somebody. */
const ping = /<(?:!(?:channel|here|everyone|subteam)|@[UW])|@(?:channel|here|everyone)\b/

/** Describes the files that a reader should be told about above the answer, and is not. */
function findUntold(seen: string, files: CorpusFile[]): string[] {
  const head = withoutJoiners(seen.slice(0, seen.indexOf('Answered.'))).split('\n')
  return files.flatMap(({ name, outcome }) => {
    if (!('refused' in outcome)) return head.some(line => line.includes(name)) ? [`${name} is refused`] : []
    const end = `: ${fileReasons[outcome.refused]}.`
    const isTold = head.some(
      line =>
        /^I couldn’t read/.test(line) && line.includes(withoutJoiners(escapeMarkdown(name))) && line.endsWith(end),
    )
    return isTold ? [] : [`${name}: ${end}`]
  })
}

/** Waits for the next request that does not ask for notes of pictures. */
async function nextRequest(model: Story['model']): Promise<Exchange> {
  for (;;) {
    const exchange = await model.next()
    if (!/notes of each/.test(exchange.prompt)) return exchange
    exchange.reply('1. A drawing.')
  }
}

/** Asks in a thread, answers, and waits for the whole reply with the model's name below it. */
async function ask(story: Story, text: string, files: CorpusFile[], threadTs?: string) {
  const { slack, model, replies, untilReply } = story
  const { general } = slack.channels
  const before = threadTs === undefined ? 0 : replies(general, threadTs).length
  const next = nextRequest(model)
  const ts = await share(story, text, files, threadTs)
  const exchange = await next
  exchange.reply('Answered.')
  const isWhole = ({ blocks }: { blocks?: { block_id?: unknown }[] }) =>
    replies(general, threadTs ?? ts).length > before &&
    blocks?.some(({ block_id }) => block_id === 'answer_author') === true
  const reply = await untilReply(general, threadTs ?? ts, isWhole, 'the answer')
  return { ts, exchange, seen: toSeen(reply) }
}

test.each(Object.entries(corpus))(
  '%s go through a mention, a follow-up, a summary and a request to classify them, and the bot stays well',
  async (_, make) => {
    const files = await make()
    const { story, server, health } = await openCorpusStory()
    const { slack, model, say, replies, untilReply } = story
    const { dana, general } = { ...slack.people, ...slack.channels }
    // The rows of tables.
    model.answerAll(callBug)
    const faults: string[] = []
    for (let at = 0; at < files.length; at += mostFiles) {
      const some = files.slice(at, at + mostFiles)
      const first = await ask(story, 'what do they say?', some)
      const { ts } = first
      faults.push(...some.flatMap(file => findFault(first.exchange, file)), ...findUntold(first.seen, some))
      const pictures = some.reduce((sum, { outcome }) => sum + ('pictures' in outcome ? outcome.pictures : 0), 0)
      expect(countPictures(first.exchange)).toBe(pictures)
      const second = await ask(story, 'and in short?', [], ts)
      faults.push(...some.flatMap(file => findFault(second.exchange, file)))
      expect(second.seen).toMatch(/^Answered\./)
      const next = nextRequest(model)
      await say(dana, general, `<@${slack.botUserId}> summarize this thread`, ts)
      const summary = await next
      const isNamed = ({ name, outcome }: CorpusFile) =>
        summary.prompt.includes(`<file name="${escapeAttribute(name)}"/>`) ||
        ('text' in outcome && summary.prompt.includes(`[voice clip] ${outcome.text}`))
      faults.push(...some.flatMap(file => (isNamed(file) ? [] : [`${file.name} is not in the summary`])))
      summary.reply(json({ facts: [point('Files were shared.', 1)] }))
      await untilReply(general, ts, reply => toSeen(reply).includes('Files were shared'), 'the summary')
      const heard = server.requests.length
      await say(dana, general, `<@${slack.botUserId}> classify this file`, ts)
      const isTold = () => replies(general, ts).some(reply => /Classified|⚠️/.test(toSeen(reply)))
      await slack.until(isTold, 'the table, or why there is none')
      // Nothing is transcribed for a table.
      expect(server.requests).toHaveLength(heard)
    }
    expect(faults).toEqual([])
    expect(slack.calls.filter(({ method, args }) => /^chat/.test(method) && ping.test(JSON.stringify(args)))).toEqual(
      [],
    )
    expect(health.failures).toBe(0)
    expect(health.mostBytes).toBeLessThan(mostGrowthBytes)
  },
  180_000,
)
