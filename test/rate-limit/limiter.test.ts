import fc from 'fast-check'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { SlackError } from '../../src/errors.ts'
import { createLimiter } from '../../src/rate-limit/limiter.ts'
import type { SlackAnswer } from '../../src/slack/client.ts'

beforeEach(() => {
  vi.useFakeTimers()
})
afterEach(() => {
  vi.useRealTimers()
})

describe('the send budget', () => {
  test('lets calls in between go while there is room, and drops them when there is none', async () => {
    const { limiter, made } = open()
    const landed = await Promise.all(
      Array.from({ length: 60 }, () => limiter.send('chat.update', () => ({}), 'interim')),
    )
    expect(landed.filter(answer => answer !== undefined)).toHaveLength(50)
    expect(made).toHaveLength(50)
  })

  test('keeps back a completing call for each reply in progress', async () => {
    const { limiter, made } = open()
    const shares = Array.from({ length: 5 }, () => limiter.openReply())
    expect(shares.map(share => share.begin())).toEqual([true, true, true, true, true])
    for (let call = 0; call < 60; call += 1) await limiter.send('chat.update', () => ({}), 'interim')
    expect(made).toHaveLength(45)
    await Promise.all(shares.map(() => limiter.send('chat.update', () => ({}), 'final')))
    expect(made).toHaveLength(50)
    for (const share of shares) share.close()
    expect(limiter.openReply().begin()).toBe(false)
  })

  test('has an edit for every question that somebody asks after another, however often each may be edited', async () => {
    const { limiter } = open()
    const edited: number[] = []
    for (let question = 0; question < 8; question += 1) {
      const share = limiter.openReply()
      expect(share.begin()).toBe(true)
      const begunAt = Date.now()
      let edits = 0
      for (;;) {
        const waitMs = share.nextMs(Date.now() - begunAt)
        if (Date.now() + waitMs > begunAt + 4_500) break
        await vi.advanceTimersByTimeAsync(waitMs)
        if ((await limiter.send('chat.update', () => ({}), 'interim')) === undefined) continue
        share.spend()
        edits += 1
      }
      share.complete()
      await limiter.send('chat.update', () => ({}), 'final')
      share.close(4_500)
      edited.push(edits)
      await vi.advanceTimersByTimeAsync(500)
    }
    // The first one is edited most, and none is left without.
    expect(edited[0]).toBeGreaterThan(14)
    expect(edited.toSorted((a, b) => b - a)).toEqual(edited)
  })

  test('lets the last ones go first, then errors, then first texts, whoever came first', async () => {
    const { limiter, made } = open()
    for (let call = 0; call < 50; call += 1) await limiter.send('chat.update', () => ({ as: 'before' }), 'interim')
    const waiting = (['first', 'error', 'final', 'first'] as const).map((as, index) =>
      limiter.send('chat.update', () => ({ as, index }), as),
    )
    await vi.advanceTimersByTimeAsync(61_000)
    await Promise.all(waiting)
    expect(made.slice(50).map(({ args }) => args.as)).toEqual(['final', 'error', 'first', 'first'])
  })

  test('makes a call that waits also when the clock goes on while it is read', async () => {
    for (const stepMs of [0.01, 0.05, 0.1, 0.2, 0.3, 0.5, 0.7, 1]) {
      let last = 0
      const now = () => {
        last = Math.max(last, Date.now()) + stepMs
        return Math.floor(last)
      }
      const { limiter, made } = open(now)
      const posts = Array.from({ length: 5 }, () =>
        limiter.send('chat.postMessage', () => ({ channel: 'C1' }), 'first'),
      )
      await vi.advanceTimersByTimeAsync(10_000)
      expect(made, `a clock that goes on by ${stepMs} ms`).toHaveLength(posts.length)
    }
  })

  test('honours a refusal for its own method only, and makes the call again with what is newest then', async () => {
    const { limiter, made, refuse } = open()
    refuse('chat.update', 7_000)
    let text = 'old'
    const final = limiter.send('chat.update', () => ({ text }), 'final')
    await vi.advanceTimersByTimeAsync(100)
    text = 'new'
    await limiter.send('chat.postMessage', () => ({ channel: 'C1' }), 'first')
    await vi.advanceTimersByTimeAsync(6_800)
    expect(made.map(({ method }) => method)).toEqual(['chat.update', 'chat.postMessage'])
    await vi.advanceTimersByTimeAsync(300)
    await final
    expect(made.at(-1)).toMatchObject({ method: 'chat.update', args: { text: 'new' } })
  })

  test('posts once a second in a channel, side by side in others', async () => {
    const { limiter, made } = open()
    const post = (channel: string) => limiter.send('chat.postMessage', () => ({ channel }), 'first')
    const all = Promise.all([post('C1'), post('C1'), post('C2'), post('C1')])
    await vi.advanceTimersByTimeAsync(10)
    expect(made.map(({ args }) => args.channel)).toEqual(['C1', 'C2'])
    await vi.advanceTimersByTimeAsync(2_200)
    await all
    expect(made.map(({ args }) => args.channel)).toEqual(['C1', 'C2', 'C1', 'C1'])
  })

  test('gives a waiting call up when its signal says so, and others go on', async () => {
    const { limiter, refuse, made } = open()
    refuse('chat.update', 5_000)
    await limiter.send('chat.update', () => ({}), 'interim')
    const giveUp = new AbortController()
    const given = limiter.send('chat.update', () => ({ as: 'given up' }), { urgency: 'final', signal: giveUp.signal })
    const kept = limiter.send('chat.update', () => ({ as: 'kept' }), 'final')
    giveUp.abort(new Error('enough'))
    await expect(given).rejects.toThrow('enough')
    await vi.advanceTimersByTimeAsync(6_000)
    await kept
    expect(made.map(({ args }) => args.as)).toEqual([undefined, 'kept'])
  })

  test('never exceeds a method’s limit in any minute, and loses no call that must be made', async () => {
    const step = fc.record({
      afterMs: fc.integer({ min: 0, max: 4_000 }),
      urgency: fc.constantFrom('final', 'error', 'first', 'interim'),
    })
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 150 }), async steps => {
        const { limiter, made } = open()
        const sent: Promise<unknown>[] = []
        for (const { afterMs, urgency } of steps) {
          await vi.advanceTimersByTimeAsync(afterMs)
          sent.push(limiter.send('chat.update', () => ({ urgency }), urgency as 'final'))
        }
        await vi.advanceTimersByTimeAsync(300_000)
        await Promise.all(sent)
        for (const { at } of made)
          expect(made.filter(other => other.at >= at && other.at < at + 60_000).length).toBeLessThanOrEqual(50)
        const must = steps.filter(({ urgency }) => urgency !== 'interim').length
        expect(made.filter(({ args }) => args.urgency !== 'interim')).toHaveLength(must)
      }),
      { numRuns: 60 },
    )
  })
})

/** A Slack that takes everything, but for the refusals that a test asks for. */
function open(now?: () => number) {
  const made: { method: string; args: Record<string, unknown>; at: number }[] = []
  const refusals = new Map<string, number>()
  const call = async (method: string, args: Record<string, unknown>): Promise<SlackAnswer> => {
    made.push({ method, args, at: Date.now() })
    const afterMs = refusals.get(method)
    refusals.delete(method)
    if (afterMs !== undefined) throw new SlackError(method, 'ratelimited', { retryAfterMs: afterMs })
    return { ok: true }
  }
  return {
    limiter: createLimiter(call, now),
    made,
    refuse: (method: string, afterMs: number) => refusals.set(method, afterMs),
  }
}
