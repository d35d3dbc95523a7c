import { parseIndexTerms, parseTerms } from '../../src/text/terms.ts'
import { asksWhatSomeoneSaid, bearsWhatIsAsked, isQuestion } from './cues.ts'
import { toSentences } from './literal.ts'
import type { Said } from './messages.ts'

/** A literal sentence and the message that it is in. */
export interface Quote {
  sentence: string
  said: Said
}

/** Every sentence of what was said, in order. */
export const toQuotes = (sources: readonly Said[]): Quote[] =>
  sources.flatMap(said => toSentences(said.text).map(sentence => ({ sentence, said })))

/** How rare each term is among the sentences: rare ones tell more. A term that none has is the rarest. */
export type Rarity = (term: string) => number

/** Rarity as BM25 has it, over sentences given by their terms. */
export function toRarity(documents: readonly ReadonlySet<string>[]): Rarity {
  const counts = new Map<string, number>()
  for (const document of documents) for (const term of document) counts.set(term, (counts.get(term) ?? 0) + 1)
  return term => {
    const count = counts.get(term) ?? 0
    return Math.log(1 + (documents.length - count + 0.5) / (count + 0.5))
  }
}

// The usual constants of BM25: how soon repetition stops counting, and how much a long sentence is held back.
const REPETITION = 1.2
const LENGTH = 0.75

/** The share of a question's meaning that a sentence must bear to be quoted; less is chance. */
const ENOUGH_SHARE = 0.5
/** Two and more terms that meet are less likely to do so by chance. */
const ENOUGH_SHARE_OF_SEVERAL = 0.35
/** A second quotation must come about this close to the first. */
const CLOSE_TO_BEST = 0.6
const QUOTES = 3
/** A question that somebody asked before is seldom an answer. */
const QUESTION_FACTOR = 0.4
/** What bears the number, date, name or decision that is asked for, and what does not. */
const BEARS_FACTOR = 1.6
const LACKS_FACTOR = 0.8
/** "What did Dana say?" without more is answered with the last of it. */
const LAST_SAID = 5

interface Scored extends Quote {
  score: number
}

/** The literal sentences that come closest to an answer, best first; none when nothing comes close enough. */
export function searchQuotes(question: string, sources: readonly Said[]): Quote[] {
  const quotes = toQuotes(sources)
  const speakers = asksWhatSomeoneSaid(question) ? speakersIn(question, sources) : new Set<string>()
  const among = speakers.size > 0 ? quotes.filter(({ said }) => speakers.has(said.from ?? '')) : quotes
  const wanted = termsBesides(question, speakers)
  if (wanted.length === 0) return speakers.size > 0 ? among.slice(-LAST_SAID) : []
  const scored = score(question, wanted, among)
  return chosen([...scored, ...replies(question, scored, quotes)])
}

/** Words that tell what kind of sentence is wanted; who says or decides a thing seldom uses them. */
const KIND_TERMS = new Set(
  parseTerms(
    'say said think thought mention write wrote suggest propose opinion promise ask quote decide decision agree conclude conclusion ' +
      '提到 认为 觉得 意见 建议 表示 决定 结论 共识',
  ),
)

/** What a question is about, apart from the people whose words it asks for and, if there is more, from the kind. */
function termsBesides(question: string, speakers: ReadonlySet<string>): string[] {
  const names = new Set([...speakers].flatMap(parseTerms))
  const terms = [...new Set(parseTerms(question))].filter(term => !names.has(term))
  const topic = terms.filter(term => !KIND_TERMS.has(term))
  return topic.length > 0 || speakers.size > 0 ? topic : terms
}

function speakersIn(question: string, sources: readonly Said[]): Set<string> {
  const text = question.toLowerCase()
  const isNamed = (name: string) => [name, name.split(/\s/)[0] ?? name].some(part => hasName(text, part.toLowerCase()))
  return new Set(sources.flatMap(({ from }) => (from && isNamed(from) ? [from] : [])))
}

/** A name of letters counts as a whole word only: "Ann" is not in "planning". */
function hasName(text: string, name: string): boolean {
  const at = text.indexOf(name)
  if (at < 0 || name === '') return false
  const isLetter = (character: string | undefined) => /[a-z0-9]/.test(character ?? '')
  return !(isLetter(name[0]) && (isLetter(text[at - 1]) || isLetter(text[at + name.length])))
}

function score(question: string, wanted: readonly string[], quotes: readonly Quote[]): Scored[] {
  const documents = quotes.map(({ sentence }) => parseIndexTerms(sentence))
  const rarity = toRarity(documents.map(terms => new Set(terms)))
  const average = documents.reduce((sum, terms) => sum + terms.length, 0) / Math.max(1, documents.length)
  const whole = wanted.reduce((sum, term) => sum + rarity(term), 0)
  return quotes.flatMap((quote, index): Scored[] => {
    const terms = documents[index] ?? []
    const met = wanted.filter(term => terms.includes(term))
    const share = met.reduce((sum, term) => sum + rarity(term), 0) / whole
    if (share < (met.length > 1 ? ENOUGH_SHARE_OF_SEVERAL : ENOUGH_SHARE)) return []
    const base = met.reduce((sum, term) => sum + rarity(term) * weight(term, terms, average), 0)
    return [{ ...quote, score: base * factor(question, quote.sentence) }]
  })
}

function weight(term: string, terms: readonly string[], averageLength: number): number {
  const count = terms.filter(other => other === term).length
  return (count * (REPETITION + 1)) / (count + REPETITION * (1 - LENGTH + (LENGTH * terms.length) / averageLength))
}

function factor(question: string, sentence: string): number {
  if (isQuestion(sentence)) return QUESTION_FACTOR
  const bears = bearsWhatIsAsked(question, sentence)
  return bears === undefined ? 1 : bears ? BEARS_FACTOR : LACKS_FACTOR
}

/** Where somebody asked the same before, the answer is what the next person said, in whatever words. */
const replies = (question: string, scored: readonly Scored[], quotes: readonly Quote[]): Scored[] =>
  scored.flatMap(asked => {
    const reply = isQuestion(asked.sentence) ? replyTo(asked, question, quotes) : undefined
    return reply ? [{ ...reply, score: asked.score / QUESTION_FACTOR }] : []
  })

/** The sentence of the next message that bears what was asked for, if somebody else wrote that message. */
export function replyTo(asked: Quote, question: string, quotes: readonly Quote[]): Quote | undefined {
  const at = quotes.findIndex(({ sentence, said }) => sentence === asked.sentence && said === asked.said)
  const next = quotes.slice(at + 1).find(({ said }) => said !== asked.said)?.said
  if (!next || next.from === asked.said.from) return undefined
  return quotes.find(
    ({ said, sentence }) => said === next && !isQuestion(sentence) && bearsWhatIsAsked(question, sentence),
  )
}

function chosen(scored: readonly Scored[]): Quote[] {
  const best = scored.toSorted((a, b) => b.score - a.score)
  const enough = (best[0]?.score ?? 0) * CLOSE_TO_BEST
  const unique = best.filter(
    (one, at) => best.findIndex(other => other.said === one.said && other.sentence === one.sentence) === at,
  )
  return unique
    .filter(({ score }) => score >= enough)
    .slice(0, QUOTES)
    .map(({ sentence, said }) => ({ sentence, said }))
}
