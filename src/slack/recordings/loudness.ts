/** Recognizers invent sentences for silence, so a piece in which nobody can have spoken is not sent to one. */

/** Reads a sample at a byte as a share of the loudest. */
type ReadSample = (data: DataView, at: number) => number

const samples: Record<string, { bytes: number; read: ReadSample }> = {
  'pcm-u8': { bytes: 1, read: (data, at) => (data.getUint8(at) - 128) / 128 },
  'pcm-s16': { bytes: 2, read: (data, at) => data.getInt16(at, true) / 0x8000 },
  // Its lowest byte is too quiet to matter.
  'pcm-s24': { bytes: 3, read: (data, at) => data.getInt16(at + 1, true) / 0x8000 },
  'pcm-s32': { bytes: 4, read: (data, at) => data.getInt32(at, true) / 0x80000000 },
  'pcm-f32': { bytes: 4, read: (data, at) => data.getFloat32(at, true) },
}

/** The quietest speech is ten times as loud. */
const silentPeak = 0.002
/** Codecs whose bit rate varies need less than this for silence, and more for any speech. */
const silentBitsPerSecond = 3_000
/** A short word among minutes of silence is speech, too, so that each stretch of this length counts by itself. */
const stretchSeconds = 0.5

/** Creates a measure of whether anything can be heard in packets of a codec. */
export function createLoudness(codec: string) {
  const sample = samples[codec]
  const sum = { bits: 0, seconds: 0, isLoud: false }
  const endStretch = () => {
    sum.isLoud ||= sum.bits >= silentBitsPerSecond * sum.seconds
    Object.assign(sum, { bits: 0, seconds: 0 })
  }
  return {
    add({ data, duration }: { data: Uint8Array; duration: number }): void {
      if (sum.isLoud) return
      if (sample !== undefined) {
        sum.isLoud = isLoud(data, sample)
        return
      }
      sum.bits += codec === 'mp3' ? countSoundBits(data) : data.byteLength * 8
      sum.seconds += duration
      if (sum.seconds >= stretchSeconds) endStretch()
    },
    get isSilent(): boolean {
      if (sum.bits > 0) endStretch()
      return !sum.isLoud
    },
  }
}

/**
 * Counts the bits of an MP3 frame that are sound. A constant bit rate fills up silence, but the frame says how much of it is used. Source:
 * ISO/IEC 11172-3, 2.4.1.7, and 13818-3 for half the sampling rates.
 */
function countSoundBits(frame: Uint8Array): number {
  const [, versionByte = 0, , channelByte = 0] = frame
  const isMono = channelByte >> 6 === 3
  const isFullRate = ((versionByte >> 3) & 3) === 3
  const hasChecksum = (versionByte & 1) === 0
  // Before the granules stand where the data begins, unused bits, and what both granules share.
  const first = isFullRate ? (isMono ? 18 : 20) : isMono ? 9 : 10
  const [granules, bits] = isFullRate ? [2, 59] : [1, 63]
  const start = (hasChecksum ? 6 : 4) * 8 + first
  let sum = 0
  for (let at = 0; at < granules * (isMono ? 1 : 2); at += 1) sum += readBits(frame, start + at * bits)
  return sum
}

/** Reads twelve bits. */
function readBits(bytes: Uint8Array, at: number): number {
  const byte = at >> 3
  const word = ((bytes[byte] ?? 0) << 16) | ((bytes[byte + 1] ?? 0) << 8) | (bytes[byte + 2] ?? 0)
  return (word >> (12 - (at & 7))) & 0xfff
}

function isLoud(bytes: Uint8Array, { bytes: step, read }: { bytes: number; read: ReadSample }): boolean {
  const data = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  for (let at = 0; at + step <= data.byteLength; at += step) if (Math.abs(read(data, at)) >= silentPeak) return true
  return false
}
