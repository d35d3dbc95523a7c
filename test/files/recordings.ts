import {
  ALL_FORMATS,
  type AudioCodec,
  BufferSource,
  BufferTarget,
  EncodedAudioPacketSource,
  EncodedPacket,
  EncodedPacketSink,
  Input,
  Mp4OutputFormat,
  OggOutputFormat,
  Output,
  type OutputFormat,
  WebMOutputFormat,
} from 'mediabunny'

/**
 * Recordings in which one word is spoken each second, `w0 w1 w2`: its number stands in the packets where sound would be, so that a stand-in
 * for a recognizer can read it in every format.
 */

const stamp = (second: number) => `w${String(second).padStart(5, '0')}`

/** Fills a packet of a length with the word of its second. */
function fill(head: number[], bytes: number, second: number): Buffer {
  const packet = Buffer.alloc(bytes, 0x11)
  packet.set(head)
  packet.write(stamp(second), bytes - 8, 'latin1')
  return packet
}

const rowOf = (seconds: number, packetSeconds: number) =>
  Array.from({ length: Math.floor(seconds / packetSeconds) }, (_, at) => Math.floor(at * packetSeconds + 1e-9))

const mp3Head = [0xff, 0xf3, 0x10, 0xc0]
const mp3Bytes = 26

/** An MP3 of 8 kbit/s, which silence fills with zeros. */
export const toMp3 = (seconds: number, { isSilent = false } = {}): Buffer =>
  Buffer.concat(
    rowOf(seconds, 576 / 22_050).map(second =>
      isSilent ? Buffer.concat([Buffer.from(mp3Head)], mp3Bytes) : fill(mp3Head, mp3Bytes, second),
    ),
  )

const adtsBytes = 47

/** AAC without a container. */
export const toAdts = (seconds: number): Buffer =>
  Buffer.concat(
    rowOf(seconds, 0.064).map(second => {
      const head = [
        0xff,
        0xf1,
        0x60,
        0x40 | (adtsBytes >> 11),
        (adtsBytes >> 3) & 0xff,
        ((adtsBytes & 7) << 5) | 0x1f,
        0xfc,
      ]
      return fill(head, adtsBytes, second)
    }),
  )

/** A WAV whose samples are words, or zeros. */
export function toWav(seconds: number, { rate = 1_000, channels = 1, isSilent = false } = {}): Buffer {
  const frame = channels * 2
  const bytes = Math.round(seconds * rate) * frame
  const wav = Buffer.alloc(44 + bytes)
  wav.write('RIFF', 0)
  wav.writeUInt32LE(36 + bytes, 4)
  wav.write('WAVEfmt ', 8)
  wav.writeUInt32LE(16, 16)
  wav.writeUInt16LE(1, 20)
  wav.writeUInt16LE(channels, 22)
  wav.writeUInt32LE(rate, 24)
  wav.writeUInt32LE(rate * frame, 28)
  wav.writeUInt16LE(frame, 32)
  wav.writeUInt16LE(16, 34)
  wav.write('data', 36)
  wav.writeUInt32LE(bytes, 40)
  for (let second = 0; second < seconds && !isSilent; second += 1)
    wav.fill(
      `${stamp(second)} `,
      44 + second * rate * frame,
      Math.min(44 + (second + 1) * rate * frame, wav.length),
      'latin1',
    )
  return wav
}

interface Contained {
  codec: AudioCodec
  format: OutputFormat
  packetSeconds: number
  sampleRate: number
  description: number[]
  packet: (second: number) => Buffer
}

async function toContained(
  seconds: number,
  { codec, format, packetSeconds, sampleRate, ...rest }: Contained,
): Promise<Buffer> {
  const target = new BufferTarget()
  const output = new Output({ format, target })
  const source = new EncodedAudioPacketSource(codec)
  output.addAudioTrack(source)
  await output.start()
  const codecName = codec === 'aac' ? 'mp4a.40.2' : codec
  const decoderConfig = {
    codec: codecName,
    numberOfChannels: 1,
    sampleRate,
    description: new Uint8Array(rest.description),
  }
  for (const [at, second] of rowOf(seconds, packetSeconds).entries())
    await source.add(new EncodedPacket(rest.packet(second), 'key', at * packetSeconds, packetSeconds), {
      decoderConfig,
    })
  await output.finalize()
  return Buffer.from(target.buffer ?? new ArrayBuffer(0))
}

const aac = {
  codec: 'aac' as const,
  packetSeconds: 0.064,
  sampleRate: 16_000,
  description: [0x14, 0x08],
  packet: (second: number) => fill([], 40, second),
}
const opusHead = [...Buffer.from('OpusHead'), 1, 1, 0, 0, 0x80, 0xbb, 0, 0, 0, 0, 0]
const opus = {
  codec: 'opus' as const,
  packetSeconds: 0.02,
  sampleRate: 48_000,
  description: opusHead,
  packet: (second: number) => fill([0x08], 24, second),
}

export const toM4a = (seconds: number) => toContained(seconds, { ...aac, format: new Mp4OutputFormat() })
/** In one of which only some seconds are `spoken`, the others are silent. */
export const toOgg = (seconds: number, { spoken }: { spoken?: number[] } = {}) => {
  const packet = (second: number) => (spoken?.includes(second) === false ? Buffer.from([0x08]) : opus.packet(second))
  return toContained(seconds, { ...opus, packet, format: new OggOutputFormat() })
}
export const toWebm = (seconds: number) => toContained(seconds, { ...opus, format: new WebMOutputFormat() })

/** Returns the words in a recording, its length and its format, by its bytes alone. */
export async function hear(bytes: Uint8Array): Promise<{ words: string[]; seconds: number; format: string }> {
  const input = new Input({ formats: ALL_FORMATS, source: new BufferSource(bytes) })
  const track = await input.getPrimaryAudioTrack()
  if (track === null) throw new Error('there is no sound')
  const words = new Set<string>()
  for await (const { data } of new EncodedPacketSink(track).packets())
    for (const [, number] of Buffer.from(data)
      .toString('latin1')
      .matchAll(/w(\d{5})/g))
      words.add(`w${Number(number)}`)
  return { words: [...words], seconds: await input.computeDuration(), format: (await input.getFormat()).name }
}
