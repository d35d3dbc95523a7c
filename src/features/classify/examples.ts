import type { LabelRecord } from '../../store/labels.ts'
import { parseIndexTerms } from '../../text/terms.ts'
import type { Example } from './prompt.ts'

/** The most corrected texts that the model is shown. */
const mostExamples = 6
/** Factor by which the similarity of a text of another channel is reduced. */
const otherChannelShare = 0.6
/** Texts less similar than this are no examples. */
const leastLikeness = 0.12

/** Selects the corrected texts that are most similar to a text; those of its own channel come first. */
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

/** Caches the terms of records, which are compared with every text. */
const remembered = new WeakMap<LabelRecord, Set<string>>()

function termsOf(record: LabelRecord): Set<string> {
  const known = remembered.get(record) ?? new Set(parseIndexTerms(record.text))
  remembered.set(record, known)
  return known
}

/** Computes the cosine similarity of two sets of terms, from 0 to 1. */
function similarity(a: Set<string>, b: Set<string>): number {
  if (a.size === 0 || b.size === 0) return 0
  const common = [...a].filter(term => b.has(term)).length
  return common / Math.sqrt(a.size * b.size)
}
