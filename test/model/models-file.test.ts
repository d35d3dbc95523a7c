import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { applyModelsFile } from '../../src/model/models-file.ts'

const server = { apiKey: 'sk-first', baseUrl: 'https://api.openai.com/v1', idleMs: 60_000 }
const models = { ...server, name: 'first', contextTokens: 9_000, fallbacks: [{ ...server, name: 'second' }] }

async function apply(text: string, env: Record<string, string> = {}) {
  const folder = await mkdtemp(join(tmpdir(), 'models-'))
  onTestFinished(() => rm(folder, { recursive: true }))
  const file = join(folder, 'models.yml')
  await writeFile(file, text)
  return applyModelsFile(file, models, env)
}

test('a file of models says what differs for single ones; the environment outweighs it', async () => {
  const text = `models:
  - name: first
    contextTokens: 32000
    images: true
  - name: second
    baseUrl: http://127.0.0.1:8000/v1
    keyVariable: SECOND_KEY
    prices: { in: 0.1, out: 0.5 }
  - name: other
    images: true
  - name: without-its-key
    keyVariable: MISSING`
  const applied = await apply(text, { SECOND_KEY: 'sk-second' })
  expect(applied).toMatchObject({ apiKey: 'sk-first', contextTokens: 9_000, images: true })
  expect(applied.fallbacks).toMatchObject([
    { name: 'second', apiKey: 'sk-second', baseUrl: 'http://127.0.0.1:8000/v1', prices: { in: 0.1, out: 0.5 } },
  ])
  // What others may be chosen: all whose key is there.
  expect(applied.others).toMatchObject([{ name: 'other', images: true, apiKey: 'sk-first' }])
  const json = await apply('{"models":[{"name":"second","baseUrl":"http://127.0.0.1:8000/v1"}]}')
  // The key of the first server is not for another.
  expect(json.fallbacks?.[0]?.apiKey).toBe('none')
})

test.each([
  ['models:\n  - name: first\n    contextTokens: many\n    colour: red', /models\.0\.contextTokens: .*colour/s],
  ['models:\n  - name: second\n    keyVariable: MISSING', /MISSING, the key of second, is not set/],
  ['models: [', /is not valid YAML/],
  ['', /the file/],
  ['models:\n  - name: second\n    baseUrl: ftp://x', /models\.0\.baseUrl: is not an http\(s\) address/],
])('a mistake in a file of models is named: %j', async (text, says) => {
  await expect(apply(text)).rejects.toThrow(says)
})
