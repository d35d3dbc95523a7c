import type { ImageType } from './file-type.ts'

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
