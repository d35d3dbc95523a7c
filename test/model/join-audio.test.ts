import { describe, expect, test } from 'vitest'
import { joinAudio } from '../../src/model/join-audio.ts'
import { buildMp3, buildWav, readMp3 } from '../speech-server.ts'

describe('the parts of a recording', () => {
  test('as MP3 become one that has their frames, nothing between them, and their count before them', () => {
    const cut = buildMp3(2, 2).subarray(0, -150)
    const { type, bytes = Buffer.alloc(0) } = joinAudio([buildMp3(3, 1), cut, buildMp3(1, 3)]) ?? {}
    expect(type).toBe('mp3')
    expect(readMp3(Buffer.from(bytes))).toEqual({ counted: 5, marks: [1, 1, 1, 2, 3] })
  })

  test('as WAV become one, also from a server that does not know its length', () => {
    for (const isStreamed of [true, false]) {
      const { type, bytes = Buffer.alloc(0) } = joinAudio([buildWav(3, { isStreamed }), buildWav(2)]) ?? {}
      expect(type).toBe('wav')
      expect(Buffer.from(bytes)).toEqual(buildWav(5))
    }
  })

  test('stay as they are when there is one', () => {
    expect(Buffer.from(joinAudio([buildMp3(3)])?.bytes ?? [])).toEqual(buildMp3(3))
  })

  test.each<[string, Uint8Array[]]>([
    ['of two kinds', [buildMp3(1), buildWav(1)]],
    ['of two rates', [buildWav(1), buildWav(1, { rate: 16_000 })]],
    ['that are a page', [Buffer.from('<!doctype html><p>Sign in</p>')]],
    ['that are empty', [Buffer.alloc(0)]],
    ['that are none', []],
    ['of AAC', [Buffer.from([0xff, 0xf1, 0x50, 0x80, 0, 0, 0])]],
    ['of a WAV without sound', [Buffer.from('RIFF\0\0\0\0WAVE')]],
    ['of a tag without frames', [Buffer.from('ID3\x04\0\0\0\0\0\0')]],
  ])('%s are refused', (_, parts) => {
    expect(joinAudio(parts)).toBeUndefined()
  })
})
