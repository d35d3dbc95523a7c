/** Joins recordings into one file without decoding them. */

/** A recording, and the ending of its file's name. */
interface Recording {
  type: 'mp3' | 'wav'
  bytes: Uint8Array
}

/** Joins the parts of a recording; undefined if they are not all MP3 or all WAV of one rate, by their first bytes. */
export function joinAudio(parts: readonly Uint8Array[]): Recording | undefined {
  const buffers = parts.map(part => Buffer.from(part.buffer, part.byteOffset, part.byteLength))
  return joinMp3(buffers) ?? joinWav(buffers)
}

function joinMp3(parts: Buffer[]): Recording | undefined {
  const read = parts.flatMap(part => findFrames(part) ?? [])
  const [first] = read
  if (first === undefined || read.length < parts.length) return undefined
  if (parts.length === 1) return { type: 'mp3', bytes: parts[0] as Buffer }
  const count = read.reduce((sum, frames) => sum + frames.count, 0)
  const bodies = read.map(({ bytes }) => bytes)
  return { type: 'mp3', bytes: Buffer.concat([buildCount(first.bytes, count, bodies), ...bodies]) }
}

/** Finds the frames of an MP3, without the tags around them and the one that counts the others: it would end the recording early. */
function findFrames(part: Buffer): { bytes: Buffer; count: number } | undefined {
  const isTagged = part.subarray(0, 3).toString('latin1') === 'ID3'
  const frames = part.subarray(isTagged ? 10 + readId3Size(part) : 0)
  const isCounted = ['Xing', 'Info', 'VBRI'].some(name => frames.subarray(0, 50).includes(name))
  const start = isCounted ? (readFrameBytes(frames) ?? 0) : 0
  let end = start
  let count = 0
  for (;;) {
    const bytes = readFrameBytes(frames.subarray(end, end + 4))
    if (bytes === undefined || end + bytes > frames.length) break
    end += bytes
    count += 1
  }
  return count === 0 ? undefined : { bytes: frames.subarray(start, end), count }
}

/** Builds a frame that counts the others, by which players know how long a recording of changing bit rates is. */
function buildCount(first: Buffer, count: number, bodies: Buffer[]): Buffer {
  const header = Buffer.from(first.subarray(0, 4))
  const [, kind = 0, rates = 0, mode = 0] = header
  const isMpeg1 = ((kind >> 3) & 3) === 3
  // No checksum, and 64 kbit/s, since the frame must have room for the count.
  header[1] = kind | 1
  header[2] = (rates & 0x0c) | ((isMpeg1 ? 5 : 8) << 4)
  const frame = Buffer.alloc(readFrameBytes(header) ?? 0)
  header.copy(frame)
  const isMono = mode >> 6 === 3
  const at = 4 + (isMpeg1 ? (isMono ? 17 : 32) : isMono ? 9 : 17)
  frame.write('Xing', at)
  // The frames and the bytes follow.
  frame.writeUInt32BE(3, at + 4)
  frame.writeUInt32BE(count, at + 8)
  frame.writeUInt32BE(
    bodies.reduce((sum, { length }) => sum + length, frame.length),
    at + 12,
  )
  return frame
}

/** Reads the size of an ID3 tag: four times seven bits, and a footer if a flag says so. */
function readId3Size(part: Buffer): number {
  const size = [...part.subarray(6, 10)].reduce((sum, byte) => sum * 128 + (byte & 127), 0)
  return size + ((part[5] ?? 0) & 16 ? 10 : 0)
}

/** Bit rates of layer III in kbit/s, by their index: MPEG 1, and MPEG 2 and 2.5. */
const bitRates = [
  [0, 32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320],
  [0, 8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160],
]
/** Sample rates of MPEG 1; MPEG 2 has half of them, MPEG 2.5 a quarter. */
const sampleRates = [44_100, 48_000, 32_000]

/** Reads the length of the first frame from its header; undefined if there is none of layer III. */
function readFrameBytes(frames: Buffer): number | undefined {
  const [sync = 0, kind = 0, rates = 0] = frames
  const version = (kind >> 3) & 3
  const isLayer3 = sync === 0xff && (kind & 0xe0) === 0xe0 && ((kind >> 1) & 3) === 1 && version !== 1
  const bitRate = bitRates[version === 3 ? 0 : 1]?.[rates >> 4]
  const sampleRate = sampleRates[(rates >> 2) & 3]
  if (!isLayer3 || bitRate === undefined || bitRate === 0 || sampleRate === undefined) return undefined
  const divisor = { 3: 1, 2: 2 }[version] ?? 4
  const samples = version === 3 ? 144 : 72
  return Math.floor((samples * 1000 * bitRate) / (sampleRate / divisor)) + ((rates >> 1) & 1)
}

function joinWav(parts: Buffer[]): Recording | undefined {
  const read = parts.flatMap(part => readWav(part) ?? [])
  const [first] = read
  if (first === undefined || read.length < parts.length) return undefined
  if (read.some(({ format }) => !format.equals(first.format))) return undefined
  const sound = read.map(({ data }) => data)
  const length = sound.reduce((sum, { byteLength }) => sum + byteLength, 0)
  const header = Buffer.concat([
    Buffer.from('RIFF\0\0\0\0WAVEfmt \0\0\0\0', 'latin1'),
    first.format,
    Buffer.from('data\0\0\0\0', 'latin1'),
  ])
  header.writeUInt32LE(header.length - 8 + length, 4)
  header.writeUInt32LE(first.format.length, 16)
  header.writeUInt32LE(length, header.length - 4)
  return { type: 'wav', bytes: Buffer.concat([header, ...sound]) }
}

/** Reads the format and the samples of a WAV. A server that streams writes a length that is too large, or none. */
function readWav(part: Buffer): { format: Buffer; data: Buffer } | undefined {
  if (part.toString('latin1', 0, 4) !== 'RIFF' || part.toString('latin1', 8, 12) !== 'WAVE') return undefined
  let format: Buffer | undefined
  for (let at = 12; at + 8 <= part.length; ) {
    const name = part.toString('latin1', at, at + 4)
    const size = part.readUInt32LE(at + 4)
    const body = part.subarray(at + 8, at + 8 + size)
    if (name === 'fmt ') format = body
    if (name === 'data' && format !== undefined) return { format, data: size === 0 ? part.subarray(at + 8) : body }
    at += 8 + size + (size % 2)
  }
  return undefined
}
