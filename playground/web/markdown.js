// @ts-check
/** @import { Names } from './links.js' */
import { append, h } from './dom.js'
import { drawFence } from './links.js'
import { drawMarkdownInline } from './markdown-inline.js'
import { isTableStart, readTable } from './markdown-table.js'

/** Deeper than this nobody reads; what is nested further is shown as it is written. */
const deepest = 12

const fenceStart = /^ {0,3}(`{3,}|~{3,})[^`]*$/
const heading = /^ {0,3}#{1,6}(?: (.*))?$/
const rule = /^ {0,3}(?:(?:\*\s*){3,}|(?:-\s*){3,}|(?:_\s*){3,})$/
const quote = /^ {0,3}> ?/
const item = /^( *)([-*+]|\d{1,9}[.)])(?:( +)(.*)|)$/

/**
 * Draws Markdown as Slack's markdown block does: paragraphs, headings of one size, lists, quotes, fences, tables, task
 * lists. It takes whatever a model writes, half-finished text too, and never makes HTML of it.
 * @param {string} text
 * @param {Names} names
 * @returns {HTMLElement}
 */
export const drawMarkdown = (text, names) => {
  const root = h('div', { class: 'markdown' })
  append(root, drawBlocks(text.replace(/\r\n?/g, '\n').replace(/\t/g, '    ').split('\n'), names, 0))
  return root
}

/**
 * @param {string[]} lines
 * @param {Names} names
 * @param {number} depth
 * @returns {Node[]}
 */
const drawBlocks = (lines, names, depth) => {
  if (depth > deepest) return [h('p', { class: 'plain' }, lines.join('\n'))]
  /** @type {Node[]} */
  const out = []
  for (let at = 0; at < lines.length; ) {
    const line = lines[at] ?? ''
    const block = line.trim() === '' ? { node: undefined, end: at + 1 } : readBlock(lines, at, names, depth)
    if (block.node) out.push(block.node)
    at = block.end
  }
  return out
}

/**
 * @param {string[]} lines
 * @param {number} at
 * @param {Names} names
 * @param {number} depth
 * @returns {{ node: Node | undefined, end: number }}
 */
const readBlock = (lines, at, names, depth) => {
  const line = lines[at] ?? ''
  const fence = fenceStart.exec(line)
  if (fence) return readFence(lines, at, fence[1] ?? '```')
  const title = heading.exec(line)
  if (title)
    return { node: h('p', { class: 'heading' }, drawMarkdownInline(headingText(title[1]), names)), end: at + 1 }
  if (rule.test(line)) return { node: h('hr'), end: at + 1 }
  if (quote.test(line)) return readQuote(lines, at, names, depth)
  if (item.test(line)) return readList(lines, at, names, depth)
  return (isTableStart(lines, at) ? readTable(lines, at, names) : undefined) ?? readParagraph(lines, at, names)
}

/** @param {string | undefined} rest */
const headingText = rest => (rest ?? '').trim().replace(/(?:^| )#+$/, '')

/**
 * A fence that is not closed goes on to the end: so it looks while a model is still writing it.
 * @param {string[]} lines
 * @param {number} at
 * @param {string} opening
 */
const readFence = (lines, at, opening) => {
  const indent = /^ */.exec(lines[at] ?? '')?.[0].length ?? 0
  let end = at + 1
  while (end < lines.length && !isClosing(lines[end] ?? '', opening)) end++
  const code = lines.slice(at + 1, end).map(line => line.replace(new RegExp(`^ {0,${indent}}`), ''))
  return { node: drawFence(code.join('\n')), end: end + 1 }
}

/**
 * @param {string} line
 * @param {string} opening
 */
const isClosing = (line, opening) => {
  const ticks = line.trim()
  return ticks.length >= opening.length && ticks === (opening[0] ?? '`').repeat(ticks.length)
}

/**
 * @param {string[]} lines
 * @param {number} at
 * @param {Names} names
 * @param {number} depth
 */
const readQuote = (lines, at, names, depth) => {
  let end = at
  while (end < lines.length && (quote.test(lines[end] ?? '') || (end > at && isLazy(lines[end] ?? '')))) end++
  const inside = lines.slice(at, end).map(line => line.replace(quote, ''))
  return { node: h('blockquote', {}, drawBlocks(inside, names, depth + 1)), end }
}

/** @param {string} line whether it can only go on with the paragraph before it */
const isLazy = line => line.trim() !== '' && !startsBlock(line)

/** @param {string} line */
const startsBlock = line =>
  fenceStart.test(line) || heading.test(line) || rule.test(line) || quote.test(line) || item.test(line)

/**
 * A line such as "2026. That was" within a paragraph begins no list: only a 1 does.
 * @param {string} line
 */
const endsParagraph = line => line.trim() === '' || (startsBlock(line) && !/^ *(?:[02-9]|\d\d)\d*[.)]/.test(line))

/**
 * @param {string[]} lines
 * @param {number} at
 * @param {Names} names
 */
const readParagraph = (lines, at, names) => {
  let end = at + 1
  while (end < lines.length && !endsParagraph(lines[end] ?? '') && !isTableStart(lines, end)) end++
  const text = lines
    .slice(at, end)
    .map(line => line.trim())
    .join('\n')
  return { node: h('p', {}, drawMarkdownInline(text, names)), end }
}

/**
 * @param {string[]} lines
 * @param {number} at
 * @param {Names} names
 * @param {number} depth
 */
const readList = (lines, at, names, depth) => {
  const first = item.exec(lines[at] ?? '')
  const marker = first?.[2] ?? '-'
  const isOrdered = /\d/.test(marker)
  const start = isOrdered ? Number.parseInt(marker, 10) : 1
  const list = isOrdered ? h('ol', { start: start === 1 ? undefined : start }) : h('ul')
  let end = at
  for (let next = readItem(lines, end, first?.[1]?.length ?? 0, isOrdered); next; ) {
    list.append(drawItem(next.lines, names, depth + 1))
    end = next.end
    const after = skipBlank(lines, end)
    next = readItem(lines, after, first?.[1]?.length ?? 0, isOrdered)
  }
  return { node: list, end: Math.max(end, at + 1) }
}

/**
 * @param {string[]} lines
 * @param {number} at
 */
const skipBlank = (lines, at) => {
  let next = at
  while (next < lines.length && (lines[next] ?? '').trim() === '') next++
  return next
}

/**
 * One item with everything that is indented below it.
 * @param {string[]} lines
 * @param {number} at
 * @param {number} indent
 * @param {boolean} isOrdered
 */
const readItem = (lines, at, indent, isOrdered) => {
  const line = lines[at] ?? ''
  const match = item.exec(line)
  if (!match || rule.test(line) || /\d/.test(match[2] ?? '') !== isOrdered) return undefined
  const own = match[1]?.length ?? 0
  if (own > indent + 1 || own < indent - 1) return undefined
  const width = own + (match[2]?.length ?? 1) + 1
  const inside = [match[4] ?? '']
  let end = at + 1
  while (end < lines.length && belongsToItem(lines, end, own)) {
    inside.push(dedent(lines[end] ?? '', width))
    end++
  }
  return { lines: inside, end }
}

/**
 * A model indents nested lists by two, three or four spaces: everything deeper than the item's own mark is inside it.
 * @param {string[]} lines
 * @param {number} at
 * @param {number} own
 */
const belongsToItem = (lines, at, own) => {
  const line = lines[at] ?? ''
  const depth = line.search(/\S/)
  if (depth > own + 1) return true
  if (depth < 0) return (lines[skipBlank(lines, at)] ?? '').search(/\S/) > own + 1
  return isLazy(line) && (lines[at - 1] ?? '').trim() !== ''
}

/**
 * @param {string} line
 * @param {number} width
 */
const dedent = (line, width) => line.slice(Math.min(width, Math.max(0, line.search(/\S|$/))))

/**
 * @param {string[]} lines
 * @param {Names} names
 * @param {number} depth
 */
const drawItem = (lines, names, depth) => {
  const task = /^\[([ xX])\]\s+/.exec(lines[0] ?? '')
  const body = task ? [(lines[0] ?? '').slice(task[0].length), ...lines.slice(1)] : lines
  const node = h('li', { class: task ? 'task' : undefined })
  if (task) {
    node.append(h('input', { type: 'checkbox', disabled: true, checked: task[1] !== ' ', 'aria-label': body[0] ?? '' }))
  }
  const blocks = drawBlocks(body, names, depth)
  const only = blocks[0]
  if (only instanceof HTMLParagraphElement) append(node, [h('span', {}, ...only.childNodes), blocks.slice(1)])
  else append(node, blocks)
  return node
}
