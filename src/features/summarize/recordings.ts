import { ShownError } from '../../errors.ts'
import type { Turn } from '../../queue/turn.ts'
import type { FileReader } from '../../slack/files/read-file.ts'
import { isRecording } from '../../slack/files/slack-file.ts'
import type { Message } from '../../slack/message.ts'
import { escapeMarkdown } from '../../text/escape-markdown.ts'
import { formatClock } from '../../text/join-transcript.ts'
import { loadAttachments } from '../../threads/load-files.ts'
import type { TurnContext } from '../context.ts'
import { formatFileProblem, hasRecording, noteHeard, slackTranscript } from '../read-files.ts'
import type { Progress } from './progress.ts'

type Content = NonNullable<Message['contents']>[number]

/** Finds the last recording up to the question. Throws a `ShownError` if there is none. */
export function findRecording(messages: readonly Message[], { question }: Turn): Message[] {
  const message = messages.findLast(one => one.ts <= question.ts && hasRecording(one))
  if (message === undefined) throw new ShownError('recording_missing', i18n => i18n.recordings.none)
  return [message]
}

/**
 * Turns the recordings in messages into words, the newest ten. Returns the messages with them, and a sentence for the reader about
 * everything that could not be heard.
 */
export async function hearRecordings(
  ctx: TurnContext<{ files: FileReader }>,
  messages: readonly Message[],
  progress: Progress,
): Promise<{ messages: Message[]; notRead: string[] }> {
  const { turn, i18n, signal, deps } = ctx
  const recorded = messages.map(message => ({ ...message, files: message.files.filter(isRecording) }))
  const onProgress = (done: number, total: number) => void Object.assign(progress, { heard: { done, total } })
  const purpose = { channel: turn.channel, person: turn.user }
  const read = await loadAttachments(recorded, deps.files, { signal, onProgress, purpose })
  const heard = read.messages.map(({ contents }, at) => ({ ...messages[at], ...(contents && { contents }) }) as Message)
  const contents = heard.flatMap(message => message.contents ?? [])
  noteHeard(ctx, contents)
  const namesBy = Map.groupBy(
    contents.filter(content => content.kind === 'skipped'),
    ({ reason }) => reason,
  )
  const skipped = [...namesBy].map(([reason, of]) =>
    formatFileProblem(
      reason,
      of.map(({ name }) => escapeMarkdown(name)),
      i18n,
    ),
  )
  const unread = read.unread > 0 ? [i18n.footerFilesMore({ count: read.unread })] : []
  return { messages: heard, notRead: [...skipped, ...contents.flatMap(one => formatGaps(one, i18n)), ...unread] }
}

/** Formats what is missing of a recording. */
function formatGaps(content: Content, { recordings }: TurnContext['i18n']): string[] {
  if (content.kind !== 'text' || content.recording === undefined) return []
  const { parts, seconds, isWhole } = content.recording
  const name = escapeMarkdown(content.name)
  const gaps = parts
    .filter(({ text }) => text === undefined)
    .map(({ from, to }) => recordings.lost({ from: formatClock(from), to: formatClock(to) }))
  const cut = isWhole ? [] : [recordings.cut({ minutes: Math.round(seconds / 60) })]
  return [...gaps, ...cut].map(sentence => `${name}: ${sentence}`)
}

/** Throws a `ShownError` if no word of a recording that is to be summarized is known. */
export function refuseUnheard(messages: readonly Message[]): void {
  const contents = messages.flatMap(message => message.contents ?? [])
  const problem = contents.find(content => content.kind === 'skipped')
  const isKnown = messages.some(({ text }) => text.search(slackTranscript) >= 0)
  if (problem === undefined || isKnown || contents.some(({ kind }) => kind === 'text')) return
  const { name, reason } = problem
  throw new ShownError(`recording_${reason}`, i18n => formatFileProblem(reason, [escapeMarkdown(name)], i18n))
}
