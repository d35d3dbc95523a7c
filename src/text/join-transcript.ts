/** A stretch of a transcript, in seconds; without text if it could not be transcribed. */
interface TranscriptPart {
  from: number
  to: number
  text?: string
  /** Where the server says when words were said: places in the text, in order, and their seconds from the beginning of the recording. */
  times?: readonly { index: number; at: number }[]
}

/** Words of two neighbours that are compared: more than anybody says in their overlap. */
const seamWords = 30
/** Words at each end that may be halves. */
const brokenWords = 2

/** A word of an alphabet, or a character of Chinese or Japanese, which write no spaces. */
const word =
  /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}]|[\p{L}\p{N}](?:(?![\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}])[\p{L}\p{N}\p{M}'’])*/gu
/** Room for the words at a seam. */
const seamCharacters = 400

/** Joins the texts of pieces that overlap: words that both have stand once, those that were cut off at the seam go. */
export function joinParts(parts: readonly TranscriptPart[]): TranscriptPart[] {
  const joined: TranscriptPart[] = []
  for (const part of parts) {
    const before = joined.at(-1)
    if (before?.text === undefined || part.text === undefined || before.to <= part.from) {
      joined.push(part)
      continue
    }
    const { end, start } = findSeam(before.text, part.text)
    joined[joined.length - 1] = {
      ...before,
      to: Math.min(before.to, part.from),
      text: before.text.slice(0, end).trimEnd(),
    }
    joined.push(cutStart(part, part.text, start))
  }
  return joined.filter(({ text }) => text !== '')
}

/** Cuts the beginning of a part, and blanks behind it. */
function cutStart(part: TranscriptPart, text: string, start: number): TranscriptPart {
  const rest = text.slice(start).trimStart()
  const cut = text.length - rest.length
  const times = part.times?.map(({ index, at }) => ({ index: Math.max(index - cut, 0), at }))
  return { ...part, text: rest, ...(times !== undefined && { times }) }
}

/** Finds where the first text ends and the second begins when the longest row of words that both have is taken once. */
function findSeam(before: string, after: string): { end: number; start: number } {
  const offset = Math.max(0, before.length - seamCharacters)
  const tail = findWords(before.slice(offset)).slice(-seamWords)
  const head = findWords(after.slice(0, seamCharacters)).slice(0, seamWords)
  for (let length = Math.min(tail.length, head.length); length > 0; length -= 1) {
    // One word alone is too little to say that others are halves.
    const most = length > 1 ? brokenWords : 0
    for (let cut = 0; cut <= most; cut += 1) {
      for (let skipped = 0; skipped <= most; skipped += 1) {
        const last = tail.length - cut
        if (last < length || skipped + length > head.length) continue
        const isSame = head
          .slice(skipped, skipped + length)
          .every(({ key }, at) => key === tail[last - length + at]?.key)
        if (!isSame) continue
        const end = cut === 0 ? before.length : offset + (tail[last - 1]?.end ?? 0)
        return { end, start: head[skipped + length - 1]?.end ?? 0 }
      }
    }
  }
  return { end: before.length, start: 0 }
}

const findWords = (text: string) =>
  [...text.matchAll(word)].map(match => ({ key: match[0].toLowerCase(), end: match.index + match[0].length }))

/** Renders a transcript, with the times of its parts if there are several. `lost` words a part that is missing. */
export function renderTranscript(
  parts: readonly TranscriptPart[],
  lost: (from: string, to: string) => string,
  formatTime = (time: string) => `[${time}]`,
): string {
  const isLong = parts.length > 1
  return parts
    .map(({ from, to, text }) => {
      if (text === undefined) return `[${lost(formatClock(from), formatClock(to))}]`
      return isLong ? `${formatTime(formatClock(from))} ${text}` : text
    })
    .join('\n\n')
}

/**
 * Splits a transcript into stretches of whole sentences, about so many seconds long. Within a part without times, they are estimated by
 * the letters before them.
 */
export function splitStretches(parts: readonly TranscriptPart[], seconds: number) {
  const isTimed = parts.some(({ times }) => times !== undefined)
  return parts
    .flatMap(part => splitAtTimes(part, seconds))
    .flatMap(part => {
      const { from, to, text = '' } = part
      const length = Math.ceil((text.length * seconds) / Math.max(to - from, 1))
      return sliceSentences(text, Math.max(length, shortestStretch)).map(({ start, words }) => ({
        at: findTime(part, start),
        isEstimated: !isTimed && start > 0,
        text: words,
      }))
    })
}

/** Splits a part where so many seconds have passed by the times that are known. */
function splitAtTimes(part: TranscriptPart, seconds: number): TranscriptPart[] {
  const { from, to, text, times = [] } = part
  if (text === undefined) return [part]
  const starts = [{ index: 0, at: from }]
  for (const time of times) if (time.index > 0 && time.at - (starts.at(-1)?.at ?? 0) >= seconds) starts.push(time)
  return starts.map(({ index, at }, place) => {
    const end = starts[place + 1] ?? { index: text.length, at: to }
    const within = times.filter(time => time.index > index && time.index < end.index)
    const own = within.map(time => ({ index: time.index - index, at: time.at }))
    return { from: at, to: end.at, text: text.slice(index, end.index), times: own }
  })
}

/** Finds the time of a place in the text, between the two nearest that are known. */
function findTime({ from, to, text = '', times = [] }: TranscriptPart, place: number): number {
  const known = [{ index: 0, at: from }, ...times, { index: text.length, at: to }]
  const before = known.findLast(({ index }) => index <= place) ?? { index: 0, at: from }
  const after = known.find(({ index }) => index > place) ?? before
  const share = (place - before.index) / Math.max(after.index - before.index, 1)
  return before.at + Math.max(after.at - before.at, 0) * share
}

/** Fewer characters say nothing by themselves. */
const shortestStretch = 80
const sentenceEnd = /[.!?]["'”’)\]]*(?=\s)|[。！？]["”’」』）]*/g

/** Slices a text behind a sentence, else between words, in pieces from half to the whole of a length. */
function sliceSentences(text: string, length: number): { start: number; words: string }[] {
  const slices: { start: number; words: string }[] = []
  for (let start = 0; start < text.length; ) {
    const isLast = text.length - start <= length
    const room = text.slice(start, start + length)
    const ends = [...room.matchAll(sentenceEnd)].map(match => match.index + match[0].length)
    const word = room.lastIndexOf(' ') + 1 || room.replace(/[\ud800-\udbff]$/, '').length
    const end = start + (isLast ? room.length : (ends.findLast(end => end >= length / 2) ?? word))
    const words = text.slice(start, end)
    const blank = words.length - words.trimStart().length
    if (blank < words.length) slices.push({ start: start + blank, words: words.trim() })
    start = end
  }
  return slices
}

/** Formats a time in a recording: `05:00`, `1:05:00`. */
export function formatClock(seconds: number): string {
  const whole = Math.floor(seconds)
  const pad = (value: number) => String(value % 60).padStart(2, '0')
  const minutes = Math.floor(whole / 60)
  return minutes < 60 ? `${pad(minutes)}:${pad(whole)}` : `${Math.floor(minutes / 60)}:${pad(minutes)}:${pad(whole)}`
}

/** Returns whether a transcript is one phrase over and over, as recognizers write for silence and music. */
export function isLoop(text: string): boolean {
  const words = findWords(text.slice(0, loopCharacters)).map(({ key }) => key)
  const periods = Array.from({ length: Math.floor(words.length / leastRounds) }, (_, index) => index + 1)
  return periods.slice(0, longestLoop).some(period => words.every((key, at) => key === words[at % period]))
}

const leastRounds = 3
/** Words, or Chinese characters. */
const longestLoop = 20
const loopCharacters = 2_000
