/**
 * gpt-oss answers in harmony: `<|channel|>analysis<|message|>…<|end|><|start|>assistant<|channel|>final<|message|>4`. Servers should
 * take that apart; some pass it on as text. This file shows the last channel alone.
 */
interface HarmonyFilter {
  /** Returns what of the text so far can be shown; holds back at most a header or the length of a mark. */
  push(text: string): string
  end(): string
}

const mark = /<\|(start|channel|message|end|return|call|constrain)\|>/
const longestMark = '<|constrain|>'.length
/** A header is short; more is an answer that lost its header. */
const longestHeader = 100_000

/** Creates a filter for an answer that begins with one of harmony's marks. */
export function createHarmonyFilter(): HarmonyFilter {
  let part: 'header' | 'shown' | 'hidden' = 'header'
  /** Marks and words between the end of one message and the begin of the next. */
  let header = ''
  let held = ''

  const take = (text: string): string => {
    if (part === 'header') header = (header + text).slice(0, longestHeader)
    return part === 'shown' ? text : ''
  }
  const turn = (name: string): void => {
    if (name === 'message') part = isShown(header) ? 'shown' : 'hidden'
    else if (part !== 'header') {
      part = 'header'
      header = ''
    }
    if (part === 'header') header += `<|${name}|>`
  }
  return {
    push(text) {
      held += text
      let visible = ''
      for (let found = mark.exec(held); found !== null; found = mark.exec(held)) {
        visible += take(held.slice(0, found.index))
        turn(found[1] ?? '')
        held = held.slice(found.index + found[0].length)
      }
      const open = held.lastIndexOf('<', held.length)
      const keep = open >= 0 && held.length - open < longestMark && mayBecomeMark(held.slice(open)) ? open : held.length
      visible += take(held.slice(0, keep))
      held = held.slice(keep)
      return visible
    },
    end() {
      const visible = take(held)
      held = ''
      // Text behind the end of a message, with no header that says whose it is.
      const rest = /^<\|end\|>([^<]+)$/.exec(header)?.[1] ?? ''
      return part === 'header' ? visible + rest.replace(/^assistant(?:final)?/, '') : visible
    },
  }
}

const mayBecomeMark = (text: string) => /^<(?:\|(?:[a-z]*(?:\|)?)?)?$/.test(text)

/** A message without a channel is an answer; of those with one only the last is. */
function isShown(header: string): boolean {
  const channel = /<\|channel\|>\s*([a-z]*)/.exec(header)?.[1]
  return channel === undefined || channel === 'final'
}
