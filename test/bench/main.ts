import { benchDurability } from './durability.ts'
import { benchMention } from './mention.ts'
import { benchProcess } from './process.ts'
import { benchSummary } from './summary.ts'

/** One measured claim: what was measured, what is promised of it, and whether it was kept in this run. */
export interface Claim {
  what: string
  figure: string
  promise: string
  kept: boolean
}

const claims: Claim[] = []
for (const bench of [benchMention, benchDurability, benchProcess, benchSummary]) claims.push(...(await bench()))
for (const { what, figure, promise, kept } of claims) {
  process.stdout.write(`${kept ? 'kept  ' : 'BROKEN'}  ${what.padEnd(62)} ${figure.padStart(22)}   ${promise}\n`)
}
process.exitCode = claims.every(({ kept }) => kept) ? 0 : 1
