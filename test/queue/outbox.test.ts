import { describe, expect, onTestFinished, test } from 'vitest'
import { z } from 'zod'
import type { Log } from '../../src/log.ts'
import { createOutbox } from '../../src/queue/outbox.ts'
import { openMemoryStore } from '../../src/store/open-sqlite-store.ts'

const schema = z.object({ text: z.string() })

describe('commands that a process left', () => {
  test('are run by their kind, the oldest first, and are gone once they are done', async () => {
    const { records, open } = await openPlace()
    for (const [index, kind] of ['b', 'a', 'b'].entries())
      await records.save({ id: `c${index}`, kind, payload: { text: `${index}` }, savedAt: index })
    const { outbox } = open()
    const run: string[] = []
    for (const kind of ['a', 'b'])
      outbox.define(kind, schema, async ({ payload }, isResumed) => void run.push(`${kind}${payload.text}${isResumed}`))
    await outbox.takeOver()
    expect(run).toEqual(['b0true', 'a1true', 'b2true'])
    await expect.poll(() => records.takeOver()).toEqual([])
  })

  test('are put into quarantine, with a line in the log, if nothing can read them; the others are run', async () => {
    const { records, open } = await openPlace()
    await records.save({ id: 'torn', kind: 'a', payload: null, savedAt: 1 })
    await records.save({ id: 'wrong', kind: 'a', payload: { txt: 'x' }, savedAt: 2 })
    await records.save({ id: 'unknown', kind: 'none', payload: { text: 'x' }, savedAt: 3 })
    await records.save({ id: 'good', kind: 'a', payload: { text: 'x' }, savedAt: 4 })
    const { outbox, lines } = open()
    const run: string[] = []
    outbox.define('a', schema, async ({ id }) => void run.push(id))
    await outbox.takeOver()
    expect(run).toEqual(['good'])
    expect(lines.filter(line => line.includes('command quarantined'))).toHaveLength(3)
    await expect.poll(() => records.takeOver()).toEqual([])
  })

  test('are left to the next start if they fail', async () => {
    const { records, open } = await openPlace()
    const first = open()
    const failing = first.outbox.define('a', schema, () => Promise.reject(new Error('Slack is away')))
    const command = await failing.save({ text: 'x' })
    if (command !== undefined) await failing.run(command)
    expect(first.lines.join()).toContain('command failed; the next start runs it again')
    const { outbox } = open()
    const run: string[] = []
    outbox.define('a', schema, async ({ payload }) => void run.push(payload.text))
    await outbox.takeOver()
    expect(run).toEqual(['x'])
    await expect.poll(() => records.takeOver()).toEqual([])
  })
})

test('a command that came before the take-over is run once', async () => {
  const { outbox } = (await openPlace()).open()
  const run: string[] = []
  const kind = outbox.define('a', schema, async ({ payload }) => void run.push(payload.text))
  const command = await kind.save({ text: 'x' }, 'id')
  expect(await kind.save({ text: 'x' }, 'id')).toBeUndefined()
  await outbox.takeOver()
  expect(run).toEqual([])
  if (command !== undefined) await kind.run(command)
  expect(run).toEqual(['x'])
})

async function openPlace() {
  const store = await openMemoryStore({ debug() {}, info() {}, warn() {}, error() {} } as unknown as Log)
  onTestFinished(() => store.close())
  const records = store.outbox
  const open = () => {
    const lines: string[] = []
    const error = (_: unknown, sentence: string) => void lines.push(sentence)
    return { outbox: createOutbox(records, { error } as unknown as Log), lines }
  }
  return { records, open }
}
