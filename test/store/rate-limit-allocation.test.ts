import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { Report } from '../../src/rate-limit/cluster-protocol.ts'
import { allocate, type Replica } from '../../src/store/rate-limit-allocation.ts'

const perMinute = 20
const calls = fc.nat({ max: 8 })
const step = fc.record({
  name: fc.constantFrom('a', 'b', 'c', 'd'),
  afterMs: fc.oneof(fc.nat({ max: 400 }), fc.nat({ max: 9_000 })),
  spends: fc.nat({ max: 30 }),
  keeps: fc.nat({ max: 30 }),
  asks: fc.tuple(calls, calls, calls, calls),
  growing: calls,
})

test('whatever replicas spend, ask for and give back, all together never have more than the limit', () => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 120 }), steps => {
      let replicas: Replica[] = []
      let now = 1_000_000
      const granted = new Map<string, { calls: number; at: number }>()
      const spent: { name: string; at: number }[] = []
      for (const { name, afterMs, spends, keeps, asks, growing } of steps) {
        now += afterMs
        const own = granted.get(name)
        // What was granted longer ago may be others' by now.
        const held = own === undefined || own.at <= now - 5_000 ? 0 : own.calls
        for (let call = 0; call < Math.min(spends, held); call += 1) spent.push({ name, at: now })
        const lately = spent.filter(({ at }) => at > now - 60_000)
        const spentMs = lately.filter(other => other.name === name).map(({ at }) => now - at)
        const limit = { perMinute, spacingMs: 1_000, raiseInMs: Number.POSITIVE_INFINITY, restMs: 0, version: 0 }
        const left = Math.max(0, held - Math.min(spends, held))
        const report: Report = { spentMs, held: Math.min(left, keeps), asks, growing, limit, isNews: false }
        const { standings, answer } = allocate(
          { replicas, limits: new Map() },
          { name, reports: { method: report } },
          now,
        )
        replicas = [...replicas.filter(other => other.name !== name), { name, heardAt: now, standings }]
        granted.set(name, { calls: answer.allotments.method?.granted ?? 0, at: now })
        const live = [...granted.values()].filter(({ at }) => at > now - 5_000)
        expect(lately.length + live.reduce((sum, { calls }) => sum + calls, 0)).toBeLessThanOrEqual(perMinute)
      }
    }),
    { numRuns: 300 },
  )
})
