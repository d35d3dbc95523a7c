import { randomUUID } from 'node:crypto'
import type { App, BlockAction, MessageShortcut } from '@slack/bolt'
import { describeFailure, formatError, SlackError } from '../../errors.ts'
import { type I18n, i18nFor } from '../../i18n/catalog.ts'
import { callWithRetry } from '../../slack/client.ts'
import { parseMessage } from '../../slack/message.ts'
import type { LabelRecord } from '../../store/labels.ts'
import type { KeptAsk } from '../../store/outbox.ts'
import { languageOf } from '../../text/terms.ts'
import { labelControlIds, parseLabelId, renderCard, renderListCard } from './card.ts'
import { formatReadable } from './handler.ts'
import { labelLines, mostLines, parseList } from './list.ts'
import { buildWaitingRecord } from './record.ts'
import {
  keepReport,
  listenToReports,
  report as makeReport,
  parseReportRequest,
  type ReportDeps,
  resumeReports,
} from './report-command.ts'
import { type ClassifySettingsDeps, listenToClassifySettings, openSettings } from './settings-view.ts'

/** What classifying needs of the rest. */
export interface ClassifyDeps extends ClassifySettingsDeps, ReportDeps {}

/** For whom a text is labelled, and the address at which Slack takes what they see of it. */
interface Wish {
  user: string
  responseUrl: string
  /** The thread into which the card goes when it is posted. */
  threadTs?: string
}

/**
 * People hand the bot feedback, by the command `/classify` or the shortcut “Classify this message”, and it says what kind
 * it is and why, on a card that they alone see until they post it. Whoever knows better corrects it there.
 */
export function listenToClassifying(app: App, deps: ClassifyDeps): void {
  // Cards that are being posted; a second press of the button changes nothing.
  const posting = new Set<string>()
  listenToClassifySettings(app, deps)
  listenToReports(app, deps)
  app.command('/classify', async ({ ack, command }) => {
    const text = command.text.trim()
    const i18n = i18nFor(languageOf(text))
    if (text === '') return ack({ response_type: 'ephemeral', text: i18n.labels.usage })
    if (/^(settings|设置)$/i.test(text)) {
      await ack()
      return openSettings(deps, command.user_id, command.trigger_id, command.channel_id)
    }
    const report = parseReportRequest(text)
    if (report !== undefined) {
      const asked = { user: command.user_id, channel: command.channel_id, responseUrl: command.response_url }
      const kept = await keepReport(deps, report, asked)
      await ack({ response_type: 'ephemeral', text: i18n.labels.working })
      return makeReport(deps, kept)
    }
    const wish = { user: command.user_id, responseUrl: command.response_url }
    const subject = { id: randomUUID(), channel: command.channel_id, ts: undefined, text, isShared: false }
    const record = await keep(deps, subject, wish)
    await ack({ response_type: 'ephemeral', text: i18n.labels.working })
    await fulfil(deps, record)
  })
  app.shortcut({ callback_id: 'classify_message', type: 'message_action' }, async ({ ack, shortcut }) => {
    const { message, channel, user, response_url } = shortcut as MessageShortcut
    const said = parseMessage(message, deps.self)
    const text = said === undefined ? '' : (await formatReadable(deps.users, said)).trim()
    const i18n = i18nFor(languageOf(text))
    const wish = { user: user.id, responseUrl: response_url, threadTs: message.thread_ts ?? message.ts }
    const subject = { id: randomUUID(), channel: channel.id, ts: message.ts, text, isShared: true }
    const record = text === '' ? undefined : await keep(deps, subject, wish)
    await ack()
    const notice = record === undefined ? i18n.labels.nothingToLabel : i18n.labels.working
    await deps.respond(response_url, { response_type: 'ephemeral', text: notice })
    if (record !== undefined) await fulfil(deps, record)
  })
  app.action<BlockAction>(labelControlIds.correct, async ({ ack, body, action }) => {
    const kind = action.type === 'static_select' ? action.selected_option?.value : undefined
    const record = await deps.labels.read(parseLabelId(action.block_id) ?? '')
    if (record !== undefined && kind !== undefined) await correct(deps, record, body.user.id, kind)
    await ack()
    await update(deps, body, record?.id)
  })
  app.action<BlockAction>(labelControlIds.post, async ({ ack, body, action }) => {
    await ack()
    const record = action.type === 'button' ? await deps.labels.read(action.value ?? '') : undefined
    if (record === undefined) return update(deps, body, undefined)
    if (posting.has(record.id)) return
    posting.add(record.id)
    const text = await tryToPost(deps, record, body.user.id).finally(() => posting.delete(record.id))
    await deps.respond(body.response_url, { response_type: 'ephemeral', replace_original: true, text })
  })
}

/** Goes on with what the process before this one was asked for and did not give. */
export function resumeClassifying(deps: ClassifyDeps, asks: readonly KeptAsk[], labels: readonly LabelRecord[]): void {
  resumeReports(deps, asks)
  for (const record of labels) {
    // Those of mentions are taken up by their turns, those of reactions and watched channels where they belong.
    if ('responseUrl' in JSON.parse(record.wish)) void fulfil(deps, record)
  }
}

async function keep(
  { labels }: ClassifyDeps,
  subject: Pick<LabelRecord, 'id' | 'channel' | 'ts' | 'text' | 'isShared'>,
  wish: Wish,
): Promise<LabelRecord> {
  const saidAt = subject.ts === undefined ? Date.now() : Number(subject.ts) * 1000
  const record = { ...subject, saidAt, wish: JSON.stringify(wish), askedBy: wish.user }
  await labels.keep(record)
  return buildWaitingRecord(record)
}

/** Labels the text and puts the card, or what went wrong, in the place of the notice. Never throws. */
async function fulfil(deps: ClassifyDeps, record: LabelRecord): Promise<void> {
  const { answer, state } = await buildAnswer(deps, record)
  try {
    await show(deps, record, answer)
    await deps.labels.end(record.id, state)
  } catch (error) {
    deps.log.error({ label: record.id, reason: formatError(error) }, 'a card could not be shown')
    await deps.labels.end(record.id, 'failed')
  }
}

/** Where the address that Slack gave is spent or too old, the card comes as a message of its own. */
async function show(deps: ClassifyDeps, record: LabelRecord, answer: object): Promise<void> {
  const { user, responseUrl, threadTs } = JSON.parse(record.wish) as Wish
  const message = { response_type: 'ephemeral', replace_original: true, ...answer }
  try {
    await callWithRetry(() => deps.respond(responseUrl, message), patienceMs)
  } catch {
    const place = { channel: record.channel, user, ...(threadTs !== undefined && { thread_ts: threadTs }) }
    await deps.limiter.send('chat.postEphemeral', () => ({ ...place, ...answer }), 'final')
  }
}

/** How long Slack may be away before a card takes another way. */
const patienceMs = 20_000

async function buildAnswer(
  deps: ClassifyDeps,
  record: LabelRecord,
): Promise<{ answer: object; state: 'done' | 'failed' }> {
  try {
    // A message of several lines is one feedback; a list is what somebody pastes behind the command.
    const lines = record.ts === undefined ? parseList(record.text) : undefined
    if (lines !== undefined) return { answer: await buildListAnswer(deps, record, lines), state: 'done' }
    const labelled = await deps.labeller.label(record, never, 'single')
    return { answer: renderCard(labelled, deps.taxonomies.of(record.channel), 'one'), state: 'done' }
  } catch (error) {
    const failure = describeFailure(error)
    deps.log.error(
      { label: record.id, reference: failure.reference, reason: formatError(error) },
      'a text was not labelled',
    )
    const text = `⚠️ ${failure.sentence(i18nFor(languageOf(record.text)))}`
    return { answer: { text }, state: 'failed' }
  }
}

async function buildListAnswer(deps: ClassifyDeps, record: LabelRecord, lines: string[]): Promise<object> {
  if (lines.length > mostLines) return { text: i18nFor(languageOf(record.text)).labels.list(mostLines) }
  const labelled = await labelLines(deps, record, lines, never)
  return renderListCard(labelled, deps.taxonomies.of(record.channel), formatFailure)
}

const formatFailure = (error: unknown, i18n: I18n) => describeFailure(error).sentence(i18n)

/** Nobody takes the wish back: the command is over, and its card is waited for. */
const never = new AbortController().signal

/** A person’s word is the label from now on; the quote stays where it was given for that kind. */
async function correct(deps: ClassifyDeps, record: LabelRecord, user: string, kind: string): Promise<void> {
  const { name, locale } = await deps.users.read(user)
  const known = record.labels.find(label => label.kind === kind) ?? record.labels[0]
  const reason = i18nFor(locale).labels.correctedBy(name)
  await deps.labels.correct(record.id, user, [{ ...known, kind, reason, confidence: 1 }])
}

/** Shows the card as it is now where somebody pressed something on it. */
async function update(deps: ClassifyDeps, body: BlockAction, id: string | undefined): Promise<void> {
  const record = id === undefined ? undefined : await deps.labels.read(id)
  const isPrivate = body.container.is_ephemeral === true
  if (record === undefined) {
    const { locale } = await deps.users.read(body.user.id)
    const text = i18nFor(locale).labels.gone
    return deps.respond(body.response_url, { response_type: 'ephemeral', replace_original: false, text })
  }
  const by = record.correctedBy === undefined ? undefined : (await deps.users.read(record.correctedBy)).name
  const card = renderCard(record, deps.taxonomies.of(record.channel), isPrivate ? 'one' : 'all', by)
  const shown = (body.message?.blocks ?? []) as { block_id?: string }[]
  const head = shown.filter(({ block_id }) => block_id?.startsWith(headPrefix) === true)
  await deps.respond(body.response_url, { replace_original: true, ...card, blocks: [...head, ...card.blocks] })
}

/** Above a posted card stand the sentence that says whose it is, and the feedback itself. */
const headPrefix = 'head '

/** Posts the card; answers what is said in its place. */
async function tryToPost(deps: ClassifyDeps, record: LabelRecord, user: string): Promise<string> {
  const i18n = i18nFor(languageOf(record.text))
  try {
    await post(deps, record, user)
    await deps.labels.share(record.id)
    return i18n.labels.posted
  } catch (error) {
    if (!(error instanceof SlackError)) throw error
    const isOutside = error.code === 'not_in_channel' || error.code === 'channel_not_found'
    return isOutside ? i18n.ask.notInChannel : i18n.ask.cannotPost(error.code)
  }
}

async function post(deps: ClassifyDeps, record: LabelRecord, user: string): Promise<void> {
  const { name } = await deps.users.read(user)
  const i18n = i18nFor(languageOf(record.text))
  const by = record.correctedBy === undefined ? undefined : (await deps.users.read(record.correctedBy)).name
  const card = renderCard(record, deps.taxonomies.of(record.channel), 'all', by)
  const { threadTs } = JSON.parse(record.wish) as Wish
  const plain = (text: string) => ({ type: 'plain_text', text: text.slice(0, mostShown).toWellFormed(), emoji: false })
  const head = [
    { type: 'context', block_id: `${headPrefix}by`, elements: [plain(i18n.labels.postedBy(name))] },
    { type: 'section', block_id: `${headPrefix}text`, text: plain(record.text) },
  ]
  const args = {
    channel: record.channel,
    ...(threadTs !== undefined && { thread_ts: threadTs }),
    text: card.text,
    blocks: [...head, ...card.blocks],
    unfurl_links: false,
    unfurl_media: false,
  }
  await deps.limiter.send('chat.postMessage', () => args, 'first')
}

/** What a section holds. Source: docs.slack.dev, section block. */
const mostShown = 2_900
