import type { I18n } from '../../i18n/catalog.ts'
import type { Turn } from '../../queue/turn.ts'
import type { Person } from '../../slack/users.ts'
import { formatTime } from '../../text/from-slack.ts'
import type { SourceRead } from './source.ts'
import type { Summary, SummaryProgress } from './summarizer.ts'

/** How far a summary has come. */
export interface Stand {
  /** A moment of `Date.now()`. */
  begunAt: number
  read: number
  total: number
  summing: SummaryProgress | undefined
}

/** Its progress in one line, which changes every second: whoever waits sees that something moves. */
export function formatProgress({ begunAt, read, total, summing }: Stand, i18n: I18n): string {
  const of = i18n.summary
  const seconds = Math.floor((Date.now() - begunAt) / 1000)
  const toLine = () => {
    if (summing === undefined) return of.reading(read, total)
    return summing === 'writing' ? of.writing : of.summing(Math.min(summing.done, summing.parts - 1), summing.parts)
  }
  return seconds < 2 ? toLine() : `${toLine()} ${of.elapsed(seconds)}`
}

/** What was read, at what cost; what was not, and the cure. */
export function formatFacts(
  { messages, threads, range, lost, isHidden, lookedBackTo, isCut }: SourceRead,
  { usage, isShortened }: Summary,
  dropped: number,
  model: string,
  { timeZone }: Person,
  i18n: I18n,
): string[] {
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
    ...(usage.known > 0 ? [of.known(usage.known, usage.parts)] : []),
    ...(dropped > 0 ? [of.dropped(dropped)] : []),
    ...(lost === undefined ? [] : [of.lost(lost.count, lost.code)]),
    ...(isHidden ? [of.hidden] : []),
    ...(lookedBackTo === undefined ? [] : [of.lookedBackTo(formatTime(lookedBackTo, timeZone))]),
    ...(isCut ? [of.cut(messages.length)] : []),
    ...(isShortened ? [of.shortened] : []),
  ]
}

/** The language in which a summary is written: of the words that ask, if they are Chinese; else of the person's Slack. */
export function languageFor({ question }: Turn, { locale }: Person): string {
  const isChinese = /\p{Script=Han}/u.test(question.text.replace(/<[^>]*>|#\S+/g, ''))
  try {
    const { language, script } = new Intl.Locale(locale).maximize()
    if (language === 'zh' || isChinese) return script === 'Hant' ? 'Traditional Chinese' : 'Chinese'
    return new Intl.DisplayNames(['en'], { type: 'language' }).of(language) ?? 'English'
  } catch {
    return isChinese ? 'Chinese' : 'English'
  }
}
