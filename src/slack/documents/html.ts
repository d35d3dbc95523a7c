import { readMarkup } from './markup.ts'
import type { Outline } from './outline.ts'

type Attributes = Record<string, string>

interface Reader {
  outline: Outline
  /** Open lists, with the last number of those that are numbered. */
  lists: (number | undefined)[]
  /** Targets of open links; blank for those that are none. */
  links: string[]
  preformatted: number
}

/** Elements without text for a reader. */
const silent = new Set(['head', 'script', 'style', 'template', 'noscript', 'svg', 'select', 'iframe', 'object'])

const blocks = new Set([
  ...['p', 'div', 'section', 'article', 'main', 'header', 'footer', 'nav', 'aside', 'address', 'figure', 'figcaption'],
  ...['blockquote', 'dl', 'dt', 'dd', 'form', 'fieldset', 'legend', 'details', 'summary', 'hr', 'caption', 'body'],
])

/** Reads a web page without what browsers do not show. */
export function readHtml(html: string, outline: Outline): void {
  const reader: Reader = { outline, lists: [], links: [], preformatted: 0 }
  let skipped = 0
  readMarkup(html, {
    open(name, attributes) {
      if (skipped > 0 || silent.has(name) || isHidden(attributes)) skipped += 1
      else if (blocks.has(name)) beginBlock(reader)
      else openers[name]?.(reader, attributes)
    },
    close(name) {
      if (skipped > 0) skipped -= 1
      else if (blocks.has(name)) beginBlock(reader)
      else closers[name]?.(reader)
    },
    text(text) {
      if (skipped > 0) return
      const shown = reader.preformatted > 0 ? text : text.replace(/\s+/g, ' ')
      outline.text(reader.preformatted === 0 && outline.isLineStart ? shown.trimStart() : shown)
    },
  })
}

function isHidden({ hidden, style = '' }: Attributes): boolean {
  return hidden !== undefined || /display\s*:\s*none|visibility\s*:\s*hidden/i.test(style)
}

/** Begins a block. The first one of a list item is the item. */
function beginBlock({ outline }: Reader): void {
  if (!outline.isMarked) outline.begin()
}

const openers: Record<string, (reader: Reader, attributes: Attributes) => void> = {
  ...Object.fromEntries(
    ['h1', 'h2', 'h3', 'h4', 'h5', 'h6'].map((name, index) => [
      name,
      ({ outline }: Reader) => outline.begin(`${'#'.repeat(index + 1)} `),
    ]),
  ),
  br: ({ outline }) => outline.lineBreak(),
  ul: ({ lists }) => void lists.push(undefined),
  ol: ({ lists }) => void lists.push(0),
  li({ outline, lists }) {
    const last = lists.at(-1)
    if (last !== undefined) lists[lists.length - 1] = last + 1
    outline.begin(
      `${'  '.repeat(Math.min(Math.max(lists.length - 1, 0), 8))}${last === undefined ? '-' : `${last + 1}.`} `,
    )
  },
  a({ outline, links }, { href = '' }) {
    const link = /^(?:https?:\/\/|mailto:)/i.test(href) ? href : ''
    links.push(link)
    if (link !== '') outline.text('[')
  },
  img: ({ outline }, { alt = '' }) => outline.text(alt.trim() === '' ? '' : `[image: ${alt.trim()}]`),
  input({ outline }, { type, checked }) {
    if (type === 'checkbox') outline.text(checked === undefined ? '[ ] ' : '[x] ')
  },
  del: ({ outline }) => outline.text('~~'),
  s: ({ outline }) => outline.text('~~'),
  pre(reader) {
    reader.preformatted += 1
    reader.outline.begin()
    reader.outline.text('```')
    reader.outline.lineBreak()
  },
  table: ({ outline }) => outline.openTable(),
  tr: ({ outline }) => outline.openRow(),
  td: ({ outline }) => outline.openCell(),
  th: ({ outline }) => outline.openCell(),
}

const closers: Record<string, (reader: Reader) => void> = {
  ...Object.fromEntries(
    ['h1', 'h2', 'h3', 'h4', 'h5', 'h6', 'li'].map(name => [name, ({ outline }: Reader) => outline.begin()]),
  ),
  ul: ({ lists }) => void lists.pop(),
  ol: ({ lists }) => void lists.pop(),
  a({ outline, links }) {
    const link = links.pop() ?? ''
    if (link !== '') outline.text(`](${link})`)
  },
  del: ({ outline }) => outline.text('~~'),
  s: ({ outline }) => outline.text('~~'),
  pre(reader) {
    reader.preformatted -= 1
    reader.outline.lineBreak()
    reader.outline.text('```')
    reader.outline.begin()
  },
  table: ({ outline }) => outline.closeTable(),
}
