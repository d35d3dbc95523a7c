import { crc32 } from 'node:zlib'

/** A picture on top of the first one, and how long it is seen. */
interface Frame {
  png: Buffer
  x: number
  y: number
  ms: number
}

const signature = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a])

/**
 * Joins PNG files of one colour type into an animated PNG that plays again and again. The first frame is as large as the whole; the
 * others lie within it, and stay until something covers them. See https://www.w3.org/TR/png-3/#apng-frame-based-animation
 */
export function joinFrames(frames: readonly Frame[]): Buffer {
  const [first] = frames
  if (first === undefined) throw new Error('there are no frames')
  let sequence = 0
  const parts = frames.flatMap(({ png, x, y, ms }, index) => {
    const chunks = readChunks(png)
    const header = findData(chunks, 'IHDR')
    if (header.compare(findData(readChunks(first.png), 'IHDR'), 8, 13, 8, 13) !== 0) throw new Error('colours differ')
    const control = Buffer.alloc(26)
    control.writeUInt32BE(sequence++, 0)
    header.copy(control, 4, 0, 8)
    control.writeUInt32BE(x, 12)
    control.writeUInt32BE(y, 16)
    control.writeUInt16BE(Math.round(ms), 20)
    control.writeUInt16BE(1_000, 22)
    const pixels = chunks.filter(({ type }) => type === 'IDAT').map(({ data }) => data)
    const toNumbered = (data: Buffer) => {
      const number = Buffer.alloc(4)
      number.writeUInt32BE(sequence++)
      return buildChunk('fdAT', Buffer.concat([number, data]))
    }
    const drawn = index === 0 ? pixels.map(data => buildChunk('IDAT', data)) : pixels.map(toNumbered)
    return [buildChunk('fcTL', control), ...drawn]
  })
  const animation = Buffer.alloc(8)
  animation.writeUInt32BE(frames.length, 0)
  const header = buildChunk('IHDR', findData(readChunks(first.png), 'IHDR'))
  return Buffer.concat([
    signature,
    header,
    buildChunk('acTL', animation),
    ...parts,
    buildChunk('IEND', Buffer.alloc(0)),
  ])
}

interface Chunk {
  type: string
  data: Buffer
}

function readChunks(png: Buffer): Chunk[] {
  const chunks: Chunk[] = []
  for (let at = signature.length; at < png.length; ) {
    const length = png.readUInt32BE(at)
    chunks.push({ type: png.toString('latin1', at + 4, at + 8), data: png.subarray(at + 8, at + 8 + length) })
    at += length + 12
  }
  return chunks
}

function findData(chunks: Chunk[], wanted: string): Buffer {
  return chunks.find(({ type }) => type === wanted)?.data ?? Buffer.alloc(0)
}

function buildChunk(type: string, data: Buffer): Buffer {
  const body = Buffer.concat([Buffer.from(type, 'latin1'), data])
  const length = Buffer.alloc(4)
  length.writeUInt32BE(data.length)
  const sum = Buffer.alloc(4)
  sum.writeUInt32BE(crc32(body))
  return Buffer.concat([length, body, sum])
}
