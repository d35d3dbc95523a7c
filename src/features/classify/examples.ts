import type { LabelRecord } from '../../store/labels.ts'
import { parseIndexTerms } from '../../text/terms.ts'
import type { Example } from './prompt.ts'
import type { Subject } from './subject.ts'

/** The most corrected texts that the model is shown. */
const mostExamples = 6
/** Factor by which the similarity of a text of another channel is reduced. */
const otherChannelShare = 0.6
/** Texts less similar than this are no examples. */
const leastLikeness = 0.12

/** Tells whether everybody in the workspace may read a channel, the person who asks, if any, among them. */
type IsPublic = (channel: string, askedBy: string | undefined) => Promise<boolean>

/** The most similar corrections that are checked for whether they may be shown. */
const maxCandidates = 50

/** Finds the most similar corrected texts that everybody who sees the labels of a text may read. */
export async function findExamples(corrected: LabelRecord[], subject: Subject, isPublic: IsPublic): Promise<Example[]> {
  const examples: LabelRecord[] = []
  for (const candidate of rankNearest(corrected, subject.text, subject.channel).slice(0, maxCandidates)) {
    if (examples.length === mostExamples) break
    if (await isReadable(candidate, subject, isPublic)) examples.push(candidate)
  }
  return examples.map(buildExample)
}

/** Returns true for what all readers may see: a private text is an example only for private texts of the same person. */
async function isReadable(example: LabelRecord, subject: Subject, isPublic: IsPublic): Promise<boolean> {
  if (!example.isShared)
    return !subject.isShared && example.askedBy !== undefined && example.askedBy === subject.askedBy
  return example.channel === subject.channel || (await isPublic(example.channel, subject.askedBy))
}

/** Finds the nearest corrected texts without regard to who may read them, for an evaluation by the operator. */
export function selectExamples(corrected: LabelRecord[], text: string, channel: string): Example[] {
  return rankNearest(corrected, text, channel).slice(0, mostExamples).map(buildExample)
}

const buildExample = ({ text, labels, channel }: LabelRecord): Example => ({
  text,
  kinds: labels.map(({ kind }) => kind),
  channel,
})

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
