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

/** Creates a measure of whether anything can be heard in packets of a codec. */
export function createLoudness(codec: string) {
  const sample = samples[codec]
  const sum = { bytes: 0, seconds: 0, isLoud: false }
  return {
    add(packet: { data: Uint8Array; duration: number }): void {
      sum.bytes += packet.data.byteLength
      sum.seconds += packet.duration
      if (sample !== undefined) sum.isLoud ||= isLoud(packet.data, sample)
    },
    get isSilent(): boolean {
      return sample === undefined ? sum.bytes * 8 < silentBitsPerSecond * sum.seconds : !sum.isLoud
    },
  }
}

function isLoud(bytes: Uint8Array, { bytes: step, read }: { bytes: number; read: ReadSample }): boolean {
  const data = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  for (let at = 0; at + step <= data.byteLength; at += step) if (Math.abs(read(data, at)) >= silentPeak) return true
  return false
}
