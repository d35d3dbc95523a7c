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
  const seen = new Set<string>()
  // One after the other: Slack takes no hundred reads at once.
  for (const id of new Set([...usage, ...rated, ...scopes].map(({ channel }) => channel)))
    if (isChannel(id) && (await access.find(user, { id })) !== undefined) seen.add(id)
  const settings = scopes.filter(({ channel }) => !isPlace(channel) || seen.has(channel))
  const exported = { settings: settings.map(formatSettings), leftOut: scopes.length - settings.length }
  return [
    { name: 'usage.csv', text: `\uFEFF${formatUsageCsv(usage.map(row => hide(row, seen)))}` },
    { name: 'settings.json', text: JSON.stringify(exported, null, 2) },
    { name: 'ratings.csv', text: `\uFEFF${formatRatingsCsv(rated.map(row => hide(row, seen)))}` },
  ].map(({ name, text }) => ({ name, bytes: Buffer.from(text) }))
}

const isPlace = (id: string) => /^[CGD]/.test(id)
/** Checks for a place of several people: of direct messages only that they are some is told. */
const isChannel = (id: string) => /^[CG]/.test(id)

/** Hides which direct messages or unseen channel a row is about, and when something was asked there. */
function hide<Row extends { channel: string }>(row: Row, seen: ReadonlySet<string>): Row {
  if (!isPlace(row.channel) || seen.has(row.channel)) return row
  const channel = isChannel(row.channel) ? 'private' : 'direct'
  return { ...row, channel, ...('question' in row && { question: '' }) }
}

/** Parses whose settings a row holds: `channel` is a channel, the workspace, or a person with a budget of their own. */
function parseSettings({ channel: key, settings }: Awaited<ReturnType<Store['settings']['all']>>[number]) {
  const [, kind = 'classify', channel = ''] = /^(?:([a-z]+):)?(.*)$/.exec(key) ?? []
  return { kind, channel, settings: parseJson(settings, z.unknown()) }
}

const formatSettings = ({ kind, channel: of, settings }: ReturnType<typeof parseSettings>) => ({ kind, of, settings })

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
