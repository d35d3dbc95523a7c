// @ts-check
/** @import { Token, Tokens } from 'marked' */
/** @import { Child } from './ui.js' */
import { html } from 'htm/preact'
import { Marked } from 'marked'
import { angle, bareLink, emoji, fence, link } from './text.js'

/** Deeper than this nobody reads; what is nested further is shown as it is written. */
const deepest = 12

/** Longer than Slack takes: it is shown as it is written. */
const longest = 50_000

/**
 * A kind of inline token: what Slack understands in Markdown beyond Markdown itself.
 * @param {string} name
 * @param {string} first
 * @param {RegExp} pattern
 */
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
    inline('angle', '<', /<([@#!][A-Za-z][^<>\s]*(?:\|[^<>]*)?)>/y),
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

/** @param {Token[]} tokens @param {number} depth @returns {Child[]} */
const blocks = (tokens, depth) => tokens.flatMap(token => block(/** @type {Tokens.Generic} */ (token), depth))

/** @param {Tokens.Generic} token @param {number} depth @returns {Child} */
const block = (token, depth) => {
  if (depth > deepest) return html`<p class="plain">${token.raw}</p>`
  switch (token.type) {
    case 'space':
    case 'checkbox':
      return []
    case 'hr':
      return html`<hr />`
    case 'code':
      return fence(token.text)
    case 'heading':
      return html`<p class="heading">${line(token.tokens)}</p>`
    case 'blockquote':
      return html`<blockquote>${blocks(token.tokens ?? [], depth + 1)}</blockquote>`
    case 'list':
      return html`<${token.ordered ? 'ol' : 'ul'} start=${token.ordered && token.start !== 1 ? token.start : undefined}>
        ${token.items.map((/** @type {Tokens.ListItem} */ one) => item(one, depth + 1))}
      <//>`
    case 'table':
      return markdownTable(/** @type {Tokens.Table} */ (token))
    default:
      return html`<p>${line(token.tokens) ?? token.raw}</p>`
  }
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

/** @param {Tokens.Table} token */
const markdownTable = ({ header, rows }) => {
  const draw = (/** @type {'th' | 'td'} */ tag) => (/** @type {Tokens.TableCell} */ cell) =>
    html`<${tag} class=${`align-${cell.align ?? 'left'}`}>${line(cell.tokens)}<//>`
  return table(
    [html`<tr>${header.map(draw('th'))}</tr>`],
    rows.map(row => html`<tr>${row.map(draw('td'))}</tr>`),
  )
}

/** A table that scrolls inside itself when it is wider than its place. @param {Child[]} head @param {Child[]} body */
export const table = (head, body) =>
  html`<div class="table" tabindex="0"><table><thead>${head}</thead><tbody>${body}</tbody></table></div>`

/** @param {Token[] | undefined} tokens @returns {Child[] | undefined} */
const line = tokens => tokens?.map(token => run(/** @type {Tokens.Generic} */ (token)))

const entities = /** @type {Record<string, string>} */ ({
  amp: '&',
  lt: '<',
  gt: '>',
  quot: '"',
  '#39': "'",
  nbsp: '\u00A0',
})

/** @param {Tokens.Generic} token @returns {Child} */
const run = token => {
  switch (token.type) {
    case 'strong':
    case 'em':
      return html`<${token.type}>${line(token.tokens)}<//>`
    case 'del':
      return html`<s>${line(token.tokens)}</s>`
    case 'codespan':
      return html`<code>${token.text}</code>`
    case 'br':
      return html`<br />`
    case 'escape':
      return token.text
    case 'link':
    case 'image':
      // A picture is a link too, as in Slack: the page fetches nothing from elsewhere.
      return link(token.href, token.autolink ? token.text : line(token.tokens))
    case 'angle':
      return angle(token.text)
    case 'emoji':
      return emoji(token.text)
    case 'bare':
      return link(token.text, token.text)
    default:
      return token.text.replace(
        /&(amp|lt|gt|quot|#39|nbsp);/g,
        (/** @type {string} */ _, /** @type {string} */ name) => entities[name],
      )
  }
}
