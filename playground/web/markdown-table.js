// @ts-check
/** @import { Names } from './links.js' */
import { h } from './dom.js'
import { drawMarkdownInline } from './markdown-inline.js'

const delimiterRow = /^\|?\s*:?-+:?\s*(?:\|\s*:?-+:?\s*)*\|?$/

/**
 * Whether a table begins at this line: a row, and below it the row of dashes.
 * @param {string[]} lines
 * @param {number} at
 */
export const isTableStart = (lines, at) =>
  (lines[at] ?? '').includes('|') && delimiterRow.test((lines[at + 1] ?? '').trim())

/**
 * @param {string} line
 * @returns {string[]}
 */
const cellsOf = line => {
  /** @type {string[]} */
  const cells = []
  let cell = ''
  let inCode = false
  const bare = line.trim().replace(/^\||(?<!\\)\|$/g, '')
  for (let at = 0; at < bare.length; at++) {
    if (bare[at] === '`') inCode = !inCode
    if (bare[at] === '\\' && bare[at + 1] === '|') cell += bare[++at]
    else if (bare[at] === '|' && !inCode) {
      cells.push(cell.trim())
      cell = ''
    } else cell += bare[at]
  }
  return [...cells, cell.trim()]
}

/**
 * Reads the table that begins at this line; nothing, when its row of dashes does not fit its head.
 * @param {string[]} lines
 * @param {number} at
 * @param {Names} names
 */
export const readTable = (lines, at, names) => {
  const head = cellsOf(lines[at] ?? '')
  const marks = cellsOf(lines[at + 1] ?? '')
  if (marks.length !== head.length) return undefined
  const aligns = marks.map(mark => (mark.endsWith(':') ? (mark.startsWith(':') ? 'center' : 'right') : 'left'))
  let end = at + 2
  /** @type {string[][]} */
  const rows = []
  while (end < lines.length && (lines[end] ?? '').includes('|') && (lines[end] ?? '').trim() !== '') {
    rows.push(cellsOf(lines[end++] ?? ''))
  }
  const draw = (/** @type {'th' | 'td'} */ tag, /** @type {string[]} */ cells) =>
    h(
      'tr',
      {},
      head.map((_, column) =>
        h(tag, { class: `align-${aligns[column]}` }, drawMarkdownInline(cells[column] ?? '', names)),
      ),
    )
  return {
    node: drawTable(
      [draw('th', head)],
      rows.map(row => draw('td', row)),
    ),
    end,
  }
}

/**
 * A table that scrolls inside itself when it is wider than its place.
 * @param {Node[]} head
 * @param {Node[]} body
 * @returns {HTMLElement}
 */
export const drawTable = (head, body) =>
  h('div', { class: 'table', tabindex: 0 }, h('table', {}, h('thead', {}, head), h('tbody', {}, body)))
