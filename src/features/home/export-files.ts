import { stringify } from 'csv-stringify/sync'
import { z } from 'zod'
import type { Store } from '../../store/store.ts'
import { dayOf } from '../../store/usage.ts'
import { parseJson } from '../../text/parse-json.ts'
import type { Services } from '../context.ts'
import { formatUsageCsv } from '../usage-csv.ts'

/** Builds the files of an admin's export, in which no channel is named that the person may not see at this moment. */
export async function buildExportFiles({ store, access }: Pick<Services, 'store' | 'access'>, user: string) {
  const [usage, ratings, all] = await Promise.all([
    store.usage.between('0000-00-00', dayOf(Date.now())),
    store.ratings.all(),
    store.settings.all(),
  ])
  const rated = ratings.map(parseRating)
  const scopes = all.map(parseSettings)
  const named = new Set(scopes.flatMap(({ settings }) => listChannels(settings)))
  const places = [...usage, ...rated, ...scopes].map(({ channel }) => channel)
  const seen = await access.listSeen(user, new Set([...places, ...named].filter(isChannel)))
  const settings = scopes.filter(({ channel }) => !isHidden(channel, seen))
  const exported = {
    settings: settings.map(row => formatSettings(row, seen)),
    leftOut: scopes.length - settings.length,
    channelsLeftOut: [...named].filter(id => isHidden(id, seen)).length,
  }
  return [
    { name: 'usage.csv', text: `\uFEFF${formatUsageCsv(usage.map(row => hide(row, seen)))}` },
    { name: 'settings.json', text: JSON.stringify(exported, null, 2) },
    { name: 'ratings.csv', text: `\uFEFF${formatRatingsCsv(rated.map(row => hide(row, seen)))}` },
  ].map(({ name, text }) => ({ name, bytes: Buffer.from(text) }))
}

const isPlace = (id: string) => /^[CGD]/.test(id)
/** Checks for a place of several people: of direct messages only that they are some is told. */
const isChannel = (id: string) => /^[CG]/.test(id)

const isHidden = (id: string, seen: ReadonlySet<string>) => isPlace(id) && !seen.has(id)

/** Hides which direct messages or unseen channel a row is about, and when something was asked there. */
function hide<Row extends { channel: string }>(row: Row, seen: ReadonlySet<string>): Row {
  if (!isHidden(row.channel, seen)) return row
  const channel = isChannel(row.channel) ? 'private' : 'direct'
  return { ...row, channel, ...('question' in row && { question: '' }) }
}

const ids = z.array(z.string()).optional().catch(undefined)
/** Settings with the channels that those of the workspace name. */
const settingsSchema = z.looseObject({
  channels: ids,
  keptOut: z.looseObject({ channels: ids }).optional().catch(undefined),
})

const listChannels = ({ channels = [], keptOut }: z.infer<typeof settingsSchema> = {}) => [
  ...channels,
  ...(keptOut?.channels ?? []),
]

/** Parses whose settings a row holds: `channel` is a channel, the workspace, or a person with a budget of their own. */
function parseSettings({ channel: key, settings }: Awaited<ReturnType<Store['settings']['all']>>[number]) {
  const [, kind = 'classify', channel = ''] = /^(?:([a-z]+):)?(.*)$/.exec(key) ?? []
  return { kind, channel, settings: parseJson(settings, settingsSchema) }
}

/** Formats the settings of one row without the channels that are not seen. */
function formatSettings({ kind, channel: of, settings }: ReturnType<typeof parseSettings>, seen: ReadonlySet<string>) {
  const pick = (channels: string[] | undefined) => channels?.filter(id => !isHidden(id, seen))
  const { channels, keptOut } = settings ?? {}
  const shown = keptOut && { ...keptOut, channels: pick(keptOut.channels) }
  return { kind, of, settings: settings && { ...settings, channels: pick(channels), keptOut: shown } }
}

type Rating = Awaited<ReturnType<Store['ratings']['all']>>[number]

/** Parses of which answer a rating is, not whose. */
function parseRating({ turn, rating, reason, ratedAt }: Rating) {
  const [, channel = '', question = ''] = turn.split(':')
  return { rated_at: new Date(ratedAt).toISOString(), channel, question, rating, reason: reason ?? '' }
}

const formatRatingsCsv = (rows: ReturnType<typeof parseRating>[]): string =>
  stringify(rows, {
    header: true,
    columns: ['rated_at', 'channel', 'question', 'rating', 'reason'],
    escape_formulas: true,
  })
