import type { I18n } from '../../i18n/catalog.ts'
import type { Turn } from '../../queue/turn.ts'
import type { Person } from '../../slack/users.ts'
import { formatTime } from '../../text/from-slack.ts'
import { localeOf } from '../../text/language.ts'
import type { SourceRead } from './source.ts'
import type { Summary, SummaryProgress } from './summarizer.ts'

/** The progress of a summary. */
export interface Progress {
  /** A moment of `Date.now()`. */
  begunAt: number
  read: number
  total: number
  summing: SummaryProgress | undefined
}

/** Formats the progress as one line that changes every second, so that people see it move. */
export function formatProgress({ begunAt, read, total, summing }: Progress, i18n: I18n): string {
  const of = i18n.summary
  const seconds = Math.floor((Date.now() - begunAt) / 1000)
  const formatLine = () => {
    if (summing === undefined) return of.reading(read, total)
    return summing === 'writing' ? of.writing : of.summing(Math.min(summing.done, summing.chunks - 1), summing.chunks)
  }
  return seconds < 2 ? formatLine() : `${formatLine()} ${of.elapsed(seconds)}`
}

/** Formats what was read and at what cost, and what was left out, with the cure. */
export function formatFacts({
  read,
  summary,
  dropped,
  model,
  timeZone,
  i18n,
}: {
  read: SourceRead
  summary: Summary
  /** Points left out because no source supports them. */
  dropped: number
  model: string
  timeZone: string
  i18n: I18n
}): string[] {
  const { messages, threads, range, lost, isHidden, lookedBackTo, isCut } = read
  const { usage, isShortened } = summary
  const files = messages.reduce((sum, message) => sum + message.files.length, 0)
  const of = i18n.summary
  const cost = [
    of.read(messages.length, threads),
    ...(files > 0 ? [of.files(files)] : []),
    model.split(' at ')[0] ?? model,
    of.tokens(usage.tokensIn + usage.tokensOut, usage.isGuessed),
  ]
  return [
    cost.join(of.comma),
    ...(range === undefined ? [] : [of.span(formatTime(range.from, timeZone), formatTime(range.to, timeZone))]),
    ...(usage.known > 0 ? [of.known(usage.known, usage.chunks)] : []),
    ...(dropped > 0 ? [of.dropped(dropped)] : []),
    ...(lost === undefined ? [] : [of.lost(lost.count, lost.code)]),
    ...(isHidden ? [of.hidden] : []),
    ...(lookedBackTo === undefined ? [] : [of.lookedBackTo(formatTime(lookedBackTo, timeZone))]),
    ...(isCut ? [of.cut(messages.length)] : []),
    ...(isShortened ? [of.shortened] : []),
    ...(usage.isCut ? [i18n.maybeCut] : []),
  ]
}

/** Returns the language of a summary: Chinese or Japanese if the request is written in it, else that of the person's Slack. */
export function languageFor({ question }: Turn, { locale }: Person): string {
  try {
    const { language, script } = new Intl.Locale(localeOf(question.text, locale)).maximize()
    if (language === 'zh') return script === 'Hant' ? 'Traditional Chinese' : 'Chinese'
    return new Intl.DisplayNames(['en'], { type: 'language' }).of(language) ?? 'English'
  } catch {
    return 'English'
  }
}
