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
    else quotes.push(parseQuote(attachment, kind))
    // The files of a previewed message were not handed over.
    if (kind !== 'preview') files.push(...parseFiles(attachment.files).files)
  }
  return { own: joinLines(own), quotes: quotes.filter(({ text }) => text !== ''), files }
}

function kindOf(attachment: Attachment): 'forwarded' | 'preview' | 'own' {
  if (attachment.is_share === true) return 'forwarded'
  const isUnfurl = attachment.is_msg_unfurl === true || attachment.is_app_unfurl === true
  const hasSource = [attachment.from_url, attachment.original_url, attachment.service_name].some(
    of => textOf(of) !== '',
  )
  return isUnfurl || hasSource ? 'preview' : 'own'
}

function parseQuote(attachment: Attachment, kind: Quote['kind']): Quote {
  const { author_id, author_name, author_subname, channel_id, channel_name, ts } = attachment
  const by = [author_id, author_name, author_subname].map(textOf).find(text => text !== '')
  const channel = [channel_id, channel_name].map(textOf).find(text => text !== '')
  const at = typeof ts === 'number' ? String(ts) : textOf(ts)
  return {
    kind,
    ...(by !== undefined && { by }),
    ...(channel !== undefined && { channel }),
    ...(at !== '' && { ts: at }),
    text:
      kind === 'forwarded' || attachment.is_msg_unfurl === true
        ? renderMessage(attachment)
        : renderAttachment(attachment),
  }
}

/** Renders a message in an attachment. Slack gives its text, or its blocks in `message_blocks`. */
function renderMessage(attachment: Attachment): string {
  const inner = listOf(attachment.message_blocks).filter(isObject)
  const blocks = inner.flatMap(({ message }) => (isObject(message) ? listOf(message.blocks) : []))
  const { own, quotes } = parseAttachments(attachment.attachments)
  return joinLines([
    mergeText(textOf(attachment.text), [...listOf(attachment.blocks), ...blocks]) || textOf(attachment.fallback),
    own,
    ...quotes.map(({ text }) => text),
    parseFiles(attachment.files).text,
  ])
}

/** Renders an attachment as it is shown. Its fallback is shown only by clients that cannot show the rest. */
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
  return shown === '' ? textOf(attachment.fallback) : shown
}

const renderField = ({ title, value }: Record<string, unknown>): string =>
  [textOf(title), textOf(value)].filter(text => text !== '').join(': ')

const renderAction = ({ text, url }: Record<string, unknown>): string =>
  textOf(url) === '' ? '' : formatLink(textOf(url), escapeMrkdwn(textOf(text)))

/** Joins a message's text with blocks. The text has the words of the rich text already. */
export function mergeText(text: string, blocks: unknown): string {
  if (text === '') return extractBlockText(blocks)
  const others = listOf(blocks).filter(block => isObject(block) && block.type !== 'rich_text')
  const lines = extractBlockText(others).split('\n')
  return joinLines([text, ...lines.filter(line => !text.includes(line.trim()))])
}
