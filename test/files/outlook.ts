import burner from '@kenjiuno/msgreader/lib/Burner.js'
import reader from '@kenjiuno/msgreader/lib/Reader.js'

type Entry = Parameters<typeof burner.burn>[0][number]
type Folder = { [name: string]: Uint8Array | Folder }

/** Milliseconds between the beginnings of Windows' time and of Unix's. */
const epochMs = 11_644_473_600_000n

interface Mail {
  subject: string
  sender: [name: string, address: string]
  to: [name: string, address: string][]
  sentAt?: string
  text?: string
  html?: Uint8Array
  attachments?: string[]
}

/** An Outlook message: a container with a stream for each property. Source: MS-OXMSG. */
export function toOutlook({ subject, sender, to, sentAt, text, html, attachments = [] }: Mail): Buffer {
  const sent = sentAt === undefined ? 0n : (BigInt(Date.parse(sentAt)) + epochMs) * 10_000n
  const numbers: [tag: number, value: bigint][] = [
    [0x3fde0003, 65001n],
    ...(sentAt === undefined ? [] : [[0x00390040, sent] as [number, bigint]]),
  ]
  const toFolders = (kind: string, all: Folder[]) =>
    Object.fromEntries(all.map((folder, at) => [`__${kind}_version1.0_#${String(at).padStart(8, '0')}`, folder]))
  return pack({
    '__nameid_version1.0': {},
    '__properties_version1.0': toProperties(32, numbers),
    ...toTexts({ '0037': subject, '0C1A': sender[0], '5D01': sender[1], ...(text !== undefined && { 1000: text }) }),
    ...(html !== undefined && { '__substg1.0_10130102': html }),
    ...toFolders(
      'recip',
      to.map(([name, address]) => ({
        '__properties_version1.0': toProperties(8, [[0x0c150003, 1n]]),
        ...toTexts({ 3001: name, '39FE': address }),
      })),
    ),
    ...toFolders(
      'attach',
      attachments.map(name => ({
        '__properties_version1.0': toProperties(8, [[0x37050003, 1n]]),
        ...toTexts({ 3707: name }),
      })),
    ),
  })
}

const toTexts = (texts: Record<string, string>): Folder =>
  Object.fromEntries(Object.entries(texts).map(([id, text]) => [`__substg1.0_${id}001F`, Buffer.from(text, 'utf16le')]))

function toProperties(headBytes: number, numbers: [tag: number, value: bigint][]): Buffer {
  const rows = numbers.map(([tag, value]) => {
    const row = Buffer.alloc(16)
    row.writeUInt32LE(tag, 0)
    row.writeUInt32LE(6, 4)
    row.writeBigUInt64LE(value, 8)
    return row
  })
  return Buffer.concat([Buffer.alloc(headBytes), ...rows])
}

function pack(root: Folder): Buffer {
  const { DIRECTORY, DOCUMENT, ROOT } = reader.TypeEnum
  const entries: Entry[] = []
  const add = (name: string, content: Uint8Array | Folder): number => {
    const at = entries.length
    if (content instanceof Uint8Array) {
      entries.push({ name, type: DOCUMENT, length: content.length, binaryProvider: () => new Uint8Array(content) })
      return at
    }
    const children: number[] = []
    entries.push({ name, type: at === 0 ? ROOT : DIRECTORY, length: 0, children })
    for (const [key, inner] of Object.entries(content)) children.push(add(key, inner))
    return at
  }
  add('Root Entry', root)
  return Buffer.from(burner.burn(entries))
}
