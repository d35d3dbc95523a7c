import { z } from 'zod'
import { findEvidence, toFolded, toQuotations } from '../evidence.ts'
import type { Said } from './parts.ts'

/** One thing that a summary says, and the messages that it rests on. */
export interface Point {
  kind: 'decision' | 'question' | 'task' | 'fact'
  text: string
  /** Of a task: whoever does it. */
  who?: string
  /** Of a task: by when. */
  due?: string
  /** The ts of the messages, each of which was read. Never empty. */
  sources: string[]
}

/** What was found in a part, or in several joined. */
export interface Points {
  upshot: { text: string; sources: string[] } | undefined
  points: Point[]
  /** Points that were left out because they named no message that was read, or quoted what nobody wrote. */
  dropped: number
}

/** A point names so many messages at most. */
const mostSources = 3
/** A quotation of at least so many letters (or Han characters, which say more) is somebody's words; a shorter one is a name. */
const quoteLetters = 15
const quoteHan = 6
const mostCharacters = 600

const text = z
  .string()
  .nullish()
  .transform(value => (value ?? '').replace(/\s+/g, ' ').trim().slice(0, mostCharacters).toWellFormed())
const sources = z
  .union([z.array(z.union([z.string(), z.number()])), z.string(), z.number()])
  .nullish()
  .transform(value => (value === null || value === undefined ? [] : [value].flat().flatMap(toIds)))
const point = z.object({ text, sources })
const task = z.object({ who: text, what: text, due: text, sources })
const list = <T extends z.ZodType>(item: T) =>
  z
    .array(item)
    .nullish()
    .transform(value => value ?? [])
const answerSchema = z.object({
  upshot: point.nullish(),
  decisions: list(point),
  questions: list(point),
  tasks: list(task),
  facts: list(point),
})
type Answer = z.infer<typeof answerSchema>

/** What a model answered, or undefined when it is not in the form that was asked for. One that broke off is read as far as it goes. */
export function readAnswer(answer: string): Answer | undefined {
  const from = answer.indexOf('{')
  if (from < 0) return undefined
  const json = answer.slice(from)
  for (const candidate of [json.slice(0, json.lastIndexOf('}') + 1), ...toRepaired(json)]) {
    const read = toJson(candidate)
    const parsed = read === undefined ? undefined : answerSchema.safeParse(read).data
    if (parsed !== undefined && ('upshot' in (read as object) || Object.values(parsed).flat().length > 0)) return parsed
  }
  return undefined
}

/** A broken-off answer, closed behind the last point that is whole. */
function toRepaired(json: string): string[] {
  const whole = json.lastIndexOf('}')
  return whole < 0 ? [] : [`${json.slice(0, whole + 1)}]}`, `${json.slice(0, whole + 1)}}`]
}

function toJson(candidate: string): unknown {
  try {
    return JSON.parse(candidate)
  } catch {
    return undefined
  }
}

/** `12`, `"12"`, `"m12"`, `"[12]"`, `"#12, #13"`. */
function toIds(source: string | number): string[] {
  return String(source).match(/\d+(?:\.\d+)?/g) ?? []
}

/** Against what an answer is checked. */
export interface Checks {
  /** The messages behind an id of the question; undefined for one that did not stand in it. */
  sourcesOf: (id: string) => string[] | undefined
  said: (ts: string) => Said | undefined
}

/** An answer with every point checked: it rests on messages that were read, and what it quotes stands in them. */
export function toPoints(answer: Answer, checks: Checks): Points {
  let dropped = 0
  const check = <T extends { text: string; sources: string[] }>(said: T): T[] => {
    if (said.text === '') return []
    const found = [...new Set(said.sources.flatMap(id => checks.sourcesOf(id) ?? []))].slice(0, mostSources)
    const isTrue = found.length > 0 && isQuotedTruly(said.text, found, checks)
    if (!isTrue) dropped += 1
    return isTrue ? [{ ...said, text: withoutLinks(said.text), sources: found }] : []
  }
  const all = (kind: Point['kind'], points: { text: string; sources: string[] }[]) =>
    points.flatMap(check).map(one => ({ kind, ...one }))
  const [upshot] = answer.upshot === null || answer.upshot === undefined ? [] : check(answer.upshot)
  const tasks = answer.tasks
    .flatMap(({ who, what, due, sources: ids }) => check({ text: what, who, due, sources: ids }))
    .map(({ who, due, ...one }) => ({
      kind: 'task' as const,
      ...one,
      ...(who !== '' && { who: withoutLinks(who) }),
      ...(due !== '' && { due: withoutLinks(due) }),
    }))
  const points = [
    ...all('decision', answer.decisions),
    ...all('question', answer.questions),
    ...tasks,
    ...all('fact', answer.facts),
  ]
  return { upshot, points: withoutRepeats(points), dropped }
}

/** Whether every quotation in a text stands, literally, in one of the messages. A name in quotation marks is no quotation. */
export function isQuotedTruly(words: string, tss: string[], { said }: Pick<Checks, 'said'>): boolean {
  const texts = tss.map(ts => said(ts)).filter(message => message !== undefined)
  return toQuotations(words)
    .filter(isQuotation)
    .every(quote =>
      texts.some(({ text: written, files }) => findEvidence([written, ...files].join('\n'), quote) !== undefined),
    )
}

function isQuotation(quote: string): boolean {
  const folded = toFolded(quote)
  return (folded.match(/\p{Script=Han}/gu)?.length ?? 0) >= quoteHan || folded.length >= quoteLetters
}

/** The only links in a summary are those of its sources. */
function withoutLinks(words: string): string {
  return words.replace(/!?\[([^\]]*)\]\([^)]*\)/g, '$1').replace(/^[-*•#>\s]+/, '')
}

function withoutRepeats(points: Point[]): Point[] {
  return [...new Map(points.map(one => [`${one.kind} ${one.who ?? ''} ${toFolded(one.text)}`, one])).values()]
}
