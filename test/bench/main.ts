import { parseCommandLine } from '../../src/cli/command-line.ts'
import { benchDurability } from './durability.ts'
import { benchFiles, benchRecordings } from './files.ts'
import { benchMention } from './mention.ts'
import { benchProcess } from './process.ts'
import { benchPromptCache } from './prompt-cache.ts'
import { benchReplicas } from './replicas.ts'
import { benchReplies } from './replies.ts'
import { benchSteady } from './steady.ts'
import { benchSummary } from './summary.ts'

/** One measured claim: what was measured, what is promised of it, and whether it was kept in this run. */
export interface Claim {
  what: string
  figure: string
  promise: string
  kept: boolean
}

const benches: Record<string, () => Promise<Claim[]>> = {
  mention: benchMention,
  durability: benchDurability,
  process: benchProcess,
  replies: benchReplies,
  steady: benchSteady,
  replicas: benchReplicas,
  summary: benchSummary,
  'prompt-cache': benchPromptCache,
  recordings: benchRecordings,
  files: benchFiles,
}

const usage = `Usage: npm run bench -- [NAME…]

Measures what is promised of speed, memory, calls and tokens; three quarters of an hour for all of it.

  NAME                 ${Object.keys(benches).join(', ')}`

const { positionals } = parseCommandLine(usage, {}, { allowPositionals: true })
const wanted = positionals.length > 0 ? positionals : Object.keys(benches)
const claims: Claim[] = []
for (const name of wanted) claims.push(...((await benches[name]?.()) ?? []))
for (const { what, figure, promise, kept } of claims) {
  process.stdout.write(`${kept ? 'kept  ' : 'BROKEN'}  ${what.padEnd(62)} ${figure.padStart(22)}   ${promise}\n`)
}
process.exitCode = claims.every(({ kept }) => kept) ? 0 : 1
