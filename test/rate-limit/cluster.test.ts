import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { createLimiter, type Limiter } from '../../src/rate-limit/limiter.ts'
import { createSlack, openReplicas } from './pools.ts'

beforeEach(() => {
  vi.useFakeTimers({ now: 1_700_000_000_000 })
})
afterEach(() => {
  vi.useRealTimers()
})

const four = ['a', 'b', 'c', 'd']
const pass = (ms: number) => vi.advanceTimersByTimeAsync(ms)

describe('several replicas in one workspace', () => {
  test.each([2, 4])('%i of them flood Slack for three minutes, and not one call is refused', async count => {
    const names = four.slice(0, count)
    const { slack, budgets } = openReplicas(names, 'published', jitter())
    await pass(100)
    const floods = budgets.map(limiter => flood(limiter))
    await pass(180_000)
    for (const stop of floods) stop()
    expect(slack.refused()).toEqual([])
    // Nearly all that Slack allows is used, and each has about as much of it.
    expect(slack.count('chat.update')).toBeGreaterThan(140)
    expect(slack.count('chat.appendStream')).toBeGreaterThan(280)
    expect(slack.count('chat.postMessage')).toBeGreaterThan(150)
    expect(slack.count('chat.startStream')).toBeGreaterThan(50)
    expect(slack.count('chat.stopStream')).toBe(slack.count('chat.startStream'))
    for (const method of ['chat.update', 'chat.appendStream', 'chat.postMessage'])
      for (const name of names) {
        const fair = slack.count(method) / count
        expect(slack.count(method, name) / fair, `${method} of ${name}`).toBeGreaterThan(0.7)
      }
  })

  test('one that is alone at work has nearly all of it within a second', async () => {
    const { slack, budgets } = openReplicas(four)
    await pass(5_000)
    const [limiter] = budgets as [Limiter]
    for (let call = 0; call < 60; call += 1) void limiter.send('chat.update', () => ({}), 'interim')
    await pass(1_000)
    // The others keep one each, so that a question that comes to them is shown at once.
    expect(slack.count('chat.update', 'a')).toBe(47)
  })

  test('a question that comes to an idle one is shown at once, and can be completed, whatever the others are doing', async () => {
    const { slack, budgets } = openReplicas(four)
    const [busy, , idle] = budgets as [Limiter, Limiter, Limiter]
    await pass(5_000)
    const stop = flood(busy)
    await pass(20_000)
    expect(idle.openReply().begin()).toBe(true)
    void idle.send('chat.postMessage', () => ({ channel: 'C9' }), 'first')
    await pass(50)
    expect(slack.count('chat.postMessage', 'c')).toBe(1)
    void idle.send('chat.update', () => ({}), 'final')
    await pass(50)
    expect(slack.count('chat.update', 'c')).toBe(1)
    stop()
  })

  test('a reply grows as smoothly on one of four as it does on the only one', async () => {
    const alone = createSlack('published')
    const { slack, budgets } = openReplicas(four)
    await pass(5_000)
    await Promise.all([grow(createLimiter(alone.toCall('a'))), grow(budgets[2] as Limiter), pass(20_000)])
    expect(alone.count('chat.update')).toBeGreaterThan(15)
    expect(slack.count('chat.update')).toBeGreaterThanOrEqual(alone.count('chat.update') - 2)
  })

  test('last texts come before first ones, on whichever of them they wait', async () => {
    const { slack, budgets } = openReplicas(four)
    const [one, , other] = budgets as [Limiter, Limiter, Limiter]
    await pass(2_000)
    const stop = flood(one)
    await pass(5_000)
    stop()
    const texts = (limiter: Limiter, as: 'first' | 'final', calls: number) => {
      for (let call = 0; call < calls; call += 1) void limiter.send('chat.update', () => ({ as }), as)
    }
    texts(one, 'first', 20)
    await pass(1_000)
    texts(other, 'final', 10)
    await pass(70_000)
    const order = slack.arrived.filter(({ args }) => args.as !== undefined).map(({ args }) => args.as)
    expect(order).toHaveLength(30)
    // What is granted while no last text waits is the first texts’.
    expect(order.lastIndexOf('final')).toBeLessThan(12)
    expect(slack.refused()).toEqual([])
  })

  test('in one channel they post in turn, as often as it takes a post', async () => {
    const { slack, budgets } = openReplicas(four, 'published', jitter())
    await pass(100)
    for (const limiter of budgets)
      for (let post = 0; post < 5; post += 1)
        void limiter.send('chat.postMessage', () => ({ channel: 'C1', post }), 'first')
    await pass(23_000)
    expect(slack.refused()).toEqual([])
    expect(slack.count('chat.postMessage')).toBe(20)
    const firstFour = slack.arrived.slice(0, 4).map(({ replica }) => replica)
    expect(firstFour.toSorted()).toEqual(four)
  })

  test('a post that is given up leaves its moment to the next one', async () => {
    const { slack, budgets } = openReplicas(four)
    const [one, two] = budgets as [Limiter, Limiter]
    await pass(5_000)
    const post = (limiter: Limiter, signal?: AbortSignal) =>
      limiter.send('chat.postMessage', () => ({ channel: 'C1' }), { urgency: 'first', signal })
    void post(one)
    await pass(10)
    const overtaken = new AbortController()
    const given = expect(post(two, overtaken.signal)).rejects.toThrow('overtaken')
    await pass(500)
    overtaken.abort(new Error('overtaken'))
    await given
    void post(two)
    await pass(650)
    expect(slack.count('chat.postMessage', 'b')).toBe(1)
  })

  test('how long a post would wait is known, also when only others post in the channel', async () => {
    const { budgets } = openReplicas(four)
    const [one, two] = budgets as [Limiter, Limiter]
    await pass(5_000)
    for (let post = 0; post < 5; post += 1) void one.send('chat.postMessage', () => ({ channel: 'C1' }), 'first')
    await pass(50)
    two.openReply()
    await pass(50)
    expect(two.waitMs('chat.postMessage', 'C1')).toBeGreaterThan(800)
    expect(two.waitMs('chat.postMessage', 'C2')).toBe(0)
  })

  test('what is begun on all of them at the same moment can be completed', async () => {
    const { slack, budgets } = openReplicas(four)
    await pass(5_000)
    for (let call = 0; call < 38; call += 1) void budgets[0]?.send('chat.update', () => ({}), 'interim')
    await pass(3_000)
    const begun = budgets.flatMap(limiter =>
      Array.from({ length: 10 }, () => limiter.openReply()).flatMap(share =>
        share.begin() ? [{ limiter, share }] : [],
      ),
    )
    expect(begun.length).toBeGreaterThan(7)
    expect(begun.length).toBeLessThanOrEqual(12)
    for (const { limiter, share } of begun) {
      share.complete()
      void limiter.send('chat.update', () => ({ as: 'final' }), 'final')
    }
    await pass(500)
    expect(slack.arrived.filter(({ args }) => args.as === 'final')).toHaveLength(begun.length)
    expect(slack.refused()).toEqual([])
  })

  test('without the database each goes on with its careful part, and all of it is there when it is back', async () => {
    const { slack, database, budgets } = openReplicas(four)
    await pass(5_000)
    database.isAway = true
    const floods = budgets.map(limiter => flood(limiter))
    await pass(180_000)
    const between = (from: number, to: number) =>
      slack.arrived.filter(({ method, at }) => method === 'chat.update' && at > from && at <= to)
    const now = Date.now()
    for (const replica of four) {
      const own = between(now - 60_000, now).filter(call => call.replica === replica)
      expect(own.length).toBeGreaterThanOrEqual(10)
      expect(own.length).toBeLessThanOrEqual(12)
    }
    expect(slack.refused().filter(({ method }) => method !== 'chat.postMessage')).toEqual([])
    database.isAway = false
    for (const stop of floods.slice(1)) stop()
    await pass(65_000)
    const after = between(Date.now() - 62_000, Date.now())
    expect(after.filter(({ replica }) => replica === 'a').length).toBeGreaterThan(40)
  })

  test('without the database and with the minute spent, none spends it again', async () => {
    const { slack, database, budgets } = openReplicas(four)
    const [one, two] = budgets as [Limiter, Limiter]
    await pass(5_000)
    const stop = flood(one)
    await pass(8_000)
    stop()
    database.isAway = true
    const floods = [two, ...budgets.slice(2)].map(limiter => flood(limiter))
    await pass(50_000)
    for (const end of floods) end()
    expect(slack.refused().filter(({ method }) => method !== 'chat.postMessage')).toEqual([])
  })

  test('a reply in progress is completed while the database does not answer at all', async () => {
    const { slack, database, budgets } = openReplicas(four)
    await pass(5_000)
    const limiter = budgets[1] as Limiter
    const growing = grow(limiter)
    await pass(1_500)
    const before = slack.count('chat.update')
    database.answersInMs = 60_000
    await pass(20_000)
    await growing
    expect(slack.count('chat.update')).toBeGreaterThan(before + 3)
    expect(slack.arrived.at(-1)?.args).toEqual({ as: 'final' })
  })

  test('what one is refused, all respect, and what it teaches, all know', async () => {
    const { slack, budgets } = openReplicas(four, { 'chat.update': 20 })
    await pass(5_000)
    const floods = budgets.map(limiter => flood(limiter))
    await pass(300_000)
    for (const stop of floods) stop()
    const refused = slack.refused().filter(({ method }) => method === 'chat.update')
    expect(refused.length).toBeGreaterThan(0)
    // Calls that were under way together are refused together; after two minutes none is any more.
    const start = slack.arrived[0]?.at ?? 0
    expect(refused.filter(({ at }) => at > start + 130_000)).toEqual([])
    expect(slack.count('chat.update') - refused.length).toBeGreaterThan(75)
    const [first] = refused
    const rest = slack.arrived.filter(
      ({ method, at }) => method === 'chat.update' && at > (first?.at ?? 0) + 400 && at < (first?.at ?? 0) + 30_000,
    )
    expect(rest).toEqual([])
  })

  test('where one was refused, another that has not called yet waits as long as Slack said', async () => {
    const { slack, budgets } = openReplicas(four, { 'chat.update': 20 })
    const [one, two] = budgets as [Limiter, Limiter]
    await pass(5_000)
    const stop = flood(one)
    await pass(8_000)
    stop()
    expect(slack.refused().length).toBeGreaterThan(0)
    expect(two.waitMs('chat.update', '')).toBeGreaterThan(40_000)
    void two.send('chat.update', () => ({}), 'final')
    await pass(40_000)
    expect(slack.count('chat.update', 'b')).toBe(0)
    await pass(30_000)
    expect(slack.count('chat.update', 'b')).toBe(1)
    expect(slack.refused().filter(({ replica }) => replica === 'b')).toEqual([])
  })

  test('what was kept for replies that have ended is there for all', async () => {
    const { slack, budgets } = openReplicas(four)
    const [one, two] = budgets as [Limiter, Limiter]
    await pass(5_000)
    const shares = Array.from({ length: 12 }, () => one.openReply())
    expect(shares.every(share => share.begin())).toBe(true)
    await pass(2_000)
    for (const share of shares) share.close()
    await pass(300)
    for (let call = 0; call < 60; call += 1) void two.send('chat.update', () => ({}), 'interim')
    await pass(1_000)
    expect(slack.count('chat.update', 'b')).toBe(47)
  })

  test('what one held when it died is the others’', async () => {
    const { slack, database, budgets } = openReplicas(['a', 'b'])
    const hoarder = database.toPool('c')
    const limit = { perMinute: 50, spacingMs: 1_000, raiseInMs: Number.POSITIVE_INFINITY, restMs: 0, version: 0 }
    const report = { spentMs: [], held: 0, asks: [40, 0, 0, 0] as [number, number, number, number], growing: 0, limit }
    void hoarder.sync({ 'chat.update': { ...report, isNews: false } })
    await pass(100)
    const [one] = budgets as [Limiter]
    const stop = flood(one)
    await pass(4_000)
    expect(slack.count('chat.update')).toBeLessThan(11)
    await pass(3_000)
    expect(slack.count('chat.update')).toBeGreaterThan(45)
    stop()
  })

  test('one that leaves takes nothing along', async () => {
    const { slack, budgets } = openReplicas(four)
    const [one, ...others] = budgets as [Limiter, ...Limiter[]]
    await pass(2_000)
    await Promise.all([...others.map(limiter => limiter.close()), pass(100)])
    for (let call = 0; call < 60; call += 1) void one.send('chat.update', () => ({}), 'interim')
    await pass(200)
    expect(slack.count('chat.update')).toBe(50)
  })
})

/** Sends whatever a budget lets through: edits, pieces of streams, whole streams, and posts in one channel. */
function flood(limiter: Limiter): () => void {
  let isOver = false
  const every = async (send: () => Promise<unknown>): Promise<void> => {
    while (!isOver) {
      await send()
      await new Promise(resolve => setTimeout(resolve, 100))
    }
  }
  for (const method of ['chat.update', 'chat.appendStream'])
    for (let text = 0; text < 3; text += 1) void every(() => limiter.send(method, () => ({}), 'interim'))
  void every(() => limiter.send('chat.postMessage', () => ({ channel: 'C1' }), 'first'))
  void every(async () => {
    const stream = limiter.openStream()
    if (stream === undefined) return
    const begun = await limiter.send('chat.startStream', () => ({}), 'interim')
    stream.begun()
    if (begun !== undefined) await limiter.send('chat.stopStream', () => ({}), 'final')
    stream.close()
  })
  return () => {
    isOver = true
  }
}

/** A reply that grows for eight seconds. */
async function grow(limiter: Limiter): Promise<void> {
  const share = limiter.openReply()
  expect(share.begin()).toBe(true)
  const begunAt = Date.now()
  while (Date.now() < begunAt + 8_000) {
    await new Promise(resolve => setTimeout(resolve, share.nextMs(Date.now() - begunAt)))
    if ((await limiter.send('chat.update', () => ({}), 'interim')) !== undefined) share.spend()
  }
  share.complete()
  await limiter.send('chat.update', () => ({ as: 'final' }), 'final')
  share.close(8_000)
}

/** Calls are under way for different times, but always the same ones. */
function jitter(): () => number {
  let state = 7
  return () => {
    state = (state * 1_103_515_245 + 12_345) % 2 ** 31
    return 10 + (state % 50)
  }
}
