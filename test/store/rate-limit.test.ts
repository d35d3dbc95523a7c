import { sql } from 'kysely'
import { expect, onTestFinished, test } from 'vitest'
import type { Limit, Report } from '../../src/rate-limit/cluster-protocol.ts'
import { createLimiter } from '../../src/rate-limit/limiter.ts'
import { migrate } from '../../src/store/migrations.ts'
import { openPostgres } from '../../src/store/postgres.ts'
import { createCluster } from '../../src/store/rate-limit.ts'
import { openDatabase, openProxy, withPostgres } from '../postgres.ts'
import { createSlack } from '../rate-limit/pools.ts'

const method = 'chat.update'
const asPublished: Limit = {
  perMinute: 50,
  spacingMs: 1_000,
  raiseInMs: Number.POSITIVE_INFINITY,
  restMs: 0,
  version: 0,
}
const report = (change: Partial<Report>) => ({
  [method]: {
    ...{ spentMs: [], held: 0, asks: [0, 0, 0, 0], growing: 0, limit: asPublished, isNews: false },
    ...change,
  } satisfies Report as Report,
})

withPostgres('a send budget that replicas share through PostgreSQL', () => {
  test('is granted once, however many ask for all of it at the same moment', async () => {
    const { pools } = await openPools(8)
    // One that waited too long for the lock asks again, as the limiter does.
    const sync = (pool: (typeof pools)[0]): ReturnType<typeof pool.sync> =>
      pool.sync(report({ asks: [0, 0, 0, 50] })).catch(() => sync(pool))
    const answers = await Promise.all(pools.map(sync))
    const granted = answers.map(({ allotments }) => allotments[method]?.granted ?? 0)
    expect(granted.reduce((sum, calls) => sum + calls, 0)).toBe(50)
    expect(Math.max(...answers.map(({ replicas }) => replicas))).toBe(8)
  })

  test('a channel’s moments are given out one by one, each the spacing after the one before', async () => {
    const { pools } = await openPools(4)
    const reserve = (channel: string) => pools.map(pool => pool.reserve(channel, 1_000))
    const waits = (await Promise.all([...reserve('C1'), ...reserve('C1')])).toSorted((a, b) => a - b)
    waits.forEach((waitMs, index) => {
      expect(waitMs).toBeGreaterThan(index * 1_000 - 500)
      expect(waitMs).toBeLessThanOrEqual(index * 1_000)
    })
    expect(await pools[0]?.reserve('C2', 1_000)).toBe(0)
  })

  test('what one was refused, the others know, and the stricter of two findings is believed', async () => {
    const { pools } = await openPools(3)
    const [one, two, three] = pools as [(typeof pools)[0], (typeof pools)[0], (typeof pools)[0]]
    const found = { ...asPublished, perMinute: 25, raiseInMs: 300_000 }
    await one.sync(report({ limit: { ...found, restMs: 30_000 }, isNews: true }))
    await two.sync(report({ limit: { ...found, perMinute: 30 }, isNews: true }))
    const heard = (await three.sync(report({}))).allotments[method]?.limit
    expect(heard).toMatchObject({ perMinute: 25, spacingMs: 1_000 })
    expect(heard?.restMs).toBeGreaterThan(20_000)
    expect(heard?.raiseInMs).toBeGreaterThan(290_000)
    // Whoever knows what was found may find more.
    const raised = { ...(heard as Limit), perMinute: 32 }
    await three.sync(report({ limit: raised, isNews: true }))
    expect((await one.sync(report({}))).allotments[method]?.limit.perMinute).toBe(32)
  })

  test('one that died holds nothing any more, and what it spent counts on', async () => {
    const { pools, db } = await openPools(2)
    const [dead, other] = pools as [(typeof pools)[0], (typeof pools)[0]]
    await dead.sync(report({ spentMs: [50_000, 10], asks: [30, 0, 0, 0] }))
    const ask = () => other.sync(report({ asks: [0, 0, 0, 50] }))
    expect((await ask()).allotments[method]).toMatchObject({ granted: 18, others: 2 })
    await sql`update budget_replicas set heard_at = heard_at - 5000 where name = 'r0'`.execute(db)
    expect(await ask()).toMatchObject({ replicas: 1, allotments: { [method]: { granted: 48, others: 2 } } })
    // It was only slow: what it held is not its own any more.
    const back = await dead.sync(report({ held: 30, asks: [30, 0, 0, 0] }))
    expect(back.allotments[method]?.granted).toBeLessThanOrEqual(50)
  })

  test('one that leaves holds nothing, and can take nothing any more', async () => {
    const { pools } = await openPools(2)
    const [leaving, other] = pools as [(typeof pools)[0], (typeof pools)[0]]
    await leaving.sync(report({ asks: [50, 0, 0, 0] }))
    await leaving.leave()
    await expect(leaving.sync(report({ asks: [50, 0, 0, 0] }))).rejects.toThrow('left')
    const answer = await other.sync(report({ asks: [0, 0, 0, 50] }))
    expect(answer).toMatchObject({ replicas: 1, allotments: { [method]: { granted: 50 } } })
  })

  test('a report that was overtaken by a newer one changes nothing', async () => {
    const { pools, db } = await openPools(1)
    const [pool] = pools as [(typeof pools)[0]]
    await pool.sync(report({}))
    await pool.sync(report({ spentMs: [1, 2, 3] }))
    const late = createCluster(db, 'r0')
    await expect(late.sync(report({}))).rejects.toThrow('newer')
    expect((await pool.sync(report({ spentMs: [1, 2, 3], asks: [0, 0, 0, 50] }))).allotments[method]?.granted).toBe(47)
  })

  test('one that stops in the middle of its report holds the others up for a second at most', async () => {
    const { pools, database } = await openPools(1)
    const stopped = database.open()
    const begun = Promise.withResolvers<void>()
    const over = Promise.withResolvers<void>()
    const [pool] = pools as [(typeof pools)[0]]
    const stuck = stopped.db.transaction().execute(async on => {
      await sql`select set_config('idle_in_transaction_session_timeout', '1000', true), pg_advisory_xact_lock(7317201)`.execute(
        on,
      )
      begun.resolve()
      await over.promise
    })
    // Its line is cut by the server, which fails what comes after, and does not end the process.
    const failed = expect(stuck).rejects.toThrow()
    await begun.promise
    const answer = await pool.sync(report({})).catch(() => pool.sync(report({})))
    expect(answer.replicas).toBe(1)
    over.resolve()
    await failed
  })

  test('rows that say nothing any more are deleted', async () => {
    const { pools, db } = await openPools(1)
    await sql`insert into budget_replicas (name, report, standings, heard_at) values ('old', 1, '{}', 1)`.execute(db)
    await sql`insert into budget_channels (channel, next_at) values ('old', 1)`.execute(db)
    await pools[0]?.sync(report({}))
    expect((await db.selectFrom('budget_replicas').select('name').execute()).map(({ name }) => name)).toEqual(['r0'])
    expect(await db.selectFrom('budget_channels').select('channel').execute()).toEqual([])
  })

  test('four budgets that flood one Slack are not refused once, whatever their clocks say', async () => {
    const { pools } = await openPools(4)
    const slack = createSlack('published', () => 5)
    const hourMs = 3_600_000
    const budgets = pools.map((pool, index) =>
      createLimiter(slack.toCall(String(index)), () => Date.now() + index * hourMs, pool),
    )
    onTestFinished(async () => {
      await Promise.all(budgets.map(limiter => limiter.close()))
    })
    const posts = budgets.flatMap(limiter => [
      limiter.send('chat.postMessage', () => ({ channel: 'C1' }), 'first'),
      limiter.send('chat.postMessage', () => ({ channel: 'C2' }), 'first'),
    ])
    const edits = budgets.map(async limiter => {
      for (let call = 0; call < 60; call += 1) await limiter.send(method, () => ({}), 'interim')
    })
    await Promise.all([...edits, ...posts])
    expect(slack.refused()).toEqual([])
    // One each is kept for those that are done.
    expect(slack.count(method)).toBeGreaterThanOrEqual(46)
    expect(slack.count('chat.postMessage')).toBe(8)
  })

  test('while the database takes nobody, texts are completed and begun; when it is back, it is heard again', async () => {
    const { pools, database, db } = await openPools(2)
    const slack = createSlack('published', () => 5)
    const budgets = pools.map((pool, index) => createLimiter(slack.toCall(String(index)), Date.now, pool))
    onTestFinished(async () => {
      await Promise.all(budgets.map(limiter => limiter.close()))
    })
    const heard = async () => {
      const rows = await db.selectFrom('budget_replicas').select('heard_at').execute()
      return rows.map(row => row.heard_at)
    }
    await expect.poll(heard).toHaveLength(2)
    const before = Math.max(...(await heard()))
    database.cut()
    const begun = budgets.map(limiter => {
      const share = limiter.openReply()
      return { limiter, hasRoom: share.begin(), complete: () => share.complete() }
    })
    expect(begun.map(({ hasRoom }) => hasRoom)).toEqual([true, true])
    for (const { limiter, complete } of begun) {
      await limiter.send('chat.postMessage', () => ({ channel: 'C1' }), 'first')
      for (let call = 0; call < 5; call += 1) await limiter.send(method, () => ({}), 'interim')
      complete()
      await limiter.send(method, () => ({ as: 'final' }), 'final')
    }
    expect(slack.arrived.filter(({ args }) => args.as === 'final')).toHaveLength(2)
    expect(slack.count(method)).toBe(12)
    database.mend()
    await expect.poll(async () => (await heard()).every(at => at > before), { timeout: 30_000 }).toBe(true)
  })
})

/** Replicas named r0, r1 and so on, each with connections of its own to one new database. */
async function openPools(count: number) {
  const proxy = await openProxy(await openDatabase())
  const open = () => {
    const postgres = openPostgres(proxy.url, 'test')
    onTestFinished(() => postgres.close())
    return postgres
  }
  const { db } = open()
  await migrate(db)
  const pools = Array.from({ length: count }, (_, index) => createCluster(open().db, `r${index}`))
  return { pools, database: { open, cut: proxy.cut, mend: proxy.mend }, db }
}
