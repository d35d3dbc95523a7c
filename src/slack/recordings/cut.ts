import {
  ALL_FORMATS,
  type AudioCodec,
  BufferTarget,
  CustomSource,
  EncodedAudioPacketSource,
  type EncodedPacket,
  EncodedPacketSink,
  FlacOutputFormat,
  Input,
  type InputAudioTrack,
  Mp3OutputFormat,
  Mp4OutputFormat,
  OggOutputFormat,
  Output,
  type OutputFormat,
  WavOutputFormat,
} from 'mediabunny'
import { createLoudness } from './loudness.ts'

/**
 * Transcription servers take 25 MB and about 20 minutes, and recognize a format by the file's name. The sound of a recording or a video is
 * cut into files that they take. Nothing is decoded: packets are copied as they are.
 */

/** A piece of a recording: its times in seconds, and where it lies in the output. */
interface Piece {
  from: number
  to: number
  offset: number
  bytes: number
  isSilent: boolean
}

/** The pieces of a recording in order, each overlapping the one before, or why there are none. */
type Cut =
  | { pieces: Piece[]; extension: string; mimetype: string; isWhole: boolean }
  | { problem: 'audio' | 'no_sound' | 'damaged' }

interface Bounds {
  pieceBytes: number
  pieceSeconds: number
  overlapSeconds: number
  /** The rest of a longer recording is left out. */
  mostSeconds: number
}

interface Files {
  /** Of the recording, in bytes. */
  size: number
  /** Synchronous: while a read is pending, mediabunny allocates 64 KiB for each MP3 frame that it finds in its cache, and keeps them. */
  read: (start: number, end: number) => Uint8Array
  write: (bytes: Uint8Array) => Promise<void>
}

interface Format {
  codecs: RegExp
  create: () => OutputFormat
  extension: string
  mimetype: string
}

/** Files that servers take, by the codec of their packets. AAC without a container is not among them, so it becomes M4A. */
const formats: readonly Format[] = [
  {
    codecs: /^mp3$/,
    create: () => new Mp3OutputFormat({ xingHeader: false }),
    extension: 'mp3',
    mimetype: 'audio/mpeg',
  },
  {
    codecs: /^aac$/,
    create: () => new Mp4OutputFormat({ fastStart: 'in-memory' }),
    extension: 'm4a',
    mimetype: 'audio/mp4',
  },
  { codecs: /^(?:opus|vorbis)$/, create: () => new OggOutputFormat(), extension: 'ogg', mimetype: 'audio/ogg' },
  { codecs: /^flac$/, create: () => new FlacOutputFormat(), extension: 'flac', mimetype: 'audio/flac' },
  {
    codecs: /^(?:pcm-(?:s16|s24|s32|f32|u8)|ulaw|alaw)$/,
    create: () => new WavOutputFormat(),
    extension: 'wav',
    mimetype: 'audio/wav',
  },
]

/** Cuts a recording; its pieces are written one after the other. Throws if the file is damaged. */
export async function cutRecording({ size, read, write }: Files, bounds: Bounds): Promise<Cut> {
  // Without prefetching, each packet is read and cached by itself, which takes time that grows with the square of the length.
  const source = new CustomSource({ getSize: () => size, read, prefetchProfile: 'fileSystem' })
  const input = new Input({ formats: ALL_FORMATS, source })
  if (!(await input.canRead())) return { problem: 'audio' }
  const track = await input.getPrimaryAudioTrack()
  // One that was cut off has lost the list of its tracks.
  if (track === null) return { problem: (await input.getTracks()).length > 0 ? 'no_sound' : 'damaged' }
  const codec = await track.getCodec()
  const format = formats.find(({ codecs }) => codecs.test(codec ?? ''))
  if (codec === null || format === undefined) return { problem: 'audio' }

  const pieces: Piece[] = []
  const sink = new EncodedPacketSink(track)
  const total = (await input.getDurationFromMetadata([track])) ?? Number.POSITIVE_INFINITY
  let start = await sink.getFirstPacket()
  const zero = start?.timestamp ?? 0
  for (let offset = 0; start !== null && start.timestamp - zero < bounds.mostSeconds; ) {
    const from = start.timestamp - zero
    // Of a few seconds alone, little is understood: the last piece takes them.
    const pieceSeconds = (total - from <= 1.1 * bounds.pieceSeconds ? 1.1 : 1) * bounds.pieceSeconds
    const place = { track, codec, sink, format, start }
    const { bytes, next, seconds, isSilent } = await copyPiece(place, { ...bounds, pieceSeconds })
    await write(bytes)
    pieces.push({ from, to: from + seconds, offset, bytes: bytes.byteLength, isSilent })
    offset += bytes.byteLength
    start = next
  }
  const { extension, mimetype } = format
  return pieces.length === 0 ? { problem: 'damaged' } : { pieces, extension, mimetype, isWhole: start === null }
}

interface Place {
  track: InputAudioTrack
  codec: AudioCodec
  sink: EncodedPacketSink
  format: Format
  start: EncodedPacket
}

/** Copies packets into a file of their own, up to the bounds. `next` is the packet with which the next piece begins. */
async function copyPiece({ track, codec, sink, format, start }: Place, bounds: Bounds) {
  const decoderConfig = await track.getDecoderConfig()
  const meta = decoderConfig === null ? undefined : { decoderConfig }
  const target = new BufferTarget()
  const output = new Output({ format: format.create(), target })
  const source = new EncodedAudioPacketSource(codec)
  output.addAudioTrack(source)
  await output.start()
  const loudness = createLoudness(codec)
  const overlap: EncodedPacket[] = []
  const piece = { bytes: 0, seconds: 0, isCut: false }
  for await (const packet of sink.packets(start)) {
    const end = packet.timestamp + packet.duration - start.timestamp
    piece.isCut = piece.bytes > 0 && (end > bounds.pieceSeconds || piece.bytes + packet.byteLength > bounds.pieceBytes)
    if (piece.isCut) break
    await source.add(packet.clone({ timestamp: Math.max(packet.timestamp - start.timestamp, 0) }), meta)
    loudness.add(packet)
    overlap.push(packet)
    while ((overlap[0]?.timestamp ?? 0) < packet.timestamp - bounds.overlapSeconds) overlap.shift()
    piece.bytes += packet.byteLength
    piece.seconds = end
  }
  await output.finalize()
  const bytes = new Uint8Array(target.buffer ?? new ArrayBuffer(0))
  // A piece shorter than its overlap would begin again where it began.
  const next = piece.isCut ? (overlap.find(({ timestamp }) => timestamp > start.timestamp) ?? null) : null
  return { bytes, next, seconds: piece.seconds, isSilent: loudness.isSilent }
}
