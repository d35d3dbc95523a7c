/** @import { Token, Tokens } from 'marked' */
/** @import { Child } from './ui.js' */
import { html } from 'htm/preact'
import { Marked } from 'marked'
import { angle, bareLink, emoji, fence, link, unescapeText } from './text.js'

/** Deeper than this nobody reads; what is nested further is shown as it is written. */
const deepest = 12

/** Longer than Slack takes: it is shown as it is written. */
const longest = 50_000

/** An inline form that Slack adds to Markdown. @param {string} name @param {string} first @param {RegExp} pattern */
const inline = (name, first, pattern) => ({
  name,
  level: /** @type {const} */ ('inline'),
  start: (/** @type {string} */ text) => {
    const at = text.indexOf(first)
    return at < 0 ? undefined : at
  },
  tokenizer: (/** @type {string} */ text) => {
    pattern.lastIndex = 0
    const match = pattern.exec(text)
    return match ? { type: name, raw: match[0], text: match[1] ?? match[0] } : undefined
  },
})

/**
 * Markdown as Slack's markdown block reads it. Only the lexer is used, and what it finds becomes elements, never HTML: so
 * nothing that a model writes is markup, and a text that grows keeps its nodes. A tag is shown as it is written.
 */
const marked = new Marked({
  breaks: true,
  extensions: [
    inline('angle', '<', /<(!date\^\d+\^[^<>|]*(?:\|[^<>]*)?|[@#!][A-Za-z][^<>\s]*(?:\|[^<>]*)?)>/y),
    inline('emoji', ':', /:([a-z0-9_+-]+):/y),
    inline('bare', 'http', bareLink),
  ],
  tokenizer: { html: () => undefined, tag: () => undefined, url: () => undefined, def: () => undefined },
})

/** A bar in a code span of a table's row separates no cells. @param {string} text */
const escapeBars = text =>
  text.replace(/^ *\|.*$/gm, row => row.replace(/`[^`\n]+`/g, code => code.replace(/(?<!\\)\|/g, '\\|')))

/** Draws what a model writes, half-finished text too. @param {string} text */
export const markdown = text => {
  try {
    if (text.length <= longest) return html`<div class="markdown">${blocks(marked.lexer(escapeBars(text)), 0)}</div>`
  } catch {
    // Nested so deeply that the lexer gave up.
  }
  return html`<div class="markdown"><p class="plain">${text}</p></div>`
}

/** @type {Record<string, (token: Tokens.Generic, depth: number) => Child>} */
const drawings = {
  space: () => '',
  checkbox: () => '',
  hr: () => html`<hr />`,
  code: ({ text }) => fence(text),
  heading: ({ tokens }) => html`<p class="heading">${line(tokens)}</p>`,
  blockquote: ({ tokens }, depth) => html`<blockquote>${blocks(tokens, depth + 1)}</blockquote>`,
  list: ({ ordered, start, items }, depth) =>
    html`<${ordered ? 'ol' : 'ul'} start=${ordered && start !== 1 ? start : undefined}>
      ${items.map((/** @type {Tokens.ListItem} */ one) => item(one, depth + 1))}
    <//>`,
  table: ({ header, rows }) => {
    const row = (/** @type {'th' | 'td'} */ tag) => (/** @type {Tokens.TableCell[]} */ cells) =>
      html`<tr>${cells.map(cell => html`<${tag} style=${{ textAlign: cell.align ?? '' }}>${line(cell.tokens)}<//>`)}</tr>`
    return table([row('th')(header)], rows.map(row('td')))
  },
}

/** @param {Token[] | undefined} tokens @param {number} depth */
const blocks = (tokens, depth) => tokens?.map(token => block(/** @type {Tokens.Generic} */ (token), depth))

/** @param {Tokens.Generic} token @param {number} depth @returns {Child} */
const block = (token, depth) => {
  if (depth > deepest) return html`<p class="plain">${token.raw}</p>`
  return drawings[token.type]?.(token, depth) ?? html`<p>${token.tokens ? line(token.tokens) : token.raw}</p>`
}

/** @param {Tokens.ListItem} token @param {number} depth */
const item = (token, depth) => {
  const [first, ...rest] = token.tokens.filter(({ type }) => type !== 'checkbox' && type !== 'space')
  const isText = first?.type === 'text' || first?.type === 'paragraph'
  const text = isText ? line(/** @type {Tokens.Generic} */ (first).tokens) : undefined
  const box = html`<input type="checkbox" disabled checked=${token.checked} aria-label=${token.text.split('\n')[0]} />`
  return html`<li class=${token.task ? 'task' : undefined}>
    ${token.task && box}${text && html`<span>${text}</span>`}${blocks(isText || !first ? rest : [first, ...rest], depth)}
  </li>`
}

/** A table that scrolls inside itself when it is wider than its place. @param {Child[]} head @param {Child[]} body */
export const table = (head, body) =>
  html`<div class="table" tabindex="0"><table><thead>${head}</thead><tbody>${body}</tbody></table></div>`

/** @param {Token[] | undefined} tokens */
const line = tokens => tokens?.map(token => run(/** @type {Tokens.Generic} */ (token)))

/** A part of a link's label, in which nothing else can be pressed. @param {Token} token @returns {Token} */
const unlink = token => {
  const { type, text = '', tokens } = /** @type {Tokens.Generic} */ (token)
  if (['link', 'image', 'bare', 'angle'].includes(type)) return { type: 'escape', raw: text, text }
  return tokens ? { ...token, tokens: tokens.map(unlink) } : token
}

/** @param {Tokens.Generic} token */
const drawLink = ({ href, text, tokens }) => link(href, text ? line(tokens?.map(unlink)) : href)

/** @type {Record<string, (token: Tokens.Generic) => Child>} */
const runs = {
  strong: ({ tokens }) => html`<strong>${line(tokens)}</strong>`,
  em: ({ tokens }) => html`<em>${line(tokens)}</em>`,
  del: ({ tokens }) => html`<s>${line(tokens)}</s>`,
  codespan: ({ text }) => html`<code>${text}</code>`,
  br: () => html`<br />`,
  escape: ({ text }) => text,
  link: drawLink,
  // A picture is a link too, as in Slack: the page fetches nothing from elsewhere.
  image: drawLink,
  bare: ({ text }) => link(text, text),
  angle: ({ text }) => angle(text),
  emoji: ({ text }) => emoji(text),
}

/** @param {Tokens.Generic} token @returns {Child} */
const run = token => runs[token.type]?.(token) ?? unescapeText(token.text, /&(amp|lt|gt|quot|#39|nbsp);/g)
