/** Splits a reply that is longer than one Slack message, at the most natural places. */

import { cutAt } from './cut.ts'
import { findCutPlaces } from './cut-places.ts'
import { graphemes, maxGrapheme } from './graphemes.ts'
import { readBlocks } from './markdown-blocks.ts'
import { sanitize } from './sanitize.ts'
import { toMrkdwn } from './to-mrkdwn.ts'

type Document = Parameters<typeof cutAt>[0]

/** `chat.update` takes 4,000 bytes of escaped `text`; the difference leaves room for a footer. */
const maxTextBytes = 3_800
/** A markdown block takes 12,000 characters. */
const maxMarkdownCharacters = 11_000
/** The most bytes that one character becomes as mrkdwn, outside tables. */
const maxBytesPerCharacter = 8
/** The first length to try. Independent of the text's length, so that a growing text is cut at the same place. */
const firstLength = 512
/** The precision of the search for the longest part that fits, as a share of its length. */
const precision = 1 / 128

/** Checks whether a part fits one Slack message, both as `text` and as a markdown block. */
export function fitsSlack(part: string): boolean {
  if (part.length > maxMarkdownCharacters || letterBytes(part) > maxTextBytes) return false
  if (sanitize(part).length > maxMarkdownCharacters) return false
  if (!part.includes('|') && part.length * maxBytesPerCharacter <= maxTextBytes) return true
  return Buffer.byteLength(toMrkdwn(part)) <= maxTextBytes
}

/** Counts the bytes of letters, which survive every conversion: a lower bound for the size of a text. */
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
 * Splits off the longest beginning that fits and ends at a natural place; the rest opens again what was open there.
 * Returns undefined if the whole text fits. A text that grows is cut at the same place.
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
  let high = firstLength
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

/** Moves a place back to a grapheme boundary, and before the marks that end there. */
function wholeCharacters(text: string, at: number): number {
  const place = at - (/[*_~`]{0,3}$/.exec(text.slice(Math.max(0, at - 2), at + 1))?.[0].length ?? 0)
  const from = Math.max(0, place - maxGrapheme)
  const segment = graphemes.segment(text.slice(from, place + maxGrapheme)).containing(place - from)
  return segment === undefined ? Math.max(0, place) : from + segment.index
}

/** Cuts off the least that takes the text forward, when nothing fits with what has to be closed around it. */
function smallestCut(document: Document, room: number): { head: string; rest: string } {
  const { text } = document
  for (const beginning of [text.slice(0, firstLength), text]) {
    for (const place of findCutPlaces(beginning).sort((one, other) => one - other)) {
      const parts = cutAt(document, place)
      if (parts !== undefined) return parts
    }
  }
  // A single endless rule or the like, as a model writes when it goes round in circles.
  const at = room < firstLength ? text.length : room
  return { head: text.slice(0, at), rest: text.slice(at) }
}
