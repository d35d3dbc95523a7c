/** Tables for Slack's mrkdwn, which has none: columns lined up in a code block, in Chinese and with emoji too. */

import type { AlignType, Table } from 'mdast'
import { escapeMrkdwn, renderPlainText } from './mrkdwn-inline.ts'

/** A cell longer than this does not push its whole column apart: padding counts towards a message's limit. */
const widestColumns = 40

const graphemes = new Intl.Segmenter(undefined, { granularity: 'grapheme' })
const wide =
  /[\u1100-\u115F\u2E80-\u303E\u3041-\uA4CF\uA960-\uA97F\uAC00-\uD7A3\uF900-\uFAFF\uFE30-\uFE6F\uFF00-\uFF60\uFFE0-\uFFE6\u{1B000}-\u{1B2FF}\u{20000}-\u{3FFFD}]|\p{Emoji_Presentation}|\uFE0F/u
const plainAscii = /^[ -~]*$/

/** How many columns a text takes in a fixed-width font: an ideograph or an emoji takes two. */
function columnsOf(text: string): number {
  if (plainAscii.test(text)) return text.length
  let columns = 0
  for (const { segment } of graphemes.segment(text)) columns += wide.test(segment) ? 2 : 1
  return columns
}

/** A Markdown table as lines of text whose columns stand below each other, escaped for Slack. */
export function renderTable(table: Table): string {
  const rows = table.children.map(row => row.children.map(cell => renderPlainText(cell.children, true).trim()))
  const count = Math.max(...rows.map(row => row.length))
  const widths = Array.from({ length: count }, (_, index) =>
    Math.min(widestColumns, Math.max(3, ...rows.map(row => columnsOf(row[index] ?? '')))),
  )
  const lines = rows.map(row => widths.map((width, index) => pad(row[index] ?? '', width, table.align?.[index])))
  lines.splice(
    1,
    0,
    widths.map(width => '-'.repeat(width)),
  )
  return escapeMrkdwn(lines.map((cells, index) => cells.join(index === 1 ? '-|-' : ' | ').trimEnd()).join('\n'))
}

function pad(text: string, width: number, align: AlignType | undefined): string {
  const room = Math.max(0, width - columnsOf(text))
  if (align === 'right') return ' '.repeat(room) + text
  const left = align === 'center' ? Math.floor(room / 2) : 0
  return ' '.repeat(left) + text + ' '.repeat(room - left)
}
