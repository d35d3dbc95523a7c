import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { SlackError } from '../../src/errors.ts'
import type { CallSlack } from '../../src/slack/client.ts'
import { createReader } from '../../src/slack/reader.ts'

beforeEach(() => vi.useFakeTimers({ now: Date.UTC(2026, 10, 26) }))
afterEach(() => vi.useRealTimers())

const ok = { ok: true as const }

test('no minute sees more calls of a method than are allowed, and the first come at once', async () => {
  const times: number[] = []
  const call: CallSlack = async () => {
    times.push(Date.now())
    return ok
  }
  const { fetch } = createReader(call, 45)
  const begunAt = Date.now()
  const all = Promise.all(Array.from({ length: 200 }, () => fetch('conversations.replies', {}, { for: 'report' })))
  await vi.runAllTimersAsync()
  await all
  expect(times.filter(at => at === begunAt)).toHaveLength(11)
  for (const from of times) expect(times.filter(at => at >= from && at < from + 60_000).length).toBeLessThanOrEqual(45)
  // Evenly, so that somebody who watches sees it go on.
  const gaps = times.slice(11).map((at, index) => at - (times[index + 10] ?? at))
  expect(Math.max(...gaps)).toBeLessThan(3_000)
  expect((times.at(-1) ?? 0) - begunAt).toBeLessThan(6 * 60_000)
})

test('a refusal lets that method rest, and no other; the page is read after it', async () => {
  const made: [string, number][] = []
  const begunAt = Date.now()
  const call: CallSlack = async method => {
    made.push([method, Date.now() - begunAt])
    if (made.length === 1) throw new SlackError(method, 'ratelimited', { retryAfterMs: 20_000 })
    return ok
  }
  const { fetch } = createReader(call, 45)
  const first = fetch('conversations.replies', {}, { for: 'report' })
  await vi.advanceTimersByTimeAsync(1)
  const others = [
    fetch('conversations.replies', {}, { for: 'report' }),
    fetch('conversations.history', {}, { for: 'report' }),
  ]
  await vi.runAllTimersAsync()
  await Promise.all([first, ...others])
  const of = (method: string) => made.filter(([name]) => name === method).map(([, at]) => at)
  expect(of('conversations.history')).toEqual([1])
  expect(of('conversations.replies')[0]).toBe(0)
  expect(Math.min(...of('conversations.replies').slice(1))).toBeGreaterThanOrEqual(20_000)
  expect(of('conversations.replies')).toHaveLength(3)
})

test('whoever stops waiting is let go', async () => {
  const { fetch } = createReader(async () => ok, 1)
  await fetch('conversations.history', {}, { for: 'report' })
  const stop = new AbortController()
  const waiting = fetch('conversations.history', {}, { for: 'report', signal: stop.signal })
  const outcome = expect(waiting).rejects.toThrow()
  stop.abort()
  await outcome
})

test('what somebody waits for is read at once, and taken off the rest', async () => {
  const times: number[] = []
  const call: CallSlack = async () => {
    times.push(Date.now())
    return ok
  }
  const { fetch } = createReader(call, 45)
  const begunAt = Date.now()
  const urgent = Promise.all(Array.from({ length: 30 }, () => fetch('conversations.replies', {}, { for: 'question' })))
  const all = Promise.all(Array.from({ length: 60 }, () => fetch('conversations.replies', {}, { for: 'report' })))
  await vi.runAllTimersAsync()
  await Promise.all([urgent, all])
  expect(times.filter(at => at === begunAt)).toHaveLength(30)
  for (const from of times) expect(times.filter(at => at >= from && at < from + 60_000).length).toBeLessThanOrEqual(50)
})

test('a question is read before a backfill, a backfill before a report, and checks of unknown threads come last, within their quota', async () => {
  const made: string[] = []
  const call: CallSlack = async (_, args) => {
    made.push(String(args.by))
    return ok
  }
  const { fetch } = createReader(call, 40)
  const read = (by: 'question' | 'backfill' | 'report' | 'check', count: number) =>
    Array.from({ length: count }, () => fetch('conversations.replies', { by }, { for: by }))
  const all = [...read('check', 60), ...read('report', 30), ...read('backfill', 10), ...read('question', 1)]
  await vi.advanceTimersByTimeAsync(1)
  expect(made.at(-1)).toBe('question')
  await vi.advanceTimersByTimeAsync(60_000)
  expect(made.filter(by => by === 'check').length).toBeLessThanOrEqual(40 * 0.2 + 2)
  const [lastBackfill, firstLate] = [made.lastIndexOf('backfill'), made.indexOf('report', 10)]
  expect(lastBackfill).toBeLessThan(made.lastIndexOf('report'))
  expect(firstLate).toBeGreaterThan(0)
  await vi.runAllTimersAsync()
  await Promise.all(all)
  expect(made).toHaveLength(101)
})
