/** The sentences of a text as the built-in engine quotes them: literally. */

/** A quotation longer than this is no help to a reader, so that longer sentences are quoted in part. */
const QUOTE_CHARS = 300

const BULLET = /^\s*(?:(?:[-*•>]|\d+[.)])\s+)+/
const ABBREVIATION = /(?:^|\s)(?:dr|mr|mrs|ms|prof|st|vs|etc|e\.g|i\.e|cf|approx|fig|inc|ltd)\.\s*$/i
const bySentence = new Intl.Segmenter('en', { granularity: 'sentence' })

/** The sentences of a text, each one a literal part of it. */
export function toSentences(text: string): string[] {
  return text
    .split(/[\r\n]+/)
    .map(line => line.replace(BULLET, ''))
    .flatMap(joinedSegments)
    .flatMap(shortened)
    .map(sentence => sentence.trim())
    .filter(sentence => /[\p{L}\p{N}]/u.test(sentence))
}

/** The segmenter ends a sentence inside of addresses ("…/c?d=1") and after "Dr."; those are put together again. */
function joinedSegments(line: string): string[] {
  const joined: string[] = []
  for (const { segment } of bySentence.segment(line)) {
    const last = joined.at(-1)
    if (last !== undefined && (/[!-~]$/.test(last) || ABBREVIATION.test(last))) joined[joined.length - 1] += segment
    else joined.push(segment)
  }
  return joined
}

function shortened(sentence: string): string[] {
  if (sentence.length <= QUOTE_CHARS) return [sentence]
  const head = sentence.slice(0, QUOTE_CHARS)
  const border = Math.max(...[' ', ',', ';', '，', '、', '；'].map(mark => head.lastIndexOf(mark))) + 1
  const end = border > QUOTE_CHARS / 2 ? border : safeCut(sentence, QUOTE_CHARS)
  return [sentence.slice(0, end), ...shortenedRest(sentence, end)]
}

/** In a loop rather than by recursion: an unbroken line may be megabytes long. */
function shortenedRest(sentence: string, from: number): string[] {
  const parts: string[] = []
  for (let start = from; start < sentence.length; ) {
    const end = safeCut(sentence, start + QUOTE_CHARS)
    parts.push(sentence.slice(start, end))
    start = end
  }
  return parts
}

/** A cut never falls between the two halves of one character. */
const safeCut = (text: string, at: number): number => (/[\ud800-\udbff]/.test(text[at - 1] ?? '') ? at + 1 : at)
