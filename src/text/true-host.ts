/**
 * A link may say one address and lead to another: by its label, by look-alike letters, by a user name that looks like a host
 * (`https://bank.example@evil.example`). Readers of Slack see where a link leads only if the text says so.
 */

import { parse } from 'tldts'
import replaceLookAlikes from 'unhomoglyph'

/** Longer labels are not searched: their links always say where they lead. */
const longestLabel = 500

/** Top-level domains outside the public suffix list that people take for addresses. Source: RFC 2606, RFC 6762, ICANN. */
const specialDomains = /\.(?:example|test|invalid|localhost|local|internal|onion|alt|corp|home|lan|intranet)$/

const invisible = /[\p{Default_Ignorable_Code_Point}\p{Bidi_Control}]/gu
const rightToLeft =
  /[\p{Bidi_Control}\p{Script=Hebrew}\p{Script=Arabic}\p{Script=Syriac}\p{Script=Thaana}\p{Script=Nko}]/u
/** Dots that browsers take for the dots of a host. Source: UTS 46. */
const wideDots = /[\u3002\uFF0E\uFF61]/
/** A host in words, with the path that belongs to it. */
const hostInWords = /([\p{L}\p{N}\p{M}_-]{1,63}(?:\.[\p{L}\p{N}\p{M}_-]{1,63})+)\.?(?::\d+)?(?:[/?#]\S*)?/gu
/** One whose letters are all in ASCII, between words of another script. */
const asciiHostInWords = /(?<![\p{Script=Latin}\p{M}\p{N}_.-])([a-z0-9_-]{1,63}(?:\.[a-z0-9_-]{1,63})+)(?:[/?#]\S*)?/gu
const looseAddress = /https?:\/\/[^\s<>]+/gi
const authorityInWords = /https?:\/{2}([^\s/?#]+)/gu

interface Target {
  /** The host of a web page, or a mail address, as it is told to the reader. */
  told: string
  host: string
  /** The address does not plainly say its host. */
  isObscure: boolean
  /** The host as the address says it. */
  written: string
}

/** Returns true for the address of a web page or a mailbox, false for all that does not open as a link. */
export function isLinkable(url: string): boolean {
  return readTarget(url) !== undefined
}

/** Returns true if a link's label is its address. */
export function isBare(url: string, label: string): boolean {
  return url === label || url === `http://${label}` || url === `mailto:${label}`
}

/**
 * Formats the host of a link, in parentheses, if the label names another one, could be taken for another one, or if the address does
 * not plainly say its host; else returns nothing.
 */
export function formatTrueHost(url: string, label: string): string {
  const target = readTarget(url)
  if (target === undefined) return ''
  const isHidden = isBare(url, label)
    ? target.isObscure || rightToLeft.test(label)
    : target.isObscure || isCoded(target) || namesOther(label, target)
  return isHidden ? ` (${target.told})` : ''
}

/** Formats the hosts of addresses in plain text, which Slack makes links of, where they do not plainly say them. */
export function formatLooseHosts(text: string): string {
  const hosts = (text.match(looseAddress) ?? []).map(address => formatTrueHost(address, address))
  return [...new Set(hosts)].filter(host => !text.includes(host)).join('')
}

function readTarget(url: string): Target | undefined {
  const [, mailbox, domain = ''] = /^mailto:([^\s?@]+@([^\s?@/]+))(?:\?|$)/i.exec(url) ?? []
  if (mailbox !== undefined)
    return { told: mailbox, host: domain.toLowerCase(), isObscure: !isAscii(mailbox), written: domain }
  // A backslash is a slash to some and a part of the user name to others.
  const written = /^https?:\/\/([^/?#\\\s]+)(?:[/?#]|$)/i.exec(url)?.[1]
  const host = parseHost(url)
  if (written === undefined || host === '') return undefined
  return { told: host, host, isObscure: !isPlain(written.replace(/:\d*$/, ''), host), written }
}

/** Parses the host; blank for one that no name server knows. */
const parseHost = (url: string): string => {
  const host = URL.parse(url)?.hostname ?? ''
  return /^(?:[\w-][\w.-]*|\[[\da-f:.]+\])$/.test(host) ? host : ''
}

/** Returns true for numbers or punycode in place of a name. */
const isCoded = ({ host, written }: Target): boolean =>
  /^\d+(?:\.\d+){3}$|^\[/.test(host) || (host.includes('xn--') && isAscii(written))

/** Returns true if a reader of the written host reads the host that a browser opens. */
function isPlain(written: string, host: string): boolean {
  if (isAscii(written)) return written.toLowerCase() === host
  if (written.includes('@') || written.includes('%') || written.search(invisible) >= 0) return false
  if (rightToLeft.test(written) || hasLookAlikes(written)) return false
  return !(wideDots.test(written) && isAddress(toSeen(written)))
}

/** Returns true if a label contains an address of another host, or letters that look like others. */
function namesOther(label: string, { host, told }: Target): boolean {
  if (label.length > longestLabel || hasLookAlikes(label)) return true
  const seen = toSeen(label)
  if (told.includes('@') && seen.includes('@') && !seen.includes(told.toLowerCase())) return true
  const addresses = [hostInWords, asciiHostInWords]
    .flatMap(pattern => Array.from(seen.matchAll(pattern), ([, name = '']) => name))
    .filter(isAddress)
  const authorities = Array.from(seen.matchAll(authorityInWords), ([, name = '']) => name.replace(/:\d*$/, ''))
  return [...addresses, ...authorities].some(name => !isSameHost(name, host))
}

/** Returns true for the host itself, with or without `www.`, and for a domain of which it is a part. */
function isSameHost(name: string, host: string): boolean {
  const shown = parseHost(`http://${name}`)
  if (shown === host || `www.${shown}` === host || shown === `www.${host}`) return true
  return host.endsWith(`.${shown}`) && parse(shown, { allowPrivateDomains: true }).domain !== null
}

/** Returns true for a host that people, and Slack, take for an address: its top-level domain is known. */
export function isAddress(name: string): boolean {
  if (/^www\.|^\d+(?:\.\d+){3}$/.test(name) || specialDomains.test(name)) return true
  const { isIcann, isPrivate } = parse(name, { allowPrivateDomains: true })
  return isIcann === true || isPrivate === true
}

/** Renders words as a reader sees them: letters by what they look like, without what is invisible. */
function toSeen(words: string): string {
  const shown = words
    .normalize('NFKC')
    .replace(invisible, '')
    .replace(/\u3002/g, '.')
  return Array.from(shown, toLookAlike).join('').toLowerCase()
}

function toLookAlike(character: string): string {
  if (isAscii(character)) return character
  const like = replaceLookAlikes(character)
  return isAscii(like) ? like : character
}

/** Returns true for words that mix Latin letters with look-alikes of others, or consist of look-alikes. */
function hasLookAlikes(words: string): boolean {
  return words
    .replace(invisible, '')
    .split(/[^\p{L}\p{N}\p{M}]+/u)
    .some(word => {
      const likes = [...word].filter(character => !isAscii(character) && isAscii(toLookAlike(character)))
      if (!likes.some(like => /\p{L}|\p{N}/u.test(like))) return false
      return /[a-z]/i.test(word) || (word.length > 2 && isAscii(Array.from(word, toLookAlike).join('')))
    })
}

const isAscii = (text: string): boolean => /^[\0-\x7F]*$/.test(text)
