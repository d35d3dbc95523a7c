import { escapeMrkdwn, extractBlockText, formatLink, isObject, joinLines, listOf, textOf } from './block-text.ts'
import { parseFiles } from './files/file-text.ts'
import type { SlackFile } from './files/slack-file.ts'

/** Words of others in a message: a forwarded message, or the preview of a link. */
interface Quote {
  kind: 'forwarded' | 'preview'
  /** The author's user id, or their name if Slack gives no id; undefined if it gives neither. */
  by?: string
  /** The channel's id, or its name. */
  channel?: string
  ts?: string
  /** As mrkdwn. */
  text: string
}

type Attachment = Record<string, unknown>

/**
 * Parses the attachments of a message: the author's own words (a pasted table, an app's attachment), the words of others, and files
 * of forwarded messages.
 */
export function parseAttachments(given: unknown): { own: string; quotes: Quote[]; files: SlackFile[] } {
  const attachments = listOf(given).filter(isObject)
  const quotes: Quote[] = []
  const own: string[] = []
  const files: SlackFile[] = []
  for (const attachment of attachments) {
    const kind = kindOf(attachment)
    if (kind === 'own') own.push(renderAttachment(attachment))
    else quotes.push(...parseQuotes(attachment, kind))
    // The files of a previewed message were not handed over.
    if (kind !== 'preview') files.push(...parseFiles(attachment.files).files.map(file => addOrigin(file, attachment)))
  }
  return { own: joinLines(own), quotes: quotes.filter(({ text }) => text !== ''), files }
}

/** Adds to a forwarded file whose message it belongs to, and where that stands. */
function addOrigin(file: SlackFile, { author_id, channel_id }: Attachment): SlackFile {
  const [author, channel] = [textOf(author_id), textOf(channel_id)]
  const by = [...(file.by ?? []), ...(author === '' ? [] : [author])]
  return { ...file, ...(by.length > 0 && { by }), ...(channel !== '' && { from: channel }) }
}

function kindOf(attachment: Attachment): 'forwarded' | 'preview' | 'own' {
  if (attachment.is_share === true) return 'forwarded'
  const isUnfurl = attachment.is_msg_unfurl === true || attachment.is_app_unfurl === true
  const hasSource = [attachment.from_url, attachment.original_url, attachment.service_name].some(
    of => textOf(of) !== '',
  )
  return isUnfurl || hasSource ? 'preview' : 'own'
}

/** Parses a forwarded message or a preview, and the words of others in it. */
function parseQuotes(attachment: Attachment, kind: Quote['kind']): Quote[] {
  const { author_id, author_name, author_subname, channel_id, channel_name, ts } = attachment
  const by = [author_id, author_name, author_subname].map(textOf).find(text => text !== '')
  const channel = [channel_id, channel_name].map(textOf).find(text => text !== '')
  const at = typeof ts === 'number' ? String(ts) : textOf(ts)
  const isMessage = kind === 'forwarded' || attachment.is_msg_unfurl === true
  const { text, quotes } = isMessage ? parseInner(attachment) : { text: renderAttachment(attachment), quotes: [] }
  const quote = {
    kind,
    ...(by !== undefined && { by }),
    ...(channel !== undefined && { channel }),
    ...(at !== '' && { ts: at }),
    text,
  }
  return [quote, ...quotes]
}

/** Parses a message in an attachment. Slack gives its text, or the message in `message_blocks`. */
function parseInner(attachment: Attachment): { text: string; quotes: Quote[] } {
  const messages = listOf(attachment.message_blocks)
    .filter(isObject)
    .map(({ message }) => message)
    .filter(isObject)
  const blocks = [attachment, ...messages].flatMap(of => listOf(of.blocks))
  const attached = [attachment, ...messages].flatMap(of => listOf(of.attachments))
  const written = [attachment, ...messages].map(of => textOf(of.text)).find(text => text !== '') ?? ''
  const { own, quotes } = parseAttachments(attached)
  const said = joinLines([mergeText(written, blocks), own, parseFiles(attachment.files).text])
  return { text: said || (quotes.length > 0 ? '' : textOf(attachment.fallback)), quotes }
}

/**
 * Renders an attachment as it is shown. Its fallback is shown only by clients that cannot show the rest; one of an unknown form gives the
 * text in it.
 */
function renderAttachment(attachment: Attachment): string {
  const { title, title_link } = attachment
  const heading = textOf(title_link) === '' ? textOf(title) : formatLink(textOf(title_link), textOf(title))
  const shown = joinLines([
    textOf(attachment.pretext),
    textOf(attachment.author_name),
    heading,
    textOf(attachment.text),
    ...listOf(attachment.fields).filter(isObject).map(renderField),
    extractBlockText(attachment.blocks),
    ...listOf(attachment.actions).filter(isObject).map(renderAction),
    parseFiles(attachment.files).text,
    textOf(attachment.footer),
  ])
  return shown || textOf(attachment.fallback) || extractBlockText([attachment])
}

const renderField = ({ title, value }: Record<string, unknown>): string =>
  [textOf(title), textOf(value)].filter(text => text !== '').join(': ')

const renderAction = ({ text, url }: Record<string, unknown>): string =>
  textOf(url) === '' ? '' : formatLink(textOf(url), escapeMrkdwn(textOf(text)))

/** Joins a message's text with blocks. The text has the words of the rich text already, and the lines of some others. */
export function mergeText(text: string, blocks: unknown): string {
  if (text === '') return extractBlockText(blocks)
  const written = new Set(text.split('\n').map(line => line.trim()))
  const others = listOf(blocks).filter(block => isObject(block) && block.type !== 'rich_text')
  const lines = others.flatMap(block => {
    const isTable = isObject(block) && /table/.test(textOf(block.type))
    return extractBlockText([block])
      .split('\n')
      .filter(line => isTable || !written.has(line.trim()))
  })
  return joinLines([text, ...lines])
}
