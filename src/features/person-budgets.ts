import type { I18n } from '../i18n/catalog.ts'
import type { Services } from './context.ts'

type OwnBudgets = ReturnType<Services['policies']['ownBudgets']['list']>

/** People with budgets of their own who are listed; the others are counted. */
const mostListed = 30

/** Formats what a person may spend: “$5.00 per day and $50.00 per month”; blank without a bound. */
export function formatPersonBudgets(
  { personDay, personMonth }: OwnBudgets[number]['budgets'],
  { usage, formats }: I18n,
): string {
  return formats.and([
    ...(personDay === undefined ? [] : [usage.perDay({ dollars: formats.dollars(personDay) })]),
    ...(personMonth === undefined ? [] : [usage.perMonth({ dollars: formats.dollars(personMonth) })]),
  ])
}

/** Renders the people with budgets of their own, as mrkdwn; blank if there are none. */
export function renderOwnBudgets(own: OwnBudgets, i18n: I18n): string {
  if (own.length === 0) return ''
  const lines = own
    .slice(0, mostListed)
    .map(({ user, budgets }) => `• <@${user}>: ${formatPersonBudgets(budgets, i18n)}`)
  const more = own.length > mostListed ? [i18n.usage.moreOwnBudgets({ count: own.length - mostListed })] : []
  return [`*${i18n.usage.ownBudgets}*`, ...lines, ...more].join('\n')
}
