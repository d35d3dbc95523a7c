import type { FileSkipped } from './skipped.ts'
import type { SlackFile } from './slack-file.ts'

/** Tells the files in Microsoft's old container apart by the names of their streams: locked ones, e-mails, and old Office files. */
export function findOleKind(file: SlackFile, bytes: Uint8Array): FileSkipped['reason'] | 'outlook' {
  const data = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const has = (stream: string) => data.includes(Buffer.from(stream, 'utf16le'))
  if (has('EncryptedPackage')) return 'encrypted'
  return has('__substg1.0_') ? 'outlook' : (findOfficeType(file) ?? 'office')
}

/** Finds the kind of an Office file by its name, since all are in the same containers. */
export function findOfficeType({ name, mimetype }: SlackFile): 'office' | 'spreadsheet' | undefined {
  const ending = name.slice(name.lastIndexOf('.') + 1).toLowerCase()
  if (spreadsheetEndings.has(ending) || /spreadsheet|excel/.test(mimetype)) return 'spreadsheet'
  return officeEndings.has(ending) ? 'office' : undefined
}

/** Text formats are here as well: Excel's own files are often renamed, or declared, as CSV. */
const spreadsheetEndings = new Set(['xlsx', 'xlsm', 'xlsb', 'xls', 'xltx', 'ods', 'numbers', 'et', 'csv', 'tsv'])
const officeEndings = new Set([
  'docx',
  'docm',
  'doc',
  'dot',
  'dotx',
  'odt',
  'pages',
  'wps',
  'pptx',
  'ppt',
  'odp',
  'key',
])
