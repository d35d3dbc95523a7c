import type { SlackJson } from '../../protocol.ts'
import { flag, object, objects, text } from '../args.ts'
import { checkBlocks, withIds } from '../blocks.ts'
import type { Core } from '../core.ts'
import { textAt } from '../json.ts'
import { Refusal } from '../refusal.ts'
import { linkNames, toMrkdwn, toStoredBotText } from '../text.ts'

/** Longer texts of a new message are cut, not refused. */
const longestText = 40_000
/** Measured in bytes, as the stricter of the two things that are said of it. */
const longestUpdateBytes = 4_000
const longestMarkdown = 12_000
const mostAttachments = 100
const mostMetadataBytes = 8_000

/** What a message says, out of the arguments of a call that writes one. */
export interface Content {
  text: string
  blocks?: SlackJson[]
  metadata?: SlackJson
}

/** The content of a new message. */
export function readNewContent(core: Core, args: SlackJson): Content {
  const links = flag(args, 'link_names') || text(args, 'parse') === 'full'
  return readContent(core, args, said => [...said].slice(0, longestText).join(''), links)
}

/** The content of an edit: a tenth of a new message's length, and names are linked unless `parse` is `none`. */
export function readUpdatedContent(core: Core, args: SlackJson): Content {
  const parse = text(args, 'parse') ?? 'client'
  const links = flag(args, 'link_names') || parse !== 'none'
  return readContent(core, args, checkUpdate, links)
}

function checkUpdate(said: string): string {
  if (Buffer.byteLength(said) > longestUpdateBytes) throw new Refusal('msg_too_long')
  return said
}

function readContent(core: Core, args: SlackJson, toAllowed: (said: string) => string, links: boolean): Content {
  const markdown = text(args, 'markdown_text')
  const said = text(args, 'text')
  const blocks = readBlocks(args)
  const attachments = objects(args, 'attachments', 'invalid_attachments') ?? []
  if (markdown && (said || blocks)) throw new Refusal('markdown_text_conflict')
  if (!markdown && !said && !blocks?.length && attachments.length === 0) throw new Refusal('no_text')
  if (attachments.length > mostAttachments) throw new Refusal('too_many_attachments')
  const metadata = readMetadata(args)
  const rest = metadata ? { metadata } : {}
  if (markdown) return { ...readMarkdown(markdown), ...rest }
  const stored = toStoredBotText(toAllowed(said ?? ''))
  const names = { people: core.people.all(), channels: core.channels.all() }
  return { text: links ? linkNames(stored, names) : stored, ...(blocks && { blocks }), ...rest }
}

function readMarkdown(markdown: string): Content {
  if ([...markdown].length > longestMarkdown) throw new Refusal('msg_too_long')
  return { text: toStoredBotText(toMrkdwn(markdown)), blocks: [{ type: 'markdown', text: markdown }] }
}

/** Blocks out of the arguments, checked and with ids; an empty list counts as none. */
export function readBlocks(args: SlackJson): SlackJson[] | undefined {
  const blocks = objects(args, 'blocks', 'invalid_blocks_format')
  if (!blocks || blocks.length === 0) return undefined
  checkBlocks(blocks, 'message')
  return withIds(blocks)
}

/** Metadata out of the arguments: what the app wants to remember of a message. */
export function readMetadata(args: SlackJson): SlackJson | undefined {
  const metadata = object(args, 'metadata', 'invalid_metadata_format')
  if (!metadata || Object.keys(metadata).length === 0) return metadata
  if (!textAt(metadata, 'event_type')) throw new Refusal('invalid_metadata_schema')
  if (Buffer.byteLength(JSON.stringify(metadata)) > mostMetadataBytes) throw new Refusal('metadata_too_large')
  return metadata
}
