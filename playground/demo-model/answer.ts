import { type Sum, toSum } from './arithmetic.ts'
import { type Section, toWish } from './cues.ts'
import { type ChatMessage, type Said, type Talk, toPlain, toTalk } from './messages.ts'
import { type Quote, searchQuotes } from './search.ts'
import { languageOf, sentencesIn } from './sentences.ts'
import { summarize } from './summary.ts'

type Own = ReturnType<typeof sentencesIn>

/**
 * What can be answered without a language model: a sum, sentences out of the conversation, or else plainly that no
 * model is connected. Everything but its own few sentences is quoted to the letter.
 */
export function answerWithEngine(messages: readonly ChatMessage[]): string {
  const { question, sources } = toTalk(messages)
  const talk = { question, sources: sources.filter(isForPeople) }
  const own = sentencesIn(languageOf(question))
  return toAnswer(talk, own)
}

/** What somebody asked the bot earlier answers nothing, and is no part of what people talked about. */
function isForPeople({ text, file, isReplied }: Said): boolean {
  if (file !== undefined || text === '') return text !== ''
  const wish = toWish(text)
  return wish.is === 'other' || (wish.is === 'search' && !isReplied)
}

function toAnswer(talk: Talk, own: Own): string {
  const sum = toSum(talk.question)
  if (sum) return sumAnswer(sum, own)
  const wish = toWish(talk.question)
  if (wish.is === 'summary') return summaryAnswer(wish.of, withPasted(talk), own)
  return wish.is === 'search' ? searchAnswer(talk, own) : own.noModel
}

function sumAnswer({ expression, result }: Sum, own: Own): string {
  if ('digits' in result) return `${expression} ${result.isExact ? '=' : '≈'} ${result.digits}`
  return `${expression}${own.problems[result.problem]}`
}

function searchAnswer({ question, sources }: Talk, own: Own): string {
  const quotes = searchQuotes(question, sources)
  if (quotes.length > 0) return `${own.found}\n\n${toList(quotes, own)}`
  return sources.length === 0
    ? `${own.nothingToRead}\n\n${own.noModel}`
    : `${own.nothingFound(sources.length)}\n\n${own.noModel}`
}

function summaryAnswer(wanted: readonly Section[], sources: readonly Said[], own: Own): string {
  if (sources.length === 0) return `${own.nothingToRead}\n\n${own.noModel}`
  const summary = summarize(sources)
  const parts = wanted
    .filter(section => summary[section].length > 0)
    .map(section => `**${own.headings[section]}**\n${toList(summary[section], own)}`)
  if (parts.length > 0) return parts.join('\n\n')
  return wanted.length === 1 && wanted[0] ? own.noSentence[wanted[0]] : own.noSentence.upshot
}

/** "Summarize this: …" brings its text along, below the line that asks. */
function withPasted({ question, sources }: Talk): Said[] {
  const [, pasted = ''] = /^[^\n:：]{0,80}[\n:：]([\s\S]+)$/.exec(question) ?? []
  if (pasted.trim().length < 80) return sources
  return [...sources, toPlain(pasted)]
}

const toList = (quotes: readonly Quote[], own: Own): string =>
  quotes.map(quote => `- “${quote.sentence}”${attribution(quote.said, own)}`).join('\n')

/** Who said it and when, as the link to it where there is one. */
function attribution({ from, time, link, file }: Said, own: Own): string {
  // The conversation tells times as its reader's clock does.
  const at = Date.parse(`${time?.replace(' ', 'T')}Z`)
  const when = Number.isNaN(at) ? time : own.moments.full(at, 'UTC')
  const label = [from, file, when].filter(part => part !== undefined).join(own.comma)
  if (label === '') return link ? `${own.dash}<${link}>` : ''
  return `${own.dash}${link ? `[${label.replace(/[[\]]/g, '')}](${link})` : label}`
}
