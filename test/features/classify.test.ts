import { execFile } from 'node:child_process'
import { mkdtemp, readFile, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { promisify } from 'node:util'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { checkEvidence } from '../../src/features/classify/check-evidence.ts'
import { computeScore } from '../../src/features/classify/cross-validation.ts'
import { loadShippedTexts } from '../../src/features/classify/labelled-texts.ts'
import { parseFindings } from '../../src/features/classify/parse-answer.ts'
import { parseTaxonomy, type Taxonomy } from '../../src/features/classify/taxonomy.ts'
import { loadTaxonomies } from '../../src/features/classify/taxonomy-files.ts'
import { openStore } from '../../src/store/open-sqlite-store.ts'
import { findQuote } from '../../src/text/find-quote.ts'
import { findSteepGrowth } from '../growth.ts'
import { childEnv } from '../process.ts'

const shipped = async (): Promise<Taxonomy> => (await loadTaxonomies()).of('')

describe('a taxonomy', () => {
  test('that ships has the three kinds, in both languages', async () => {
    const { kinds } = await shipped()
    expect(kinds.map(({ id, names }) => [id, names.zh])).toEqual([
      ['bug', 'bug类型'],
      ['usability', '用户体验问题'],
      ['complaint', '用户吐槽'],
    ])
  })

  test.each([
    [
      'a kind without a definition',
      'version: 1\nkinds:\n  - id: a\n    names: {en: a}\n    examples: [x]\n',
      3,
      'definition: is missing',
    ],
    [
      'an id that is none',
      'version: 1\nkinds:\n  - id: Über\n    names: {en: a}\n    definition: d\n    examples: [x]\n',
      3,
      'id: must be lowercase letters',
    ],
    [
      'a key that is not known',
      'version: 1\nkinds:\n  - id: a\n    nmaes: {en: a}\n    names: {en: a}\n    definition: d\n    examples: [x]\n',
      4,
      '“nmaes” is not a known key here',
    ],
    [
      'no examples',
      'version: 1\nkinds:\n  - id: a\n    names: {en: a}\n    definition: d\n    examples: []\n',
      6,
      'needs at least one example',
    ],
    [
      'a name that Slack’s menus do not take',
      `version: 1\nkinds:\n  - id: a\n    names: {en: ${'n'.repeat(76)}}\n    definition: d\n    examples: [x]\n`,
      4,
      'is longer than the 75 characters',
    ],
    ['broken YAML', 'version: 1\nkinds: [\n', 3, ''],
  ])('with %s names the line', (_, yaml, line, sentence) => {
    const read = parseTaxonomy(yaml)
    const mistakes = 'mistakes' in read ? read.mistakes : []
    expect(mistakes.some(mistake => mistake.line === line && mistake.sentence.includes(sentence))).toBe(true)
  })

  test('names every contradiction between kinds', () => {
    const kind = (id: string, name: string, more = '') =>
      `  - id: ${id}\n    names: { en: ${name} }\n    definition: d\n    examples: [e]\n${more}`
    const read = parseTaxonomy(
      `version: 1\nkinds:\n${kind('a', 'x')}${kind('a', 'y')}${kind('other', 'x', '    confused_with: { q: z }\n')}`,
    )
    expect('mistakes' in read && read.mistakes).toEqual([
      { line: 7, sentence: 'id: “a” is used twice' },
      { line: 11, sentence: 'id: “other” is reserved for texts that fit no kind; choose another id' },
      { line: 12, sentence: 'names: “x” is used twice' },
      { line: 15, sentence: 'confused_with: there is no other kind “q”' },
    ])
  })

  test('of a channel is checked at start, too, and named with its file', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'threadwise-'))
    const good = await readFile('src/features/classify/taxonomy.yml', 'utf8')
    await writeFile(join(folder, 'main.yml'), good.replace('kinds:', 'channels: { C1: own.yml }\nkinds:'))
    await writeFile(join(folder, 'own.yml'), 'version: 1\nkinds: []\n')
    await expect(loadTaxonomies(join(folder, 'main.yml'))).rejects.toThrow(
      /channels: C1: .*own.yml:2 kinds: needs at least two/,
    )
    await expect(loadTaxonomies(join(folder, 'none.yml'))).rejects.toThrow(
      /TAXONOMY_FILE: .*none.yml cannot be read \(ENOENT\)/,
    )
  })
})

describe('evidence', () => {
  test.each([
    ['这个页面不太好看', '“不太好看”', '不太好看'],
    ['The Export  button\ndoes nothing!', 'the export button does nothing', 'The Export  button\ndoes nothing'],
    ['价格：１００元，太贵了', '价格:100元', '价格：１００元'],
    ['great 😀 app', '😀 app', '😀 app'],
    ['这个页面不太好看', '页面很丑', undefined],
    ['He says it’s slow — always', "it's slow - always", 'it’s slow — always'],
    ['anything', '', undefined],
    ['anything', '"a"', undefined],
  ])('in “%s” for “%s”', (text, quote, found) => {
    expect(findQuote(text, quote)).toBe(found)
  })

  test.each([
    ['Zero crashes this week', 'crashes'],
    ['crash-free since Monday', 'crash'],
    ['It hasnt crashed once', 'crashed'],
    ['It rarely crashes', 'crashes'],
    ['闪退已经修复', '闪退'],
    ['バグが修正されました', 'バグ'],
    ['Non si blocca', 'si blocca'],
    ['Больше не падает', 'падает'],
    ['não trava mais', 'trava'],
  ])('that leaves out what turns its meaning is unsure, and whole: %s', async (text, quote) => {
    const label = { kind: 'bug', quote, reason: 'It fails.', confidence: 0.9 }
    expect(checkEvidence(label, text, await shipped())).toMatchObject({ quote: text, confidence: 0.4 })
  })

  test.each([
    ['0,9', 0.9],
    ['9/10', 0.9],
    ['4/5', 0.8],
    ['90 %', 0.9],
  ])('has its confidence read as it is meant: %s', async (confidence, read) => {
    const answer = JSON.stringify({ kind: 'bug', quote: 'crashes', reason: 'It fails.', confidence })
    expect(parseFindings(answer, await shipped())?.[0]?.confidence).toBe(read)
  })

  test('is always a literal part of the text', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), fc.string({ unit: 'grapheme' }), (text, quote) => {
        const found = findQuote(text, quote)
        return found === undefined || text.includes(found)
      }),
    )
  })

  test('is found for every part of a text, whatever a model makes of its letter case, spaces and marks', () => {
    const letters = fc.string({ unit: fc.constantFrom(...'aB哈坏１!。 \n😀'), minLength: 4, maxLength: 40 })
    fc.assert(
      fc.property(letters, fc.nat(), fc.nat(8), (text, from, length) => {
        const start = from % text.length
        const part = text.slice(start, start + length + 2).toWellFormed()
        fc.pre(!part.includes('\ufffd') && [...part.trim()].length >= 2)
        const found = findQuote(text, `“${part.toUpperCase().replaceAll(' ', '  ')}”…`)
        return found !== undefined && text.includes(found) && plain(found) === plain(part)
      }),
    )
  })
})

const plain = (text: string) => text.normalize('NFKC').toLowerCase().replace(/\s/g, '')

describe('an answer', () => {
  const one = { kind: 'bug', quote: 'it crashes', reason: 'It fails.', confidence: 0.9 }
  test.each([
    ['JSON', JSON.stringify({ items: [one] })],
    [
      'JSON in a fence with words around it',
      `Sure!\n\`\`\`json\n${JSON.stringify({ items: [one] }, undefined, 2)}\n\`\`\``,
    ],
    ['a list', JSON.stringify([one])],
    ['one item alone', JSON.stringify(one)],
    [
      'a name for an id, a percentage for a share',
      JSON.stringify({ items: [{ ...one, kind: 'Bug类型', confidence: '90%' }] }),
    ],
    ['brackets', '[bug]-[it crashes]-[It fails.]-[0.9]'],
    ['lines without brackets', 'Here it is:\nbug - it crashes - It fails. - 0.9'],
    ['lines with some brackets', '1. [Bug类型] - "it crashes" - It fails. - [0.9]'],
    ['brackets as people write them', '- [bug类型] - [问题：it crashes] - [It fails.] - [90 %]'],
  ])('is read from %s', async (_, answer) => {
    expect(parseFindings(answer, await shipped())).toEqual([one])
  })

  test('without a confidence is read, and with several lines, too', async () => {
    expect(parseFindings('[bug]-[a]-[b]\n[用户吐槽]-[c [d] e]-[f]', await shipped())).toEqual([
      { kind: 'bug', quote: 'a', reason: 'b', confidence: undefined },
      { kind: 'complaint', quote: 'c [d] e', reason: 'f', confidence: undefined },
    ])
  })

  test.each([
    '',
    'It is a bug.',
    '{"items":[]}',
    '{"items":[{"kind":"nonsense"}]}',
    '{"items":',
    '[nonsense]-[a]-[b]',
    '[]',
  ])('is none: %s', async answer => {
    expect(parseFindings(answer, await shipped())).toBeUndefined()
  })

  test('in brackets is read behind bullets, semicolons and blank lines, and may hold semicolons', async () => {
    const answer = '\n\n* [bug]-[a; b]-[c]-[0.5]  \n \n - [usability]-[d]-[e];[complaint]-[f]-[g]；\n'
    const found = parseFindings(answer, await shipped())
    expect(found?.map(({ kind, quote, confidence }) => [kind, quote, confidence])).toEqual([
      ['bug', 'a; b', 0.5],
      ['usability', 'd', undefined],
      ['complaint', 'f', undefined],
    ])
  })

  test.each([
    ['\n'],
    [' '],
    ['['],
    [']'],
    ['[]'],
    [';'],
    ['- '],
    ['-\n'],
    ['; \n'],
    ['\n [\n'],
    ['[a]-['],
    [']-[a]-[b'],
    ['[a]-[b]-[c'],
    ['[bug]-[a]-[b]\n'],
    [`[a]-[${'x'.repeat(400)}]-[`],
    [`${'[a]-['.repeat(290)}\n[`],
    ['{"kind":"bug"},'],
    ['bug - a - '],
    ['bug - a - b\n'],
  ])('is read in time that grows linearly with its length: %j', { timeout: 60_000 }, async pattern => {
    const taxonomy = await shipped()
    expect(findSteepGrowth(answer => parseFindings(answer, taxonomy), pattern)).toBeUndefined()
    expect(findSteepGrowth(answer => parseFindings(`[${answer}{"kind":"bug"}]`, taxonomy), pattern)).toBeUndefined()
  })
})

describe('the labelled texts', () => {
  test('are at least 400, half of them Chinese, all of known kinds, none twice', async () => {
    const texts = await loadShippedTexts()
    const kinds = new Set([...(await shipped()).kinds.map(({ id }) => id), 'other'])
    expect(texts.length).toBeGreaterThanOrEqual(400)
    const chinese = texts.filter(({ text }) => /\p{Script=Han}/u.test(text)).length
    expect(chinese / texts.length).toBeGreaterThan(0.45)
    expect(texts.flatMap(({ kinds }) => kinds).filter(kind => !kinds.has(kind))).toEqual([])
    expect(new Set(texts.map(({ text }) => text)).size).toBe(texts.length)
  })
})

describe('a score', () => {
  test('counts precision and recall a kind, and what was taken for what', () => {
    const score = computeScore(
      ['a', 'b'],
      [
        { expected: ['a'], found: ['a'] },
        { expected: ['a'], found: ['b'] },
        { expected: ['b'], found: ['b'] },
        { expected: ['a', 'b'], found: ['b'] },
        { expected: ['b'], found: undefined },
      ],
    )
    expect(score.kinds).toEqual([
      { kind: 'a', precision: 1, recall: 1 / 3, texts: 3 },
      { kind: 'b', precision: 2 / 3, recall: 2 / 3, texts: 3 },
    ])
    expect(score).toMatchObject({ right: 3, failed: 1, texts: 5 })
    expect(score.confusion).toEqual({ a: { a: 2, b: 1 }, b: { b: 1, '(failed)': 1 } })
  })

  test('is printed offline by npm run eval, and a stored correction changes the next answer in it', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'threadwise-'))
    const before = await runEval(folder)
    expect(before).toMatch(/467 texts and 0 corrections/)
    expect(before).toMatch(/built-in engine: right 0\.[5-9]\d of 467, failed 0, cross-validation in 10 parts/)
    const store = await openStore(folder, 0, { debug() {}, info() {}, warn() {}, error() {} } as never)
    for (const [number, text] of ['The frobnicator hums loudly today', 'My frobnicator hums loudly again'].entries()) {
      const id = `T1:C1:${number}`
      const given = { state: 'done' as const, labels: [], version: '1', model: 'm' }
      await store.labels.save({ id, channel: 'C1', text, saidAt: number, isShared: true, ...given })
      await store.labels.correct(id, 'U1', [{ kind: 'complaint', reason: '' }])
    }
    await store.close()
    const after = await runEval(folder)
    expect(after).toMatch(/467 texts and 2 corrections/)
    // Each of the two is called what the other was corrected to.
    const called = (report: string) =>
      Number(/complaint +\d+ +\d+ +(\d+)/.exec(report.split('called (columns)')[1] ?? '')?.[1])
    expect(called(after)).toBe(called(before) + 2)
  })
})

async function runEval(folder: string): Promise<string> {
  const run = promisify(execFile)(
    process.execPath,
    [resolve('src/cli/evaluate.ts'), '--classifier', resolve('playground/demo-model/feedback.ts')],
    {
      cwd: folder,
      env: { ...childEnv, DATA_DIR: folder },
    },
  )
  return (await run).stdout
}
