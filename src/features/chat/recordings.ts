import { ShownError } from '../../errors.ts'
import type { I18n } from '../../i18n/catalog.ts'
import type { FileContent } from '../../slack/files/read-file.ts'
import { isBlank, type Message } from '../../slack/message.ts'
import { escapeMarkdown } from '../../text/escape-markdown.ts'
import { isUntranscribed } from '../../threads/load-files.ts'
import { nameLanguage } from '../read-files.ts'

type TextContent = FileContent & { kind: 'text' }

/** A longer recording is something to talk about, not a question. */
const longestQuestionSeconds = 180

/** Finds the clip in place of the words of a message; undefined if it has words, or a long recording. */
export function findSpoken({ text, contents = [] }: Message): TextContent | undefined {
  if (!isBlank({ text, files: [] })) return undefined
  const isClip = (content: FileContent): content is TextContent =>
    content.kind === 'text' && content.recording !== undefined && content.recording.seconds <= longestQuestionSeconds
  return contents.find(isClip)
}

/** Throws a `ShownError` if a message has nothing but a recording of which no word is known. */
export function refuseUnheard({ text, quotes = [], contents = [] }: Message): void {
  const [content] = contents
  if (content?.kind !== 'skipped' || contents.length > 1 || !isBlank({ text, quotes, files: [] })) return
  const { reason } = content
  if (reason === 'no_speech') throw new ShownError('recording_silent', i18n => i18n.recordings.silent)
  if (isUntranscribed(reason))
    throw new ShownError(reason, i18n => i18n.recordings.unread({ reason: i18n.fileReasons[reason] }))
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
  const { heard, heardIn } = i18n.recordings
  const said = escapeMarkdown(shown)
  return `${heardMark}${language === '' ? heard({ words: said }) : heardIn({ words: said, language })}\n\n`
}

/** Removes the line about what was understood from an answer, as written or as Slack keeps it. */
export function withoutHeard(answer: string): string {
  const isMarked =
    answer.startsWith(heardMark) || answer.startsWith('&gt; 🎧 ') || answer.startsWith('&gt; :headphones: ')
  return isMarked ? answer.slice(Math.max(answer.indexOf('\n'), 0)).trimStart() : answer
}
