import type { Claim } from './main.ts'
import { measureReplies } from './replies.ts'

const minutes = 10
const questionsAMinute = 60
const mostP95Ms = 1_000
/** So little that the memory of threads is full after the first minute: it may grow to its bound. */
const cacheTokens = 20_000
/** What a heap may swing without growing. */
const mostGrowthMb = 10

/** A question every second for ten minutes, in ten channels, under Slack's published limits. */
export async function benchSteady(): Promise<Claim[]> {
  const load = { threads: minutes * questionsAMinute, places: 10, withinMs: minutes * 60_000, cacheTokens }
  const { whole, refused, wholeMs, memoryMb, earlyMemoryMb } = await measureReplies(load, 'threadwise')
  const grown = memoryMb - earlyMemoryMb
  const name = `${questionsAMinute} a minute for ${minutes} minutes:`
  return [
    { what: `${name} whole replies`, figure: `${whole}`, promise: 'all', kept: whole === load.threads },
    { what: `${name} refused calls`, figure: `${refused}`, promise: 'none', kept: refused === 0 },
    {
      what: `${name} whole text after the last token, p95`,
      figure: `${wholeMs.p95.toFixed(0)} ms`,
      promise: `at most ${mostP95Ms} ms`,
      kept: wholeMs.p95 <= mostP95Ms,
    },
    {
      what: `${name} memory from minute 2 to the end`,
      figure: `${earlyMemoryMb.toFixed(0)} to ${memoryMb.toFixed(0)} MB`,
      promise: 'flat',
      kept: grown <= mostGrowthMb,
    },
  ]
}
