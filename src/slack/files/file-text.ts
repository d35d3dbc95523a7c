import { escapeMrkdwn, isObject, joinLines, listOf, textOf } from '../block-text.ts'
import { parseSlackFile, parseTranscript, type SlackFile } from './slack-file.ts'

/** Parses the files of a message. `text` has the words that Slack gives along with them, so that those files need not be read. */
export function parseFiles(given: unknown): { files: SlackFile[]; text: string } {
  const files: SlackFile[] = []
  const texts: string[] = []
  for (const raw of listOf(given).filter(isObject)) {
    const text = renderFileText(raw)
    const file = text === '' ? parseSlackFile(raw) : undefined
    if (file !== undefined) files.push(file)
    texts.push(text)
  }
  return { files, text: joinLines(texts) }
}

/** Renders the words in Slack's description of a file as mrkdwn: an e-mail, or the transcript of a clip. Blank if there are none. */
export function renderFileText(raw: Record<string, unknown>): string {
  return renderEmail(raw) || renderTranscript(raw)
}

function renderEmail(raw: Record<string, unknown>): string {
  if (raw.mode !== 'email' && raw.filetype !== 'email') return ''
  const subject = textOf(raw.subject) || textOf(raw.title)
  const from = listOf(raw.from).filter(isObject).map(formatAddress).join(', ')
  const body = textOf(raw.plain_text) || textOf(raw.preview_plain_text) || textOf(raw.preview)
  if (body === '') return ''
  const head = [subject === '' ? '' : `Subject: ${subject}`, from === '' ? '' : `From: ${from}`]
  return escapeMrkdwn(joinLines([...head, body]))
}

function formatAddress({ name, address, original }: Record<string, unknown>): string {
  const mail = textOf(address)
  const label = textOf(name) || textOf(original)
  return label === '' || label === mail ? mail : mail === '' ? label : `${label} (${mail})`
}

/** An incomplete transcript is no text of the message: the file has more. */
function renderTranscript(raw: Record<string, unknown>): string {
  const transcript = parseTranscript(raw)
  return transcript?.isWhole === true ? escapeMrkdwn(`[voice clip] ${transcript.words}`) : ''
}
