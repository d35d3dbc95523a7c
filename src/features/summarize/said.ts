import { withoutNote } from '../../reply/body.ts'
import { isRecording } from '../../slack/files/slack-file.ts'
import { isBlank, listQuotedChannels, type Message } from '../../slack/message.ts'
import { labelMark } from '../../slack/metadata.ts'
import { formatReadable } from '../../slack/readable.ts'
import { formatTime, isMentioned } from '../../text/from-slack.ts'
import { formatClock, splitStretches } from '../../text/join-transcript.ts'
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
  // A recording that came with a request is what it is about.
  const material = all.map(message =>
    requests.has(message.ts) ? { ...message, text: '', files: message.files.filter(isRecording) } : message,
  )
  return material.filter(message => {
    const { text, author, mark } = message
    if (isBlank({ ...message, text: withoutNote(text) })) return false
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
  return messages.flatMap(message => {
    const { ts, author, text, form, quotes, inThread, reactions } = message
    const { clips, stretches, files } = splitRecordings(message)
    const said = {
      ts,
      threadTs: inThread ?? ts,
      ...(author.kind === 'person' && { author: author.id }),
      from: author.kind === 'person' ? nameOf(author.id) : author.kind === 'app' ? author.name : self.name,
      time: formatTime(Number(ts) * 1000, person.timeZone),
      text: [
        formatReadable({ text: withoutNote(text), form, ...(quotes !== undefined && { quotes }) }, nameOf),
        ...clips.map(words => `[voice clip] ${words}`),
      ].join('\n'),
      ...(reactions !== undefined && { reactions }),
      files,
      quotedFrom: listQuotedChannels([message]),
      ...(author.kind === 'self' && { isOwn: true }),
    }
    const recorded = stretches.map((stretch, at) => {
      const place = { ts: `${ts}#${String(at).padStart(4, '0')}`, threadTs: said.threadTs }
      return { ...said, ...stretch, ...place, files: [] }
    })
    return said.text.trim() === '' && files.length === 0 && recorded.length > 0 ? recorded : [said, ...recorded]
  })
}

/** A recording longer than this, in seconds, is given in stretches with times. */
const longestClip = 60
const stretchSeconds = 30

/** Splits what is heard in a message's recordings into short clips and stretches of long ones. `files` names what was not read. */
function splitRecordings({ files, contents = [] }: Message) {
  const clips: string[] = []
  const stretches: Pick<Said, 'text' | 'recording'>[] = []
  const heard = new Set<string>()
  for (const content of contents) {
    if (content.kind !== 'text') continue
    const { name, text, recording } = content
    heard.add(name)
    if (recording === undefined || recording.seconds <= longestClip) clips.push(text)
    else
      for (const { at, isEstimated, text } of splitStretches(recording.parts, stretchSeconds))
        stretches.push({ recording: { name, at: `${isEstimated ? '≈' : ''}${formatClock(at)}` }, text })
  }
  const unheard = files.filter(({ name }) => !heard.has(name))
  for (const { transcript } of unheard) if (transcript !== undefined) clips.push(`${transcript} …`)
  return { clips, stretches, files: unheard.map(({ name }) => name) }
}
