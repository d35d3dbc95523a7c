import type { I18n } from '../i18n/catalog.ts'
import { openTicker } from '../reply/ticker.ts'
import type { FileContent, FileReader } from '../slack/files/read-file.ts'
import { isReadFor } from '../slack/files/read-picture.ts'
import { isRecording } from '../slack/files/slack-file.ts'
import type { Message } from '../slack/message.ts'
import { isUntranscribed, loadAttachments } from '../threads/load-files.ts'
import type { Services, TurnContext } from './context.ts'

type Ctx = TurnContext<Pick<Services, 'threads'> & { files: FileReader }>

/** Progress is shown at least every three seconds. */
const progressEveryMs = 2_500

/**
 * Reads the files of messages for the model that answers, and caches what is in them. While a long recording is transcribed, the reply shows
 * how far that is; none is if `only` tables are wanted.
 */
export async function readFiles(messages: readonly Message[], ctx: Ctx, only?: 'tables') {
  const { turn, reply, recovered, i18n, signal, deps } = ctx
  const { images, sight } = ctx.chosen.model
  const limits = images ? sight.limits : undefined
  const progress = { done: 0, total: 0 }
  const minutes = (seconds: number) => Math.round(seconds / 60)
  const show = () =>
    reply.show(i18n.recordings.progress({ done: minutes(progress.done), total: minutes(progress.total) }))
  /** Leaves out what was read for a model that sees otherwise, so that it is read again. */
  const withoutUnfit = ({ contents, ...message }: Message): Message =>
    contents?.every(content => isReadFor(content, limits)) ? { ...message, contents } : message
  let ticker: ReturnType<typeof openTicker> | undefined
  const onProgress = (done: number, total: number) => {
    Object.assign(progress, { done, total })
    // A reply that was begun before is not made shorter.
    if (recovered === undefined) ticker ??= openTicker(show, progressEveryMs)
  }
  try {
    const wanted = messages.map(withoutUnfit).map(message => (only === 'tables' ? withoutUnheard(message) : message))
    const { fresh, ...read } = await loadAttachments(wanted, deps.files, {
      signal,
      limits,
      locale: ctx.person.locale,
      onProgress,
      purpose: { channel: turn.channel, person: turn.user },
    })
    noteHeard(ctx, [...fresh.values()].flat())
    const whole = new Set(messages.filter((message, at) => wanted[at]?.files.length === message.files.length))
    for (const { ts } of whole) if (fresh.has(ts)) deps.threads.keep(turn, ts, fresh.get(ts) ?? [])
    return read
  } finally {
    await ticker?.close()
    if (ticker !== undefined) reply.replace('')
  }
}

/** Leaves out recordings that nobody has transcribed yet. */
const withoutUnheard = (message: Message): Message =>
  message.contents === undefined ? { ...message, files: message.files.filter(file => !isRecording(file)) } : message

/** Notes for those who ask why what was transcribed for a turn, and what it cost. */
export function noteHeard({ job }: Pick<TurnContext, 'job'>, contents: readonly FileContent[]): void {
  const costs = contents.flatMap(content => (content.kind === 'text' && content.recording?.cost) || [])
  if (costs.length === 0) return
  const isPriced = costs.every(({ micros }) => micros !== undefined)
  const sum = (of: 'seconds' | 'micros') => costs.reduce((total, cost) => total + (cost[of] ?? 0), 0)
  const model = [...new Set(costs.map(cost => cost.model))].join(', ')
  job.facts.heard = { model, seconds: sum('seconds'), ...(isPriced && { micros: sum('micros') }) }
}

/** Sums the lengths of recordings that were turned into words, in seconds. */
export const sumSeconds = (contents: readonly FileContent[]): number =>
  contents.reduce((sum, content) => sum + ((content.kind === 'text' && content.recording?.seconds) || 0), 0)

/** Before words that Slack has written down by itself. */
export const slackTranscript = /^\[voice clip\] (.*)$/gm

/** Checks whether a person sent a recording with a message. */
export const hasRecording = ({ files, text, author }: Message): boolean =>
  author.kind !== 'self' && (files.some(isRecording) || text.search(slackTranscript) >= 0)

/** Formats why files could not be read. One sentence serves all recordings whose server is at fault. */
export function formatFileProblem(problem: keyof I18n['fileReasons'], names: string[], i18n: I18n): string {
  const reason = i18n.fileReasons[problem]
  return isUntranscribed(problem)
    ? i18n.recordings.unread({ reason })
    : i18n.fileNotRead({ names: i18n.formats.or(names), reason })
}

/** Names a language for a reader whose own is another; blank otherwise. */
export function nameLanguage(tag: string | undefined, locale: string): string {
  if (tag === undefined || tag.split('-')[0] === locale.toLowerCase().split('-')[0]) return ''
  try {
    return new Intl.DisplayNames([locale], { type: 'language' }).of(tag) ?? ''
  } catch {
    return ''
  }
}
