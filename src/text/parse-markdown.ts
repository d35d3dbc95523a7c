/** Markdown as a syntax tree. */

import type { Nodes, Root } from 'mdast'
import { fromMarkdown } from 'mdast-util-from-markdown'
import { gfmFromMarkdown } from 'mdast-util-gfm'
import { gfmTableFromMarkdown } from 'mdast-util-gfm-table'
import { cjkFriendlyExtension } from 'micromark-extension-cjk-friendly'
import { gfmStrikethroughCjkFriendly } from 'micromark-extension-cjk-friendly-gfm-strikethrough'
import { gfm } from 'micromark-extension-gfm'
import { gfmTable } from 'micromark-extension-gfm-table'
import { fenceLine, isFenceEnd } from './markdown-blocks.ts'
import { createMemo } from './memo.ts'

type Position = NonNullable<Nodes['position']>

const parserOptions = {
  // Tags are shown as they are written. One tilde is how people write "about", not a deletion.
  extensions: [
    gfm({ singleTilde: false }),
    cjkFriendlyExtension(),
    gfmStrikethroughCjkFriendly({ singleTilde: false }),
    { disable: { null: ['htmlFlow', 'htmlText'] } },
  ],
  mdastExtensions: [gfmFromMarkdown()],
}

/** Leaves addresses alone that the parser itself does not take for links: those found later have no place in the source. */
const linkOptions = {
  ...parserOptions,
  mdastExtensions: [gfmFromMarkdown().map(({ transforms: _, ...extension }) => extension)],
}

/** The names of micromark's constructs that stand inside lines. */
const inlineConstructs = [
  ...['attention', 'autolink', 'characterEscape', 'characterReference', 'codeText', 'hardBreakEscape', 'htmlText'],
  ...['labelEnd', 'labelStartImage', 'labelStartLink'],
]
/** Leaves out what stands inside lines, which takes half of the time. */
const structureOptions = {
  extensions: [gfmTable(), { disable: { null: ['htmlFlow', ...inlineConstructs] } }],
  mdastExtensions: [gfmTableFromMarkdown()],
}

/** Nested quotes and lists beyond this depth are shown as they are written: parsing takes longer with every level. */
const tooDeep = /^(?:[ \t]*(?:>|(?:[-*+]|\d{1,9}[.)])[ \t])){41}/m
/** A block with more brackets or marks, or longer, is shown as it is written: parsing takes longer with the square of them. */
const maxBrackets = 300
const maxMarks = 1_500
const maxCharacters = 60_000
/** Lines that begin with a letter, or with bold: a paragraph, whatever they say. */
const plainLines = /^(?:\*\*)?\p{L}.*(?:\n(?:\*\*)?\p{L}.*)*$/u
const rememberTree = createMemo<Root>(16)

/** Parses a block of Markdown. */
export function parseMarkdown(markdown: string): Root {
  return parseCode(markdown) ?? (isTooMarked(markdown) ? buildText(markdown) : fromMarkdown(markdown, parserOptions))
}

/** Parses a block of Markdown for links whose places in the source count; undefined for one that is shown as it is written. */
export function parseLinks(markdown: string): Root | undefined {
  return parseCode(markdown) ?? (isTooMarked(markdown) ? undefined : fromMarkdown(markdown, linkOptions))
}

/** Returns true for a block that is shown as it is written: nested very deeply, full of brackets or very long. */
function isTooHard(markdown: string): boolean {
  if (markdown.length > maxCharacters || tooDeep.test(markdown)) return true
  let brackets = 0
  for (let at = markdown.indexOf(']'); at >= 0; at = markdown.indexOf(']', at + 1)) brackets += 1
  return brackets > maxBrackets
}

/** Returns true also for a block full of marks that stand inside lines, which may be nested as deeply. */
const isTooMarked = (markdown: string): boolean =>
  isTooHard(markdown) || (markdown.match(/[*_~]/g)?.length ?? 0) > maxMarks

/** Parses a block of Markdown down to its paragraphs, headings and tables, in half the time. Callers must not change the tree. */
export function parseStructure(markdown: string): Root {
  return rememberTree(markdown, () => {
    if (plainLines.test(markdown)) return buildText(markdown)
    const code = parseCode(markdown)
    return code ?? (isTooHard(markdown) ? buildText(markdown) : fromMarkdown(markdown, structureOptions))
  })
}

function buildText(text: string): Root {
  const position = positionOf(text)
  return {
    type: 'root',
    children: [{ type: 'paragraph', children: [{ type: 'text', value: text, position }], position }],
  }
}

/** Parses a fenced code block a hundred times faster than micromark; returns undefined for any other block. */
function parseCode(markdown: string): Root | undefined {
  const found = fenceLine.exec(markdown.split('\n', 1)[0] ?? '')
  if (found === null) return undefined
  const [, indent = '', mark = ''] = found
  const lines = markdown.split('\n').slice(1)
  const end = lines.findIndex(line => isFenceEnd(line, mark))
  if (end >= 0 && end < lines.length - 1) return undefined
  const code = end < 0 ? lines : lines.slice(0, end)
  const value = code.map(line => line.slice(Math.min(indent.length, line.search(/[^ ]|$/)))).join('\n')
  return { type: 'root', children: [{ type: 'code', value, position: positionOf(markdown) }] }
}

function positionOf(text: string): Position {
  const lines = text.split('\n')
  const end = { line: lines.length, column: (lines.at(-1)?.length ?? 0) + 1, offset: text.length }
  return { start: { line: 1, column: 1, offset: 0 }, end }
}

/** The offsets of a node in the text that was parsed. */
export function offsets(node: Nodes): { start: number; end: number } {
  return { start: node.position?.start.offset ?? 0, end: node.position?.end.offset ?? 0 }
}
