/**
 * Small models copy the marks of the prompt into their answer: `</message>`, `<message from="bot" …>`, `<file …>`, `<forwarded …>`.
 * Some servers pass on the marks with which a model begins and ends its turn: `<|im_end|>`. This file takes them out, except in code.
 */
interface MarkFilter {
  /** Returns what can be shown; holds back what may become a mark. */
  push(text: string): string
  end(): string
}

const names = ['message', 'file', 'forwarded', 'preview', 'instructions']
const opening = String.raw`(?:${names.join('|')})(?:\s[^<>\n]{0,400})?\/?`
const mark = new RegExp(`^</?${opening}>`)
/** An end of a text that may still become a mark. */
const beginning = new RegExp(`^</?(?:[a-z]{0,12}|${opening})$`)

const piped =
  'im_start im_end eot eot_id eom_id eos endoftext begin_of_text end_of_text end_of_turn begin_of_box end_of_box end return user observation'
/** Marks of a turn, of several families of models. */
const turnMarks = [
  ...piped.split(' ').map(name => `<|${name}|>`),
  ...[
    '<s>',
    '</s>',
    '<bos>',
    '<eos>',
    '<pad>',
    '<start_of_turn>',
    '<end_of_turn>',
    '<｜begin▁of▁sentence｜>',
    '<｜end▁of▁sentence｜>',
  ],
]

/** Creates a filter for one answer. */
export function createMarkFilter(): MarkFilter {
  const code = createCodeTracker()
  let held = ''

  /** Returns the length of the mark at the start of the text; undefined while it may become one. */
  const measureMark = (text: string): number | undefined => {
    const found = mark.exec(text)?.[0] ?? turnMarks.find(one => text.startsWith(one))
    if (found !== undefined) return found.length
    if (turnMarks.some(one => one.startsWith(text))) return undefined
    const name = /^<\/?([a-z]*)/.exec(text)?.[1] ?? ''
    return beginning.test(text) && names.some(one => one.startsWith(name)) ? undefined : 0
  }
  return {
    push(text) {
      const given = held + text
      held = ''
      let visible = ''
      for (let at = 0; at < given.length; ) {
        const open = code.advance(given, at)
        visible += given.slice(at, open)
        at = open
        if (open === given.length) break
        const length = measureMark(given.slice(open, open + 420))
        if (length === undefined) {
          held = given.slice(open)
          break
        }
        if (length === 0) {
          visible += '<'
          code.skip()
        }
        at += Math.max(1, length)
      }
      return visible
    },
    end() {
      const rest = held
      held = ''
      return rest
    },
  }
}

/** Returns the text without the prompt's marks. */
export function withoutPromptMarks(text: string): string {
  const filter = createMarkFilter()
  return filter.push(text) + filter.end()
}

/** Characters of a line that tell whether it is a fence. */
const fencePrefix = 8

/** Creates a tracker of Markdown code: spans of one line, and fences. */
function createCodeTracker() {
  let fence: string | undefined
  /** The backticks that opened a span in this line. */
  let span = 0
  let run = 0
  let line = ''
  const endRun = () => {
    if (run > 0 && fence === undefined) span = span === 0 ? run : span === run ? 0 : span
    run = 0
  }
  const endLine = () => {
    const found = /^ {0,3}(```|~~~)/.exec(line)?.[1]
    if (found !== undefined && (fence === undefined || fence === found)) fence = fence === undefined ? found : undefined
    span = 0
    run = 0
    line = ''
  }
  return {
    /** Reads on from `at` to the next `<` outside of code, and returns its index or the text's length. */
    advance(text: string, at: number): number {
      for (let index = at; index < text.length; index += 1) {
        const character = text[index] as string
        if (character === '`') run += 1
        else endRun()
        if (character === '\n') {
          endLine()
          continue
        }
        const isOpen = character === '<' && span === 0 && fence === undefined
        if (isOpen && !/^ {0,3}(?:```|~~~)/.test(line)) return index
        if (line.length < fencePrefix) line += character
      }
      return text.length
    },
    /** The `<` at which it stopped is text. */
    skip(): void {
      if (line.length < fencePrefix) line += '<'
    },
  }
}
