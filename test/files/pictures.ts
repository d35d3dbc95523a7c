import { crc32, deflateSync } from 'node:zlib'
import sharp from 'sharp'
import { toPdf } from './pdf.ts'

export const fill = (width: number, height: number, background = '#3366cc') =>
  sharp({ create: { width, height, channels: 3, background } })

/** A PDF whose pages are pictures without text. */
export const toScan = (pages: number) =>
  toPdf({ pages: Array.from({ length: pages }, () => '<</Length 28>>stream\n1 0 0 rg 0 0 612 792 re f  \nendstream') })

export const toSvg = (inner: string, size: number) =>
  Buffer.from(`<svg xmlns="http://www.w3.org/2000/svg" width="${size}" height="${size}">${inner}</svg>`)

/** A GIF of two frames. */
export const toAnimation = () =>
  sharp(Buffer.concat([Buffer.alloc(300, 255), Buffer.alloc(300)]), {
    raw: { width: 10, height: 20, channels: 3, pageHeight: 10 },
  })
    .gif()
    .toBuffer()

/** A TIFF of one black pixel, as often as there are pages. */
export function toTiff(pages: number): Buffer {
  const entries = [
    [256, 1],
    [257, 1],
    [258, 8],
    [259, 1],
    [262, 1],
    [273, 8],
    [277, 1],
    [278, 1],
    [279, 1],
  ]
  const length = 2 + entries.length * 12 + 4
  const file = Buffer.alloc(10 + pages * length)
  file.write('II*\0', 'latin1')
  file.writeUInt32LE(10, 4)
  for (let page = 0, at = 10; page < pages; page++, at += length) {
    file.writeUInt16LE(entries.length, at)
    entries.forEach(([tag = 0, value = 0], index) => {
      file.writeUInt16LE(tag, at + 2 + index * 12)
      file.writeUInt16LE(4, at + 4 + index * 12)
      file.writeUInt32LE(1, at + 6 + index * 12)
      file.writeUInt32LE(value, at + 10 + index * 12)
    })
    file.writeUInt32LE(page + 1 < pages ? at + length : 0, at + length - 4)
  }
  return file
}

/** A PNG of a few kilobytes that says it is this many pixels wide and high, and unpacks to so many bytes. */
export function toPngBomb(side: number, bytes = 5_000_000): Buffer {
  const chunk = (type: string, data: Buffer) => {
    const body = Buffer.concat([Buffer.from(type, 'latin1'), data])
    const [length, sum] = [Buffer.alloc(4), Buffer.alloc(4)]
    length.writeUInt32BE(data.length)
    sum.writeUInt32BE(crc32(body))
    return Buffer.concat([length, body, sum])
  }
  const head = Buffer.from([0, 0, 0, 0, 0, 0, 0, 0, 8, 0, 0, 0, 0])
  head.writeUInt32BE(side, 0)
  head.writeUInt32BE(side, 4)
  const parts = [chunk('IHDR', head), chunk('IDAT', deflateSync(Buffer.alloc(bytes))), chunk('IEND', Buffer.alloc(0))]
  return Buffer.concat([Buffer.from('\x89PNG\r\n\x1a\n', 'latin1'), ...parts])
}
