/** Lets only those addresses be links in a summary that stand in the messages behind it. */

import { decodeString } from 'micromark-util-decode-string'
import { isAddress } from './true-host.ts'

/** Addresses with a scheme, mailboxes, and hosts alone. */
const address =
  /(?:\b[a-z][a-z0-9+.-]{1,20}:\/\/|\bwww\.|\bmailto:)[^\s<>()[\]|]+|(?<![\w.+-])[\w.+-]+@[a-z0-9-]+(?:\.[a-z0-9-]+)+|(?<![a-z0-9.@-])[a-z0-9-]{1,63}(?:\.[a-z0-9-]{1,63})+(?:[/?#][^\s<>()[\]|]*)?/gi
/** Chinese punctuation ends an address, and so does punctuation at its end. */
const behindAddress = /[\u3001\u3002\u3008-\u3011\u201C\u201D\uFF01\uFF08\uFF09\uFF0C\uFF1A\uFF1B\uFF1F].*$/s
const punctuation = /[.,;:!?'"*_~`]{1,20}$/
const entity = /&(#\d{1,7}|#x[\da-f]{1,6}|[a-z][a-z\d]{1,31});?/gi
const maxDecodings = 4
const wordJoiner = '\u2060'

/**
 * Removes links, and every address that does not stand in the sources. A mailbox or a host alone stays as text that Slack makes no link
 * of.
 */
export function withoutOtherLinks(words: string, sources: string): string {
  const known = new Set<string>()
  for (const [found] of sources.matchAll(address)) {
    const whole = trimAddress(found).toLowerCase()
    known.add(whole)
    known.add(/^(?:[a-z][a-z0-9+.-]*:\/\/)?([^/?#]*)/.exec(whole)?.[1] ?? '')
  }
  return decode(words)
    .replace(/!?\[([^\][]*)\]\([^()]*\)/g, '$1')
    .replace(/\]\s*\(/g, '] ')
    .replace(address, found => {
      const whole = trimAddress(found)
      if (known.has(whole.toLowerCase())) return found
      const rest = found.slice(whole.length)
      if (/^(?:[a-z][a-z0-9+.-]*:\/\/|www\.|mailto:)/i.test(whole)) return `…${rest}`
      if (!whole.includes('@') && !isAddress(whole.replace(/[/?#].*$/s, '').toLowerCase())) return found
      return whole.replace(/[.@]/g, `$&${wordJoiner}`) + rest
    })
}

const trimAddress = (found: string): string => found.replace(behindAddress, '').replace(punctuation, '')

/** Decodes entities, also those that become one by decoding, and escapes in what could be an address. */
function decode(words: string): string {
  let text = words
  for (let round = 0; round < maxDecodings; round += 1) {
    const next = text
      .replace(entity, (whole, name: string) => (/^&(?:#|\w+;)/.test(whole) ? decodeString(`&${name};`) : whole))
      .replace(/\\(?=[:/.@])/g, '')
    if (next === text) break
    text = next
  }
  return text
}
