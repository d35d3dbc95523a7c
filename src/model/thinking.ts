import { ShownError } from '../errors.ts'
import type { Piece } from './model.ts'

/**
 * Reasoning models behind some gateways write their thoughts into the answer: `<think>…</think>4`. This file takes them out.
 *
 * Only a tag at the very beginning of an answer, after white space, opens thoughts: an answer may talk about such tags. Some
 * chat templates swallow the opener, so that thoughts are known as such only by their closer, when a stream has shown them
 * already. `withoutUnopenedThoughts` removes them from a whole answer; a stream from a model that is known to do so is held
 * back to its end.
 */
interface ThinkingFilter {
  /** Returns what of the text so far can be shown; holds back at most the length of a tag. */
  push(text: string): string
  /** Returns what was held back. Thoughts that were never closed stay hidden. */
  end(): string
}

const names = ['think', 'thinking', 'thought', 'reasoning']
const openers = names.map(name => `<${name}>`)
const finalOpener = '<final>'
const finalCloser = '</final>'
const longestTag = '</reasoning>'.length

/** Creates a filter for one answer. Its time is linear in the text, however it is cut into pieces. */
export function createThinkingFilter(): ThinkingFilter {
  let state: 'start' | 'thoughts' | 'behind thoughts' | 'final' | 'answer' = 'start'
  let closer = /^$/
  let held = ''

  /** Consumes what the state allows of the held text; returns what of it is visible, or undefined when it needs more. */
  const step = (): string | undefined => {
    if (state === 'answer') return take(held.length)
    if (state === 'final') return stepFinal()
    if (state === 'thoughts') return stepThoughts()
    return stepStart()
  }
  const take = (length: number): string => {
    const taken = held.slice(0, length)
    held = held.slice(length)
    return taken
  }
  const stepStart = (): string | undefined => {
    const isStart = state === 'start'
    const blanks = take(held.length - held.trimStart().length)
    const tags = isStart ? openers : [...openers, finalOpener]
    const beginning = held.slice(0, longestTag).toLowerCase()
    const tag = tags.find(one => beginning.startsWith(one))
    if (tag !== undefined) {
      take(tag.length)
      state = tag === finalOpener ? 'final' : 'thoughts'
      closer = new RegExp(`</${tag.slice(1)}|${finalOpener}`, 'i')
    } else if (!tags.some(one => one.startsWith(beginning))) state = 'answer'
    else if (blanks === '') return undefined
    return isStart ? blanks : ''
  }
  const stepThoughts = (): string | undefined => {
    const found = closer.exec(held)
    if (found === null) {
      held = held.slice(-longestTag)
      return undefined
    }
    take(found.index + found[0].length)
    state = found[0].toLowerCase() === finalOpener ? 'final' : 'behind thoughts'
    return ''
  }
  const stepFinal = (): string | undefined => {
    const at = held.toLowerCase().indexOf(finalCloser)
    if (at >= 0) {
      const text = take(at)
      take(finalCloser.length)
      state = 'answer'
      return text
    }
    const tail = held.lastIndexOf('<')
    const mayClose = tail >= 0 && finalCloser.startsWith(held.slice(tail).toLowerCase())
    const text = take(mayClose ? tail : held.length)
    return text === '' ? undefined : text
  }

  return {
    push(text) {
      held += text
      let visible = ''
      while (held !== '') {
        const shown = step()
        if (shown === undefined) break
        visible += shown
      }
      return visible
    },
    end: () => (state === 'thoughts' ? '' : take(held.length)),
  }
}

/**
 * Creates a function that removes a model's thoughts from its answers. An answer that has nothing else throws a `ShownError`. After an
 * answer with thoughts that were closed but never opened, the next one is held back to its end.
 */
export function createThoughtRemover(): (pieces: AsyncIterable<Piece>) => AsyncIterable<Piece> {
  const manner = { closesUnopenedThoughts: false }
  return pieces => removeThoughts(pieces, manner)
}

async function* removeThoughts(
  pieces: AsyncIterable<Piece>,
  manner: { closesUnopenedThoughts: boolean },
): AsyncIterable<Piece> {
  const filter = createThinkingFilter()
  const isHeld = manner.closesUnopenedThoughts
  let answer = ''
  let isOver = false
  const buildVisible = (text: string): Piece[] => {
    answer += text
    return isHeld || text === '' ? [] : [{ kind: 'text', text }]
  }
  for await (const piece of pieces) {
    if (piece.kind === 'text') {
      yield* buildVisible(filter.push(piece.text))
      continue
    }
    if (piece.kind === 'stopped' && !isOver) {
      isOver = true
      yield* buildVisible(filter.end())
      const rest = withoutUnopenedThoughts(answer)
      manner.closesUnopenedThoughts = rest !== answer
      if (rest.trim() === '') throw new ShownError('model_empty', i18n => i18n.model.empty)
      if (isHeld) yield { kind: 'text', text: rest }
    }
    yield piece
  }
}

/** Thoughts without an opener are looked for so far into an answer. */
const farthestCloser = 50_000
const alternatives = names.join('|')
/** A closer on a line of its own, at a line's end, or before JSON. One in the middle of a sentence is talked about. */
const unopenedCloser = new RegExp(
  String.raw`(?:(?<=\n)|^)[ \t]*</(?:${alternatives})>|</(?:${alternatives})>(?=[ \t]*(?:[\r\n{[]|$))`,
  'i',
)
const anyOpener = new RegExp(`<(?:${alternatives})>`, 'i')

/** Returns the answer without thoughts that are closed but were never opened. Code that holds such a tag stays whole. */
export function withoutUnopenedThoughts(answer: string): string {
  const found = unopenedCloser.exec(answer.slice(0, farthestCloser))
  if (found === null) return answer
  const before = answer.slice(0, found.index)
  const isInCode = before.split('```').length % 2 === 0 || (before.split('\n').at(-1) ?? '').split('`').length % 2 === 0
  if (isInCode || anyOpener.test(before) || isJson(answer)) return answer
  const filter = createThinkingFilter()
  // As if the thoughts had been opened, so that a `<final>` behind them goes, too.
  const rest = filter.push(`<think></think>${answer.slice(found.index + found[0].length)}`)
  return rest + filter.end()
}

function isJson(answer: string): boolean {
  try {
    JSON.parse(answer)
    return true
  } catch {
    return false
  }
}
