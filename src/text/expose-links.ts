/** Rewrites Markdown so that every link in it says where it leads, and nothing is a link that opens neither a web page nor a mailbox. */

import type { Image, Link, Nodes, Root, Text } from 'mdast'
import { escapeMarkdown } from './escape-markdown.ts'
import { readBlocks } from './markdown-blocks.ts'
import { indexDefinitions, resolveReferences } from './markdown-references.ts'
import { createMemo } from './memo.ts'
import { offsets, parseLinks } from './parse-markdown.ts'
import { formatLooseHosts, formatTrueHost, isBare, isLinkable } from './true-host.ts'

/** Part of a source that is replaced. */
interface Edit {
  start: number
  end: number
  text: string
}

/** Blocks without any of these have no link. */
const mayLink = /[\]<@&]|:\/\/|www\./i
/** The beginning of `<address|label>`, also where it is encoded. */
const slackLink = /(?:<|&(?:amp;)*(?:lt|#0*60|#x0*3c);?)(?=[a-z][a-z0-9+.-]{1,31}:[^\s<>|]{0,300}\|)/gi
const rememberBlock = createMemo<string>(500)

/**
 * Shows the true host behind every link that hides it. Other addresses than those of web pages and mailboxes become text; links by
 * reference become plain ones.
 */
export function exposeLinks(markdown: string): string {
  if (!mayLink.test(markdown)) return markdown
  const blocks = readBlocks(markdown)
  const definitionsFor = indexDefinitions(blocks)
  const exposed = blocks.map((block, index) => {
    const { start, text } = block
    const gap = markdown.slice(start + text.length, blocks[index + 1]?.start)
    const added = definitionsFor(block)
    return (mayLink.test(text) ? rememberBlock(text + added, () => exposeBlock(text, added)) : text) + gap
  })
  return markdown.slice(0, blocks[0]?.start) + exposed.join('')
}

function exposeBlock(block: string, definitions: string): string {
  const source = block + definitions
  const root = parseLinks(source)
  if (root === undefined) return block.replace(/(?<!\\)\[/g, '\\[')
  let out = ''
  let at = 0
  for (const { start, end, text } of findEdits(resolveReferences(root), source)) {
    if (start >= block.length) break
    out += source.slice(at, start) + text
    at = end
  }
  return out + source.slice(at, Math.max(at, block.length))
}

function findEdits(root: Root, source: string): Edit[] {
  const edits: Edit[] = []
  const visit = (node: Nodes): void => {
    const { start, end } = offsets(node)
    const own = source.slice(start, end)
    const text = renderNode(node, own)
    if (text === undefined) {
      if ('children' in node) node.children.forEach(visit)
    } else if (text.own !== own || (text.host !== '' && !source.startsWith(text.host, end)))
      edits.push({ start, end, text: text.own + (source.startsWith(text.host, end) ? '' : text.host) })
  }
  visit(root)
  return edits
}

/** Renders a node without children to look at, and the host to show behind it. */
function renderNode(node: Nodes, own: string): { own: string; host: string } | undefined {
  if (node.type === 'definition') return { own: '', host: '' }
  if (node.type === 'text') return renderText(node, own)
  if (node.type !== 'link' && node.type !== 'image') return undefined
  const label = readLabel(node)
  const host = formatTrueHost(node.url, label)
  if (isLinkable(node.url)) return { own: renderLink(node, { own, label }), host }
  if (own === label) return { own, host }
  // A backslash would belong to an address that ends here.
  if (own.startsWith('<')) return { own: own.replace('<', '<\u2060'), host }
  if (node.type === 'image') return { own: escapeMarkdown(label), host }
  const address = isBare(node.url, label)
    ? ''
    : ` (${escapeMarkdown(node.url.slice(0, 300)).replace('://', ':\u2060//')})`
  return { own: escapeMarkdown(label) + address, host }
}

function readLabel(node: Nodes): string {
  if ('children' in node) return node.children.map(readLabel).join('')
  if (node.type === 'break') return ' '
  return 'value' in node ? node.value : 'alt' in node ? (node.alt ?? '') : ''
}

/** Keeps a link as it was written if every parser reads the same address, else writes it anew. */
function renderLink(node: Link | Image, { own, label }: { own: string; label: string }): string {
  const isLiteral = own === label || own === `<${node.url}>` || own === `<${label}>`
  const isNested = node.type === 'link' && node.children.some(({ type }) => type === 'image')
  if (isLiteral || (own.endsWith(`](${node.url})`) && !isNested)) return own
  const address = node.url.replace(/[()<>[\]\\|\s]/g, encodeCharacter)
  return `${node.type === 'image' ? '!' : ''}[${escapeMarkdown(label.replace(/[[\]]/g, ' ')).trim()}](${address})`
}

const encodeCharacter = (character: string) =>
  encodeURIComponent(character).replace(/[()]/g, sign => (sign === '(' ? '%28' : '%29'))

/** Breaks what another parser might take for a link, and shows the hosts of addresses whose letters are written as entities. */
function renderText({ value }: Text, own: string): { own: string; host: string } {
  return { own: own.replace(/\]\(/g, ']\u2060(').replace(slackLink, '$&\u2060'), host: formatLooseHosts(value) }
}
