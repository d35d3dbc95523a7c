import dotenv from 'dotenv'
import { markdownTable } from 'markdown-table'
import { formatError, StartError } from '../errors.ts'
import { formatExactDollars, formatUsageCsv, usageKeys, usageSums } from '../features/usage-csv.ts'
import { createLog } from '../log.ts'
import { openStoreOf } from '../store/open-for-commands.ts'
import type { Store } from '../store/store.ts'
import { dayOf } from '../store/usage.ts'
import { parseDateRange } from '../text/date-range.ts'
import { parseCommandLine } from './command-line.ts'
import { writeOutput } from './write-output.ts'

const help = `Usage: npm run usage -- [OPTIONS]

Prints how much the models were used, and what that cost. The bot can keep running. Days are UTC days. Tokens of the
calls that are counted as estimated were not told by a server: it tells none, or the request was stopped or failed.

  --since TIME         "last 7 days" or "since 2026-11-01" (default: the last 30 days)
  --by NAME            day, person, channel, feature or model (default: day)
  --csv FILE           also write everything as a table`

type Row = Awaited<ReturnType<Store['usage']['between']>>[number]

const { values } = parseCommandLine(help, {
  since: { type: 'string', default: 'last 30 days' },
  by: { type: 'string', default: 'day' },
  csv: { type: 'string' },
})

// Who asked how much is for this user alone.
process.umask(0o077)
dotenv.config({ quiet: true })
try {
  process.stdout.write(`${await printUsage()}\n`)
} catch (error) {
  process.stderr.write(`No usage was printed: ${error instanceof StartError ? error.message : formatError(error)}\n`)
  process.exitCode = 1
}

async function printUsage(): Promise<string> {
  const by = usageKeys.find(key => key === values.by)
  if (by === undefined) throw new StartError(`“${values.by}” is not one of ${usageKeys.join(', ')}`)
  const range = parseDateRange(values.since, Date.now(), 'UTC')
  if (range === undefined)
    throw new StartError(`“${values.since}” is not a time; try “last 30 days” or “since 2026-11-01”`)
  const store = await openStoreOf(process.env, createLog('silent'))
  const rows = await store.usage.between(dayOf(range.from), dayOf(range.to))
  await store.close()
  if (values.csv !== undefined) await writeOutput(values.csv, formatUsageCsv(rows))
  const groups = Map.groupBy(rows, row => row[by])
  const lines = [...groups].map(([name, group]) => [name || '–', ...formatSums(group)])
  return markdownTable([[by, ...usageSums, 'dollars'], ...lines, ['all', ...formatSums(rows)]], {
    align: ['l', 'r', 'r', 'r', 'r', 'r', 'r', 'r'],
  })
}

function formatSums(rows: readonly Row[]): string[] {
  const sum = (name: (typeof usageSums)[number] | 'cost') => rows.reduce((total, row) => total + row[name], 0)
  return [...usageSums.map(name => String(sum(name))), formatExactDollars(sum('cost'))]
}
