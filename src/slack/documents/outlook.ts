import msgreader from '@kenjiuno/msgreader'
import { writeMail } from './mail.ts'
import type { Outline } from './outline.ts'
import { DocumentProblem } from './problem.ts'

type Item = ReturnType<InstanceType<typeof msgreader.default>['getFileData']>

/** Windows code pages whose encodings have names of their own; the others are `windows-…`. */
const encodings = new Map([
  [932, 'shift_jis'],
  [936, 'gbk'],
  [949, 'euc-kr'],
  [950, 'big5'],
  [20127, 'windows-1252'],
  [28591, 'windows-1252'],
  [54936, 'gb18030'],
  [65001, 'utf-8'],
])
const unicodePages = new Set([undefined, 1200, 65001])
/** Code pages of Windows that the parser decodes. */
const knownPages = /^(?:874|125\d|932|936|949|950)$/

/** Reads an Outlook message: who wrote it to whom and when, its subject, the names of what is attached, and its text. */
export function readOutlook(bytes: Uint8Array, outline: Outline): void {
  const item = parseItem(bytes)
  if (item.error !== undefined || item.dataType !== 'msg') throw new DocumentProblem('damaged')
  const { recipients = [], attachments = [] } = item
  const listRecipients = (type: string) =>
    recipients
      .filter(({ recipType }) => recipType === type)
      .map(one => formatAddress(one.name, one.smtpAddress ?? one.email))
  const date = Date.parse(item.messageDeliveryTime ?? item.clientSubmitTime ?? '')
  writeMail(outline, {
    from: formatAddress(item.senderName, item.senderSmtpAddress ?? item.senderEmail),
    to: listRecipients('to').join(', '),
    cc: listRecipients('cc').join(', '),
    date: Number.isNaN(date) ? '' : new Date(date).toISOString(),
    subject: item.subject ?? '',
    attachments: attachments.flatMap(({ fileName, fileNameShort, name }) => fileName ?? fileNameShort ?? name ?? []),
    text: item.body ?? '',
    html: item.bodyHtml ?? decodeHtml(item),
  })
}

/** Parses the container; strings of an old Outlook once more in the code page that it names. */
function parseItem(bytes: Uint8Array): Item {
  const { buffer } = new Uint8Array(bytes)
  const parse = (ansiEncoding?: string) => {
    const reader = new msgreader.default(buffer)
    if (ansiEncoding !== undefined) reader.parserConfig = { ansiEncoding }
    return reader.getFileData()
  }
  const item = parse()
  const page = item.messageCodepage ?? item.internetCodepage
  return unicodePages.has(page) || !knownPages.test(`${page}`) ? item : parse(`cp${page}`)
}

function decodeHtml({ html, internetCodepage = 65001 }: Item): string {
  const encoding = encodings.get(internetCodepage) ?? `windows-${internetCodepage}`
  return html === undefined ? '' : new TextDecoder(encoding).decode(html)
}

/** Formats a name with its address; one inside of an organization has no address that says anything. */
function formatAddress(name = '', address = ''): string {
  const mailbox = address.includes('@') ? address : ''
  if (name === '' || name === mailbox) return mailbox
  return mailbox === '' ? name : `${name} <${mailbox}>`
}
