import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { openAsBlob } from 'node:fs'
import type { FileHandle } from 'node:fs/promises'
import { orAbort } from '../../abort.ts'
import { createCache } from '../../lru.ts'
import { createSemaphore } from '../../semaphore.ts'
import { isLoop, joinParts, renderTranscript } from '../../text/join-transcript.ts'
import { buildChildEnvironment } from '../child-environment.ts'
import { FileSkipped } from '../files/skipped.ts'
import type { cut } from './cut-process.ts'
import { openTemporaryFile } from './temporary-file.ts'

/** A piece as it is sent to a transcription server. */
interface Piece {
  /** Its extension is how servers recognize the format. */
  name: string
  mimetype: string
  /** In seconds from the beginning of the recording. */
  from: number
  to: number
  read: () => Promise<Blob>
}

interface Options {
  /** Of the file: words that are known already are not asked for again. */
  id?: string
  /** For whom it is read. */
  purpose?: { channel: string; person: string } | undefined
  signal?: AbortSignal | undefined
  /** Called with the seconds that are transcribed, of a recording of several pieces. */
  onProgress?: ((done: number, total: number) => void) | undefined
}

/** The words of a piece, with their times in the recording if the server tells them. */
type Heard = Required<Pick<Parameters<typeof joinParts>[0][number], 'text'>> &
  Pick<Parameters<typeof joinParts>[0][number], 'times'>

/** Turns pieces into words, in their order; undefined for one that failed. `problem` concerns all of them. */
type Transcribe = (
  pieces: readonly Piece[],
  options: Options,
) => Promise<
  | { heard: (Heard | undefined)[]; language?: string; cost: NonNullable<Recording['cost']> }
  | { problem: 'no_transcriber' | 'transcriber_key' }
>

/** The words of a recording. */
interface Recording {
  parts: ReturnType<typeof joinParts>
  seconds: number
  /** A language tag, if the server names one language. */
  language?: string
  /** False if the end of a very long one was left out. */
  isWhole: boolean
  /** Its cost, in millionths of a dollar if that is known; undefined if its words were known already. */
  cost?: { model: string; seconds: number; micros: number | undefined }
}

/** The largest recording: half an hour of uncompressed stereo, and some. */
export const maxRecordingBytes = 400_000_000
/** Recordings on the disk at once. */
const concurrency = 4
/** Short pieces tell times and progress, and a server that fails loses little. The bytes are far below the usual 25 MB, for the sake of memory. */
const bounds = { pieceBytes: 6_000_000, pieceSeconds: 300, overlapSeconds: 1.5, mostSeconds: 2 * 3600 }
/** Clips that end before anything can have been said. */
const shortestSeconds = 1
/** Characters of the recordings whose words are kept, some thirty hours of speech. */
const maxKnown = 2_000_000
/** Half an hour takes a few seconds, and ten times as long on a machine that is busy. */
const cutTimeoutMs = 180_000

type Fill = (file: FileHandle, signal: AbortSignal) => Promise<number>

/** A recording that is being read, for all who wait for it. */
interface Reading {
  result: Promise<Recording>
  waiting: Set<Options>
  /** Aborts it, and lets nobody join any more. */
  end: () => void
  /** Somebody was told of its cost. */
  isCostTold: boolean
}

/**
 * Creates the reader of recordings. Those who want one at the same time share a reading, which goes on as long as one of them waits. Throws
 * a `FileSkipped` if there are no words to be had.
 */
export function createRecordingReader(transcribe: Transcribe) {
  const slots = createSemaphore(concurrency)
  const cuts = createSemaphore(1)
  const known = createCache<Recording>({
    maxSize: maxKnown,
    sizeOf: ({ parts }) => parts.reduce((sum, { text = '' }) => sum + text.length, 0),
  })
  const readings = new Map<string | Options, Reading>()

  const read = (fill: Fill, options: Options & { signal: AbortSignal }): Promise<Recording> =>
    slots.run(async () => {
      const { id, signal } = options
      signal.throwIfAborted()
      const heard = id === undefined ? undefined : known.get(id)
      if (heard !== undefined) return heard
      const [input, output] = await Promise.all([openTemporaryFile(), openTemporaryFile()])
      try {
        const size = await fill(input, signal)
        const cut = await cuts.run(() => cutInProcess(input, output, size, signal))
        if ('problem' in cut) throw new FileSkipped(cut.problem)
        const { cost, ...recording } = await transcribeCut(cut, output, transcribe, options)
        const isComplete = recording.parts.every(({ text }) => text !== undefined)
        if (id !== undefined && isComplete) known.set(id, recording)
        return { ...recording, ...(cost !== undefined && { cost }) }
      } finally {
        await Promise.all([input.close(), output.close()])
      }
    })

  const begin = (key: string | Options, fill: Fill, options: Options): Reading => {
    const abort = new AbortController()
    const waiting = new Set<Options>()
    const onProgress = (done: number, total: number) => {
      for (const one of waiting) one.onProgress?.(done, total)
    }
    const end = () => {
      if (readings.get(key) === reading) readings.delete(key)
      abort.abort()
    }
    const result = read(fill, { ...options, signal: abort.signal, onProgress }).finally(end)
    const reading = { result, waiting, end, isCostTold: false }
    readings.set(key, reading)
    return reading
  }

  return async (fill: Fill, options: Options): Promise<Recording> => {
    const key = options.id ?? options
    for (;;) {
      options.signal?.throwIfAborted()
      const running = readings.get(key)
      try {
        return await waitFor(running ?? begin(key, fill, options), options)
      } catch (error) {
        // The signal and the budget of somebody else end nobody's wait but theirs.
        if (running === undefined || options.signal?.aborted === true || error instanceof FileSkipped) throw error
      }
    }
  }
}

/** Waits for a reading; the last one who leaves aborts it. The first one who stays is told of its cost. */
async function waitFor(reading: Reading, options: Options): Promise<Recording> {
  const { result, waiting, end } = reading
  waiting.add(options)
  try {
    const { cost, ...recording } = await (options.signal === undefined ? result : orAbort(result, options.signal))
    const isNew = cost !== undefined && !reading.isCostTold
    reading.isCostTold = true
    return isNew ? { ...recording, cost } : recording
  } finally {
    waiting.delete(options)
    if (waiting.size === 0) end()
  }
}

type Cut = Exclude<Awaited<ReturnType<typeof cut>>, { problem: unknown }>

async function transcribeCut(cut: Cut, file: FileHandle, transcribe: Transcribe, options: Options): Promise<Recording> {
  const { pieces, extension, mimetype, isWhole } = cut
  const seconds = pieces.at(-1)?.to ?? 0
  const audible = pieces.filter(({ isSilent }) => !isSilent)
  if (seconds < shortestSeconds || audible.length === 0) throw new FileSkipped('no_speech')
  const sent = audible.map(({ from, to, offset, bytes }) => ({
    name: `audio.${extension}`,
    mimetype,
    from,
    to,
    read: () => readPiece(file, offset, bytes),
  }))
  const answer = await transcribe(sent, options)
  if ('problem' in answer) throw new FileSkipped(answer.problem)
  const { language, cost } = answer
  const heard = answer.heard.map(piece => piece && (isLoop(piece.text) ? { text: '' } : piece))
  if (heard.every(piece => piece === undefined)) throw new FileSkipped('transcription_failed')
  const parts = joinParts(sent.map(({ from, to }, at) => ({ from, to, ...heard[at] })))
  if (parts.length === 0) throw new FileSkipped('no_speech')
  return { parts, seconds, isWhole, cost, ...(language !== undefined && { language }) }
}

/** Reads a piece; where the system has a path for an open file, while it is sent and not before. */
async function readPiece(file: FileHandle, offset: number, bytes: number): Promise<Blob> {
  const whole = await openAsBlob(`/proc/self/fd/${file.fd}`).catch(() => undefined)
  if (whole !== undefined) return whole.slice(offset, offset + bytes)
  const { buffer } = await file.read(new Uint8Array(bytes), 0, bytes, offset)
  return new Blob([buffer])
}

/** Renders a recording's words for a model. */
export function renderRecording({ parts, seconds, isWhole }: Recording): string {
  const text = renderTranscript(parts, (from, to) => `${from}–${to} could not be transcribed`)
  return isWhole
    ? text
    : `${text}\n\n[The recording goes on; only its first ${Math.round(seconds / 60)} minutes were transcribed.]`
}

/** Cuts in a process of its own, which a hostile file can only end, and which takes its memory with it. */
async function cutInProcess(input: FileHandle, output: FileHandle, size: number, given?: AbortSignal) {
  const timeout = AbortSignal.timeout(cutTimeoutMs)
  const signal = given === undefined ? timeout : AbortSignal.any([given, timeout])
  const child = startProcess(input.fd, output.fd)
  const ended = new AbortController()
  child.once('exit', () => ended.abort())
  try {
    child.send({ size, bounds })
    const [answer] = await once(child, 'message', { signal: AbortSignal.any([signal, ended.signal]) })
    return answer as Awaited<ReturnType<typeof cut>>
  } catch {
    given?.throwIfAborted()
    return { problem: 'too_costly' as const }
  } finally {
    child.kill('SIGKILL')
  }
}

function startProcess(input: number, output: number): ChildProcess {
  const file = new URL('./cut-process.ts', import.meta.url)
  return fork(file, {
    env: buildChildEnvironment(),
    execArgv: [
      '--max-old-space-size=64',
      '--optimize-for-size',
      '--single-threaded-gc',
      // The last step of incremental marking waits for the event loop, which cutting keeps busy, while buffers pile up.
      '--no-incremental-marking',
      '--max-semi-space-size=1',
      '--v8-pool-size=1',
    ],
    serialization: 'advanced',
    stdio: ['ignore', 'ignore', 'ignore', 'ipc', input, output],
  }).on('error', () => undefined)
}
