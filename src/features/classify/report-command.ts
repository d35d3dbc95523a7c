import { randomUUID } from 'node:crypto'
import type { App, BlockAction } from '@slack/bolt'
import { describeFailure, formatError, ShownError } from '../../errors.ts'
import { type I18n, i18nFor } from '../../i18n/catalog.ts'
import type { Log } from '../../log.ts'
import { openDirectMessage } from '../../queue/outbox.ts'
import { turnIdOf } from '../../queue/turn.ts'
import type { Limiter } from '../../rate-limit/limiter.ts'
import { buildMessageBody } from '../../reply/body.ts'
import { fetchChannel, findChannel, mayRead } from '../../slack/channels.ts'
import { type CallSlack, callWithRetry } from '../../slack/client.ts'
import { type BotIdentity, parseMessage, type RawMessage } from '../../slack/message.ts'
import type { Responder } from '../../slack/response-url.ts'
import { upload } from '../../slack/upload.ts'
import type { Users } from '../../slack/users.ts'
import type { LabelRecords } from '../../store/labels.ts'
import type { Asks, KeptAsk } from '../../store/outbox.ts'
import { parseDateRange, type Range } from '../../text/date-range.ts'
import { isMentioned } from '../../text/from-slack.ts'
import { formatReadable } from './handler.ts'
import type { Labeller } from './labeller.ts'
import { buildWaitingRecord } from './record.ts'
import { buildReport, formatReportCsv, type Report, renderReportMarkdown } from './report.ts'
import { drawChart } from './report-chart.ts'
import type { Taxonomies } from './taxonomy-files.ts'

/** What reporting needs of the rest. */
export interface ReportDeps {
  self: BotIdentity
  call: CallSlack
  users: Users
  labels: LabelRecords
  labeller: Labeller
  taxonomies: Taxonomies
  limiter: Limiter
  asks: Asks
  respond: Responder
  log: Log
}

/** What a person wants counted: what has its labels, or what was said, which gets them first. */
export interface ReportRequest {
  of: 'labels' | 'messages'
  /** The words that name the time and the channel. */
  words: string
}

const number = String.raw`(?:\d{1,4}|[一二两三四五六七八九十]{1,3})`
const phrase = String.raw`(?:(?:the\s+)?(?:last|past)\s+(?:\d{1,4}\s+)?(?:hour|day|week|month)s?|since\s+(?:sun|mon|tues|wednes|thurs|fri|satur|yester|to)day|since\s+\d{4}-\d{1,2}-\d{1,2}|yesterday|today|昨天|今天|(?:最近|过去|近)\s*${number}\s*个?\s*(?:小时|钟头|天|日|周|星期|月)|(?:从|自)\s*(?:上?周|星期)[一二三四五六日天](?:开始|以来|起)?|(?:从|自)\s*\d{4}-\d{1,2}-\d{1,2}(?:开始|以来|起)?)`
const place = String.raw`(?:\s*(?:in|of|from|在)?\s*(?:<#[A-Z0-9]+(?:\|[^>]*)?>|#[^\s#]+?)\s*(?:里|中)?(?:的)?(?:反馈|消息)?)?`
const messagesWish = new RegExp(`^${phrase}${place}$`, 'i')
const reportWish = new RegExp(`^(?:report|报告|报表)\\s*((?:${phrase})?${place})$`, 'i')

/** Whether words behind the command ask for a report rather than being feedback. */
export function parseReportRequest(text: string): ReportRequest | undefined {
  const report = reportWish.exec(text)
  if (report !== null) return { of: 'labels', words: report[1] ?? '' }
  return messagesWish.test(text) ? { of: 'messages', words: text } : undefined
}

const csvAction = 'label_csv'
/** Without a time a report tells of the last four weeks. */
const usualMs = 28 * 86_400_000
/** How long Slack may be away before a report is given up. */
const patienceMs = 60_000
/** So many messages of a channel are labelled for one report; more take a model server hours. */
const mostMessages = 2_000

/** The button below a report that brings its CSV. */
export function listenToReports(app: App, deps: ReportDeps): void {
  app.action<BlockAction>(csvAction, async ({ ack, body, action }) => {
    await ack()
    if (action.type !== 'button') return
    const { channel, from, to } = JSON.parse(action.value ?? '{}') as { channel: string } & Range
    const { language } = await readReader(deps, body.user.id)
    const records = await deps.labels.between({ from, to }, channel, body.user.id)
    const bytes = Buffer.from(formatReportCsv(records, deps.taxonomies.of(channel), language))
    const threadTs = body.message?.ts
    if (body.channel !== undefined && threadTs !== undefined)
      await upload(deps.call, { name: 'feedback.csv', bytes, channel: body.channel.id, threadTs })
  })
}

/** A report that somebody asked for, as it is written down until they have it. */
interface AskedReport {
  id: string
  report: ReportRequest
  asked: { user: string; channel: string; responseUrl: string }
}

/** Writes the wish down. Resolves when it outlives a power cut. */
export async function keepReport(
  { asks }: ReportDeps,
  report: ReportRequest,
  asked: AskedReport['asked'],
): Promise<AskedReport> {
  const kept = { id: randomUUID(), report, asked }
  await asks.keep(kept.id, JSON.stringify(kept))
  return kept
}

/** Goes on with reports that the process before this one was asked for and did not give. */
export function resumeReports(deps: ReportDeps, asks: readonly KeptAsk[]): void {
  for (const { ask } of asks) {
    const kept = JSON.parse(ask) as Partial<AskedReport>
    if (kept.report !== undefined) void report(deps, kept as AskedReport)
  }
}

/** A report for one person: the numbers and the words in their direct messages, the picture below. Never throws. */
export async function report(deps: ReportDeps, { id, report: wish, asked }: AskedReport): Promise<void> {
  const { i18n } = await readReader(deps, asked.user)
  const tell = (text: string) =>
    deps.respond(asked.responseUrl, { response_type: 'ephemeral', replace_original: true, text })
  try {
    const told = await makeReport(deps, wish, asked)
    // It is in the direct messages; that this cannot be said in the channel is no loss.
    await tell(told).catch(error => deps.log.warn({ reason: formatError(error) }, 'a person could not be told'))
  } catch (error) {
    const failure = describeFailure(error)
    deps.log.error({ reference: failure.reference, reason: formatError(error) }, 'a report was not made')
    await tell(`⚠️ ${failure.sentence(i18n)}`).catch(() => {})
  }
  await deps.asks.done(id)
}

/** Makes and sends it; answers what the person is told in the channel. */
async function makeReport(
  deps: ReportDeps,
  wish: ReportRequest,
  asked: { user: string; channel: string },
): Promise<string> {
  const { language, i18n, timeZone } = await readReader(deps, asked.user)
  const now = Date.now()
  const range = parseDateRange(wish.words, now, timeZone) ?? { from: now - usualMs, to: now }
  const channel = await findNamed(deps, wish.words, asked)
  if (wish.of === 'messages') await labelMessages(deps, channel, range)
  const records = await deps.labels.between(range, channel, asked.user)
  if (records.length === 0) return i18n.labels.report.none
  const report = buildReport(records, deps.taxonomies.of(channel), range, language)
  const direct = await openDirectMessage(deps.call, asked.user)
  const threadTs = await send(deps, direct, report, await renderReport(deps, report, language), channel, i18n)
  const bytes = await drawChart(report, i18n.labels.report.chart)
  await upload(deps.call, { name: 'feedback.png', bytes, channel: direct, threadTs })
  return i18n.labels.report.sent
}

async function send(
  { limiter }: ReportDeps,
  direct: string,
  { range }: Report,
  markdown: string,
  channel: string,
  i18n: I18n,
): Promise<string> {
  const text = { type: 'plain_text', text: i18n.labels.report.csv }
  const value = JSON.stringify({ channel, ...range })
  const button = { type: 'actions', elements: [{ type: 'button', action_id: csvAction, text, value }] }
  const args = {
    channel: direct,
    ...buildMessageBody(markdown, undefined, [button]),
    unfurl_links: false,
    unfurl_media: false,
  }
  return String((await limiter.send('chat.postMessage', () => args, 'first')).ts)
}

/** With the address of each message that is quoted. */
async function renderReport({ call }: ReportDeps, report: Report, language: 'en' | 'zh'): Promise<string> {
  const links = new Map<string, string>()
  for (const { channel, ts } of report.quotes.flatMap(({ quotes }) => quotes)) {
    if (ts === undefined || links.has(`${channel}:${ts}`)) continue
    const answer = await call('chat.getPermalink', { channel, message_ts: ts }).catch(() => undefined)
    if (answer !== undefined) links.set(`${channel}:${ts}`, String(answer.permalink))
  }
  return renderReportMarkdown(report, language, ({ channel, ts }) => links.get(`${channel}:${ts}`))
}

async function readReader({ users }: Pick<ReportDeps, 'users'>, user: string) {
  const { locale, timeZone } = await users.read(user)
  const language = locale.toLowerCase().startsWith('zh') ? ('zh' as const) : ('en' as const)
  return { language, i18n: i18nFor(locale), timeZone }
}

/** The channel that is named, else the one in which was asked. What was said in a private one is for its members. */
async function findNamed(
  { call, users }: ReportDeps,
  words: string,
  asked: { user: string; channel: string },
): Promise<string> {
  const [, id, name] = /<#([A-Z0-9]+)(?:\|[^>]*)?>|#([^\s#]+?)(?=\s|里|中|的|$)/.exec(words) ?? []
  if (id === undefined && name === undefined) return asked.channel
  const place = id === undefined ? await findChannel(call, name ?? '') : await fetchChannel(call, id)
  if (place !== undefined && (await mayRead(call, place, await users.read(asked.user)))) return place.id
  throw new ShownError('report_channel', one => one.labels.report.noChannel(name ?? id ?? ''))
}

/** Labels what people wrote to the channel in that time, except what has its labels already. */
async function labelMessages(deps: ReportDeps, channel: string, range: Range): Promise<void> {
  const messages = await readMessages(deps, channel, range)
  const label = async (raw: RawMessage): Promise<void> => {
    const message = parseMessage(raw, deps.self)
    if (message?.author.kind !== 'person' || message.text.trim() === '') return
    const id = turnIdOf(deps.self.teamId, channel, message.ts)
    const known = await deps.labels.read(id)
    // What waits has its own way to a sign.
    if (known !== undefined && known.state !== 'failed') return
    const text = await formatReadable(deps.users, message)
    const subject = { id, channel, ts: message.ts, text, wish: '{}', saidAt: Number(message.ts) * 1000 }
    const record = buildWaitingRecord({ ...subject, askedBy: undefined, isShared: true })
    const labelled = await deps.labeller.label(record, never, 'many')
    await deps.labels.add({ ...labelled, state: 'done' })
  }
  const outcomes = await Promise.allSettled(messages.map(label))
  const failed = outcomes.filter(({ status }) => status === 'rejected')
  // Some may fail; when all do, the reason is worth more than an empty report.
  if (failed.length > 0 && failed.length === messages.length) throw (failed[0] as PromiseRejectedResult).reason
  if (failed.length > 0) deps.log.warn({ channel, failed: failed.length }, 'messages could not be labelled')
}

/** Messages that people wrote to the channel itself; what asks the bot is no feedback. */
async function readMessages({ call, self }: ReportDeps, channel: string, range: Range): Promise<RawMessage[]> {
  const args = { channel, oldest: (range.from / 1000).toFixed(6), limit: 200 }
  const all: RawMessage[] = []
  for (let cursor: string | undefined = ''; cursor !== undefined && all.length < mostMessages; ) {
    const paged = cursor === '' ? args : { ...args, cursor }
    const page = (await callWithRetry(() => call('conversations.history', paged), patienceMs)) as unknown as HistoryPage
    all.push(...page.messages.filter(raw => !isMentioned(String(raw.text ?? ''), self.userId)))
    cursor = page.response_metadata?.next_cursor || undefined
  }
  return all.slice(0, mostMessages)
}

interface HistoryPage {
  messages: RawMessage[]
  response_metadata?: { next_cursor?: string }
}

/** A report is made to its end. */
const never = new AbortController().signal
