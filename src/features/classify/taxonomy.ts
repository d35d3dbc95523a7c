import { isMap, isScalar, LineCounter, type Node, parseDocument } from 'yaml'
import { z } from 'zod'
import { catalogs } from '../../i18n/catalog.ts'
import type { createReader } from './reader.ts'

/** One kind of feedback. */
interface Kind {
  id: string
  /** By language: `en`, `zh`, `ja`. */
  names: Record<string, string>
  /** The reaction that marks a message of this kind, without colons. */
  emoji: string
  definition: string
  examples: string[]
  /** The difference from kinds that it is taken for, by their ids. */
  confusedWith: Record<string, string>
}

/** The kinds into which a team sorts its feedback. */
export interface Taxonomy {
  /** Carried by every label, so that labels of different meanings are not counted together. */
  version: string
  /** A text may have several labels. */
  several: boolean
  kinds: Kind[]
  /** Files of channels that have a taxonomy of their own, by channel id. */
  channels: Record<string, string>
}

/** The id for what fits no kind; no file contains it. */
export const otherId = 'other'

/** A mistake in the file, with its line, counted from 1. */
interface Mistake {
  line: number
  sentence: string
}

const text = z.string({ error: 'must be a text' }).trim().min(1, { error: 'is empty' })
/** The longest text of an option in Slack's menus. Source: docs.slack.dev, option object. */
const longestName = 75

const kindSchema = z.strictObject({
  id: text.regex(/^[a-z][a-z0-9_]{0,30}$/, {
    error: 'must be lowercase letters, digits and underscores, and start with a letter',
  }),
  names: z
    .record(
      z.string(),
      text.max(longestName, { error: `is longer than the ${longestName} characters that Slack’s menus take` }),
    )
    .refine(names => Object.keys(names).length > 0, { error: 'needs a name in at least one language, like en: bug' }),
  emoji: text
    .regex(/^[a-z0-9_+-]+$/, { error: 'must be the name of an emoji without colons, like beetle' })
    .default('label'),
  definition: text,
  examples: z.array(text).min(1, { error: 'needs at least one example' }),
  confused_with: z.record(z.string(), text).default({}),
})
const taxonomySchema = z.strictObject({
  version: z.union([text, z.number()]).transform(String),
  several: z.boolean({ error: 'must be true or false' }).default(true),
  channels: z.record(z.string(), text).default({}),
  kinds: z.array(kindSchema).min(2, { error: 'needs at least two kinds' }).max(20, { error: 'has more than 20 kinds' }),
})

/** Parses a taxonomy. Returns every mistake with its line if there are any. */
export function parseTaxonomy(yaml: string): { taxonomy: Taxonomy } | { mistakes: Mistake[] } {
  const lines = new LineCounter()
  const document = parseDocument(yaml, { lineCounter: lines })
  const lineOf = (path: PropertyKey[]) => findLine(document.contents, path, lines)
  if (document.errors.length > 0) {
    return {
      mistakes: document.errors.map(({ message, linePos }) => ({
        line: linePos?.[0].line ?? 1,
        sentence: firstLine(message),
      })),
    }
  }
  const parsed = taxonomySchema.safeParse(document.toJS())
  if (!parsed.success) return { mistakes: parsed.error.issues.flatMap(issue => formatMistakes(issue, lineOf)) }
  const mistakes = findContradictions(parsed.data.kinds).map(({ path, sentence }) => ({ line: lineOf(path), sentence }))
  if (mistakes.length > 0) return { mistakes }
  const { kinds, ...rest } = parsed.data
  return {
    taxonomy: { ...rest, kinds: kinds.map(({ confused_with, ...kind }) => ({ ...kind, confusedWith: confused_with })) },
  }
}

type KindFile = z.infer<typeof kindSchema>

/** Finds contradictions between kinds: duplicate ids and names, and references to unknown kinds. */
function findContradictions(kinds: KindFile[]): { path: PropertyKey[]; sentence: string }[] {
  const ids = kinds.map(({ id }) => id)
  return kinds.flatMap((kind, index) => {
    const at = (...path: PropertyKey[]) => ['kinds', index, ...path]
    const earlier = kinds.slice(0, index)
    const taken = Object.entries(kind.names).filter(([, name]) =>
      earlier.some(({ names }) => Object.values(names).includes(name)),
    )
    const unknown = Object.keys(kind.confused_with).filter(id => !ids.includes(id) || id === kind.id)
    return [
      ...(kind.id === otherId
        ? [{ path: at('id'), sentence: `id: “${otherId}” is reserved for texts that fit no kind; choose another id` }]
        : []),
      ...(ids.indexOf(kind.id) < index ? [{ path: at('id'), sentence: `id: “${kind.id}” is used twice` }] : []),
      ...taken.map(([language, name]) => ({ path: at('names', language), sentence: `names: “${name}” is used twice` })),
      ...unknown.map(id => ({
        path: at('confused_with', id),
        sentence: `confused_with: there is no other kind “${id}”`,
      })),
    ]
  })
}

function formatMistakes(issue: z.core.$ZodIssue, lineOf: (path: PropertyKey[]) => number): Mistake[] {
  const name = issue.path.filter(part => typeof part === 'string').at(-1)
  const where = name === undefined ? '' : `${name}: `
  if (issue.code === 'unrecognized_keys') {
    return issue.keys.map(key => ({
      line: lineOf([...issue.path, key]),
      sentence: `${where}“${key}” is not a known key here`,
    }))
  }
  const isMissing = issue.code === 'invalid_type' && issue.input === undefined
  return [{ line: lineOf(issue.path), sentence: `${where}${isMissing ? 'is missing' : issue.message}` }]
}

/** Finds the line of the node at a path, or of its nearest ancestor. */
function findLine(contents: unknown, path: PropertyKey[], lines: LineCounter): number {
  let node = contents as Node | null
  let at = node?.range?.[0] ?? 0
  for (const part of path) {
    const pair = isMap(node) ? node.items.find(({ key }) => isScalar(key) && key.value === part) : undefined
    const key = pair?.key as Node | undefined
    const next = (
      pair === undefined
        ? (node as { get?: (key: unknown, keep: true) => unknown } | null)?.get?.(part, true)
        : pair.value
    ) as Node | null | undefined
    const start = key?.range?.[0] ?? next?.range?.[0]
    if (start === undefined) break
    at = start
    node = next ?? null
  }
  return lines.linePos(at).line
}

const firstLine = (message: string) => message.split('\n', 1)[0] ?? message

/** Formats a kind's name in the reader's language; falls back to English, then to any. */
export function formatKind(
  taxonomy: Pick<Taxonomy, 'kinds'>,
  id: string,
  { language, i18n }: ReturnType<typeof createReader>,
): string {
  if (id === otherId) return i18n.labels.otherKind
  const names = taxonomy.kinds.find(kind => kind.id === id)?.names ?? {}
  return names[language] ?? names.en ?? Object.values(names)[0] ?? id
}

const isNameOfOther = (name: string) =>
  Object.values(catalogs).some(({ labels }) => normalize(labels.otherKind) === name)

/** Parses an id, or a name in any language, to the kind's id. */
export function parseKind(taxonomy: Taxonomy, written: string): string | undefined {
  const wanted = normalize(written)
  if (wanted === otherId || wanted === '其它' || isNameOfOther(wanted)) return otherId
  return taxonomy.kinds.find(({ id, names }) => [id, ...Object.values(names)].some(name => normalize(name) === wanted))
    ?.id
}

const normalize = (name: string) =>
  name
    .normalize('NFKC')
    .trim()
    .toLowerCase()
    .replace(/[\s_-]+/g, ' ')
