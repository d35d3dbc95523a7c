/** The nodes of the syntax tree around one place of a text, and what a cut at this place would leave open. */

import type { Nodes } from 'mdast'
import { type Block, fenceLine, isFenceEnd } from './markdown-blocks.ts'
import { offsets, parseStructure } from './parse-markdown.ts'

/** A node and its offsets in the whole text. */
export interface Enclosing {
  readonly node: Nodes
  readonly start: number
  readonly end: number
}

/** A code block that a fence began and none has ended. */
export interface OpenFence {
  /** The backticks or tildes, which end it too. */
  readonly mark: string
  readonly info: string
  readonly start: number
  /** The beginning of its lines: the marks of quotes and the indentation of list items. */
  readonly prefix: string
}

/** Finds the nodes that begin before a place in a block and end there or later, outermost first. */
export function readPath(block: Block, at: number): Enclosing[] {
  const path: Enclosing[] = []
  for (let node: Nodes | undefined = parseStructure(block.text); node !== undefined && 'children' in node; ) {
    node = node.children.findLast((child: Nodes) => {
      const { start, end } = offsets(child)
      return block.start + start < at && at <= block.start + end
    })
    if (node === undefined) break
    const { start, end } = offsets(node)
    path.push({ node, start: block.start + start, end: block.start + end })
  }
  return path
}

/** Finds the code block that is still open where a path ends. */
export function findOpenFence(text: string, path: readonly Enclosing[]): OpenFence | undefined {
  const code = path.at(-1)
  if (code?.node.type !== 'code') return undefined
  const lines = text.slice(code.start, code.end).split('\n')
  const [, indent = '', mark = '', info = ''] = fenceLine.exec(lines[0] ?? '') ?? []
  const prefix = buildPrefix(text, code.start) + indent
  const isClosed = lines.length > 1 && isFenceEnd(withoutPrefix(lines.at(-1) ?? '', prefix), mark)
  return mark === '' || isClosed ? undefined : { mark, info: info.trim(), start: code.start, prefix }
}

/** Finds where the paragraph, heading or table cell begins that a path ends in; undefined where `**` means nothing. */
export function findInlineStart(text: string, path: readonly Enclosing[]): number | undefined {
  const found = path.findLast(({ node: { type } }) => type === 'paragraph' || type === 'heading' || type === 'table')
  if (found === undefined || found.node.type === 'paragraph') return found?.start
  const source = text.slice(found.start, found.end)
  if (found.node.type === 'heading') {
    const mark = /^#+\s*/.exec(source)?.[0]
    if (mark !== undefined) return found.start + mark.length
    return /\n[ \t>]*(?:=+|-+)$/.test(source) ? undefined : found.start
  }
  if (source.split('\n', 3).length < 3) return undefined
  const row = source.lastIndexOf('\n') + 1
  const bar = [...source.slice(row).matchAll(/\\.|\|/g)].findLast(([character]) => character === '|')
  return found.start + row + (bar === undefined ? 0 : bar.index + 1)
}

/** Builds the beginning of a line that belongs to the same quotes and list items as a place in another line. */
function buildPrefix(text: string, at: number): string {
  return text.slice(text.lastIndexOf('\n', at - 1) + 1, at).replace(/[^>\s]/g, ' ')
}

/** Removes indentation from a line of code, and the marks of quotes if its block has any. */
export function withoutPrefix(line: string, prefix: string): string {
  return line.replace(prefix.includes('>') ? /^[\s>]+/ : /^\s+/, '')
}
