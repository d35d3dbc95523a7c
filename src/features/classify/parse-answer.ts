import { z } from 'zod'
import { findJson } from '../../text/find-json.ts'
import { parseKind, type Taxonomy } from './taxonomy.ts'

/** One thing that a model found in a text, in its words: nothing but the kind has been checked. */
interface Finding {
  kind: string
  quote: string
  reason: string
  /** From 0 to 1; undefined when the model did not say. */
  confidence: number | undefined
}

/**
 * Parses an answer in any of the forms in which models give it: JSON, also inside a code fence or with words around it, or
 * lines of brackets. Returns undefined if it is none of them, or names an unknown kind.
 */
export function parseFindings(answer: string, taxonomy: Taxonomy): Finding[] | undefined {
  const json = readJson(answer, taxonomy)
  const isJson = json !== undefined && json.length > 0
  const raw = isJson ? json : (readBrackets(answer) ?? readPlainLines(answer, taxonomy))
  if (raw === undefined || raw.length === 0) return undefined
  const findings = raw.map(({ kind, ...rest }) => ({ ...rest, kind: parseKind(taxonomy, kind) }))
  if (!findings.every(isKnown)) return undefined
  return taxonomy.several ? withoutRepeats(findings) : findings.slice(0, 1)
}

const isKnown = (finding: Omit<Finding, 'kind'> & { kind: string | undefined }): finding is Finding =>
  finding.kind !== undefined

const findingSchema = z.object({
  kind: z.string(),
  quote: z
    .string()
    .nullish()
    .transform(quote => quote ?? ''),
  reason: z
    .string()
    .nullish()
    .transform(reason => reason ?? ''),
  confidence: z.union([z.number(), z.string()]).nullish().transform(parseConfidence),
})
const findingsSchema = z.union([
  z.object({ items: z.array(findingSchema) }).transform(({ items }) => items),
  z.array(findingSchema),
  findingSchema.transform(finding => [finding]),
])

/** Reads the last list of findings whose kinds are known; findings that stand by themselves are one list together. */
function readJson(answer: string, taxonomy: Taxonomy): Finding[] | undefined {
  const parse = (value: unknown) => {
    const found = findingsSchema.safeParse(value).data
    const isOfKinds = found?.every(({ kind }) => parseKind(taxonomy, kind) !== undefined)
    return isOfKinds ? { found, isSingle: findingSchema.safeParse(value).success } : undefined
  }
  const { values, isBroken } = findJson(answer, parse)
  // Of a list that broke off nobody knows how it ends.
  if (isBroken) return undefined
  const isListed = values.some(({ isSingle }) => !isSingle)
  return isListed ? values.findLast(({ isSingle }) => !isSingle)?.found : values.flatMap(({ found }) => found ?? [])
}

/** Between two fields of `[kind]-[quote]-[reason]-[0.9]`. */
const fieldJoint = /\]\s{0,3}[-–—]\s{0,3}\[/
const confidenceField = /^\s{0,3}[\d.]{1,6}\s?%?\s{0,3}$/
const longestKind = 60
const longestField = 400
const quotePrefix = /^\s*(?:问题|原文|引文|problem|issue|quote|text)\s*[:：]\s*/i
/** Before the next entry; a semicolon or a line break inside a field is none. Linear only if no white space is repeated. */
const entryBreak = /[\n;；](?=\s*(?:[-*]\s*)?(?:\[|$))/

function readBrackets(answer: string): Finding[] | undefined {
  const lines = answer.split('\n').map(line => line.trim())
  // Blank lines go first: the look-ahead would read a run of them once for each of its lines.
  const entries = lines
    .filter(line => line !== '')
    .join('\n')
    .split(entryBreak)
  const found = entries.map(readEntry).filter(finding => finding !== undefined)
  return found.length === 0 ? undefined : found
}

/** Between two fields of which at least one has lost its brackets. */
const plainJoint = /\s[-–—|]\s|\]\s{0,3}[-–—|]|[-–—|]\s{0,3}\[/
const longestLine = 1_000

/** Reads lines such as `bug - it crashes - It fails. - 0.9`: small models leave out brackets. The kind must be a known one. */
function readPlainLines(answer: string, taxonomy: Taxonomy): Finding[] | undefined {
  const lines = answer.split('\n').filter(line => line.length <= longestLine)
  const found = lines.flatMap(line => {
    const [kind = '', quote, ...rest] = line
      .replace(/^\s*(?:[-*•]|\d{1,2}[.)])?\s*/, '')
      .split(plainJoint)
      .map(withoutFrame)
    if (quote === undefined || rest.length === 0 || parseKind(taxonomy, kind) === undefined) return []
    const last = rest.at(-1) ?? ''
    const hasConfidence = rest.length > 1 && confidenceField.test(last)
    const reason = (hasConfidence ? rest.slice(0, -1) : rest).join(' - ')
    const confidence = parseConfidence(hasConfidence ? last : undefined)
    return [{ kind, quote: quote.replace(quotePrefix, ''), reason, confidence }]
  })
  return found.length === 0 ? undefined : found
}

/** Removes brackets, quotation marks and emphasis around a field. */
const withoutFrame = (field: string) => field.trim().replace(/^[[\]"'“”*`\s]{1,4}|[[\]"'“”*`\s]{1,4}$/g, '')

/** Parses `[kind]-[quote]-[reason]-[0.9]`, with or without the confidence, and with a word like 问题: before the quote. */
function readEntry(entry: string): Finding | undefined {
  const line = entry.trim()
  if (!line.endsWith(']')) return undefined
  const fields = line.slice(0, -1).split(fieldJoint)
  const at = fields.findIndex(isKindField)
  const [first = '', quote, ...rest] = at < 0 ? [] : fields.slice(at)
  if (quote === undefined || rest.length === 0) return undefined
  const last = rest.at(-1) ?? ''
  const confidence = rest.length > 1 && confidenceField.test(last) ? last : undefined
  const reason = (confidence === undefined ? rest : rest.slice(0, -1)).join(']-[')
  if ([quote, reason].some(field => field.length > longestField || field.includes('\n'))) return undefined
  return {
    kind: kindOf(first),
    quote: quote.replace(quotePrefix, ''),
    reason: reason.trim(),
    confidence: parseConfidence(confidence),
  }
}

const kindOf = (field: string) => field.slice(field.lastIndexOf('[') + 1)

function isKindField(field: string): boolean {
  const kind = kindOf(field)
  return kind.length < field.length && kind !== '' && kind.length <= longestKind && !kind.includes(']')
}

/** Models say 0.9, 90, "90%" and "high". */
function parseConfidence(said: number | string | null | undefined): number | undefined {
  if (said === null || said === undefined) return undefined
  const words: Record<string, number> = { high: 0.9, medium: 0.6, low: 0.3, 高: 0.9, 中: 0.6, 低: 0.3 }
  const [, part, whole] = /^\s*([\d.]{1,6})\s*\/\s*(10{0,2}|5)\s*$/.exec(String(said)) ?? []
  const read = (given: string) => words[given] ?? Number.parseFloat(given.replace(',', '.'))
  const plain = typeof said === 'number' ? said : read(said.trim().toLowerCase())
  const number = part === undefined ? plain : Number(part) / Number(whole)
  if (!Number.isFinite(number) || number < 0) return undefined
  return Math.min(1, number > 1 ? number / 100 : number)
}

/** The same kind with the same words twice is one thing. */
function withoutRepeats(findings: Finding[]): Finding[] {
  const seen = new Set<string>()
  return findings.filter(({ kind, quote }) => seen.size < seen.add(`${kind} ${quote}`).size)
}
