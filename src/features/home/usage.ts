import type { KnownBlock } from '@slack/types'
import type { I18n } from '../../i18n/catalog.ts'
import { plain } from '../../slack/plain-text.ts'
import type { Store } from '../../store/store.ts'
import { dayOf } from '../../store/usage.ts'
import type { Services } from '../context.ts'
import { formatPersonBudgets } from '../person-budgets.ts'

type Rows = Awaited<ReturnType<Store['usage']['between']>>

/** Groups that an admin is shown, and how many entries of each. */
const groups = ['person', 'channel', 'feature', 'model'] as const
const most = 5
/** Width of the longest bar, in characters. */
const barWidth = 12

/** Loads this month's usage. Days and months are those of UTC. */
export function loadMonth(usage: Store['usage'], now: number): Promise<Rows> {
  const today = dayOf(now)
  return usage.between(`${today.slice(0, 7)}-01`, today)
}

/** Builds what a person's requests took and cost in this month, and what they may, with the button that brings a chart. */
export function buildOwnUsage(
  rows: Rows,
  user: string,
  { policies, i18n }: { policies: Pick<Services['policies'], 'budgets' | 'ownBudgets'>; i18n: I18n },
): KnownBlock {
  const { usage } = i18n
  const budgets = formatPersonBudgets(policies.budgets(user), i18n)
  const isOwn = Object.keys(policies.ownBudgets.of(user)).length > 0
  const bound = budgets === '' ? [] : [isOwn ? usage.ownBudget({ budgets }) : usage.budget({ budgets })]
  const text = [usage.own(describe(rows.filter(({ person }) => person === user))), ...bound].join('\n')
  const button = { type: 'button' as const, action_id: 'chart_usage', text: plain(usage.chart) }
  return { type: 'section', text: { type: 'mrkdwn', text }, accessory: button }
}

/** Renders what everybody's requests took and cost in this month, with bars of those that cost most, as mrkdwn. */
export function renderAllUsage(rows: Rows, i18n: I18n): string[] {
  if (rows.length === 0) return []
  const lines = [i18n.usage.all(describe(rows))]
  for (const group of groups) {
    const sums = [...Map.groupBy(rows, row => formatName(group, row[group], i18n))]
      .filter(([name]) => name !== '')
      .map(([name, of]) => ({ name, cost: sumCost(of), calls: sumCalls(of) }))
      .sort((a, b) => b.cost - a.cost || b.calls - a.calls)
    const weigh = sums.some(({ cost }) => cost > 0)
      ? ({ cost }: (typeof sums)[number]) => cost
      : ({ calls }: (typeof sums)[number]) => calls
    const top = sums[0] === undefined ? 1 : weigh(sums[0])
    const bars = sums.slice(0, most).map(one => {
      const bar = '█'.repeat(Math.max(1, Math.round((weigh(one) / top) * barWidth)))
      return `\`${bar.padEnd(barWidth)}\` ${one.name} · ${formatDollars(one.cost)} · ${one.calls}`
    })
    lines.push([`*${i18n.usage.by[group]}*`, ...bars].join('\n'))
  }
  return lines
}

const describe = (rows: Rows) => ({ calls: sumCalls(rows), dollars: formatDollars(sumCost(rows)) })
const sumCost = (rows: Rows) => rows.reduce((sum, { cost }) => sum + cost, 0)
const sumCalls = (rows: Rows) => rows.reduce((sum, { calls }) => sum + calls, 0)

function formatDollars(micros: number): string {
  return micros > 0 && micros < 10_000 ? '&lt;$0.01' : `$${(micros / 1_000_000).toFixed(2)}`
}

/** Formats a name as mrkdwn; blank if there is none. Who writes directly is nobody else's business. */
function formatName(group: (typeof groups)[number], name: string, { usage }: I18n): string {
  if (name === '') return ''
  if (group === 'person') return `<@${name}>`
  if (group === 'channel') return name.startsWith('D') ? usage.direct : `<#${name}>`
  return `\`${name.replaceAll('`', '')}\``
}
