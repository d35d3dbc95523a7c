import { createHarmonyFilter } from './harmony.ts'
import {
  anyCloser,
  anyOpener,
  finalMarks,
  harmonyOpeners,
  headerMarks,
  longestMark,
  startMarks,
  thoughtMarks,
  unopenedCloser,
} from './thought-marks.ts'

/**
 * Reasoning models behind some gateways write their thoughts into the answer: `<think>…</think>4`. This file takes them out.
 *
 * A mark at the very beginning of an answer, after white space, opens thoughts; so does one at the beginning of a later line, outside
 * of code, that is alone there or is closed at a line's end: an answer may talk about such marks. Some chat templates swallow the
 * opener, so that thoughts are known as such only by their closer, when a stream has shown them already. `withoutUnopenedThoughts`
 * removes them from a whole answer; a stream from a model that is known to do so is held back to its end.
 */
interface ThinkingFilter {
  /** Returns what of the text so far can be shown; holds back at most the length of a mark, or what may be thoughts. */
  push(text: string): string
  /** Returns what was held back. Thoughts that were never closed stay hidden. */
  end(): string
}

type State = 'start' | 'thoughts' | 'behind thoughts' | 'final' | 'answer' | 'maybe thoughts' | 'harmony'

/** Creates an index of marks, so that the beginning of a text is compared with all of them at once. */
function createMarkIndex(marks: readonly string[]) {
  const known = new Set(marks)
  const lengths = [...new Set(marks.map(({ length }) => length))].sort((a, b) => b - a)
  const beginnings = new Set(
    marks.flatMap(mark => Array.from({ length: mark.length }, (_, index) => mark.slice(0, index))),
  )
  return {
    /** Returns the mark with which a text begins. */
    find: (text: string) =>
      beginnings.has(text.slice(0, 3))
        ? lengths.map(length => text.slice(0, length)).find(beginning => known.has(beginning))
        : undefined,
    /** Returns true if the text may become a mark. */
    mayBecome: (text: string) => beginnings.has(text),
  }
}

const openers = thoughtMarks.map(({ opener }) => opener)
const finals = finalMarks.map(({ opener }) => opener)
const finalsBehindThoughts = finalMarks.filter(one => one.isBehindThoughts).map(({ opener }) => opener)
const others = [...openers, ...startMarks.map(({ opener }) => opener), ...harmonyOpeners]
const onLines = createMarkIndex(openers)
const behindThoughts = createMarkIndex([...others, ...finals])
const atStart = createMarkIndex([
  ...headerMarks,
  ...others,
  ...finals.filter(mark => !finalsBehindThoughts.includes(mark)),
])

/** Text that may be thoughts is held back so far; what is longer is taken for them. */
const longestDoubt = 20_000

/** Creates a filter for one answer. Its time is linear in the text, however it is cut into pieces. */
export function createThinkingFilter(): ThinkingFilter {
  const harmony = createHarmonyFilter()
  const code = createFenceTracker()
  const work: Work = { state: 'start', held: '', mark: '', closer: /^$/, hidden: [], searched: 0, harmony, code }
  return {
    push(text) {
      work.held += text
      let visible = ''
      while (work.held !== '') {
        const shown = step(work)
        if (shown === undefined) break
        visible += shown
      }
      return visible
    },
    end() {
      if (work.state === 'harmony') return harmony.end()
      if (work.state === 'thoughts') return endThoughts(work)
      if (work.state === 'maybe thoughts' && isAlone(work)) return ''
      return isClosedAtEnd(work) ? '' : take(work, work.held.length)
    },
  }
}

interface Work {
  state: State
  held: string
  /** The mark at work, and what closes its thoughts. */
  mark: string
  closer: RegExp
  /** The mark as it was written, and the thoughts so far. */
  hidden: string[]
  /** Characters of `held` in which it does not stand. */
  searched: number
  harmony: ReturnType<typeof createHarmonyFilter>
  code: ReturnType<typeof createFenceTracker>
}

/** Consumes what the state allows of the held text; returns what of it is visible, or undefined when it needs more. */
function step(work: Work): string | undefined {
  switch (work.state) {
    case 'start':
    case 'behind thoughts':
      return stepStart(work)
    case 'thoughts':
      return stepThoughts(work)
    case 'final':
      return stepFinal(work)
    case 'answer':
      return stepAnswer(work)
    case 'maybe thoughts':
      return stepMaybe(work)
    case 'harmony':
      return work.harmony.push(take(work, work.held.length))
  }
}

function take(work: Work, length: number): string {
  const taken = work.held.slice(0, length)
  work.held = work.held.slice(length)
  return taken
}

function stepStart(work: Work): string | undefined {
  const isStart = work.state === 'start'
  const blanks = take(work, /^[\s\u200b\u2060\ufeff]*/.exec(work.held)?.[0].length ?? 0)
  const beginning = work.held.slice(0, longestMark).toLowerCase()
  const marks = isStart ? atStart : behindThoughts
  const mark = marks.find(beginning)
  if (mark !== undefined && headerMarks.includes(mark)) take(work, mark.length)
  else if (mark !== undefined) enter(work, mark)
  else if (!marks.mayBecome(beginning)) work.state = 'answer'
  else if (blanks === '') return undefined
  return isStart ? blanks : ''
}

function enter(work: Work, mark: string): void {
  if ((harmonyOpeners as readonly string[]).includes(mark)) {
    work.state = 'harmony'
    return
  }
  work.mark = mark
  work.hidden = [take(work, mark.length)]
  const final = finalMarks.find(({ opener }) => opener === mark)
  work.state = final === undefined ? 'thoughts' : 'final'
  work.closer = final === undefined ? closerOf(mark) : new RegExp(final.closer.replace(/[|[\]]/g, '\\$&'), 'i')
}

const byOpener = new Map([...thoughtMarks, ...startMarks].map(mark => [mark.opener, mark]))
const findMark = (mark: string) => byOpener.get(mark)

const closerOf = (mark: string): RegExp => findMark(mark)?.closer ?? /^$/

function stepThoughts(work: Work): string | undefined {
  const found = work.closer.exec(work.held)
  if (found === null) {
    work.hidden.push(take(work, Math.max(0, work.held.length - longestMark)))
    return undefined
  }
  const final = finalMarks.find(({ opener }) => opener === found[0].toLowerCase())
  take(work, found.index)
  if (final !== undefined) enter(work, final.opener)
  else {
    take(work, found[0].length)
    work.state = 'behind thoughts'
  }
  return ''
}

/** Returns what can be shown of thoughts that were not closed: words that are no mark, or what follows the closer of another name. */
function endThoughts({ mark, hidden, held }: Work): string {
  const written = [...hidden, held].join('')
  if (findMark(mark)?.isDoubtful === true) return written
  const [only, ...others] = [...written.matchAll(anyCloser)]
  return only === undefined || others.length > 0 ? '' : written.slice(only.index + only[0].length)
}

function stepFinal(work: Work): string | undefined {
  const found = work.closer.exec(work.held)
  if (found !== null) {
    const text = take(work, found.index)
    take(work, found[0].length)
    work.state = 'answer'
    return text
  }
  const tail = work.held.lastIndexOf(work.mark.charAt(0))
  const mayClose = tail >= 0 && finalMarks.some(({ closer }) => closer.startsWith(work.held.slice(tail).toLowerCase()))
  const text = take(work, mayClose ? tail : work.held.length)
  return text === '' ? undefined : text
}

/** Shows the answer up to the next line that begins with an opener. */
function stepAnswer(work: Work): string | undefined {
  if (work.code.isLineStart && !work.code.isInCode) {
    const beginning = work.held.slice(0, longestMark).toLowerCase()
    const mark = onLines.find(beginning)
    if (mark !== undefined) {
      work.state = 'maybe thoughts'
      work.mark = mark
      work.hidden = []
      work.closer = closerOf(mark)
      work.searched = 0
      return ''
    }
    if (onLines.mayBecome(beginning)) return undefined
  }
  const lineEnd = work.held.indexOf('\n')
  const text = take(work, lineEnd < 0 ? work.held.length : lineEnd + 1)
  work.code.push(text)
  return text
}

/** Decides whether what a line's first mark opens are thoughts, or whether the mark is talked about. */
function stepMaybe(work: Work): string | undefined {
  const { held } = work
  if (isAlone(work) || held.length > longestDoubt) {
    work.state = 'thoughts'
    return ''
  }
  const at = Math.max(0, work.searched - longestMark)
  const found = work.closer.exec(held.slice(at))
  work.searched = held.length
  if (found === null) return undefined
  const end = at + found.index + found[0].length
  const lineEnd = held.indexOf('\n', end)
  const behind = held.slice(end, lineEnd < 0 ? held.length : lineEnd)
  if (behind.trim() !== '') {
    work.state = 'answer'
    const text = take(work, end)
    work.code.push(text)
    return text
  }
  if (lineEnd < 0) {
    work.searched = at + found.index
    return undefined
  }
  take(work, lineEnd)
  work.state = 'answer'
  return ''
}

/** Returns whether the opener has a line of its own. */
function isAlone({ held, mark }: Work): boolean {
  const isOpen = !/[>\]▷】＞}]$|&gt;$/.test(mark)
  return (isOpen ? /^[^>\n]{0,80}>?[ \t]*\n/ : /^[ \t]*\n/).test(held.slice(mark.length))
}

function isClosedAtEnd({ state, held, closer }: Work): boolean {
  if (state !== 'maybe thoughts') return false
  const found = closer.exec(held)
  return found !== null && held.slice(found.index + found[0].length).trim() === ''
}

/** Characters of a line that tell whether it is a fence. */
const fencePrefix = 8

/** Creates a tracker of fenced code: it is given the text in pieces and knows where they end. */
function createFenceTracker() {
  let fence: string | undefined
  let line = ''
  return {
    get isInCode() {
      return fence !== undefined
    },
    get isLineStart() {
      return line === ''
    },
    push(text: string): void {
      // Only the beginning of a line matters.
      if (line.length >= fencePrefix && !text.includes('\n')) return
      for (const part of text.split(/(?<=\n)/)) {
        line = (line + part.trimEnd()).slice(0, fencePrefix) || part.slice(0, 1)
        if (!part.endsWith('\n')) continue
        const mark = /^ {0,3}(```|~~~)/.exec(line)?.[1]
        if (mark !== undefined && (fence === undefined || fence === mark))
          fence = fence === undefined ? mark : undefined
        line = ''
      }
    },
  }
}

/** Thoughts without an opener are looked for so far into an answer. */
const farthestCloser = 50_000

/** Returns the answer without thoughts that are closed but were never opened. Code that holds such a tag stays whole. */
export function withoutUnopenedThoughts(answer: string): string {
  const found = unopenedCloser.exec(answer.slice(0, farthestCloser))
  if (found === null) return withoutNakedHarmony(answer)
  const before = answer.slice(0, found.index)
  const isInCode = before.split('```').length % 2 === 0 || (before.split('\n').at(-1) ?? '').split('`').length % 2 === 0
  if (isInCode || anyOpener.test(before) || isJson(answer)) return answer
  const filter = createThinkingFilter()
  // As if the thoughts had been opened, so that a `<final>` behind them goes, too.
  const mark = found[0].toLowerCase().trim()
  const isFinal = mark.startsWith('<|channel|>') || finalMarks.some(({ opener }) => opener === mark)
  const opened = isFinal ? `<think></think>${found[0]}` : '<think></think>'
  const rest = filter.push(`${opened}${answer.slice(found.index + found[0].length)}`)
  return rest + filter.end()
}

/** Removes the thoughts of harmony whose marks a server has swallowed: `analysisThey ask for…assistantfinal4`. */
function withoutNakedHarmony(answer: string): string {
  if (!/^\s{0,20}(?:assistant)?analysis/.test(answer)) return answer
  const at = answer.indexOf('assistantfinal')
  return at < 0 ? answer : answer.slice(at + 'assistantfinal'.length)
}

function isJson(answer: string): boolean {
  try {
    JSON.parse(answer)
    return true
  } catch {
    return false
  }
}
