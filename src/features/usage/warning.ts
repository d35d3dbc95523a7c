import { z } from 'zod'
import { formatError } from '../../errors.ts'
import { i18nFor } from '../../i18n/catalog.ts'
import type { Outbox } from '../../queue/outbox.ts'
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

/**
 * Creates the function that tells of a budget which is nearly used up: a person of theirs, privately; of the workspace's, once a day or
 * month over all replicas, its admins who use the bot, in their direct messages.
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
    const { budget, period } = asked
    if (warned.get(budget) === period) return
    warned.set(budget, period)
    deps.log.warn({ budget, period }, 'budget of the workspace spent to 80 %')
    const command = commands.create(asked, `budget:${budget}:${period}`)
    const fact = { name: `budget_warned_${budget}`, value: period }
    const isNew = await deps.store.outbox.saveOnce(command, fact)
    if (isNew === undefined) warned.delete(budget)
    if (isNew === true) await commands.run(command)
  }
  return ({ channel, person: user }, budget, sums) => {
    if (isPersonal(budget)) return void tellAsker(deps, { channel, user }, ({ usage }) => usage.warning[budget])
    const period = dayOf(Date.now()).slice(0, budget === 'day' ? 10 : 7)
    void warnOnce({ budget, period, ...sums })
  }
}

/** Tells each admin. Who cannot be told is left out. */
async function tellAdmins(
  deps: Deps,
  { id, payload: { budget, spent, amount }, savedAt }: { id: string; payload: Asked; savedAt: number },
  isResumed: boolean,
): Promise<void> {
  const tell = async (user: string): Promise<void> => {
    const { isAdmin, locale } = await deps.users.refresh(user)
    if (!isAdmin) return
    const { usage, formats } = i18nFor(locale)
    const text = toMrkdwn(usage.warning[budget]({ spent: formats.dollars(spent), amount: formats.dollars(amount) }))
    const channel = await openDirectMessage(deps.call, user)
    const args = { channel, text, metadata: buildDeliveryMetadata(id) }
    await deliverOnce(deps, { place: { channel, since: savedAt }, name: id, isResumed }, async () => ({
      ts: (await deps.limiter.send('chat.postMessage', () => args, 'first')).ts,
    }))
  }
  for (const user of await findAdmins(deps))
    await tell(user).catch(error => deps.log.warn({ user, reason: formatError(error) }, 'admin not warned of a budget'))
}

/** Finds the admins who have used the bot in this month, and the one who has set its budgets last. */
async function findAdmins({ store, users, policies }: Deps): Promise<string[]> {
  const today = dayOf(Date.now())
  const rows = await store.usage.between(`${today.slice(0, 7)}-01`, today)
  const people = new Set([policies.workspace().changedBy, ...rows.reverse().map(({ person }) => person)])
  people.delete('')
  const found: string[] = []
  for (const user of [...people].slice(0, mostPeople)) if ((await users.read(user)).isAdmin) found.push(user)
  return found
}
