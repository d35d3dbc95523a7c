import { expect, test } from 'vitest'
import { cutRecording } from '../../src/slack/recordings/cut.ts'
import { hear, toAdts, toM4a, toMp3, toOgg, toWav, toWebm } from '../files/recordings.ts'

const bounds = { pieceBytes: 1_000_000, pieceSeconds: 10, overlapSeconds: 1.5, mostSeconds: 7_200 }

/** Cuts a recording in memory. */
async function cut(bytes: Uint8Array, changed: Partial<typeof bounds> = {}) {
  const written: Uint8Array[] = []
  const reads = { count: 0 }
  const files = {
    size: bytes.byteLength,
    read: (start: number, end: number) => {
      reads.count += 1
      return bytes.subarray(start, end)
    },
    write: async (piece: Uint8Array) => void written.push(piece),
  }
  return { answer: await cutRecording(files, { ...bounds, ...changed }), written, reads }
}

test.each([
  ['MP3', toMp3(25), 'mp3', 'MP3'],
  ['AAC without a container, as M4A', toAdts(25), 'm4a', 'MP4'],
  ['M4A', toM4a(25), 'm4a', 'MP4'],
  ['OGG', toOgg(25), 'ogg', 'Ogg'],
  ['WebM, as OGG', toWebm(25), 'ogg', 'Ogg'],
  ['WAV', toWav(25, { rate: 16_000, channels: 2 }), 'wav', 'WAVE'],
])(
  'a recording is cut into pieces that overlap and together have all words: %s',
  async (_, given, extension, format) => {
    const { answer, written } = await cut(await given)
    if ('problem' in answer) throw new Error(answer.problem)
    expect(answer).toMatchObject({ extension, isWhole: true })
    const heard = await Promise.all(written.map(hear))
    expect(heard.map(piece => piece.format)).toEqual(written.map(() => format))
    for (const piece of heard) expect(piece.seconds).toBeLessThanOrEqual(10.1)
    expect(answer.pieces.map(({ from }) => Math.round(from * 2) / 2)).toEqual([0, 8.5, 17])
    expect(answer.pieces.at(-1)?.to).toBeCloseTo(25, 0)
    const words = new Set(heard.flatMap(piece => piece.words))
    expect([...words]).toEqual(Array.from({ length: 25 }, (__, at) => `w${at}`))
    let offset = 0
    for (const [at, piece] of answer.pieces.entries()) {
      expect([piece.offset, piece.bytes, piece.isSilent]).toEqual([offset, written[at]?.byteLength, false])
      offset += piece.bytes
    }
  },
)

test('no piece is larger than its bound, and the end of a very long recording is left out', async () => {
  const { answer, written } = await cut(toWav(100, { rate: 16_000 }), { pieceBytes: 100_000, mostSeconds: 30 })
  expect(answer).toMatchObject({ isWhole: false })
  for (const piece of written) expect(piece.byteLength).toBeLessThan(101_000)
  expect(written.length).toBeLessThan(25)
})

test('small packets are not read one by one', async () => {
  const { reads } = await cut(toAdts(300))
  expect(reads.count).toBeLessThan(300)
})

test('silent pieces are found, and files that are no recordings', async () => {
  for (const silence of [toWav(12, { isSilent: true }), toMp3(12, { isSilent: true })])
    expect((await cut(silence)).answer).toMatchObject({ pieces: [{ isSilent: true }, { isSilent: true }] })
  // A word after minutes of silence, of a constant bit rate and of one that varies.
  const silentMinutes = await toOgg(300, { spoken: [290] })
  const word = await cut(silentMinutes, { pieceSeconds: 300 })
  expect(word.answer).toMatchObject({ pieces: [{ isSilent: false }] })
  expect((await cut(Buffer.from('#!AMR\n1234'))).answer).toEqual({ problem: 'audio' })
  await expect(cut(Buffer.from('RIFF$\0\0\0WAVEfmt '))).rejects.toThrow()
})

test('a damaged or hostile recording ends, with words or with an error', async () => {
  for (const whole of [toMp3(3), toAdts(3), await toM4a(3), await toOgg(3), await toWebm(3), toWav(3)]) {
    for (let at = 4; at < whole.length; at += Math.ceil(whole.length / 40)) {
      const damaged = Buffer.from(whole)
      damaged.fill(0xff, at, at + 4)
      await cut(damaged).catch(() => undefined)
      await cut(whole.subarray(0, at)).catch(() => undefined)
    }
  }
})
