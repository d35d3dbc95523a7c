import { ShownError } from '../../errors.ts'
import { type I18n, i18nFor } from '../../i18n/catalog.ts'
import type { FileContent, FileReader } from '../../slack/files/read-file.ts'
import type { Message } from '../../slack/message.ts'
import { escapeMarkdown } from '../../text/escape-markdown.ts'
import { slackToPlain } from '../../text/from-slack.ts'
import { renderTranscript } from '../../text/join-transcript.ts'
import { localeOf } from '../../text/language.ts'
import type { Services, TurnContext } from '../context.ts'
import { formatFileProblem, hasRecording, nameLanguage, readFiles, slackTranscript } from '../read-files.ts'

type Ctx = TurnContext<Pick<Services, 'threads' | 'rules'> & { files: FileReader }>

/** Shows the words of the last recordings in the thread. */
export async function transcribe(given: Ctx): Promise<void> {
  const locale = localeOf(given.turn.question.text, given.person.locale)
  const ctx = { ...given, i18n: i18nFor(locale) }
  const { turn, i18n, reply, deps } = ctx
  const thread = deps.rules.selectOpen(turn.channel, await deps.threads.read(turn, turn.question))
  const message = thread.findLast(message => message.ts <= turn.question.ts && hasRecording(message))
  if (message === undefined) throw new ShownError('recording_missing', () => i18n.recordings.none)
  const { messages } = await readFiles([message], ctx)
  const shown = (messages[0]?.contents ?? []).flatMap(content => renderContent(content, locale, i18n))
  reply.say([...renderKnown(message), ...shown].join('\n\n'))
  await reply.finish()
}

const renderKnown = ({ text }: Message): string[] =>
  [...text.matchAll(slackTranscript)].map(([, words = '']) => escapeMarkdown(slackToPlain(words, id => id)))

function renderContent(content: FileContent, locale: string, i18n: I18n): string[] {
  const name = escapeMarkdown(content.name)
  if (content.kind === 'skipped') return [formatFileProblem(content.reason, [name], i18n)]
  if (content.kind !== 'text' || content.recording === undefined) return []
  const { parts, seconds, language, isWhole } = content.recording
  const minutes = Math.round(seconds / 60)
  const escaped = parts.map(part => (part.text === undefined ? part : { ...part, text: escapeMarkdown(part.text) }))
  return [
    [`**${name}**`, minutes > 0 ? i18n.recordings.minutes({ minutes }) : '', nameLanguage(language, locale)]
      .filter(part => part !== '')
      .join(' · '),
    renderTranscript(
      escaped,
      (from, to) => i18n.recordings.lost({ from, to }),
      time => `**${time}**`,
    ),
    ...(isWhole ? [] : [i18n.recordings.cut({ minutes })]),
  ]
}
