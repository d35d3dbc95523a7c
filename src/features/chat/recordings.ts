import { ShownError } from '../../errors.ts'
import type { I18n } from '../../i18n/catalog.ts'
import { openTicker } from '../../reply/ticker.ts'
import type { FileContent, FileReader } from '../../slack/files/read-file.ts'
import { isBlank, type Message } from '../../slack/message.ts'
import { escapeMarkdown } from '../../text/escape-markdown.ts'
import { loadAttachments } from '../../threads/load-files.ts'
import type { TurnContext } from '../context.ts'

type Ctx = TurnContext<{ files: FileReader }>

type TextContent = FileContent & { kind: 'text' }

/** Progress is shown at least every three seconds. */
const progressEveryMs = 2_500

/** Reads the files of a thread. While a long recording is transcribed, the reply shows how far that is. */
export async function readFiles(
  thread: readonly Message[],
  { reply, recovered, i18n, signal, deps }: Ctx,
): ReturnType<typeof loadAttachments> {
  const progress = { done: 0, total: 0 }
  const minutes = (seconds: number) => Math.round(seconds / 60)
  const show = () => reply.show(i18n.recordings.progress(minutes(progress.done), minutes(progress.total)))
  let ticker: ReturnType<typeof openTicker> | undefined
  const onProgress = (done: number, total: number) => {
    Object.assign(progress, { done, total })
    // A reply that was begun before is not made shorter.
    if (recovered === undefined) ticker ??= openTicker(show, progressEveryMs)
  }
  try {
    return await loadAttachments(thread, deps.files, signal, onProgress)
  } finally {
    await ticker?.close()
    if (ticker !== undefined) reply.replace('')
  }
}

/** A longer recording is something to talk about, not a question. */
const longestQuestionSeconds = 180

/** Finds the clip in place of the words of a message; undefined if it has words, or a long recording. */
export function findSpoken({ text, contents = [] }: Message): TextContent | undefined {
  if (!isBlank({ text, files: [] })) return undefined
  const isClip = (content: FileContent): content is TextContent =>
    content.kind === 'text' && content.recording !== undefined && content.recording.seconds <= longestQuestionSeconds
  return contents.find(isClip)
}

const serverProblems = new Set(['no_transcriber', 'transcriber_key', 'transcription_failed'])

/** Returns whether no recording can be read, whichever it is. */
export const isServerProblem = (reason: string): boolean => serverProblems.has(reason)

/** Throws a `ShownError` if a message has nothing but a recording of which no word is known. */
export function refuseUnheard({ text, quotes = [], contents = [] }: Message): void {
  const [content] = contents
  if (content?.kind !== 'skipped' || contents.length > 1 || !isBlank({ text, quotes, files: [] })) return
  const { reason } = content
  if (reason === 'no_speech') throw new ShownError('recording_silent', i18n => i18n.recordings.silent)
  if (isServerProblem(reason)) throw new ShownError(reason, i18n => i18n.recordings.unread(i18n.fileReasons[reason]))
}

/** Marks the first line of an answer to a clip. The model is not shown it again: it would write such lines itself. */
const heardMark = '> 🎧 '
const heardCharacters = 600

/** Formats what was understood of a spoken question as a line above its answer: a wrong word explains a wrong answer. */
export function formatHeard(question: Message, locale: string, i18n: I18n): string {
  const spoken = findSpoken(question)
  if (spoken === undefined) return ''
  const words = spoken.text.replace(/\s+/g, ' ')
  const shown = words.length > heardCharacters ? `${words.slice(0, heardCharacters).toWellFormed()}…` : words
  const language = nameLanguage(spoken.recording?.language, locale)
  return `${heardMark}${i18n.recordings.heard(escapeMarkdown(shown), language)}\n\n`
}

/** Names a language for a reader whose own is another; blank otherwise. */
function nameLanguage(tag: string | undefined, locale: string): string {
  if (tag === undefined || tag.split('-')[0] === locale.toLowerCase().split('-')[0]) return ''
  try {
    return new Intl.DisplayNames([locale], { type: 'language' }).of(tag) ?? ''
  } catch {
    return ''
  }
}

/** Removes the line about what was understood from an answer, as written or as Slack keeps it. */
export function withoutHeard(answer: string): string {
  const isMarked =
    answer.startsWith(heardMark) || answer.startsWith('&gt; 🎧 ') || answer.startsWith('&gt; :headphones: ')
  return isMarked ? answer.slice(Math.max(answer.indexOf('\n'), 0)).trimStart() : answer
}
