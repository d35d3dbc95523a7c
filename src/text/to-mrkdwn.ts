/**
 * What a model writes is Markdown, what Slack's `text` field shows is mrkdwn: this turns one into the other. A growing
 * reply is converted at every edit, so finished blocks are remembered and only the last one is parsed again.
 */

import type { Root } from 'mdast'
import { fromMarkdown } from 'mdast-util-from-markdown'
import { gfmFromMarkdown } from 'mdast-util-gfm'
import { cjkFriendlyExtension } from 'micromark-extension-cjk-friendly'
import { gfm } from 'micromark-extension-gfm'
import { type Line, readLines } from './markdown-lines.ts'
import { extractDefinitions, resolveReferences } from './markdown-references.ts'
import { renderBlocks } from './mrkdwn-blocks.ts'
import { escapeMrkdwn } from './mrkdwn-inline.ts'
import { disarmMentions, stripInvisible } from './sanitize.ts'

export { closeMarkdown } from './close.ts'

/** Finished blocks of the replies that grow at once; the cache is a few megabytes when full. */
const finishedBlocks = 500
/** Last blocks, each of them soon outgrown: enough for measuring a text and then sending it. */
const growingBlocks = 16
/** Deeper than anything a person would write; a parser's work grows with every level. */
const deepestContainers = 40

const parserOptions = {
  // Tags are shown as they are written. One tilde is how people write "about", not a deletion.
  extensions: [gfm({ singleTilde: false }), cjkFriendlyExtension(), { disable: { null: ['htmlFlow', 'htmlText'] } }],
  mdastExtensions: [gfmFromMarkdown()],
}

const finished = new Map<string, string>()
const growing = new Map<string, string>()

/** Markdown as Slack's mrkdwn, escaped throughout, in which nothing calls anyone. */
export function toMrkdwn(markdown: string): string {
  const source = stripInvisible(markdown)
  const blocks = parseBlocks(source)
  const definitions = readDefinitions(source, blocks)
  let out = ''
  blocks.forEach((block, index) => {
    const memory = index < blocks.length - 1 ? finished : growing
    const converted = recall(memory, block, definitions)
    if (converted !== '') out += (out === '' ? '' : block.apart ? '\n\n' : '\n') + converted
  })
  return out
}

interface Block {
  text: string
  apart: boolean
  lines: readonly Line[]
  /** A list's item is a block of its own, which would count from its own number. */
  number: number | undefined
}

/** The text cut where a new paragraph, item, quote, table or fence begins that stands in no other. */
function parseBlocks(source: string): Block[] {
  const lines = readLines(source)
  const starts = lines.flatMap((line, index) => (startsBlock(line, lines[index - 1]) ? [index] : []))
  return starts.map((from, order) => {
    const own = lines.slice(from, starts[order + 1] ?? lines.length)
    const text = source.slice(own[0]?.start, own.at(-1)?.end).trimEnd()
    const first = own[0]?.containers[0]
    const number = first?.kind === 'item' ? first.number : undefined
    return { text, apart: lines[from - 1]?.kind === 'blank', lines: own, number }
  })
}

const beginnings = new Set(['paragraph', 'heading', 'rule', 'fence', 'table head'])

/** In doubt a line goes with those before it: a block that is larger than it need be is converted just as well. */
function startsBlock(line: Line, before: Line | undefined): boolean {
  if (line.kind === 'blank') return false
  if (before === undefined) return true
  if (line.containers.length === 0) return beginnings.has(line.kind)
  return line.opened === line.containers.length
}

function recall(memory: Map<string, string>, block: Block, definitions: string): string {
  const added = block.text.includes('[') && !endsInCode(block) ? definitions : ''
  const key = `${block.number ?? ''} ${block.text}${added}`
  const known = finished.get(key) ?? growing.get(key)
  const converted = known ?? convert(block, added)
  memory.delete(key)
  memory.set(key, converted)
  const limit = memory === finished ? finishedBlocks : growingBlocks
  if (memory.size > limit) memory.delete(memory.keys().next().value ?? '')
  return converted
}

function convert(block: Block, definitions: string): string {
  if (block.lines.some(line => line.containers.length > deepestContainers))
    return disarmMentions(escapeMrkdwn(block.text))
  const root: Root = fromMarkdown(block.text + definitions, parserOptions)
  resolveReferences(root)
  const first = root.children[0]
  if (first?.type === 'list' && block.number !== undefined) first.start = block.number
  const own = root.children.filter(node => (node.position?.start.offset ?? 0) < block.text.length)
  return disarmMentions(renderBlocks(own))
}

function endsInCode(block: Block): boolean {
  const kind = block.lines.at(-1)?.kind
  return kind === 'fence' || kind === 'code'
}

/** Where `[label][1]` leads stands in another block, often the last; every block that could need it gets it. */
function readDefinitions(source: string, blocks: readonly Block[]): string {
  if (!source.includes(']:')) return ''
  const lines = blocks
    .flatMap(block => block.lines.filter(line => line.kind === 'paragraph' || line.kind === 'continuation'))
    .map(line => source.slice(line.start, line.end))
  return extractDefinitions(lines)
}
