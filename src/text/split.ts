/** A reply that is longer than one Slack message, cut into several at the most natural places. */

import { cutAt, type Document } from './cut.ts'
import { findCutPlaces } from './cut-places.ts'
import { readBlocks } from './markdown-blocks.ts'
import { sanitize } from './sanitize.ts'
import { toMrkdwn } from './to-mrkdwn.ts'

/** `chat.update` takes 4,000 bytes of `text`, escapes counted; the room is for a footer. */
const largestTextBytes = 3_800
/** A markdown block takes 12,000 characters. */
const longestMarkdownCharacters = 11_000
/** What escaping, bullets and invisible borders can make of one character at most, where there is no table. */
const growthBytes = 8
/** The first guess at what fits; the guesses must not depend on how long the text has become. */
const firstGuessCharacters = 512
/** How exact the longest fitting part is found: to a hundredth of itself. */
const precision = 1 / 128

const graphemes = new Intl.Segmenter(undefined, { granularity: 'grapheme' })
/** Longer than the longest emoji that is made of others. */
const longestGrapheme = 64

/** Whether a part can be shown in one Slack message, as `text` and as a markdown block. */
export function fitsSlack(part: string): boolean {
  if (part.length > longestMarkdownCharacters || letterBytes(part) > largestTextBytes) return false
  if (sanitize(part).length > longestMarkdownCharacters) return false
  if (!part.includes('|') && part.length * growthBytes <= largestTextBytes) return true
  return Buffer.byteLength(toMrkdwn(part)) <= largestTextBytes
}

/** Letters and digits survive every conversion, so they are the least that a text can come to. */
function letterBytes(text: string): number {
  let bytes = 0
  for (let at = 0; at < text.length; at++) {
    const unit = text.charCodeAt(at)
    if (unit >= 0x3400 && unit <= 0xd7ff) bytes += 3
    else if ((unit >= 0x61 && unit <= 0x7a) || (unit >= 0x41 && unit <= 0x5a)) bytes += 1
  }
  return bytes
}

/**
 * The longest beginning of a text that fits, up to a natural border, and the rest with what was open there opened again;
 * undefined when all of it fits. The border depends only on what stands before the point where the room ends: a text
 * that goes on growing is cut at the same place.
 */
export function splitHead(
  markdown: string,
  fits: (part: string) => boolean,
): { head: string; rest: string } | undefined {
  if (fits(markdown)) return undefined
  const document = { text: markdown, blocks: readBlocks(markdown) }
  const room = wholeCharacters(markdown, findRoom(markdown, fits))
  for (const place of findCutPlaces(markdown.slice(0, markdown[room] === '\n' ? room + 1 : room))) {
    const parts = cutAt(document, place)
    if (parts !== undefined && fits(parts.head)) return parts
  }
  return smallestCut(document, room)
}

/** Finds how much of the beginning of a text fits, to a hundredth of it. */
function findRoom(text: string, fits: (part: string) => boolean): number {
  const fitsUpTo = (at: number) => at < text.length && fits(text.slice(0, at))
  let low = 0
  let high = firstGuessCharacters
  while (fitsUpTo(high)) {
    low = high
    high *= 2
  }
  while (high - low > Math.max(1, Math.floor(low * precision))) {
    const middle = Math.floor((low + high) / 2)
    if (fitsUpTo(middle)) low = middle
    else high = middle
  }
  return low
}

/** A place moved back to where no emoji, flag or accented letter is cut, and no mark from what it ends. */
function wholeCharacters(text: string, at: number): number {
  const place = at - (/[*_~`]{0,3}$/.exec(text.slice(Math.max(0, at - 2), at + 1))?.[0].length ?? 0)
  const from = Math.max(0, place - longestGrapheme)
  const segment = graphemes.segment(text.slice(from, place + longestGrapheme)).containing(place - from)
  return segment === undefined ? Math.max(0, place) : from + segment.index
}

/** Cuts off the least that takes the text forward, when nothing fits with what has to be closed around it. */
function smallestCut(document: Document, room: number): { head: string; rest: string } {
  const { text } = document
  for (const beginning of [text.slice(0, firstGuessCharacters), text]) {
    for (const place of findCutPlaces(beginning).sort((one, other) => one - other)) {
      const parts = cutAt(document, place)
      if (parts !== undefined) return parts
    }
  }
  // A single endless rule or the like, as a model writes when it goes round in circles.
  const at = room < firstGuessCharacters ? text.length : room
  return { head: text.slice(0, at), rest: text.slice(at) }
}
