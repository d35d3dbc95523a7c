import type { I18n } from '../../i18n/catalog.ts'
import type { Turn } from '../../queue/turn.ts'
import type { Person } from '../../slack/users.ts'
import { formatDateToken } from '../../text/date-token.ts'
import { localeOf } from '../../text/language.ts'
import { sumSeconds } from '../read-files.ts'
import type { SourceRead } from './source.ts'
import type { Summary, SummaryProgress } from './summarizer.ts'

/** The progress of a summary. */
export interface Progress {
  /** A moment of `Date.now()`. */
  begunAt: number
  read: number
  total: number
  /** Of recordings that are transcribed, in seconds. */
  heard?: { done: number; total: number }
  summing: SummaryProgress | undefined
}

/** Formats the progress as one line that changes every second, so that people see it move. */
export function formatProgress({ begunAt, read, total, heard, summing }: Progress, i18n: I18n): string {
  const of = i18n.summary
  const seconds = Math.floor((Date.now() - begunAt) / 1000)
  const formatLine = () => {
    if (summing === undefined && heard !== undefined) return formatHeard(heard, i18n)
    if (summing === undefined) return total === 0 ? of.starting : of.reading({ read, total })
    if (summing === 'writing' || summing.chunks < 2) return of.writing
    return of.summing({ percent: Math.floor((100 * Math.min(summing.done, summing.chunks - 1)) / summing.chunks) })
  }
  return seconds < 2 ? formatLine() : `${formatLine()} ${formatElapsed(seconds)}`
}

const formatHeard = ({ done, total }: NonNullable<Progress['heard']>, { recordings }: I18n) =>
  recordings.progress({ done: Math.round(done / 60), total: Math.round(total / 60) })

const formatElapsed = (seconds: number) => `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, '0')}`

/** Formats a time so that each reader sees it by their own clock. */
export const formatMoment = (at: number, { formats }: I18n): string =>
  formatDateToken(at, `${formats.full(at, 'UTC')} UTC`)

/** Formats what was read and by which model, and what was left out, with the cure. */
export function formatFacts({
  read,
  summary,
  dropped,
  model,
  i18n,
}: {
  read: SourceRead
  summary: Summary
  /** Points left out because no source supports them. */
  dropped: number
  model: string
  i18n: I18n
}): string[] {
  const { messages, threads, range, lost, isHidden, lookedBackTo, isCut } = read
  const { usage, isShortened } = summary
  const contents = messages.flatMap(message => message.contents ?? []).filter(({ kind }) => kind === 'text')
  const files = messages.reduce((sum, message) => sum + message.files.length, 0) - contents.length
  const seconds = sumSeconds(contents)
  const of = i18n.summary
  const facts = [
    of.read({ messages: messages.length, threads }),
    ...(seconds > 0 ? [of.heard({ minutes: Math.max(1, Math.round(seconds / 60)) })] : []),
    ...(files > 0 ? [of.files({ files })] : []),
    model.split(' at ')[0] ?? model,
  ]
  return [
    facts.join(of.comma),
    ...(range === undefined
      ? []
      : [of.span({ from: formatMoment(range.from, i18n), to: formatMoment(range.to, i18n) })]),
    ...(dropped > 0 ? [of.dropped({ points: dropped })] : []),
    ...(lost === undefined ? [] : [of.lost({ threads: lost.count, code: lost.code })]),
    ...(isHidden ? [of.hidden] : []),
    ...(lookedBackTo === undefined ? [] : [of.lookedBackTo({ time: formatMoment(lookedBackTo, i18n) })]),
    ...(isCut ? [of.cut({ most: messages.length })] : []),
    ...(isShortened ? [of.shortened] : []),
    ...(usage.isCut ? [i18n.maybeCut] : []),
  ]
}

/** Returns the locale of a summary: that of its request's words, or of the person's Slack where it has none of its own. */
export function localeFor({ question, echo }: Turn, { locale }: Person): string {
  // The verb of a command is the bot's own.
  const words = echo === undefined ? question.text : question.text.replace(/^\s*(?:summarize|总结|要約)/, ' ')
  return localeOf(words, locale)
}

/** Names the language of a locale for the model. */
export function languageFor(locale: string): string {
  try {
    const { language, script } = new Intl.Locale(locale).maximize()
    if (language === 'zh') return script === 'Hant' ? 'Traditional Chinese' : 'Chinese'
    return new Intl.DisplayNames(['en'], { type: 'language' }).of(language) ?? 'English'
  } catch {
    return 'English'
  }
}
