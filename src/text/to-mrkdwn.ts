/**
 * Converts Markdown, which models write, to mrkdwn, which Slack's `text` field shows. A growing reply is converted at
 * every edit, so finished blocks are remembered and only the last one is parsed again.
 */

import { rewriteAroundDates } from './date-token.ts'
import { type Block, readBlocks } from './markdown-blocks.ts'
import { indexDefinitions, resolveReferences } from './markdown-references.ts'
import { createMemo } from './memo.ts'
import { renderBlocks } from './mrkdwn-blocks.ts'
import { offsets, parseMarkdown } from './parse-markdown.ts'
import { disarmMentions, stripInvisible } from './sanitize.ts'
import { rewriteForms } from './slack-forms.ts'

export { closeMarkdown } from './close.ts'

/** Enough for the replies that grow at once; a few megabytes when full. */
const rememberBlock = createMemo<string>(500)

/** Converts Markdown to Slack's mrkdwn, escaped throughout, in which nothing calls anyone. */
export function toMrkdwn(markdown: string): string {
  return rewriteAroundDates(markdown, convertAll)
}

function convertAll(markdown: string): string {
  const blocks = readBlocks(rewriteForms(stripInvisible(markdown)))
  const definitionsFor = indexDefinitions(blocks)
  let out = ''
  for (const block of blocks) {
    const added = definitionsFor(block)
    const key = `${block.number ?? ''} ${block.text}${added}`
    const text = rememberBlock(key, () => convert(block, added))
    if (text !== '') out += (out === '' ? '' : block.isApart ? '\n\n' : '\n') + text
  }
  return out
}

function convert(block: Block, definitions: string): string {
  const root = resolveReferences(parseMarkdown(block.text + definitions))
  const own = root.children.filter(node => offsets(node).start < block.text.length)
  const first = own[0]
  // A block of its own, the item would be counted from its own number.
  if (first?.type === 'list' && block.number !== undefined) first.start = block.number
  return disarmMentions(renderBlocks(own))
}
