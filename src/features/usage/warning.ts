import { z } from 'zod'
import { formatError } from '../../errors.ts'
import { i18nFor } from '../../i18n/catalog.ts'
import type { Outbox } from '../../queue/outbox.ts'
import { callWithRetry } from '../../slack/client.ts'
import { openDirectMessage } from '../../slack/direct-message.ts'
import { dayOf, isPersonal } from '../../store/usage.ts'
import { toMrkdwn } from '../../text/to-mrkdwn.ts'
import type { Services } from '../context.ts'
import { buildDeliveryMetadata, deliverOnce, tellAsker } from '../delivery.ts'
import type { createMeteredModel } from './metered-model.ts'

type Deps = Pick<Services, 'self' | 'users' | 'limiter' | 'call' | 'reader' | 'store' | 'policies' | 'log'>

const askedSchema = z.object({
  budget: z.enum(['day', 'month']),
  /** The day, or the month. */
  period: z.string(),
  /** In millionths of a dollar. */
  spent: z.number(),
  amount: z.number(),
})

type Asked = z.infer<typeof askedSchema>

/** People among whom admins are looked for. */
const mostPeople = 200
/** How long Slack may be away, or refuse lookups, before an admin is not told. */
const patienceMs = 120_000

/**
 * Creates the function that tells of a budget which is nearly used up: a person of theirs, privately; of the workspace's, once a day or
 * month and amount over all replicas, its admins who use the bot, in their direct messages.
 */
export function createBudgetWarnings(
  outbox: Outbox,
  deps: Deps,
): Parameters<typeof createMeteredModel>[1]['onWarning'] {
  const warned = new Map<string, string>()
  const commands = outbox.define('budget_warning', askedSchema, (command, isResumed) =>
    tellAdmins(deps, command, isResumed),
  )
  const warnOnce = async (asked: Asked): Promise<void> => {
    const { budget, period, amount } = asked
    // Another amount is another budget, of which nobody has been warned.
    const name = `${budget}_${amount}`
    if (warned.get(name) === period) return
    warned.set(name, period)
    deps.log.warn({ budget, period }, 'budget of the workspace spent to 80 %')
    const command = commands.create(asked, `budget:${name}:${period}`)
    const fact = { name: `budget_warned_${name}`, value: period }
    const isNew = await deps.store.outbox.saveOnce(command, fact)
    if (isNew === undefined) warned.delete(name)
    if (isNew === true) await commands.run(command)
  }
  return ({ channel, person: user }, budget, { day, ...sums }) => {
    if (isPersonal(budget)) return void tellAsker(deps, { channel, user }, ({ usage }) => usage.warning[budget])
    const period = day.slice(0, budget === 'day' ? 10 : 7)
    void warnOnce({ budget, period, ...sums })
  }
}

/** Tells each admin; each person is looked up at the pace of reports. Who cannot be told is left out. */
async function tellAdmins(
  deps: Deps,
  { id, payload: { budget, period, spent, amount }, savedAt }: { id: string; payload: Asked; savedAt: number },
  isResumed: boolean,
): Promise<void> {
  const tell = async (user: string): Promise<boolean> => {
    if (!(await deps.users.readSlowly(user)).isAdmin) return false
    const { isAdmin, locale } = await callWithRetry(() => deps.users.refresh(user), patienceMs)
    if (!isAdmin) return false
    const { usage, formats } = i18nFor(locale)
    const text = toMrkdwn(usage.warning[budget]({ spent: formats.dollars(spent), amount: formats.dollars(amount) }))
    const channel = await openDirectMessage(deps.call, user)
    const args = { channel, text, metadata: buildDeliveryMetadata(id) }
    await deliverOnce(deps, { place: { channel, since: savedAt }, name: id, isResumed }, async () => ({
      ts: (await deps.limiter.send('chat.postMessage', () => args, 'first')).ts,
    }))
    return true
  }
  let told = 0
  for (const user of await findPeople(deps, period)) {
    const isTold = await tell(user).catch(error => {
      deps.log.warn({ user, reason: formatError(error) }, 'person not warned of a budget')
      return false
    })
    told += Number(isTold)
  }
  if (told === 0) deps.log.warn({ budget, period }, 'nobody warned of a budget: no admin who uses the bot was reached')
}

/** Finds the people who have used the bot since the month began, and the admin who has set its budgets last. */
async function findPeople({ store, policies }: Pick<Deps, 'store' | 'policies'>, period: string): Promise<string[]> {
  const rows = await store.usage.between(`${period.slice(0, 7)}-01`, dayOf(Date.now()))
  const people = new Set([policies.workspace().changedBy, ...rows.reverse().map(({ person }) => person)])
  people.delete('')
  return [...people].slice(0, mostPeople)
}
