import { decode, decodeLegacy, decodePlausible } from './legacy-encoding.ts'

/**
 * Decodes bytes to text: UTF-8, UTF-16 with and without its mark, or an encoding that is older than Unicode. Returns undefined
 * if they are no text, or text in an encoding that cannot be told for certain.
 */
export async function decodeText(bytes: Uint8Array): Promise<string | undefined> {
  const mark = findMark(bytes)
  if (mark !== undefined) return withoutNul(decode(mark, bytes))
  if (bytes.includes(0)) return decodeUnmarkedUtf16(bytes)
  const text = decodeJis(bytes) ?? decode('utf-8', bytes) ?? decodeDamagedUtf8(bytes)
  return text === undefined ? decodeLegacy(bytes) : (text ?? undefined)
}

const pageEncoding = /<meta\b[^>]{0,200}\bcharset\s*=\s*["']?([\w-]{2,30})/i

/** Decodes a web page by the encoding that it names; undefined if it names none, or is not in it. */
export function decodePage(bytes: Uint8Array): string | undefined {
  const head = Buffer.from(bytes.buffer, bytes.byteOffset, Math.min(bytes.byteLength, 2048)).toString('latin1')
  const label = pageEncoding.exec(head)?.[1]
  if (label === undefined) return undefined
  try {
    return decode('utf-8', bytes) ?? decode(label, bytes)
  } catch {
    // There is no such encoding.
    return undefined
  }
}

/** Returns true if bytes can hardly be text in any encoding. */
export function isBinary(bytes: Uint8Array): boolean {
  return bytes.subarray(0, binaryBytes).some(byte => byte < 0x20 && !textControls.has(byte))
}

const binaryBytes = 64_000
/** Tab, line feed, vertical tab, form feed, carriage return, end of file, escape. */
const textControls = new Set([0x09, 0x0a, 0x0b, 0x0c, 0x0d, 0x1a, 0x1b])

/** Cuts a text at a limit of UTF-16 units without halving a character, and says how much was left out. */
export function cutText(text: string, maxCharacters: number): { text: string; cutCharacters: number } {
  const kept = text.length > maxCharacters ? text.slice(0, endOfWhole(text, maxCharacters)) : text
  return { text: kept, cutCharacters: text.length - kept.length }
}

function endOfWhole(text: string, end: number): number {
  const last = text.charCodeAt(end - 1)
  const halvesPair = last >= 0xd800 && last <= 0xdbff
  return halvesPair ? end - 1 : end
}

function findMark(bytes: Uint8Array): string | undefined {
  if (bytes[0] === 0xff && bytes[1] === 0xfe) return 'utf-16le'
  if (bytes[0] === 0xfe && bytes[1] === 0xff) return 'utf-16be'
  return undefined
}

const withoutNul = (text: string | undefined) => (text?.includes('\0') ? undefined : text)

/** Decodes UTF-16 without a mark in the byte order in which it has more ASCII, which every table and most texts have. */
function decodeUnmarkedUtf16(bytes: Uint8Array): string | undefined {
  const [first, second] = ['utf-16le', 'utf-16be']
    .map(label => decodePlausible(label, bytes))
    .map((text = '') => ({ text, ascii: countAscii(text) }))
    .sort((a, b) => b.ascii - a.ascii)
  return first !== undefined && first.ascii > (second?.ascii ?? 0) ? first.text : undefined
}

function countAscii(text: string): number {
  let count = 0
  for (let at = 0; at < text.length; at += 1) if (text.charCodeAt(at) < 0x80) count += 1
  return count
}

/** Decodes the Japanese of mails, ISO-2022-JP: ASCII, in which an escape and `$` announce the characters. */
function decodeJis(bytes: Uint8Array): string | undefined {
  const data = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  return data.includes('\x1b$') ? decodePlausible('iso-2022-jp', bytes) : undefined
}

/** So many characters must be whole for each that is damaged. */
const minWhole = 10

/**
 * Decodes UTF-8 in which a few characters are damaged, mostly halved by a program that cut the text; they become U+FFFD. Returns
 * null for text that is half UTF-8 and half something else: no encoding is right for that.
 */
function decodeDamagedUtf8(bytes: Uint8Array): string | null | undefined {
  const text = new TextDecoder().decode(bytes)
  const isCut = /[\u0800-\ufffc]/.test(text) && text.indexOf('\ufffd') === text.length - 1
  if (isCut) return text
  let damaged = 0
  let whole = 0
  for (let at = 0; at < text.length; at += 1) {
    const code = text.charCodeAt(at)
    if (code === 0xfffd) damaged += 1
    else if (code >= 0x80) whole += 1
  }
  if (whole >= damaged * minWhole) return text
  return whole > 3 && whole >= damaged ? null : undefined
}
