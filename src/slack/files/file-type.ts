/** Image types that language models accept. */
export type ImageType = 'image/png' | 'image/jpeg' | 'image/gif' | 'image/webp'

/** File type by its first bytes; `unmarked` has no signature and may be text. */
type FileType =
  | ImageType
  | 'pdf'
  | 'audio'
  | 'video'
  | 'heic'
  | 'image'
  | 'zip'
  | 'ole'
  | 'rtf'
  | 'archive'
  | 'unmarked'

interface Signature {
  kind: FileType
  /** One character per byte. */
  mark: string
  at?: number
  /** A second signature, for containers of several types. */
  next?: { at: number; oneOf: readonly string[] }
}

/** In order: the first that fits wins, so the special brands of a container come before the container. */
const signatures: readonly Signature[] = [
  { kind: 'image/png', mark: '\x89PNG\r\n\x1a\n' },
  { kind: 'image/jpeg', mark: '\xff\xd8\xff' },
  { kind: 'image/gif', mark: 'GIF8', next: { at: 4, oneOf: ['7a', '9a'] } },
  { kind: 'image/webp', mark: 'RIFF', next: { at: 8, oneOf: ['WEBP'] } },
  { kind: 'pdf', mark: '%PDF-' },
  { kind: 'audio', mark: 'RIFF', next: { at: 8, oneOf: ['WAVE'] } },
  { kind: 'video', mark: 'RIFF', next: { at: 8, oneOf: ['AVI '] } },
  { kind: 'audio', mark: 'OggS\0' },
  { kind: 'audio', mark: 'fLaC' },
  { kind: 'audio', mark: '#!AMR' },
  { kind: 'audio', mark: 'FORM', next: { at: 8, oneOf: ['AIFF', 'AIFC'] } },
  { kind: 'audio', mark: 'ID3', next: { at: 3, oneOf: ['\x02', '\x03', '\x04'] } },
  { kind: 'audio', mark: 'ftyp', at: 4, next: { at: 8, oneOf: ['M4A ', 'M4B ', 'M4P '] } },
  { kind: 'image', mark: 'ftyp', at: 4, next: { at: 8, oneOf: ['avif', 'avis'] } },
  { kind: 'heic', mark: 'ftyp', at: 4, next: { at: 8, oneOf: ['hei', 'hev', 'mif1', 'msf1'] } },
  { kind: 'video', mark: 'ftyp', at: 4 },
  { kind: 'video', mark: '\x1a\x45\xdf\xa3' },
  { kind: 'rtf', mark: '{\\rtf' },
  { kind: 'zip', mark: 'PK\x03\x04' },
  { kind: 'archive', mark: 'PK\x05\x06' },
  { kind: 'ole', mark: '\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1' },
  { kind: 'archive', mark: '\x1f\x8b' },
  { kind: 'archive', mark: '7z\xbc\xaf\x27\x1c' },
  { kind: 'archive', mark: 'Rar!\x1a\x07' },
  { kind: 'image', mark: 'II*\0' },
  { kind: 'image', mark: 'MM\0*' },
  { kind: 'image', mark: '8BPS' },
  { kind: 'image', mark: '\0\0\x01\0' },
  { kind: 'image', mark: 'BM', next: { at: 6, oneOf: ['\0\0\0\0'] } },
]

/** Bytes that may precede a signature; PDF allows the most. */
const headBytes = 1024

/** Detects a file's type by its first bytes, because names, declared types and status codes can be wrong. */
export function detectFileType(bytes: Uint8Array, mimetype: string): FileType {
  const head = Buffer.from(bytes.buffer, bytes.byteOffset, Math.min(bytes.byteLength, headBytes)).toString('latin1')
  const found = signatures.find(signature => isMarked(head, signature))
  if (found) return found.kind
  if (isMpegAudio(head)) return 'audio'
  // Only where a PDF is promised: a text about PDFs may well quote the mark.
  return mimetype === 'application/pdf' && head.includes('%PDF-') ? 'pdf' : 'unmarked'
}

function isMarked(head: string, { mark, at = 0, next }: Signature): boolean {
  return head.startsWith(mark, at) && (next === undefined || next.oneOf.some(more => head.startsWith(more, next.at)))
}

/** MP3 without a tag, and ADTS: a sync word whose layer is not the one that a UTF-16 byte order mark would spell. */
function isMpegAudio(head: string): boolean {
  const [first = 0, second = 0, third = 0] = [head.charCodeAt(0), head.charCodeAt(1), head.charCodeAt(2)]
  const isSync = first === 0xff && (second & 0xe0) === 0xe0 && (second & 0x06) !== 0x06
  return isSync && (third & 0xf0) !== 0xf0 && (third & 0x0c) !== 0x0c
}
