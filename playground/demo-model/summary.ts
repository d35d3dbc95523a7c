import { parseIndexTerms, parseTerms } from '../../src/text/terms.ts'
import { datesIn, isQuestion, momentsIn, type Section, sectionOf } from './cues.ts'
import type { Said } from './messages.ts'
import { type Quote, type Rarity, replyTo, toQuotes, toRarity } from './search.ts'
import { languageOf } from './sentences.ts'

/** The sentences of a conversation that stand for it, by what they show themselves to be, each in its order. */
export interface Summary extends Record<Section, Quote[]> {
  /** The decision that says most, where there are several. */
  headline: Quote | undefined
}

/** More points than these are no summary, and a short conversation has fewer. */
const SECTION_POINTS = 6
const UPSHOT_POINTS = 4
const SENTENCES_A_POINT = 4
/** How much being central counts against being like what has been chosen already. */
const CENTRALITY = 0.7
/** "Thanks!" and "ok" stand for nothing. */
const UPSHOT_TERMS = 3
/** A later sentence with this share of a question's terms is taken for its answer. */
const ANSWERED_SHARE = 0.6
/** A decision with this share of an earlier one's terms, and another date, takes its place. */
const REPLACED_SHARE = 0.5
/** A conversation with more decisions than these is given the one that says most first. */
const HEADLINE_DECISIONS = 3
/** A day and a time that two decisions share are no chance. */
const SAME_DATES = 2
/** Every sentence is compared with every other: the newest of a long conversation have to do (200 ms or so). */
const COMPARED_SENTENCES = 800

interface Point extends Quote {
  index: number
  /** The sentence as a direction in the space of terms. */
  vector: ReadonlyMap<string, number>
  terms: number
  section: Section
  centrality: number
}

/** Sorts what was said into sections and picks the most central sentences of each that do not repeat each other. */
export function summarize(sources: readonly Said[]): Summary {
  const points = withoutRepeated(withoutReplaced(toPoints(joined(toQuotes(sources)).slice(-COMPARED_SENTENCES))))
  const pick = (section: Section, most: number) =>
    picked(
      points.filter(point => point.section === section && isWorth(point, points)),
      most,
    )
  const decided = points.filter(({ section }) => section === 'decisions')
  return {
    headline: decided.length > HEADLINE_DECISIONS ? mostCentral(decided) : undefined,
    upshot: pick('upshot', Math.min(UPSHOT_POINTS, Math.ceil(points.length / SENTENCES_A_POINT))),
    decisions: pick('decisions', SECTION_POINTS),
    questions: pick('questions', SECTION_POINTS),
    tasks: pick('tasks', SECTION_POINTS),
  }
}

/** A sentence that begins with what stands before it. */
const REFERRING =
  /^(?:until then|till then|by then|after that|then|that|this|it|so|therefore)\b|^(?:在?那之前|在此之前|到时候?|然后|所以|因此|这样)/i

/** Puts a sentence that says nothing by itself behind the one before it, as the message has them. */
function joined(quotes: readonly Quote[]): Quote[] {
  const whole: Quote[] = []
  for (const { sentence, said } of quotes) {
    const last = whole.at(-1)
    const both =
      last?.said === said && REFERRING.test(sentence) ? literalOf(said.text, last.sentence, sentence) : undefined
    if (both === undefined) whole.push({ sentence, said })
    else whole[whole.length - 1] = { sentence: both, said }
  }
  return whole
}

/** Two sentences with nothing but a blank between them; undefined if a text has no such place or one of them asks. */
function literalOf(text: string, first: string, second: string): string | undefined {
  if (isQuestion(first) || isQuestion(second)) return undefined
  return [`${first} ${second}`, `${first}${second}`].find(both => text.includes(both))
}

function toPoints(quotes: readonly Quote[]): Point[] {
  const terms = quotes.map(({ sentence }) => parseTerms(sentence))
  const rarity = toRarity(terms.map(list => new Set(list)))
  const vectors = terms.map(list => toVector(list, rarity))
  return quotes.map((quote, index) => {
    const vector = vectors[index] ?? new Map()
    const centrality = vectors.reduce((sum, other) => sum + (other === vector ? 0 : likeness(vector, other)), 0)
    return { ...quote, index, vector, terms: vector.size, section: sectionOf(quote.sentence), centrality }
  })
}

const mostCentral = (points: readonly Point[]): Point =>
  points.reduce((best, point) => (point.centrality > best.centrality ? point : best))

/** Leaves out what a later decision changes: about the same, but with other dates. */
function withoutReplaced(points: readonly Point[]): Point[] {
  const decided = points.filter(({ section }) => section === 'decisions')
  return points.filter(point => {
    const dates = datesIn(point.sentence)
    if (dates.size === 0 || (point.section !== 'upshot' && point.section !== 'decisions')) return true
    const needed = point.section === 'upshot' ? 1 : point.terms * REPLACED_SHARE
    return !decided.some(({ index, sentence, vector }) => {
      const others = index > point.index ? datesIn(sentence) : new Set<string>()
      if (others.size === 0 || !others.isDisjointFrom(dates)) return false
      return [...point.vector.keys()].filter(term => vector.has(term)).length >= needed
    })
  })
}

/** Leaves out a decision whose day and time another one has: what was proposed, when it was agreed on, or said again in another language. */
function withoutRepeated(points: readonly Point[]): Point[] {
  const decided = points
    .filter(({ section }) => section === 'decisions')
    .map(point => ({ point, dates: momentsIn(point.sentence), language: languageOf(point.sentence) }))
  const repeats = decided.filter(({ point, dates, language }) =>
    decided.some(other => {
      if (other.dates.size < SAME_DATES || !other.dates.isSubsetOf(dates)) return false
      const isLater = other.point.index > point.index
      return other.language === language ? isLater : !isLater && other.point !== point
    }),
  )
  const left = new Set(repeats.map(({ point }) => point))
  return points.filter(point => !left.has(point))
}

/** Weighted by rarity and of length 1, so that the likeness of two is a sum of products. */
function toVector(terms: readonly string[], rarity: Rarity): Map<string, number> {
  const weights = new Map<string, number>()
  for (const term of terms) weights.set(term, (weights.get(term) ?? 0) + rarity(term))
  const length = Math.hypot(...weights.values()) || 1
  return new Map([...weights].map(([term, weight]) => [term, weight / length]))
}

function likeness(a: ReadonlyMap<string, number>, b: ReadonlyMap<string, number>): number {
  const [small, large] = a.size < b.size ? [a, b] : [b, a]
  let sum = 0
  for (const [term, weight] of small) sum += weight * (large.get(term) ?? 0)
  return sum
}

function isWorth(point: Point, points: readonly Point[]): boolean {
  if (point.section === 'upshot') return point.terms >= UPSHOT_TERMS
  return point.terms > 0 && !(point.section === 'questions' && isAnswered(point, points))
}

/** Somebody else went on to say what was asked, as far as shared words, or a date after a "when", can tell. */
function isAnswered(asked: Point, points: readonly Point[]): boolean {
  if (!isQuestion(asked.sentence)) return false
  if (replyTo(asked, asked.sentence, points)) return true
  const wanted = [...asked.vector.keys()]
  return points.slice(asked.index + 1).some(point => {
    if (point.section === 'questions' || point.said.from === asked.said.from) return false
    const said = new Set(parseIndexTerms(point.sentence))
    return wanted.filter(term => said.has(term)).length >= wanted.length * ANSWERED_SHARE
  })
}

/** Maximal marginal relevance: central ones first, each next one as unlike the chosen as it is central. */
function picked(points: readonly Point[], most: number): Quote[] {
  const top = Math.max(...points.map(({ centrality }) => centrality), Number.MIN_VALUE)
  const left = new Set(points)
  const chosen: Point[] = []
  while (chosen.length < most && left.size > 0) {
    const worth = (point: Point) =>
      (CENTRALITY * point.centrality) / top -
      (1 - CENTRALITY) * Math.max(0, ...chosen.map(other => likeness(point.vector, other.vector)))
    const next = [...left].reduce((best, point) => (worth(point) > worth(best) ? point : best))
    left.delete(next)
    if (!chosen.some(other => likeness(next.vector, other.vector) > 0.9)) chosen.push(next)
  }
  return chosen.toSorted((a, b) => a.index - b.index).map(({ sentence, said }) => ({ sentence, said }))
}
