import { randomUUID } from 'node:crypto'
import type { App, BlockAction, MessageShortcut } from '@slack/bolt'
import { toFailure, toReason } from '../../errors.ts'
import { toWords, type Words } from '../../i18n/catalog.ts'
import { callPatiently, SlackError } from '../../slack/client.ts'
import { toMessage } from '../../slack/message.ts'
import type { LabelRecord } from '../../store/labels.ts'
import type { KeptAsk } from '../../store/outbox.ts'
import { languageOf } from '../../text/terms.ts'
import { labelControlIds, toCard, toLabelId, toListCard } from './card.ts'
import { toReadable } from './handler.ts'
import { labelLines, mostLines, toList } from './list.ts'
import { toWaiting } from './record.ts'
import {
  keepReport,
  listenToReports,
  report as makeReport,
  type ReportParts,
  resumeReports,
  toReportWish,
} from './report-command.ts'
import { type ClassifySettingsParts, listenToClassifySettings, openSettings } from './settings-view.ts'

/** What classifying needs of the rest. */
export interface ClassifyParts extends ClassifySettingsParts, ReportParts {}

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
export function listenToClassifying(app: App, parts: ClassifyParts): void {
  // Cards that are being posted; a second press of the button changes nothing.
  const posting = new Set<string>()
  listenToClassifySettings(app, parts)
  listenToReports(app, parts)
  app.command('/classify', async ({ ack, command }) => {
    const text = command.text.trim()
    const words = toWords(languageOf(text))
    if (text === '') return ack({ response_type: 'ephemeral', text: words.labels.usage })
    if (/^(settings|设置)$/i.test(text)) {
      await ack()
      return openSettings(parts, command.user_id, command.trigger_id, command.channel_id)
    }
    const report = toReportWish(text)
    if (report !== undefined) {
      const asked = { user: command.user_id, channel: command.channel_id, responseUrl: command.response_url }
      const kept = await keepReport(parts, report, asked)
      await ack({ response_type: 'ephemeral', text: words.labels.working })
      return makeReport(parts, kept)
    }
    const wish = { user: command.user_id, responseUrl: command.response_url }
    const subject = { id: randomUUID(), channel: command.channel_id, ts: undefined, text, isShared: false }
    const record = await keep(parts, subject, wish)
    await ack({ response_type: 'ephemeral', text: words.labels.working })
    await fulfil(parts, record)
  })
  app.shortcut({ callback_id: 'classify_message', type: 'message_action' }, async ({ ack, shortcut }) => {
    const { message, channel, user, response_url } = shortcut as MessageShortcut
    const said = toMessage(message, parts.self)
    const text = said === undefined ? '' : (await toReadable(parts.people, said)).trim()
    const words = toWords(languageOf(text))
    const wish = { user: user.id, responseUrl: response_url, threadTs: message.thread_ts ?? message.ts }
    const subject = { id: randomUUID(), channel: channel.id, ts: message.ts, text, isShared: true }
    const record = text === '' ? undefined : await keep(parts, subject, wish)
    await ack()
    const notice = record === undefined ? words.labels.nothingToLabel : words.labels.working
    await parts.respond(response_url, { response_type: 'ephemeral', text: notice })
    if (record !== undefined) await fulfil(parts, record)
  })
  app.action<BlockAction>(labelControlIds.correct, async ({ ack, body, action }) => {
    const kind = action.type === 'static_select' ? action.selected_option?.value : undefined
    const record = await parts.labels.read(toLabelId(action.block_id) ?? '')
    if (record !== undefined && kind !== undefined) await correct(parts, record, body.user.id, kind)
    await ack()
    await update(parts, body, record?.id)
  })
  app.action<BlockAction>(labelControlIds.post, async ({ ack, body, action }) => {
    await ack()
    const record = action.type === 'button' ? await parts.labels.read(action.value ?? '') : undefined
    if (record === undefined) return update(parts, body, undefined)
    if (posting.has(record.id)) return
    posting.add(record.id)
    const text = await tryToPost(parts, record, body.user.id).finally(() => posting.delete(record.id))
    await parts.respond(body.response_url, { response_type: 'ephemeral', replace_original: true, text })
  })
}

/** Goes on with what the process before this one was asked for and did not give. */
export function resumeClassifying(
  parts: ClassifyParts,
  asks: readonly KeptAsk[],
  labels: readonly LabelRecord[],
): void {
  resumeReports(parts, asks)
  for (const record of labels) {
    // Those of mentions are taken up by their turns, those of reactions and watched channels where they belong.
    if ('responseUrl' in JSON.parse(record.wish)) void fulfil(parts, record)
  }
}

async function keep(
  { labels }: ClassifyParts,
  subject: Pick<LabelRecord, 'id' | 'channel' | 'ts' | 'text' | 'isShared'>,
  wish: Wish,
): Promise<LabelRecord> {
  const saidAt = subject.ts === undefined ? Date.now() : Number(subject.ts) * 1000
  const record = { ...subject, saidAt, wish: JSON.stringify(wish), askedBy: wish.user }
  await labels.keep(record)
  return toWaiting(record)
}

/** Labels the text and puts the card, or what went wrong, in the place of the notice. Never throws. */
async function fulfil(parts: ClassifyParts, record: LabelRecord): Promise<void> {
  const { answer, state } = await toAnswer(parts, record)
  try {
    await show(parts, record, answer)
    await parts.labels.end(record.id, state)
  } catch (error) {
    parts.log.error({ label: record.id, reason: toReason(error) }, 'a card could not be shown')
    await parts.labels.end(record.id, 'failed')
  }
}

/** Where the address that Slack gave is spent or too old, the card comes as a message of its own. */
async function show(parts: ClassifyParts, record: LabelRecord, answer: object): Promise<void> {
  const { user, responseUrl, threadTs } = JSON.parse(record.wish) as Wish
  const message = { response_type: 'ephemeral', replace_original: true, ...answer }
  try {
    await callPatiently(() => parts.respond(responseUrl, message), patienceMs)
  } catch {
    const place = { channel: record.channel, user, ...(threadTs !== undefined && { thread_ts: threadTs }) }
    await parts.budget.send('chat.postEphemeral', () => ({ ...place, ...answer }), 'final')
  }
}

/** How long Slack may be away before a card takes another way. */
const patienceMs = 20_000

async function toAnswer(
  parts: ClassifyParts,
  record: LabelRecord,
): Promise<{ answer: object; state: 'done' | 'failed' }> {
  try {
    // A message of several lines is one feedback; a list is what somebody pastes behind the command.
    const lines = record.ts === undefined ? toList(record.text) : undefined
    if (lines !== undefined) return { answer: await toListAnswer(parts, record, lines), state: 'done' }
    const labelled = await parts.labeller.label(record, never, 'single')
    return { answer: toCard(labelled, parts.taxonomies.of(record.channel), 'one'), state: 'done' }
  } catch (error) {
    const failure = toFailure(error)
    parts.log.error(
      { label: record.id, reference: failure.reference, reason: toReason(error) },
      'a text was not labelled',
    )
    const text = `⚠️ ${failure.sentence(toWords(languageOf(record.text)))}`
    return { answer: { text }, state: 'failed' }
  }
}

async function toListAnswer(parts: ClassifyParts, record: LabelRecord, lines: string[]): Promise<object> {
  if (lines.length > mostLines) return { text: toWords(languageOf(record.text)).labels.list(mostLines) }
  const labelled = await labelLines(parts, record, lines, never)
  return toListCard(labelled, parts.taxonomies.of(record.channel), toSentence)
}

const toSentence = (error: unknown, words: Words) => toFailure(error).sentence(words)

/** Nobody takes the wish back: the command is over, and its card is waited for. */
const never = new AbortController().signal

/** A person’s word is the label from now on; the quote stays where it was given for that kind. */
async function correct(parts: ClassifyParts, record: LabelRecord, user: string, kind: string): Promise<void> {
  const { name, locale } = await parts.people.read(user)
  const known = record.labels.find(label => label.kind === kind) ?? record.labels[0]
  const reason = toWords(locale).labels.correctedBy(name)
  await parts.labels.correct(record.id, user, [{ ...known, kind, reason, confidence: 1 }])
}

/** Shows the card as it is now where somebody pressed something on it. */
async function update(parts: ClassifyParts, body: BlockAction, id: string | undefined): Promise<void> {
  const record = id === undefined ? undefined : await parts.labels.read(id)
  const isPrivate = body.container.is_ephemeral === true
  if (record === undefined) {
    const { locale } = await parts.people.read(body.user.id)
    const text = toWords(locale).labels.gone
    return parts.respond(body.response_url, { response_type: 'ephemeral', replace_original: false, text })
  }
  const by = record.correctedBy === undefined ? undefined : (await parts.people.read(record.correctedBy)).name
  const card = toCard(record, parts.taxonomies.of(record.channel), isPrivate ? 'one' : 'all', by)
  const shown = (body.message?.blocks ?? []) as { block_id?: string }[]
  const head = shown.filter(({ block_id }) => block_id?.startsWith(headPrefix) === true)
  await parts.respond(body.response_url, { replace_original: true, ...card, blocks: [...head, ...card.blocks] })
}

/** Above a posted card stand the sentence that says whose it is, and the feedback itself. */
const headPrefix = 'head '

/** Posts the card; answers what is said in its place. */
async function tryToPost(parts: ClassifyParts, record: LabelRecord, user: string): Promise<string> {
  const words = toWords(languageOf(record.text))
  try {
    await post(parts, record, user)
    await parts.labels.share(record.id)
    return words.labels.posted
  } catch (error) {
    if (!(error instanceof SlackError)) throw error
    const isOutside = error.code === 'not_in_channel' || error.code === 'channel_not_found'
    return isOutside ? words.ask.notInChannel : words.ask.cannotPost(error.code)
  }
}

async function post(parts: ClassifyParts, record: LabelRecord, user: string): Promise<void> {
  const { name } = await parts.people.read(user)
  const words = toWords(languageOf(record.text))
  const by = record.correctedBy === undefined ? undefined : (await parts.people.read(record.correctedBy)).name
  const card = toCard(record, parts.taxonomies.of(record.channel), 'all', by)
  const { threadTs } = JSON.parse(record.wish) as Wish
  const plain = (text: string) => ({ type: 'plain_text', text: text.slice(0, mostShown).toWellFormed(), emoji: false })
  const head = [
    { type: 'context', block_id: `${headPrefix}by`, elements: [plain(words.labels.postedBy(name))] },
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
  await parts.budget.send('chat.postMessage', () => args, 'first')
}

/** What a section holds. Source: docs.slack.dev, section block. */
const mostShown = 2_900
