import type { LabelRecord, LabelRecords } from '../../store/labels.ts'
import type { Labeller } from './labeller.ts'

/** More lines than this do not fit one card. */
export const mostLines = 40

const bullet = /^\s*(?:[-*•·–]|\d{1,3}[.)、）])\s*/
/** A line of a list is short; longer ones are paragraphs of one text. */
const longestLine = 400

/**
 * The lines of a pasted list, without their bullets; undefined for a text that is one feedback, if in several lines. Two
 * lines are a list when both have bullets, more also without.
 */
export function parseList(text: string): string[] | undefined {
  const lines = text.split(/\r?\n/).filter(line => line.trim() !== '')
  const areShort = lines.every(line => line.length <= longestLine)
  const haveBullets = lines.every(line => bullet.test(line))
  if (lines.length < 2 || !areShort || (lines.length === 2 && !haveBullets)) return undefined
  return lines.map(line => line.replace(bullet, '').trim()).filter(line => line !== '')
}

/** One line of a list, with its labels or with what went wrong. */
export interface LabelledLine {
  record: LabelRecord
  error?: unknown
}

/** Labels every line; what is labelled already is not asked again. A line that fails does not keep the others. */
export async function labelLines(
  { labels, labeller }: { labels: LabelRecords; labeller: Labeller },
  whole: LabelRecord,
  lines: string[],
  signal: AbortSignal,
): Promise<LabelledLine[]> {
  const known = new Map((await labels.rows(whole.id)).map(record => [record.id, record]))
  const label = async (text: string, index: number): Promise<LabelledLine> => {
    const record = { ...whole, id: `${whole.id}#${index + 1}`, ts: undefined, text, wish: '{}', labels: [] }
    try {
      const before = known.get(record.id)
      const labelled = (before?.text === text ? before : undefined) ?? (await labeller.label(record, signal, 'many'))
      await labels.add({ ...labelled, state: 'done' })
      return { record: labelled }
    } catch (error) {
      signal.throwIfAborted()
      return { record, error }
    }
  }
  return Promise.all(lines.map(label))
}
