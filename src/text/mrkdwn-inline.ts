/**
 * Renders bold, links and code as Slack's mrkdwn. Slack sees a mark only beside white space or punctuation, which Chinese
 * text seldom has, so a zero-width space goes where a mark would touch a word. mrkdwn cannot escape `*`, `_` and `~`: a word
 * joiner behind a literal one keeps it from opening anything.
 */

import type { Image, ImageReference, Link, PhrasingContent } from 'mdast'
import { stripInvisible } from './sanitize.ts'
import { formatLooseHosts, formatTrueHost, isBare, isLinkable } from './true-host.ts'

const border = '\u200B'
const wordJoiner = '\u2060'

type Mark = '*' | '_' | '~' | '`'
type Piece = { text: string } | { open: Mark } | { close: Mark }

/** Characters beside which Slack sees a mark. */
const bordering = /[\s()[\]{}"'/,.;:!?|<>\u200B-]/
const literalMark = /(?<![A-Za-z0-9])[*_~](?=\S|$)|`/g
const lineBreak = /<br\s*\/?>/gi
const afterUrl = /[\u3001\u3002\u3008-\u3011\u201C\u201D\uFF01\uFF08\uFF09\uFF0C\uFF1A\uFF1B\uFF1F]/

/** Escapes the characters that are syntax in Slack. */
export function escapeMrkdwn(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;')
}

/** Renders inline nodes as mrkdwn. */
export function renderInline(nodes: readonly PhrasingContent[]): string {
  return join(nodes.flatMap(node => renderPieces(node, [])))
}

/** Renders a heading as a bold line: Slack has no headings. */
export function renderBoldLine(nodes: readonly PhrasingContent[]): string {
  const pieces = nodes.flatMap(node => renderPieces(node, ['*']))
  return pieces.length === 0 ? '' : join([{ open: '*' }, ...pieces, { close: '*' }])
}

/** Renders inline nodes without marks, for the cells of a table and the labels of links. */
export function renderPlainText(nodes: readonly PhrasingContent[], showTargets: boolean): string {
  return nodes.map(node => plainNode(node, showTargets)).join('')
}

function plainNode(node: PhrasingContent, showTargets: boolean): string {
  if (node.type === 'break') return ' '
  if (node.type === 'footnoteReference') return `[${node.label ?? node.identifier}]`
  if (node.type === 'image' || node.type === 'imageReference') return node.alt ?? ''
  if ('value' in node) return node.value.replace(lineBreak, ' ').replace(/\s+/g, ' ')
  const label = renderPlainText(node.children, showTargets)
  if (node.type !== 'link' || !showTargets || isBare(node.url, label)) return label
  return `${label} (${node.url})`
}

function renderPieces(node: PhrasingContent, open: readonly Mark[]): Piece[] {
  switch (node.type) {
    case 'text':
    case 'html':
      return [{ text: renderLiteral(node.value.replace(lineBreak, '\n') + formatLooseHosts(node.value)) }]
    case 'strong':
      return marked('*', node.children, open)
    case 'emphasis':
      return marked('_', node.children, open)
    case 'delete':
      return marked('~', node.children, open)
    case 'inlineCode':
      // A backtick cannot be escaped inside Slack's code: its look-alike stands in for it.
      return [{ open: '`' }, { text: escapeMrkdwn(node.value.replaceAll('`', '\u02CB')) }, { close: '`' }]
    case 'break':
      return [{ text: '\n' }]
    case 'link':
      return [{ text: renderLink(node) }]
    case 'image':
      return [{ text: renderImageLink(node) }]
    case 'footnoteReference':
      return [{ text: escapeMrkdwn(`[${node.label ?? node.identifier}]`) }]
    case 'imageReference':
      return [{ text: escapeMrkdwn(imageName(node)) }]
    case 'linkReference':
      return node.children.flatMap(child => renderPieces(child, open))
  }
}

function marked(mark: Mark, children: readonly PhrasingContent[], open: readonly Mark[]): Piece[] {
  const inner = children.flatMap(child => renderPieces(child, open.includes(mark) ? open : [...open, mark]))
  return open.includes(mark) || inner.length === 0 ? inner : [{ open: mark }, ...inner, { close: mark }]
}

function renderLiteral(text: string): string {
  return escapeMrkdwn(text.replace(literalMark, found => found + wordJoiner)).replace(/^(?=&gt;)/gm, wordJoiner)
}

function join(pieces: readonly Piece[]): string {
  const open: Mark[] = []
  let out = ''
  let closed = false
  for (const piece of pieces) {
    if ('close' in piece) {
      out += piece.close
      open.pop()
      closed = true
    } else if ('open' in piece) {
      const opensAfterMark = open.length > 0 && out.endsWith(open.at(-1) ?? '')
      out += (closed || (!opensAfterMark && touches(out.at(-1))) ? border : '') + piece.open
      open.push(piece.open)
      closed = false
    } else if (piece.text !== '') {
      out += (closed && touches(piece.text[0]) ? border : '') + overLines(piece.text, open)
      closed = false
    }
  }
  return out
}

function touches(character: string | undefined): boolean {
  return character !== undefined && !bordering.test(character)
}

/** Closes the open marks at each line break and opens them again: Slack's marks end with the line. */
function overLines(text: string, open: readonly Mark[]): string {
  if (open.length === 0) return text
  return text.split('\n').join(`${[...open].reverse().join('')}\n${open.join('')}`)
}

function renderLink(node: Link): string {
  const label = renderPlainText(node.children, false).trim()
  const imageOnly = label === '' ? node.children.find(child => child.type === 'image') : undefined
  if (isBare(node.url, label)) return renderBareLink(node.url, label)
  return linkTo(node.url, label === '' ? (imageOnly?.alt ?? '') : label)
}

/** Renders an address without a label. The parser takes Chinese text behind it for a part of it, up to the next space. */
function renderBareLink(url: string, label: string): string {
  const cut = label.search(afterUrl)
  if (cut <= 0) return linkTo(url, label)
  const rest = label.slice(cut)
  return linkTo(url.slice(0, url.length - rest.length), label.slice(0, cut)) + renderLiteral(rest)
}

function linkTo(url: string, label: string): string {
  const clean = stripInvisible(url).trim()
  const name = stripInvisible(label).replace(/\s+/g, ' ')
  if (!isLinkable(clean)) return renderLiteral(name === '' || name === clean ? clean : `${name} (${clean})`)
  // A user name in the address is for nothing but to look like a host.
  const opened = clean.replace(/^(https?:\/\/)[^/?#]*@/i, '$1')
  const target = escapeMrkdwn(opened).replace(/&[lg]t;|[|\s@]/g, character => encodeCharacter(character, opened))
  const host = escapeMrkdwn(formatTrueHost(clean, name === '' ? clean : name))
  return (name === '' || name === clean) && opened === clean
    ? `<${target}>${host}`
    : `<${target}|${escapeMrkdwn(name || clean)}>${host}`
}

function encodeCharacter(character: string, url: string): string {
  if (character === '@') return url.startsWith('mailto:') ? '@' : '%40'
  if (character === '&lt;') return '%3C'
  return character === '&gt;' ? '%3E' : encodeURIComponent(character)
}

/** Renders an image as a link: Slack would fetch an image by itself. */
function renderImageLink(node: Image): string {
  return node.url.startsWith('data:') ? escapeMrkdwn(imageName(node)) : linkTo(node.url, imageName(node))
}

function imageName(node: Image | ImageReference): string {
  return node.alt || ('url' in node && !node.url.startsWith('data:') ? node.url : '🖼')
}
