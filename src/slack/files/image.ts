import { fitInto } from '../documents/draw.ts'
import type { ImageType } from './file-type.ts'

/** Larger ones are drawn anew, which makes them a few hundred kilobytes. */
const mostBytes = 1_000_000

/**
 * Returns true if an image is complete. Model servers refuse the whole request for one broken image, so a half-uploaded
 * one must be found here.
 */
export function isWholeImage(type: ImageType, bytes: Uint8Array): boolean {
  const data = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  switch (type) {
    case 'image/png':
      return data.includes('IHDR') && data.includes('IEND')
    case 'image/jpeg':
      return data.lastIndexOf(Buffer.from([0xff, 0xd9])) > 2
    case 'image/gif':
      return data.length > 14 && data.includes(0x3b, 13)
    case 'image/webp':
      return data.length >= 20 && data.readUInt32LE(4) + 8 <= data.length
  }
}

/** Returns true if the model would shrink an image, or refuse it: one that is too large, moves, or has the colours of print. */
export function needsDrawing(type: ImageType, bytes: Uint8Array, limits: Parameters<typeof fitInto>[0]): boolean {
  const data = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  if (data.length > mostBytes || (type === 'image/gif' && data.includes('NETSCAPE2.0'))) return true
  const { colours, ...size } = measureImage(type, bytes)
  return (size.width > 0 && fitInto(limits, size) < 1) || colours === 4
}

/** Reads the size of an image in pixels from its head; 0 where that does not say it. */
export function measureImage(type: ImageType, bytes: Uint8Array): { width: number; height: number; colours?: number } {
  const data = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  if (type === 'image/png' && data.length > 24) return { width: data.readUInt32BE(16), height: data.readUInt32BE(20) }
  if (type === 'image/gif' && data.length > 10) return { width: data.readUInt16LE(6), height: data.readUInt16LE(8) }
  if (type === 'image/jpeg') return measureJpeg(data)
  if (type === 'image/webp' && data.length > 30) return measureWebp(data)
  return { width: 0, height: 0 }
}

/** Walks the segments of a JPEG to the start of its frame. */
function measureJpeg(data: Buffer): ReturnType<typeof measureImage> {
  for (let at = 2; at + 10 < data.length; at += 2 + data.readUInt16BE(at + 2)) {
    const marker = data.readUInt16BE(at)
    const isFrame = marker >= 0xffc0 && marker <= 0xffcf && ![0xffc4, 0xffc8, 0xffcc].includes(marker)
    if (isFrame)
      return { width: data.readUInt16BE(at + 7), height: data.readUInt16BE(at + 5), colours: data.readUInt8(at + 9) }
    if (marker < 0xffc0) break
  }
  return { width: 0, height: 0 }
}

/** Each of the three forms of WebP keeps its size elsewhere. */
function measureWebp(data: Buffer): ReturnType<typeof measureImage> {
  const form = data.toString('latin1', 12, 16)
  if (form === 'VP8X') return { width: 1 + data.readUIntLE(24, 3), height: 1 + data.readUIntLE(27, 3) }
  if (form === 'VP8 ') return { width: data.readUInt16LE(26) & 0x3fff, height: data.readUInt16LE(28) & 0x3fff }
  const bits = data.readUInt32LE(21)
  return { width: 1 + (bits & 0x3fff), height: 1 + ((bits >>> 14) & 0x3fff) }
}
