import type { App, BlockAction } from '@slack/bolt'
import type { KnownBlock } from '@slack/types'
import { stringify } from 'csv-stringify/sync'
import { z } from 'zod'
import { describeFailure, formatError, ShownError } from '../../errors.ts'
import { type I18n, i18nFor } from '../../i18n/catalog.ts'
import type { CommandKind } from '../../queue/outbox.ts'
import { openDirectMessage } from '../../slack/direct-message.ts'
import { upload } from '../../slack/upload.ts'
import type { Store } from '../../store/store.ts'
import { dayOf } from '../../store/usage.ts'
import { parseJson } from '../../text/parse-json.ts'
import { toMrkdwn } from '../../text/to-mrkdwn.ts'
import { formatFailure, savedOrTold } from '../command-failure.ts'
import type { Services } from '../context.ts'
import { formatUsageCsv } from '../usage-csv.ts'
import { plain } from './elements.ts'
import type { createPublisher } from './publish.ts'

type Deps = Pick<Services, 'access' | 'call' | 'limiter' | 'log' | 'outbox' | 'store' | 'users'>

const askedSchema = z.object({ user: z.string() })

/** Defines the commands that send an admin what there is to export, as files in their direct messages. */
export function defineExport(deps: Deps): CommandKind<z.infer<typeof askedSchema>> {
  return deps.outbox.define('export', askedSchema, async ({ payload: { user } }) => {
    const i18n = i18nFor((await deps.users.read(user)).locale)
    await sendExport(deps, user, i18n).catch(async error => {
      const { reference, sentence } = describeFailure(error)
      deps.log.error({ reference, reason: formatError(error) }, 'export failed')
      const channel = await openDirectMessage(deps.call, user)
      await deps.limiter.send('chat.postMessage', () => ({ channel, text: toMrkdwn(`⚠️ ${sentence(i18n)}`) }), 'error')
    })
  })
}

/** Listens to the button that asks for an export. */
export function listenToExport(
  app: App,
  exports: ReturnType<typeof defineExport>,
  { publish, i18nOf }: { publish: ReturnType<typeof createPublisher>; i18nOf: (user: string) => Promise<I18n> },
): void {
  app.action<BlockAction>('export_data', async ({ ack, body }) => {
    const { id: user } = body.user
    const i18n = await i18nOf(user)
    const seen = body.view?.hash
    const tell = (error: unknown) => publish(user, { notice: formatFailure(error, i18n), seen })
    const command = await savedOrTold(exports.save({ user }, `export:${user}`), tell)
    await ack()
    if (command === undefined) return
    await Promise.all([publish(user, { notice: i18n.home.inDirect, seen }), exports.run(command)])
  })
}

/** Builds the button, and says where the labels are exported. */
export function buildExport({ home }: I18n): KnownBlock[] {
  const button = { type: 'button' as const, action_id: 'export_data', text: plain(home.export) }
  return [
    { type: 'actions', block_id: 'export', elements: [button] },
    { type: 'context', elements: [{ type: 'mrkdwn', text: home.exportHint }] },
  ]
}

/** Sends the export. Throws a `ShownError` unless the person is an admin, asked again before each file. */
async function sendExport(deps: Deps, user: string, i18n: I18n): Promise<void> {
  const check = async () => {
    if (!(await deps.users.refresh(user)).isAdmin) throw new ShownError('only_admins', one => one.policy.onlyAdmins)
  }
  await check()
  const { store } = deps
  const [usage, settings, ratings] = await Promise.all([
    store.usage.between('0000-00-00', dayOf(Date.now())),
    exportSettings(deps, user),
    store.ratings.all(),
  ])
  const files = [
    { name: 'usage.csv', text: `\uFEFF${formatUsageCsv(usage)}` },
    { name: 'settings.json', text: JSON.stringify(settings, null, 2) },
    { name: 'ratings.csv', text: `\uFEFF${formatRatingsCsv(ratings)}` },
  ]
  const channel = await openDirectMessage(deps.call, user)
  await check()
  const args = { channel, text: i18n.home.exported }
  const threadTs = String((await deps.limiter.send('chat.postMessage', () => args, 'first')).ts)
  for (const { name, text } of files) {
    await check()
    await upload(deps.call, [{ name, bytes: Buffer.from(text) }], { channel, threadTs })
  }
}

/** Exports the settings of the workspace, and of the channels that the person may see. People's own are theirs. */
async function exportSettings({ store, access }: Deps, user: string) {
  const all = (await store.settings.all()).map(({ channel: key, settings }) => {
    const [, kind = 'classify', of = ''] = /^(?:([a-z]+):)?(.*)$/.exec(key) ?? []
    return { kind, of, settings: parseJson(settings, z.unknown()) }
  })
  const isShown = async ({ of }: (typeof all)[number]) =>
    !/^[CGD]/.test(of) || (await access.find(user, { id: of })) !== undefined
  const shown = await Promise.all(all.map(isShown))
  const settings = all.filter((_, at) => shown[at])
  return { settings, leftOut: all.length - settings.length }
}

/** Formats the ratings as CSV: of which answer, not whose. */
function formatRatingsCsv(ratings: Awaited<ReturnType<Store['ratings']['all']>>): string {
  const rows = ratings.map(({ turn, rating, reason, ratedAt }) => {
    const [, channel = '', message = ''] = turn.split(':')
    return [new Date(ratedAt).toISOString(), channel, message, rating, reason ?? '']
  })
  return stringify([['rated_at', 'channel', 'question', 'rating', 'reason'], ...rows], { escape_formulas: true })
}
