import { stringify } from 'csv-stringify/sync'
import type { Store } from '../store/store.ts'

type Row = Awaited<ReturnType<Store['usage']['between']>>[number]

/** Keys by which usage is added up, and the figures that are added up. */
export const usageKeys = ['day', 'person', 'channel', 'feature', 'model'] as const
export const usageSums = ['calls', 'tokens_in', 'tokens_cached', 'tokens_out', 'tokens_reasoning', 'estimated'] as const

/** Formats usage as CSV, with the cost in dollars. */
export function formatUsageCsv(rows: readonly Row[]): string {
  const columns = [...usageKeys, ...usageSums, { key: 'cost', header: 'dollars' }]
  const records = rows.map(row => ({ ...row, cost: formatExactDollars(row.cost) }))
  return stringify(records, { header: true, columns, escape_formulas: true })
}

/** Formats millionths of a dollar. */
export function formatExactDollars(micros: number): string {
  return (micros / 1_000_000).toFixed(6)
}
