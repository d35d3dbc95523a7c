import PostalMime from 'postal-mime'
import { readHtml } from './html.ts'
import type { Outline } from './outline.ts'
import { DocumentProblem } from './problem.ts'

type Mail = Awaited<ReturnType<typeof PostalMime.parse>>

type Address = NonNullable<Mail['from']>

/** Lines of an e-mail with 10 MB of attachments, several times over; the parser keeps each one. */
const maxLines = 1_000_000

/** Reads an e-mail: who wrote it to whom and when, its subject, the names of what is attached, and its text. */
export async function readMail(bytes: Uint8Array, outline: Outline): Promise<void> {
  if (bytes.reduce((count, byte) => (byte === 0x0a ? count + 1 : count), 0) > maxLines)
    throw new DocumentProblem('too_costly')
  const mail = await PostalMime.parse(bytes, { maxNestingDepth: 50 })
  writeMail(outline, {
    from: mail.from === undefined ? '' : formatAddress(mail.from),
    to: formatAddresses(mail.to),
    cc: formatAddresses(mail.cc),
    date: mail.date ?? '',
    subject: mail.subject ?? '',
    attachments: mail.attachments.flatMap(({ filename }) => filename ?? []),
    text: mail.text ?? '',
    html: mail.html ?? '',
  })
}

/** Writes the head of an e-mail, line by line, and its text; without one, its page. */
export function writeMail(
  outline: Outline,
  mail: Record<'from' | 'to' | 'cc' | 'date' | 'subject' | 'text' | 'html', string> & { attachments: string[] },
): void {
  const head = [
    ['From', mail.from],
    ['To', mail.to],
    ['Cc', mail.cc],
    ['Date', mail.date],
    ['Subject', mail.subject],
    ['Attachments', mail.attachments.join(', ')],
  ]
  outline.begin()
  outline.text(head.flatMap(([name, value]) => (value === '' ? [] : `${name}: ${value}`)).join('\n'))
  outline.begin()
  const text = mail.text.trim()
  if (text === '') readHtml(mail.html, outline)
  else outline.text(text.replaceAll('\r\n', '\n'))
}

const formatAddresses = (all: Address[] = []) => all.map(formatAddress).join(', ')

function formatAddress({ name, address, group }: Address): string {
  if (group !== undefined) return `${name}: ${group.map(formatAddress).join(', ')}`
  return name === '' || name === address ? (address ?? '') : `${name} <${address ?? ''}>`
}
