import type { LabelRecord } from '../../store/labels.ts'
import { parseIndexTerms } from '../../text/terms.ts'
import type { Example } from './prompt.ts'

/** So many corrected texts are shown to the model at most. */
const mostExamples = 6
/** A text of another channel must be so much nearer than one of the same to come before it. */
const otherChannelShare = 0.6
/** Less in common than this is chance. */
const leastLikeness = 0.12

/** Tells whether everybody in the workspace may read a channel. */
export type IsPublic = (channel: string) => Promise<boolean>

/** So many of the nearest corrections are looked at for some that may be shown. */
const maxCandidates = 50

/** Finds the corrected texts nearest to a record's that whoever sees its labels may read, too. */
export async function findExamples(
  corrected: LabelRecord[],
  record: LabelRecord,
  isPublic: IsPublic,
): Promise<Example[]> {
  const examples: LabelRecord[] = []
  for (const candidate of rankNearest(corrected, record.text, record.channel).slice(0, maxCandidates)) {
    if (examples.length === mostExamples) break
    if (await isReadable(candidate, record, isPublic)) examples.push(candidate)
  }
  return examples.map(buildExample)
}

/** What a person classified for themselves serves only texts that they classify for themselves. */
async function isReadable(example: LabelRecord, record: LabelRecord, isPublic: IsPublic): Promise<boolean> {
  if (!example.isShared) return !record.isShared && example.askedBy !== undefined && example.askedBy === record.askedBy
  return example.channel === record.channel || (await isPublic(example.channel))
}

/** Finds the nearest corrected texts without regard to who may read them, for an evaluation by the operator. */
export function selectExamples(corrected: LabelRecord[], text: string, channel: string): Example[] {
  return rankNearest(corrected, text, channel).slice(0, mostExamples).map(buildExample)
}

const buildExample = ({ text, labels }: LabelRecord): Example => ({ text, kinds: labels.map(({ kind }) => kind) })

function rankNearest(corrected: LabelRecord[], text: string, channel: string): LabelRecord[] {
  const terms = new Set(parseIndexTerms(text))
  return corrected
    .map(record => {
      const likeness = similarity(terms, termsOf(record))
      return { record, likeness: record.channel === channel ? likeness : likeness * otherChannelShare }
    })
    .filter(({ likeness }) => likeness >= leastLikeness)
    .sort((a, b) => b.likeness - a.likeness)
    .map(({ record }) => record)
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
