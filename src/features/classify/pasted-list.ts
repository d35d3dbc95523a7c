import type { LabelRecord } from '../../store/labels.ts'
import type { LabelText } from './label-text.ts'
import type { Subject } from './subject.ts'

/** More lines than this do not fit one card. */
export const mostLines = 40

/** Not the sign of a number (“-5 degrees”), its whole part (“2.5 stars”), or the start of bold words (“*never* works”). */
const bullet = /^\s*(?:[•·]|\*(?=\s)|[-–](?!\d)|\d{1,3}(?:[)、）]|\.(?!\d)))\s*/
/** A line of a list is short; longer ones are paragraphs of one text. */
const longestLine = 400

/**
 * Parses the lines of a pasted list, without their bullets; undefined for a text that is one feedback, if in several lines. Two
 * lines are a list when both have bullets, more also without.
 */
export function parseList(text: string): string[] | undefined {
  const lines = text.split(/\r?\n/).filter(line => line.trim() !== '')
  const areShort = lines.every(line => line.length <= longestLine)
  const haveBullets = lines.every(line => bullet.test(line))
  if (lines.length < 2 || !areShort || (lines.length === 2 && !haveBullets)) return undefined
  return lines.map(line => line.replace(bullet, '').trim()).filter(line => line !== '')
}

/** Labels every line of a list. A line that fails comes back with its error, and does not keep the others. */
export function labelLines(
  label: LabelText,
  whole: Subject,
  { lines, signal, language }: { lines: string[] } & Pick<Parameters<LabelText>[1], 'signal' | 'language'>,
): Promise<(LabelRecord | { text: string; error: unknown })[]> {
  const options = { pace: 'many' as const, language, ...(signal !== undefined && { signal }) }
  const labelLine = (text: string, index: number) =>
    label({ ...whole, id: `${whole.id}#${index + 1}`, text }, options).catch(error => {
      signal?.throwIfAborted()
      return { text, error }
    })
  return Promise.all(lines.map(labelLine))
}
