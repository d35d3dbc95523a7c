import type { App, BlockAction } from '@slack/bolt'
import type { KnownBlock } from '@slack/types'
import { z } from 'zod'
import { describeFailure, formatError, ShownError } from '../../errors.ts'
import { type I18n, i18nFor } from '../../i18n/catalog.ts'
import type { CommandKind } from '../../queue/outbox.ts'
import { buildMessageBody } from '../../reply/body.ts'
import { callWithRetry } from '../../slack/client.ts'
import { openDirectMessage } from '../../slack/direct-message.ts'
import { plain } from '../../slack/plain-text.ts'
import { upload } from '../../slack/upload.ts'
import { toMrkdwn } from '../../text/to-mrkdwn.ts'
import { formatFailure, savedOrTold } from '../command-failure.ts'
import type { Services } from '../context.ts'
import { buildDeliveryMetadata, deliverOnce, nameDelivery } from '../delivery.ts'
import { type buildChartBlock, postWithChart } from '../draw-chart.ts'
import { buildExportFiles } from './export-files.ts'
import type { createPublisher } from './publish.ts'
import { buildUsageChart, listDays } from './usage-chart.ts'

type Deps = Pick<Services, 'self' | 'access' | 'call' | 'reader' | 'limiter' | 'log' | 'outbox' | 'store' | 'users'>

/** The message of an export, and where it is looked for. */
type To = Parameters<typeof deliverOnce>[1]

const askedSchema = z.object({
  user: z.string(),
  /** The export of an admin, or a chart of the person's own usage or of everybody's. */
  what: z.enum(['export', 'usage', 'all_usage']).default('export'),
})

const actions = { export_data: 'export', chart_usage: 'usage', chart_all_usage: 'all_usage' } as const

/** How long Slack may refuse lookups before an export is given up. */
const patienceMs = 120_000

const isAction = (id: string): id is keyof typeof actions => Object.hasOwn(actions, id)

/** Defines the commands that send a person, in their direct messages, a chart of usage, or an admin what there is to export. */
export function defineExport(deps: Deps): CommandKind<z.infer<typeof askedSchema>> {
  return deps.outbox.define('export', askedSchema, async ({ id, payload: { user, what }, savedAt }, isResumed) => {
    const i18n = i18nFor((await deps.users.read(user)).locale)
    const channel = await openDirectMessage(deps.call, user)
    const name = nameDelivery('export', id, savedAt)
    const to = { place: { channel, since: savedAt }, name, isResumed }
    const sending = what === 'export' ? sendExport(deps, { user, to }, i18n) : sendChart(deps, { user, what, to }, i18n)
    await sending.catch(async error => {
      const { reference, sentence } = describeFailure(error)
      deps.log.error({ reference, reason: formatError(error) }, `${what} not sent`)
      await deps.limiter.send('chat.postMessage', () => ({ channel, text: toMrkdwn(`⚠️ ${sentence(i18n)}`) }), 'error')
    })
  })
}

/** Listens to the buttons that ask for them. */
export function listenToExport(
  app: App,
  exports: ReturnType<typeof defineExport>,
  { publish, i18nOf }: { publish: ReturnType<typeof createPublisher>; i18nOf: (user: string) => Promise<I18n> },
): void {
  app.action<BlockAction>(/^(?:export_data|chart_usage|chart_all_usage)$/, async ({ ack, body, action }) => {
    if (!isAction(action.action_id)) return ack()
    const what = actions[action.action_id]
    const { id: user } = body.user
    const i18n = await i18nOf(user)
    const seen = body.view?.hash
    const tell = (error: unknown) => publish(user, { notice: formatFailure(error, i18n), seen })
    const command = await savedOrTold(exports.save({ user, what }, `${what}:${user}`), tell)
    await ack()
    if (command === undefined) return
    await Promise.all([publish(user, { notice: i18n.home.inDirect, seen }), exports.run(command)])
  })
}

/** Builds the buttons of admins, and says where the labels are exported. */
export function buildExport({ home, usage }: I18n): KnownBlock[] {
  const button = (id: keyof typeof actions, text: string) => ({
    type: 'button' as const,
    action_id: id,
    text: plain(text),
  })
  const elements = [button('chart_all_usage', usage.chart), button('export_data', home.export)]
  return [
    { type: 'actions', block_id: 'export', elements },
    { type: 'context', elements: [{ type: 'mrkdwn', text: home.exportHint }] },
  ]
}

/** Sends the export. Throws a `ShownError` unless the person is an admin, asked again before the message and its files. */
async function sendExport(deps: Deps, { user, to }: { user: string; to: To }, i18n: I18n): Promise<void> {
  const check = () => checkAdmin(deps, user)
  await check()
  const { channel } = to.place
  const metadata = buildDeliveryMetadata(to.name)
  const { ts } = await deliverOnce(deps, to, async () => {
    await check()
    const args = { channel, text: i18n.home.exported, metadata }
    return { ts: (await deps.limiter.send('chat.postMessage', () => args, 'first')).ts }
  })
  const place = { channel, threadTs: String(ts) }
  const files = await buildExportFiles(deps, user)
  await deliverOnce(deps, { ...to, place, name: 'ratings.csv' }, async () => {
    await check()
    await upload(deps.call, files, place)
    return {}
  })
}

async function checkAdmin({ users }: Deps, user: string): Promise<void> {
  const { isAdmin } = await callWithRetry(() => users.refresh(user), patienceMs)
  if (!isAdmin) throw new ShownError('only_admins', i18n => i18n.policy.onlyAdmins)
}

/** Sends a chart of usage. Throws a `ShownError` if that of everybody is asked for by somebody who is no admin now. */
async function sendChart(
  deps: Deps,
  { user, what, to }: { user: string; what: 'usage' | 'all_usage'; to: To },
  i18n: I18n,
): Promise<void> {
  const check = async () => (what === 'usage' ? undefined : checkAdmin(deps, user))
  await check()
  const shown = listDays(Date.now())
  const rows = await deps.store.usage.between(shown[0] ?? '', shown.at(-1) ?? '')
  const counted = what === 'usage' ? rows.filter(({ person }) => person === user) : rows
  const { channel } = to.place
  const metadata = buildDeliveryMetadata(to.name)
  const post = async (chart: ReturnType<typeof buildChartBlock>) => {
    const text = counted.length === 0 ? i18n.usage.noChart : i18n.usage.charts[what]
    await check()
    const args = { channel, ...buildMessageBody(text, undefined, chart === undefined ? [] : [chart]), metadata }
    return (await deps.limiter.send('chat.postMessage', () => args, 'first')).ts
  }
  if (counted.length === 0) await deliverOnce(deps, to, async () => ({ ts: await post(undefined) }))
  else await postWithChart(deps, buildUsageChart(counted, shown, i18n), { ...to, file: 'usage.png', post, check })
}
