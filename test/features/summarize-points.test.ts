import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { checkPoints, parseAnswer } from '../../src/features/summarize/check-points.ts'
import { countTokens, type Said, splitChunks } from '../../src/features/summarize/chunks.ts'
import { estimateTokens } from '../../src/model/tokens.ts'

const said = (ts: string, text: string, threadTs = ts): Said => ({
  ts,
  threadTs,
  from: 'Dana',
  time: '',
  text,
  files: [],
})

describe('what a model answers', () => {
  const decision = { text: 'It ships.', sources: ['1'] }
  test.each([
    JSON.stringify({ upshot: null, decisions: [decision] }),
    `\`\`\`json\n${JSON.stringify({ decisions: [{ text: 'It ships.', sources: [1] }] })}\n\`\`\``,
    `Here you are: ${JSON.stringify({ decisions: [{ text: 'It ships.', sources: 'm1' }] })} Anything else?`,
    '{"upshot":{"text":"","sources":[]},"decisions":[{"text":"It ships.","sources":["[1]"]},{"text":"It br',
    '{"decisions":[{"text":"It ships.","sources":["1"]}],"tasks":[{"who":"Da',
  ])('is read as far as it goes: %s', answer => {
    const read = parseAnswer(answer)
    expect(read?.decisions).toEqual([decision])
  })

  test.each(['', 'I cannot do that.', '[]', '{"items":[]}', '{', '{"decisions":"many"}'])('is none: %s', answer =>
    expect(parseAnswer(answer)).toBeUndefined(),
  )

  test('has no due date that only a greeting could mean', async () => {
    // Word for word what Qwen2.5-Coder-1.5B wrote of a recording.
    const read = parseAnswer(
      '{"tasks": [{"who": "Dana", "what": "sets the launch date for Monday at 10 o\'clock.", "due": "tomorrow", "sources": ["1"]}]}',
    )
    const dueOf = async (text: string) => {
      const message = { ...said('1', text), time: '2026-11-28 13:40' }
      const checks = { sourcesOf: () => ['1'], said: () => message }
      return read && (await checkPoints(read, checks)).points[0]?.due
    }
    expect(await dueOf("Good morning, everyone. We launch on Monday at 10 o'clock.")).toBeUndefined()
    expect(await dueOf('Good morning, everyone. We launch tomorrow morning.')).toBe('2026-11-29')
  })

  test.each([
    ['May', 'It may be late.', undefined],
    ['March', 'We march on.', undefined],
    ['Sat', 'They are satisfied.', undefined],
    ['Q1', 'In Q1.', 'Q1'],
    ['月底', '月底前给你。', '月底'],
  ])('has a due date only where one stands: %s in “%s”', async (due, text, kept) => {
    const read = parseAnswer(JSON.stringify({ tasks: [{ task: 'Call', assignee: 'Dana', deadline: due, source: 1 }] }))
    const message = { ...said('1', text), time: '2026-11-28 13:40' }
    const { points } = await checkPoints(read as never, { sourcesOf: () => ['1'], said: () => message })
    expect(points).toMatchObject([{ text: 'Call', who: 'Dana' }])
    expect(points[0]?.due).toBe(kept)
  })

  test.each([
    ['TBD', 'Owner: TBD', undefined],
    ['nobody', 'So far nobody.', undefined],
    ['田中さん', '田中さんお願いします。', '田中さん'],
  ])('has an owner only where somebody is named: %s in “%s”', async (who, text, kept) => {
    const read = parseAnswer(JSON.stringify({ tasks: [{ what: 'Call', who, due: '', sources: [1] }] }))
    const { points } = await checkPoints(read as never, { sourcesOf: () => ['1'], said: ts => said(ts, text) })
    expect(points[0]?.who).toBe(kept)
  })

  test('rests on what was read, whatever it is', () => {
    return fc.assert(
      fc.asyncProperty(
        fc.array(fc.record({ text: fc.string(), sources: fc.array(fc.oneof(fc.string(), fc.integer())) })),
        async decisions => {
          const read = parseAnswer(JSON.stringify({ upshot: null, decisions }))
          if (read === undefined) return
          const known = new Map([
            ['1', ['100.1']],
            ['2', ['100.2']],
          ])
          const { points } = await checkPoints(read, { sourcesOf: id => known.get(id), said: ts => said(ts, '') })
          for (const { sources } of points) {
            expect(sources.length).toBeGreaterThan(0)
            for (const ts of sources) expect(['100.1', '100.2']).toContain(ts)
          }
        },
      ),
    )
  })
})

describe('parts', () => {
  const messages = fc
    .array(
      fc.record({
        gap: fc.integer({ min: 1, max: 20_000 }),
        length: fc.integer({ min: 0, max: 900 }),
        thread: fc.nat(12),
      }),
      {
        maxLength: 200,
      },
    )
    .map(list => {
      const roots: string[] = []
      let at = 1_700_000_000
      return list.map(({ gap, length, thread }) => {
        at += gap
        const ts = `${at}.000001`
        const root = roots[thread]
        if (root === undefined) roots.push(ts)
        return said(ts, '字'.repeat(length), root)
      })
    })

  test('hold every message once, and no more than fits', () => {
    fc.assert(
      fc.property(messages, list => {
        const parts = splitChunks(list, 1_000, estimateTokens)
        expect(
          parts
            .flat()
            .map(({ ts }) => ts)
            .sort(),
        ).toEqual(list.map(({ ts }) => ts).sort())
        for (const part of parts)
          expect(part.reduce((sum, one) => sum + countTokens(one, estimateTokens), 0)).toBeLessThanOrEqual(1_000)
      }),
    )
  })

  test('end at the borders of threads, and within one where people were silent longest', () => {
    const line = (at: number, thread?: string) => said(`${1_700_000_000 + at}.000001`, 'x'.repeat(200), thread)
    const thread = '1700000000.000001'
    const long = [0, 10, 20, 30, 4_000, 4_010, 4_020].map(at => line(at, thread))
    const cut = splitChunks(long, 400, estimateTokens)
    expect(cut.map(part => part.length)).toEqual([4, 3])
    const both = splitChunks([...long.slice(0, 3), line(50), line(60)], 300, estimateTokens)
    expect(both.map(part => part.length)).toEqual([3, 2])
  })
})
