/** Renders paragraphs, lists, quotes and code as Slack's mrkdwn, with the blank lines that the source has. */

import type { Blockquote, List, ListItem, RootContent } from 'mdast'
import { escapeMrkdwn, renderBoldLine, renderInline } from './mrkdwn-inline.ts'
import { renderTable } from './mrkdwn-table.ts'

interface Part {
  text: string
  /** Code is not indented in lists and quotes: Slack would show the indentation or the `>`. */
  code: boolean
  /** A blank line precedes it. */
  apart: boolean
}

const bullets = ['•', '◦', '▪']
const indent = '    '
const hanging = '  '
const rule = '──────────'

/** Renders parsed Markdown as mrkdwn. */
export function renderBlocks(nodes: readonly RootContent[]): string {
  return joinParts(renderNode(nodes, 0))
}

function renderNode(nodes: readonly RootContent[], depth: number): Part[] {
  const parts: Part[] = []
  nodes.forEach((node, index) => {
    const gap = isApart(nodes[index - 1], node)
    toPart(node, depth).forEach((part, order) => {
      parts.push(order === 0 ? { ...part, apart: gap } : part)
    })
  })
  return parts
}

function isApart(before: RootContent | undefined, node: RootContent): boolean {
  return before !== undefined && (node.position?.start.line ?? 0) - (before.position?.end.line ?? 0) > 1
}

function toPart(node: RootContent, depth: number): Part[] {
  switch (node.type) {
    case 'paragraph':
      return text(renderInline(node.children))
    case 'heading':
      return text(renderBoldLine(node.children))
    case 'thematicBreak':
      return text(rule)
    case 'code':
      return code(escapeMrkdwn(node.value))
    case 'table':
      return code(renderTable(node))
    case 'list':
      return renderList(node, depth)
    case 'blockquote':
      return renderQuote(node)
    case 'footnoteDefinition':
      return text(`${escapeMrkdwn(`[${node.label ?? node.identifier}]`)} ${joinParts(renderNode(node.children, 0))}`)
    default:
      return []
  }
}

function text(value: string): Part[] {
  return value === '' ? [] : [{ text: value, code: false, apart: false }]
}

/** Renders a code block. Three backticks would end it, so zero-width spaces separate them. */
function code(value: string): Part[] {
  return [{ text: `\`\`\`\n${value.replace(/`(?=``)/g, '`\u200B')}\n\`\`\``, code: true, apart: false }]
}

function renderList(list: List, depth: number): Part[] {
  return list.children.flatMap((item, index) => {
    const parts = renderItem(item, itemMark(list, item, index, depth), depth)
    return parts.map((part, order) =>
      order === 0 ? { ...part, apart: isApart(list.children[index - 1], item) } : part,
    )
  })
}

function itemMark(list: List, item: ListItem, index: number, depth: number): string {
  const mark = list.ordered ? `${(list.start ?? 1) + index}.` : (bullets[Math.min(depth, bullets.length - 1)] ?? '•')
  if (item.checked === null || item.checked === undefined) return mark
  const box = item.checked ? '☑' : '☐'
  return list.ordered ? `${mark} ${box}` : box
}

function renderItem(item: ListItem, mark: string, depth: number): Part[] {
  const before = indent.repeat(depth)
  const parts = item.children.flatMap((child, index) => {
    const own = renderNode([child], depth + 1).map(part =>
      child.type === 'list' ? part : indented(part, before + hanging),
    )
    return own.map((part, order) => (order === 0 ? { ...part, apart: isApart(item.children[index - 1], child) } : part))
  })
  const head = parts[0]
  if (head === undefined || head.code || item.children[0]?.type === 'list') {
    return [{ text: `${before}${mark}`, code: false, apart: false }, ...parts]
  }
  return [{ ...head, text: `${before}${mark} ${head.text.slice(before.length + hanging.length)}` }, ...parts.slice(1)]
}

function indented(part: Part, by: string): Part {
  return part.code ? part : { ...part, text: part.text.replace(/^(?=.)/gm, by) }
}

function renderQuote(quote: Blockquote): Part[] {
  const parts: Part[] = []
  for (const part of renderNode(quote.children, 0)) {
    if (part.code) parts.push(part)
    else parts.push({ ...part, text: (part.apart ? `\n${part.text}` : part.text).replace(/^/gm, '> '), apart: false })
  }
  return parts
}

function joinParts(parts: readonly Part[]): string {
  return parts.map((part, index) => (index === 0 ? '' : part.apart ? '\n\n' : '\n') + part.text).join('')
}
