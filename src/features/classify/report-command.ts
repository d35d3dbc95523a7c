import type { App, BlockAction } from '@slack/bolt'
import { z } from 'zod'
import { describeFailure, formatError, ShownError } from '../../errors.ts'
import type { I18n } from '../../i18n/catalog.ts'
import type { CommandKind } from '../../queue/outbox.ts'
import { turnIdOf } from '../../queue/turn.ts'
import { buildMessageBody } from '../../reply/body.ts'
import { fetchRoots } from '../../slack/channel-history.ts'
import { openDirectMessage } from '../../slack/direct-message.ts'
import { parseMessage, type RawMessage } from '../../slack/message.ts'
import { buildPermalink } from '../../slack/permalink.ts'
import { upload } from '../../slack/upload.ts'
import { isByPerson } from '../../slack/users.ts'
import { parseDateRange, type Range } from '../../text/date-range.ts'
import { escapeMarkdown } from '../../text/escape-markdown.ts'
import { isMentioned } from '../../text/from-slack.ts'
import { parseJson } from '../../text/parse-json.ts'
import { isNoise } from '../../text/small-talk.ts'
import { toMrkdwn } from '../../text/to-mrkdwn.ts'
import { formatFailure, savedOrTold } from '../command-failure.ts'
import { buildDeliveryMetadata, defineDelivery, deliver, nameDelivery, tellAsker } from '../delivery.ts'
import { type buildChartBlock, postWithChart } from '../draw-chart.ts'
import { fetchReader } from './reader.ts'
import { buildReport, buildReportChart, formatReportCsv, renderReportMarkdown } from './report.ts'
import type { ClassifyServices } from './services.ts'
import { buildMessageSubject } from './subject.ts'

type Deps = Pick<
  ClassifyServices,
  | 'self'
  | 'call'
  | 'reader'
  | 'access'
  | 'rules'
  | 'users'
  | 'fetchNames'
  | 'store'
  | 'outbox'
  | 'limiter'
  | 'respond'
  | 'log'
  | 'label'
  | 'taxonomies'
>

const reportSchema = z.object({
  request: z.object({
    /** Counts what has its labels, or everything that was said, which gets them first. */
    of: z.enum(['labels', 'messages']),
    /** The words that name the time and the channel. */
    words: z.string(),
  }),
  user: z.string(),
  /** The channel in which the command was written. */
  channel: z.string(),
  responseUrl: z.string(),
})

type AskedReport = z.infer<typeof reportSchema>

const number = String.raw`(?:\d{1,4}|[一二两三四五六七八九十]{1,3})`
const phrase = String.raw`(?:(?:the\s+)?(?:last|past)\s+(?:\d{1,4}\s+)?(?:hour|day|week|month)s?|since\s+(?:sun|mon|tues|wednes|thurs|fri|satur|yester|to)day|since\s+\d{4}-\d{1,2}-\d{1,2}|yesterday|today|昨天|今天|今日|今週|先週|今月|先月|(?:過去|直近)の?${number}(?:時間|日|週|[かヶ]月)間?|[月火水木金土日]曜日?(?:から|以降)|昨日(?:から|以降)?|(?:最近|过去|近)\s*${number}\s*个?\s*(?:小时|钟头|天|日|周|星期|月)|(?:从|自)\s*(?:上?周|星期)[一二三四五六日天](?:开始|以来|起)?|(?:从|自)\s*\d{4}-\d{1,2}-\d{1,2}(?:开始|以来|起)?)`
const place = String.raw`(?:\s*(?:in|of|from|在)?\s*(?:<#[A-Z0-9]+(?:\|[^>]*)?>|#[^\s#]+?)\s*(?:里|中)?(?:的)?(?:反馈|消息)?|の?\s*(?:<#[A-Z0-9]+(?:\|[^>]*)?>|#[^\s#]+?)の?(?:フィードバック|メッセージ)?)?`
const messagesRequest = new RegExp(`^${phrase}${place}$`, 'i')
const reportRequest = new RegExp(`^(?:report|报告|报表|レポート|報告|集計)\\s*((?:${phrase})?${place})$`, 'i')

/** Longer texts are feedback, whatever they begin with. */
const longestRequest = 300

/** Parses the words behind the command; undefined if they are feedback rather than ask for a report. */
export function parseReportRequest(given: string): AskedReport['request'] | undefined {
  if (given.length > longestRequest) return undefined
  const text = given.replace(/\s+/g, ' ')
  const report = reportRequest.exec(text)
  if (report !== null) return { of: 'labels', words: report[1] ?? '' }
  return messagesRequest.test(text) ? { of: 'messages', words: text } : undefined
}

const csvAction = 'label_csv'
const csvSchema = z.object({ channel: z.string(), from: z.number(), to: z.number() })
/** The time that a report covers if none is named. */
export const usualMs = 28 * 86_400_000
/** Messages of a channel that are labelled for one report; more take a model server hours. */
const mostMessages = 2_000

/** Listens to the button below a report that brings its CSV. */
export function listenToReportActions(app: App, deps: Deps): void {
  const csvs = defineDelivery(deps.outbox, deps, {
    kind: csvAction,
    make: (asked, isResumed) => sendCsv(deps, asked, isResumed),
  })
  app.action<BlockAction>(csvAction, async ({ ack, body, action }) => {
    const id = (action.type === 'button' && action.value) || ''
    const place = { channel: body.channel?.id ?? '', threadTs: body.message?.ts ?? '' }
    const user = body.user.id
    const send = await savedOrTold(csvs.save({ id, ...place }, user), error =>
      tellAsker(deps, { ...place, user }, i18n => formatFailure(error, i18n)),
    )
    await ack()
    await send?.()
  })
}

/** Sends the labels as CSV into the thread of the report, once. Throws a `ShownError` unless the person may see them there. */
async function sendCsv(
  deps: Deps,
  ...[asked, isResumed]: Parameters<Parameters<typeof defineDelivery>[2]['make']>
): Promise<void> {
  const { turn: value, user } = asked
  const place = { channel: asked.channel, threadTs: asked.threadTs }
  const of = parseJson(value, csvSchema)
  // A report stands in its reader's direct messages: what they alone may see goes nowhere else.
  if (of === undefined || asked.channel !== (await openDirectMessage(deps.call, user)) || asked.threadTs === '')
    throw new ShownError('access_lost', one => one.access.lost)
  const { channel, ...range } = of
  const reader = await fetchReader(deps, user)
  const { name } = await deps.access.check(user, channel)
  const records = await deps.store.labels.between(range, channel, user)
  const names = new Map([[channel, name]])
  for (const { correctedBy } of records)
    if (correctedBy !== undefined && !names.has(correctedBy))
      names.set(correctedBy, (await deps.users.read(correctedBy)).name)
  const nameOf = (id: string) => names.get(id) ?? ''
  const csv = formatReportCsv(records, deps.taxonomies.of(channel), { reader, nameOf })
  // Labels that were corrected since make another file.
  const file = { name: `${nameDelivery('feedback', value, csv)}.csv`, title: 'feedback.csv', bytes: Buffer.from(csv) }
  const already = (one: I18n, link: string) => one.charts.csvAlready({ link })
  await deliver(
    deps,
    { turn: value, user, place, name: file.name, isResumed, already },
    { make: async () => () => upload(deps.call, [file], place), check: () => deps.access.check(user, channel) },
  )
}

/** Defines the commands that send one person a report by direct message: numbers, quotes and a chart. */
export function defineReports(deps: Deps): CommandKind<AskedReport> {
  return deps.outbox.define('report', reportSchema, async ({ id, payload, savedAt }, isResumed) => {
    const { i18n } = await fetchReader(deps, payload.user)
    const name = nameDelivery('report', id, savedAt)
    const made = makeReport(deps, payload, { name, since: savedAt, isResumed }).then(sent => formatSent([sent], i18n))
    const outcome = await made.catch(error => {
      const { reference, sentence } = describeFailure(error)
      deps.log.error({ reference, reason: formatError(error) }, 'report failed')
      return `⚠️ ${sentence(i18n)}`
    })
    // What was made is in the direct messages; that this cannot be said in the channel is no loss.
    await deps
      .respond(payload.responseUrl, { response_type: 'ephemeral', replace_original: false, text: toMrkdwn(outcome) })
      .catch(error => deps.log.warn({ reason: formatError(error) }, 'report notice failed'))
  })
}

/** A report that stands in the direct messages. */
interface SentReport {
  /** The channel's name; blank for direct messages. */
  place: string
  link: string
  hasChart: boolean
}

/** Formats where the reports stand, in Markdown; `undefined` stands for one without feedback. */
export function formatSent(reports: readonly (SentReport | undefined)[], { labels, formats }: I18n): string {
  const words = labels.report
  const sent = reports.filter(report => report !== undefined)
  const [first, ...others] = sent
  if (first === undefined) return words.none
  const nameOf = (place: string) => (place === '' ? words.direct : `#${escapeMarkdown(place)}`)
  const links = sent.map(({ place, link }) => `[${nameOf(place)}](${link})`)
  const where = others.length === 0 ? words.sent(first) : words.sentSeveral({ reports: formats.and(links) })
  return sent.every(({ hasChart }) => hasChart) ? where : `${where}\n${words.noChart}`
}

/** Makes and sends a report. Resolves with undefined if there is no feedback to report. */
export async function makeReport(
  deps: Deps,
  asked: AskedReport,
  { since, ...once }: { name: string; since: number; isResumed: boolean },
): Promise<SentReport | undefined> {
  const { of, words } = asked.request
  const reader = await fetchReader(deps, asked.user)
  const { i18n, timeZone } = reader
  const now = Date.now()
  const range = parseDateRange(words, now, timeZone) ?? { from: now - usualMs, to: now }
  const { id: channel, name } = await findNamedChannel(deps, asked)
  const place = name.startsWith('mpdm-') ? '' : name
  const use = { user: asked.user, channel, feature: 'classify' as const }
  await deps.rules.check(use)
  if (of === 'messages') await labelMessages(deps, channel, range)
  const records = await deps.store.labels.between(range, channel, asked.user)
  if (records.length === 0) return undefined
  const built = buildReport(records, deps.taxonomies.of(channel), range, reader)
  const direct = await openDirectMessage(deps.call, asked.user)
  const button = buildCsvButton({ channel, ...range }, i18n)
  const markdown = renderReportMarkdown(built, { place, reader, linkOf: await fetchLinks(deps, built) })
  const post = async (chart: ReturnType<typeof buildChartBlock>) => {
    const body = buildMessageBody(markdown, undefined, [...(chart === undefined ? [] : [chart]), button])
    const metadata = buildDeliveryMetadata(once.name)
    const args = { channel: direct, ...body, metadata, unfurl_links: false, unfurl_media: false }
    await deps.access.check(asked.user, channel)
    await deps.rules.check(use)
    return (await deps.limiter.send('chat.postMessage', () => args, 'first')).ts
  }
  const chart = buildReportChart(built, i18n.labels.report.chart)
  const check = () => deps.access.check(asked.user, channel)
  const to = { ...once, place: { channel: direct, since }, file: 'feedback.png', post, check }
  const posted = await postWithChart(deps, chart, to)
  return { place, link: buildPermalink(deps.self, direct, posted.ts), hasChart: posted.hasChart }
}

function buildCsvButton(value: z.infer<typeof csvSchema>, i18n: I18n) {
  const text = { type: 'plain_text', text: i18n.labels.report.csv }
  const button = { type: 'button', action_id: csvAction, text, value: JSON.stringify(value) }
  return { type: 'actions', elements: [button] }
}

/** Fetches the permalinks of the messages that are quoted. */
async function fetchLinks({ call }: Deps, report: ReturnType<typeof buildReport>) {
  const links = new Map<string, string>()
  for (const { channel, ts } of report.quotes.flatMap(({ quotes }) => quotes)) {
    if (ts === undefined || links.has(`${channel}:${ts}`)) continue
    const answer = await call('chat.getPermalink', { channel, message_ts: ts }).catch(() => undefined)
    if (answer !== undefined) links.set(`${channel}:${ts}`, String(answer.permalink))
  }
  return ({ channel, ts }: { channel: string; ts: string | undefined }) => links.get(`${channel}:${ts}`)
}

/** Finds the channel that is named, else the one in which the command was written. Throws if the person may not read it. */
async function findNamedChannel({ access }: Deps, { request, user, channel }: AskedReport) {
  const [, id, name] =
    /<#([A-Z0-9]+)(?:\|[^<>]*)?>|#([^\s#]{1,100}?)(?=\s|里|中|的|[のにで]|$)/.exec(request.words) ?? []
  if (id === undefined && name === undefined) return access.check(user, channel)
  const place = await access.find(user, id === undefined ? { name: name ?? '' } : { id })
  if (place !== undefined) return place
  throw new ShownError('report_channel', one => one.labels.report.noChannel({ name: escapeMarkdown(name ?? id ?? '') }))
}

/** Labels what people wrote to the channel in that time and has no labels yet. */
async function labelMessages(deps: Deps, channel: string, range: Range): Promise<void> {
  const isWanted = (raw: RawMessage) => !isMentioned(String(raw.text ?? ''), deps.self.userId)
  const messages = await fetchRoots(deps.reader, channel, { from: range.from, most: mostMessages, isWanted })
  const label = async (raw: RawMessage): Promise<void> => {
    const message = parseMessage(raw, deps.self)
    if (message === undefined || !(await isByPerson(deps.users, message))) return
    const id = turnIdOf(deps.self.teamId, channel, message.ts)
    const known = await deps.store.labels.read(id)
    if (known?.state === 'done') return
    const subject = await buildMessageSubject(deps, message, { id, channel })
    if (!isNoise(subject.text)) await deps.label(subject, { pace: 'many' })
  }
  const outcomes = await Promise.allSettled(messages.map(label))
  const failed = outcomes.filter(({ status }) => status === 'rejected')
  // Some may fail; when all do, the reason is worth more than an empty report.
  if (failed.length > 0 && failed.length === messages.length) throw (failed[0] as PromiseRejectedResult).reason
  if (failed.length > 0) deps.log.warn({ channel, failed: failed.length }, 'messages not labelled')
}
