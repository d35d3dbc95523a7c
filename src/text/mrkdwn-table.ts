/** A Markdown table for Slack, which has none: lines of a code block whose columns are aligned, Chinese and emoji included. */

import { markdownTable } from 'markdown-table'
import type { Table } from 'mdast'
import stringWidth from 'string-width'
import { escapeMrkdwn, renderPlainText } from './mrkdwn-inline.ts'

/** A cell longer than this does not widen its column: padding counts towards a message's limit. */
const maxColumnWidth = 40
const plainAscii = /^[ -~]*$/

/** Renders a table as text with aligned columns, escaped for Slack. */
export function renderTable(table: Table): string {
  const rows = table.children.map(row => row.children.map(cell => renderPlainText(cell.children, true).trim()))
  const aligned = markdownTable(rows, {
    align: table.align,
    delimiterStart: false,
    delimiterEnd: false,
    stringLength: cell => Math.min(maxColumnWidth, plainAscii.test(cell) ? cell.length : stringWidth(cell)),
  })
  const lines = aligned.split('\n').map(line => line.trimEnd())
  lines[1] = (lines[1] ?? '').replace(/[: ]/g, '-')
  return escapeMrkdwn(lines.join('\n'))
}
