/**
 * Sanitizes text from a model or a person, so that it pings nobody. Slack resolves `<!channel>` and the like in
 * `markdown_text`, blocks and streams too, and has no option against it. An invisible word joiner behind the `<` or `@`
 * breaks the token and changes nothing for the reader.
 */

import { rewriteAroundDates } from './date-token.ts'
import { exposeLinks } from './expose-links.ts'
import { rewriteForms } from './slack-forms.ts'

const wordJoiner = '\u2060'

/** Matches `<`, `!` and `@` in their encoded forms too: Slack does not document what it decodes, and how often. */
const encoded = (name: string, decimal: number) =>
  `&(?:amp;)*(?:${name};?|#0*${decimal};?|#x0*${decimal.toString(16)};?)`
const less = `(?:<|${encoded('lt', 0x3c)})`
const bang = `(?:!|${encoded('excl', 0x21)})`
const at = `(?:[@\uFF20]|${encoded('commat', 0x40)})`

/** `<!…`, except a comment, a doctype or CDATA; `<@` before anything that is, or could decode to, a user id. */
const token = new RegExp(String.raw`${less}(?=\\*(?:${bang}(?!--|doctype\b|\[cdata\[)|${at}[\\&UWB]))`, 'giu')
const mention = new RegExp(at, 'giu')
const everybody = /^(?:channel|here|everyone)(?![a-z0-9_])/iu
const inAddress = /[a-z0-9._%+-]$/iu
const restOfDomain = /^[a-z]+\.[a-z0-9]/iu
const inUrl = /https?:\/\/[^\s<>()]*$/iu
const longestUrl = 300
const longestEncodedWord = 120

/** Control characters and bidirectional formatting characters. */
const unwanted = /[\p{Cc}\u202A-\u202E\u2066-\u2069]/gu

/** Removes invisible characters that change what is shown: control, bidirectional formatting, lone surrogates. */
export function stripInvisible(text: string): string {
  return text.replaceAll('\r\n', '\n').replace(unwanted, keepLayout).toWellFormed()
}

function keepLayout(character: string): string {
  if (character === '\r') return '\n'
  return character === '\n' || character === '\t' ? character : ''
}

/** Turns `@channel`, `@here` and `@everyone` into plain words. E-mail addresses and links still work. */
export function disarmMentions(text: string): string {
  return text.replace(mention, (found, offset: number) => {
    const after = text.slice(offset + found.length, offset + found.length + longestEncodedWord)
    if (!everybody.test(decodeNumbers(after))) return found
    const before = text.slice(Math.max(0, offset - longestUrl), offset)
    if (inAddress.test(before) && restOfDomain.test(after)) return found
    return inUrl.test(before) ? '%40' : found + wordJoiner
  })
}

/** Shortens long runs of blanks: a model that has lost its way writes them without end, and Slack refuses messages of nothing else. */
export function collapseBlankRuns(text: string): string {
  return text.replace(/(\n[ \t]*){50,}/g, '\n\n').replace(/[ \t]{500,}/g, ' ')
}

/** Sanitizes Markdown for Slack (`markdown_text`, a markdown block, a stream): it reads the same and pings nobody. */
export function sanitize(text: string): string {
  return rewriteAroundDates(text, words =>
    disarmMentions(exposeLinks(rewriteForms(stripInvisible(words))).replace(token, found => found + wordJoiner)),
  )
}

function decodeNumbers(text: string): string {
  return text.replace(
    /&(?:amp;)*#(?:x0*([0-9a-f]{1,6})|0*([0-9]{1,7}));?/giu,
    (whole, hex: string, decimal: string) => {
      const code = hex === undefined ? Number.parseInt(decimal, 10) : Number.parseInt(hex, 16)
      return code > 0x10ffff ? whole : String.fromCodePoint(code)
    },
  )
}
