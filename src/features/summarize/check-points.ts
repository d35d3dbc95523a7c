import { findQuote, normalizeWords, parseQuotations } from '../../text/find-quote.ts'
import type { Said } from './chunks.ts'

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

/** So many of a kind are kept, which is more than a model is asked for. */
const mostKept = 30

/** What a model said, before anything of it is checked. */
interface Answer {
  upshot: Unproven | undefined
  decisions: Unproven[]
  questions: Unproven[]
  tasks: (Unproven & { who: string; due: string })[]
  facts: Unproven[]
}
interface Unproven {
  text: string
  /** Ids of the question. */
  sources: string[]
}

const lists = ['decisions', 'questions', 'tasks', 'facts']

const isAnswer = (read: unknown): read is Record<string, unknown> => {
  const record = asRecord(read)
  return typeof record.upshot === 'object' || lists.some(list => Array.isArray(record[list]))
}

/** Models without a schema write lists for a text, numbers for a date, one id for a list of ids; what is no point is left out. */
function parseFields(read: Record<string, unknown>): Answer {
  const upshot =
    typeof read.upshot === 'string' ? { text: parseText(read.upshot), sources: [] } : parseSaid(read.upshot)[0]
  const tasks = parseList(read.tasks).flatMap(task => {
    const { what, text, task: said, who, due, sources } = asRecord(task)
    return parseSaid({ text: what ?? text ?? said, sources }).map(one => ({
      ...one,
      who: parseText(who),
      due: parseText(due),
    }))
  })
  const all = (field: unknown) => parseList(field).flatMap(parseSaid)
  return { upshot, decisions: all(read.decisions), questions: all(read.questions), tasks, facts: all(read.facts) }
}

function parseSaid(given: unknown): Unproven[] {
  const { text, sources } = asRecord(given)
  const words = parseText(text)
  return words === '' ? [] : [{ text: words, sources: parseList(sources).flatMap(parseIds) }]
}

const parseList = (given: unknown): unknown[] => (given === undefined || given === null ? [] : [given].flat())

const asRecord = (given: unknown) =>
  (typeof given === 'object' && given !== null ? given : {}) as Record<string, unknown>

function parseText(given: unknown): string {
  const words = parseList(given).filter(part => typeof part === 'string' || typeof part === 'number')
  return words.join(', ').replace(/\s+/g, ' ').trim().slice(0, mostCharacters).toWellFormed()
}

/** `12`, `"12"`, `"m12"`, `"[12]"`, `"#12, #13"`, `{"id":12}`. */
function parseIds(source: unknown): string[] {
  const id = typeof source === 'object' && source !== null ? Object.values(source)[0] : source
  return typeof id === 'string' || typeof id === 'number' ? (String(id).match(/\d+(?:\.\d+)?/g) ?? []) : []
}

/** What a model answered, or undefined when it is not in the form that was asked for. One that broke off is read as far as it goes. */
export function parseAnswer(answer: string): Answer | undefined {
  for (const candidate of extractObjects(answer)) {
    const read = parseJson(candidate)
    if (isAnswer(read)) return parseFields(read)
  }
  return undefined
}

/** Where an answer may begin; words before it may have braces, too. */
const mostBeginnings = 20

/** Every object of the answer with nothing around it, the outermost first; the last one closed where it broke off. */
function extractObjects(answer: string): string[] {
  const objects: string[] = []
  for (let from = answer.indexOf('{'), tried = 0; from >= 0 && tried < mostBeginnings; tried += 1) {
    const end = findEnd(answer, from)
    if (end === undefined) {
      const broken = answer.slice(from, answer.lastIndexOf('}') + 1)
      objects.push(`${broken}]}`, `${broken}}`)
    } else objects.push(answer.slice(from, end))
    from = answer.indexOf('{', end === undefined ? from + 1 : end)
  }
  return objects
}

/** Behind the brace that closes the one at `from`; undefined when none does. */
function findEnd(answer: string, from: number): number | undefined {
  let depth = 0
  let isQuoted = false
  for (let at = from; at < answer.length; at += 1) {
    const character = answer[at]
    if (character === '"' && answer[at - 1] !== '\\') isQuoted = !isQuoted
    if (isQuoted) continue
    if (character === '{') depth += 1
    if (character === '}') depth -= 1
    if (depth === 0) return at + 1
  }
  return undefined
}

function parseJson(candidate: string): unknown {
  try {
    return JSON.parse(candidate)
  } catch {
    return undefined
  }
}

/** Against what an answer is checked. */
export interface Checks {
  /** The messages behind an id of the question; undefined for one that did not stand in it. */
  sourcesOf: (id: string) => string[] | undefined
  said: (ts: string) => Said | undefined
}

/** An answer with every point checked: it rests on messages that were read, and what it quotes stands in them. */
export function checkPoints(answer: Answer, checks: Checks): Points {
  let dropped = 0
  const check = <T extends { text: string; who?: string; due?: string; sources: string[] }>(said: T): T[] => {
    const found = [...new Set(said.sources.flatMap(id => checks.sourcesOf(id) ?? []))].slice(0, mostSources)
    const words = [said.text, said.who ?? '', said.due ?? '']
    const isTrue = found.length > 0 && words.every(part => isQuotedTruly(part, found, checks))
    if (!isTrue) dropped += 1
    const clean = (part: string) => withoutOtherLinks(part, found, checks)
    return isTrue
      ? [
          {
            ...said,
            text: clean(said.text).replace(/^[-*•#>\s]+/, ''),
            ...(said.who !== undefined && { who: clean(said.who) }),
            ...(said.due !== undefined && { due: clean(said.due) }),
            sources: found,
          },
        ]
      : []
  }
  const all = (kind: Point['kind'], points: { text: string; sources: string[] }[]) =>
    points.flatMap(check).map(one => ({ kind, ...one }))
  const [upshot] = answer.upshot === undefined ? [] : check(answer.upshot)
  const tasks = answer.tasks.flatMap(check).map(({ who, due, ...one }) => ({
    kind: 'task' as const,
    ...one,
    ...(who !== '' && { who }),
    ...(due !== '' && { due }),
  }))
  const kinds = [all('decision', answer.decisions), all('question', answer.questions), tasks, all('fact', answer.facts)]
  return { upshot, points: kinds.flatMap(points => withoutRepeats(points).slice(0, mostKept)), dropped }
}

/** Whether every quotation in a text stands, literally, in one of the messages. A name in quotation marks is no quotation. */
export function isQuotedTruly(words: string, tss: string[], { said }: Pick<Checks, 'said'>): boolean {
  const texts = tss.map(ts => said(ts)).filter(message => message !== undefined)
  return parseQuotations(words)
    .filter(isQuotation)
    .every(quote =>
      texts.some(({ text: written, files }) => findQuote([written, ...files].join('\n'), quote) !== undefined),
    )
}

function isQuotation(quote: string): boolean {
  const folded = normalizeWords(quote)
  return (folded.match(/\p{Script=Han}/gu)?.length ?? 0) >= quoteHan || folded.length >= quoteLetters
}

const address = /(?:https?:\/\/|www\.)[^\s<>)\]]+/gi

/** The only links in a summary are those of its sources, and addresses that stand in these. */
export function withoutOtherLinks(words: string, tss: string[], { said }: Pick<Checks, 'said'>): string {
  const texts = tss.map(ts => said(ts)?.text ?? '').join('\n')
  return words
    .replace(/!?\[([^\]]*)\]\([^)]*\)/g, '$1')
    .replace(/\]\s*\(/g, '] ')
    .replace(address, found => (texts.includes(found) ? found : '…'))
}

function withoutRepeats(points: Point[]): Point[] {
  return [...new Map(points.map(one => [`${one.kind} ${one.who ?? ''} ${normalizeWords(one.text)}`, one])).values()]
}
