import { withoutNote } from '../../reply/body.ts'
import { isBlank, listQuotedChannels, type Message } from '../../slack/message.ts'
import { labelMark } from '../../slack/metadata.ts'
import { formatReadable } from '../../slack/readable.ts'
import { formatTime, isMentioned } from '../../text/from-slack.ts'
import type { Services, TurnContext } from '../context.ts'
import type { Said } from './chunks.ts'
import { parseAskedSummary } from './request.ts'

type Ctx = TurnContext<Pick<Services, 'self' | 'fetchNames'>>

/** Names that are looked up for one summary: Slack allows a hundred a minute. */
const mostNames = 90

export const stripMentions = (text: string) => text.replace(/<@[UW][^<>]*>/g, ' ')

/** Selects what people said, without requests for summaries; of the bot's own messages only its answers. */
export async function selectMessages({ deps, turn, person }: Ctx, all: Message[]): Promise<Message[]> {
  const isRequest = async ({ ts, text }: Message) =>
    ts === turn.question.ts ||
    (await parseAskedSummary(stripMentions(text), Number(ts) * 1000, person.timeZone)) !== undefined
  const toBot = all.filter(message => message.ts === turn.question.ts || isMentioned(message.text, deps.self.userId))
  const requests = new Set<string>()
  for (const message of toBot) if (await isRequest(message)) requests.add(message.ts)
  const questions = new Set(all.map(({ ts }) => ts))
  return all.filter(message => {
    const { ts, text, author, mark } = message
    if (requests.has(ts) || isBlank({ ...message, text: withoutNote(text) })) return false
    if (author.kind !== 'self') return true
    const question = mark?.turn.split(':').at(-1) ?? ''
    return mark?.turn.startsWith(labelMark) === false && questions.has(question) && !requests.has(question)
  })
}

/** Builds the messages as the summarizer takes them, with names for ids. */
export async function buildSaid({ deps, person }: Ctx, messages: Message[]): Promise<Said[]> {
  const { fetchNames, self } = deps
  const counts = new Map<string, number>()
  for (const { author } of messages)
    if (author.kind === 'person') counts.set(author.id, (counts.get(author.id) ?? 0) + 1)
  const often = (message: Message) => (message.author.kind === 'person' ? (counts.get(message.author.id) ?? 0) : 0)
  // The names of those who wrote most are looked up first.
  const byFrequency = messages.toSorted((a, b) => often(b) - often(a))
  const nameOf = await fetchNames(byFrequency, mostNames)
  return messages.map(({ ts, author, text, form, quotes, files, inThread, reactions }) => ({
    ts,
    threadTs: inThread ?? ts,
    ...(author.kind === 'person' && { author: author.id }),
    from: author.kind === 'person' ? nameOf(author.id) : author.kind === 'app' ? author.name : self.name,
    time: formatTime(Number(ts) * 1000, person.timeZone),
    text: [
      formatReadable({ text: withoutNote(text), form, ...(quotes !== undefined && { quotes }) }, nameOf),
      ...files.flatMap(({ transcript }) => (transcript === undefined ? [] : `[voice clip] ${transcript} …`)),
    ].join('\n'),
    ...(reactions !== undefined && { reactions }),
    files: files.map(({ name }) => name),
    ...(quotes !== undefined && { quotedFrom: listQuotedChannels([{ quotes }]) }),
    ...(author.kind === 'self' && { isOwn: true }),
  }))
}
