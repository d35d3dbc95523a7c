import { z } from 'zod'
import { withoutPromptMarks } from '../../model/prompt-marks.ts'
import { withoutOtherLinks } from '../../text/check-links.ts'
import { isMereQuestion } from '../../text/clause.ts'
import { findJson } from '../../text/find-json.ts'
import { isQuotedFrom, normalizeWords } from '../../text/find-quote.ts'
import { checkDue, checkOwner, isSamePerson } from './check-task.ts'
import type { Said } from './chunks.ts'

const pointSchema = z.object({
  kind: z.enum(['decision', 'disagreement', 'question', 'task', 'fact']),
  text: z.string(),
  /** The owner of a task. */
  who: z.string().exactOptional(),
  /** The due date of a task, as it was said. */
  due: z.string().exactOptional(),
  /** The ts of the messages that support it, each of which was read. Never empty. */
  sources: z.array(z.string()),
  /** The sides of a disagreement, each of another person. */
  sides: z.array(z.object({ text: z.string(), sources: z.array(z.string()) })).exactOptional(),
})

/** The points of a chunk, or of several joined. */
const pointsSchema = z.object({
  upshot: z.object({ text: z.string(), sources: z.array(z.string()) }).optional(),
  points: z.array(pointSchema),
  /** Points left out because they named no message that was read, or quoted words that nobody wrote. */
  dropped: z.number(),
})

/** One statement of a summary and the messages that support it. */
export type Point = z.infer<typeof pointSchema>
export type Points = z.infer<typeof pointsSchema>

/** Parses points as they were stored; undefined if they have another form. */
export function parsePoints(json: string): Points | undefined {
  return pointsSchema.safeParse(parseJson(json)).data
}

/** Sources that a point has at most. */
const maxSources = 3
const maxCharacters = 600

/** Points of a kind that are kept, more than a model is asked for. */
const maxKept = 30

/** A model's answer before it is checked. */
interface Answer {
  upshot: Unproven | undefined
  decisions: Unproven[]
  disagreements: { text: string; sides: Unproven[] }[]
  questions: Unproven[]
  tasks: (Unproven & { who: string; due: string })[]
  facts: Unproven[]
  /** It broke off, and what was whole of it was read. */
  isBroken: boolean
}
interface Unproven {
  text: string
  /** Ids of the prompt. */
  sources: string[]
}

const lists = ['decisions', 'disagreements', 'questions', 'tasks', 'facts']

const isAnswer = (read: unknown): read is Record<string, unknown> => {
  const record = asRecord(read)
  return typeof record.upshot === 'object' || lists.some(list => Array.isArray(record[list]))
}

/** Parses leniently: models without a schema write lists for a text, numbers for a date, one id for a list of ids. */
function parseFields(read: Record<string, unknown>): Omit<Answer, 'isBroken'> {
  const upshot =
    typeof read.upshot === 'string' ? { text: parseText(read.upshot), sources: [] } : parseSaid(read.upshot)[0]
  const tasks = parseList(read.tasks).flatMap(task => {
    const { what, text, task: said, action, who, owner, assignee, due, deadline, sources, source } = asRecord(task)
    return parseSaid({ text: what ?? text ?? said ?? action, sources, source }).map(one => ({
      ...one,
      who: parseText(who ?? owner ?? assignee),
      due: parseText(due ?? deadline),
    }))
  })
  const all = (field: unknown) => parseList(field).flatMap(parseSaid)
  const disagreements = parseList(read.disagreements).map(given => {
    const { about, text, sides } = asRecord(given)
    return { text: parseText(about ?? text), sides: all(sides) }
  })
  const [decisions, questions, facts] = [all(read.decisions), all(read.questions), all(read.facts)]
  return { upshot, decisions, disagreements, questions, tasks, facts }
}

function parseSaid(given: unknown): Unproven[] {
  const { text, source, sources = source } = asRecord(given)
  const words = parseText(text)
  return words === '' ? [] : [{ text: words, sources: parseList(sources).flatMap(parseIds) }]
}

const parseList = (given: unknown): unknown[] => (given === undefined || given === null ? [] : [given].flat())

const asRecord = (given: unknown) =>
  (typeof given === 'object' && given !== null ? given : {}) as Record<string, unknown>

function parseText(given: unknown): string {
  const words = parseList(given).filter(part => typeof part === 'string' || typeof part === 'number')
  return words.join(', ').replace(/\s+/g, ' ').trim().slice(0, maxCharacters).toWellFormed()
}

/** `12`, `"12"`, `"m12"`, `"[12]"`, `"#12, #13"`, `{"id":12}`. */
function parseIds(source: unknown): string[] {
  const id = typeof source === 'object' && source !== null ? Object.values(source)[0] : source
  return typeof id === 'string' || typeof id === 'number' ? (String(id).match(/\d+(?:\.\d+)?/g) ?? []) : []
}

/**
 * Parses a model's answer: the last object that has most of its fields. Undefined if there is none in the requested form. One that broke
 * off is read as far as it goes.
 */
export function parseAnswer(answer: string): Answer | undefined {
  const { values, isBroken } = findJson(answer, value => (isAnswer(value) ? value : undefined))
  const best = values.reduce<(typeof values)[number] | undefined>(
    (before, value) => (before !== undefined && countFields(before) > countFields(value) ? before : value),
    undefined,
  )
  return best && { ...parseFields(best), isBroken }
}

const countFields = (answer: Record<string, unknown>) => ['upshot', ...lists].filter(field => field in answer).length

function parseJson(candidate: string): unknown {
  try {
    return JSON.parse(candidate)
  } catch {
    return undefined
  }
}

/** The material that an answer is checked against. */
export interface Checks {
  /** The messages behind an id of the prompt; undefined for one that is not in it. */
  sourcesOf: (id: string) => string[] | undefined
  said: (ts: string) => Said | undefined
}

/** Keeps the points that are supported by messages that were read and quote nothing else. */
export async function checkPoints(answer: Answer, checks: Checks): Promise<Points> {
  let dropped = 0
  const check = <T extends { text: string; who?: string; due?: string; sources: string[] }>(said: T): T[] => {
    const found = [...new Set(said.sources.flatMap(id => checks.sourcesOf(id) ?? []))].slice(0, maxSources)
    const words = [said.text, said.who ?? '', said.due ?? '']
    const isName = found.some(ts => normalizeWords(checks.said(ts)?.from ?? '') === normalizeWords(said.text))
    const isTrue = found.length > 0 && !isName && words.every(part => isQuotedTruly(part, found, checks))
    if (!isTrue) dropped += 1
    const clean = (part: string) => withoutOtherAddresses(withoutPromptMarks(part), found, checks)
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
  const named = answer.tasks.flatMap(check)
  const given = named.filter(({ who, sources }) => !sources.map(checks.said).every(message => isAskedBy(who, message)))
  dropped += named.length - given.length
  const tasks = await Promise.all(given.map(task => checkTask(task, checks)))
  const disagreements = answer.disagreements.flatMap(({ text, sides }) => {
    const kept = selectSides(sides.flatMap(check), checks)
    const [head] = check({ text, sources: sides.flatMap(({ sources }) => sources) })
    if (kept.length < 2 || head === undefined) return []
    return [{ ...head, kind: 'disagreement' as const, sides: kept }]
  })
  const decided = all('decision', answer.decisions)
  const decisions = decided.filter(({ sources }) => !sources.map(checks.said).every(isOnlyAsked))
  dropped += decided.length - decisions.length
  const questions = all('question', answer.questions)
  const kinds = [decisions, disagreements, questions, tasks, all('fact', answer.facts)]
  const points = withoutRepeats(kinds.flat())
  return { upshot, points: kinds.flatMap(list => list.filter(one => points.has(one)).slice(0, maxKept)), dropped }
}

/** Returns true for a question for which nobody voted. */
const isOnlyAsked = (message: Said | undefined) =>
  message?.reactions === undefined && isMereQuestion(message?.text ?? '')

/** Returns whether the message only asks, and is theirs: a question is no task of the person who asks it. */
const isAskedBy = (who: string, message: Said | undefined) =>
  isOnlyAsked(message) && isSamePerson(who, message?.from ?? '')

/**
 * Selects the first side of each person: who says one thing and then another does not disagree. Nobody knows who speaks in a recording, so
 * its stretches count as people.
 */
function selectSides(sides: Unproven[], { said }: Checks): Unproven[] {
  const heard = new Set<string>()
  return sides.filter(({ sources }) => {
    const authors = sources.map(ts => {
      const message = said(ts)
      return message?.recording === undefined ? (message?.author ?? message?.from ?? '') : ts
    })
    const isNew = authors.some(author => !heard.has(author))
    for (const author of authors) heard.add(author)
    return isNew
  })
}

/** Keeps the owner and the due date of a task only where a source supports them. */
async function checkTask({ who, due, ...task }: Answer['tasks'][number], { said }: Checks): Promise<Point> {
  const sources = task.sources.map(said).filter(message => message !== undefined)
  const owner = checkOwner(who, sources)
  const day = due === '' ? '' : await checkDue(due, sources)
  return { kind: 'task', ...task, ...(owner !== '' && { who: owner }), ...(day !== '' && { due: day }) }
}

/** Returns whether every quotation in a text stands literally in one of the messages. */
export function isQuotedTruly(words: string, tss: string[], { said }: Pick<Checks, 'said'>): boolean {
  const texts = tss.map(ts => said(ts)).filter(message => message !== undefined)
  return isQuotedFrom(
    words,
    texts.map(({ text, files }) => [text, ...files].join('\n')),
  )
}

/** Removes every link and address that does not stand in the messages. */
export function withoutOtherAddresses(words: string, tss: string[], { said }: Pick<Checks, 'said'>): string {
  return withoutOtherLinks(words, tss.map(ts => said(ts)?.text ?? '').join('\n'))
}

/** Selects the first of points that say the same, under whichever heading. Two people may have the same task. */
function withoutRepeats(points: Point[]): Set<Point> {
  const firsts = new Map<string, Point>()
  for (const one of points) {
    const key = `${one.who ?? ''} ${normalizeWords(one.text)}`
    if (!firsts.has(key)) firsts.set(key, one)
  }
  return new Set(firsts.values())
}
