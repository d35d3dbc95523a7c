import type { App, BlockAction } from '@slack/bolt'
import type { KnownBlock } from '@slack/types'
import { z } from 'zod'
import { describeFailure, formatError, ShownError } from '../../errors.ts'
import { type I18n, i18nFor } from '../../i18n/catalog.ts'
import type { CommandKind } from '../../queue/outbox.ts'
import { buildMessageBody } from '../../reply/body.ts'
import { openDirectMessage } from '../../slack/direct-message.ts'
import { upload } from '../../slack/upload.ts'
import { toMrkdwn } from '../../text/to-mrkdwn.ts'
import { formatFailure, savedOrTold } from '../command-failure.ts'
import type { Services } from '../context.ts'
import { type buildChartBlock, postWithChart } from '../draw-chart.ts'
import { plain } from './elements.ts'
import { buildExportFiles } from './export-files.ts'
import type { createPublisher } from './publish.ts'
import { buildUsageChart, listDays } from './usage-chart.ts'

type Deps = Pick<Services, 'access' | 'call' | 'limiter' | 'log' | 'outbox' | 'store' | 'users'>

const askedSchema = z.object({
  user: z.string(),
  /** The export of an admin, or a chart of the person's own usage or of everybody's. */
  what: z.enum(['export', 'usage', 'all_usage']).default('export'),
})

const actions = { export_data: 'export', chart_usage: 'usage', chart_all_usage: 'all_usage' } as const

const isAction = (id: string): id is keyof typeof actions => Object.hasOwn(actions, id)

/** Defines the commands that send a person, in their direct messages, a chart of usage, or an admin what there is to export. */
export function defineExport(deps: Deps): CommandKind<z.infer<typeof askedSchema>> {
  return deps.outbox.define('export', askedSchema, async ({ payload: { user, what } }) => {
    const i18n = i18nFor((await deps.users.read(user)).locale)
    const sending = what === 'export' ? sendExport(deps, user, i18n) : sendChart(deps, { user, what }, i18n)
    await sending.catch(async error => {
      const { reference, sentence } = describeFailure(error)
      deps.log.error({ reference, reason: formatError(error) }, `${what} not sent`)
      const channel = await openDirectMessage(deps.call, user)
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
async function sendExport(deps: Deps, user: string, i18n: I18n): Promise<void> {
  const check = () => checkAdmin(deps, user)
  await check()
  const channel = await openDirectMessage(deps.call, user)
  await check()
  const args = { channel, text: i18n.home.exported }
  const threadTs = String((await deps.limiter.send('chat.postMessage', () => args, 'first')).ts)
  const files = await buildExportFiles(deps, user)
  await check()
  await upload(deps.call, files, { channel, threadTs })
}

async function checkAdmin({ users }: Deps, user: string): Promise<void> {
  if (!(await users.refresh(user)).isAdmin) throw new ShownError('only_admins', i18n => i18n.policy.onlyAdmins)
}

/** Sends a chart of usage. Throws a `ShownError` if that of everybody is asked for by somebody who is no admin now. */
async function sendChart(deps: Deps, { user, what }: { user: string; what: 'usage' | 'all_usage' }, i18n: I18n) {
  const check = async () => (what === 'usage' ? undefined : checkAdmin(deps, user))
  await check()
  const shown = listDays(Date.now())
  const rows = await deps.store.usage.between(shown[0] ?? '', shown.at(-1) ?? '')
  const counted = what === 'usage' ? rows.filter(({ person }) => person === user) : rows
  const channel = await openDirectMessage(deps.call, user)
  const post = async (chart: ReturnType<typeof buildChartBlock>) => {
    const text = counted.length === 0 ? i18n.usage.noChart : i18n.usage.charts[what]
    await check()
    const args = { channel, ...buildMessageBody(text, undefined, chart === undefined ? [] : [chart]) }
    return String((await deps.limiter.send('chat.postMessage', () => args, 'first')).ts)
  }
  if (counted.length === 0) return void (await post(undefined))
  await postWithChart(deps, buildUsageChart(counted, shown, i18n), { channel, name: 'usage.png', post, check })
}
