import type { LabelRecord } from '../../store/labels.ts'
import { parseIndexTerms } from '../../text/terms.ts'
import type { Example } from './prompt.ts'

/** So many corrected texts are shown to the model at most. */
const mostExamples = 6
/** A text of another channel must be so much nearer than one of the same to come before it. */
const otherChannelShare = 0.6
/** Less in common than this is chance. */
const leastLikeness = 0.12

/** The corrected texts that are nearest to a text, those of its own channel first. */
export function selectExamples(corrected: LabelRecord[], text: string, channel: string): Example[] {
  const terms = new Set(parseIndexTerms(text))
  return corrected
    .map(record => {
      const likeness = similarity(terms, termsOf(record))
      return { record, likeness: record.channel === channel ? likeness : likeness * otherChannelShare }
    })
    .filter(({ likeness }) => likeness >= leastLikeness)
    .sort((a, b) => b.likeness - a.likeness)
    .slice(0, mostExamples)
    .map(({ record }) => ({ text: record.text, kinds: record.labels.map(({ kind }) => kind) }))
}

/** The records are asked about again with every text. */
const remembered = new WeakMap<LabelRecord, Set<string>>()

function termsOf(record: LabelRecord): Set<string> {
  const known = remembered.get(record) ?? new Set(parseIndexTerms(record.text))
  remembered.set(record, known)
  return known
}

/** What two texts have in common, from 0 to 1: the cosine of their sets of terms. */
function similarity(a: Set<string>, b: Set<string>): number {
  if (a.size === 0 || b.size === 0) return 0
  const common = [...a].filter(term => b.has(term)).length
  return common / Math.sqrt(a.size * b.size)
}
