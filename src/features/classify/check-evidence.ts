import { withoutPromptMarks } from '../../model/prompt-marks.ts'
import type { Label } from '../../store/labels.ts'
import { growToClause, hasNegation, isOnWordBorders, isTooShort } from '../../text/clause.ts'
import { findQuote, normalizeWords, parseQuotations } from '../../text/find-quote.ts'
import type { Taxonomy } from './taxonomy.ts'

/** The confidence of a label whose evidence may say the opposite, at most. */
const unsure = 0.4

/** A reason is one sentence; a model that writes more is cut. */
const mostReasonCharacters = 300

/**
 * Checks the evidence. A quote that cuts a word, is next to nothing, or leaves a negation out is grown to its clause; with a negation
 * that the model left out, the label is unsure.
 */
export function checkEvidence(
  { kind, quote = '', reason, confidence }: Label,
  text: string,
  taxonomy: Taxonomy,
): Label {
  const checked = { kind, reason: checkReason(reason, text, taxonomy) }
  const found = findQuote(text, quote)
  if (found === undefined) return { ...checked, quote: undefined, confidence }
  const start = text.indexOf(found)
  const clause = growToClause(text, start, found.length)
  const isTurned = !hasNegation(found) && hasNegation(clause.replace(found, ''))
  const isWhole = !isTurned && !isTooShort(found) && isOnWordBorders(text, start, found.length)
  const sureness = isTurned ? Math.min(confidence ?? 1, unsure) : confidence
  return { ...checked, quote: isWhole ? found : clause, confidence: sureness }
}

/** Drops a reason that quotes what is neither in the text nor the name of a kind, or repeats a kind's definition. */
function checkReason(reason: string, text: string, taxonomy: Taxonomy): string {
  const names = taxonomy.kinds.flatMap(({ id, names }) => [id, ...Object.values(names)]).map(normalizeWords)
  const isTrue = (words: string) => words === '' || names.includes(words) || normalizeWords(text).includes(words)
  const plain = withoutPromptMarks(reason).replace(/\s+/g, ' ').trim()
  if (!parseQuotations(plain).map(normalizeWords).every(isTrue)) return ''
  // A small model copies what the prompt says of a kind: that is no reason.
  if (taxonomy.kinds.some(({ definition }) => normalizeWords(definition).includes(normalizeWords(plain)))) return ''
  return plain.length > mostReasonCharacters ? `${plain.slice(0, mostReasonCharacters).toWellFormed()}…` : plain
}
