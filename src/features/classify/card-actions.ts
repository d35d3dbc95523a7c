import type { App, BlockAction } from '@slack/bolt'
import { ShownError, SlackError } from '../../errors.ts'
import { i18nFor } from '../../i18n/catalog.ts'
import type { LabelRecord } from '../../store/labels.ts'
import { escapeMarkdown } from '../../text/escape-markdown.ts'
import { toMrkdwn } from '../../text/to-mrkdwn.ts'
import { formatPostFailure } from '../command-failure.ts'
import { labelControlIds, parseLabelId, renderCard } from './card.ts'
import { fetchReader } from './reader.ts'
import type { ClassifyServices } from './services.ts'
import { otherId } from './taxonomy.ts'

type Deps = Pick<ClassifyServices, 'store' | 'access' | 'users' | 'limiter' | 'respond' | 'taxonomies'>

/**
 * Listens to the controls of a card: people correct its kind or undo that, or post it for everybody in the channel. What a
 * control says is not believed: the record has to fit the card, and the person has to see the channel still.
 */
export function listenToCardActions(app: App, deps: Deps): void {
  app.action<BlockAction>(labelControlIds.correct, async ({ ack, body, action }) => {
    const kind = action.type === 'static_select' ? action.selected_option?.value : undefined
    const record = await orShown(findRecord(deps, body, parseLabelId(action.block_id)), one =>
      correct(deps, one, { user: body.user.id, kind: kind ?? '' }),
    )
    await ack()
    await showOutcome(deps, body, record)
  })
  app.action<BlockAction>(labelControlIds.undo, async ({ ack, body, action }) => {
    const record = await orShown(findRecord(deps, body, parseLabelId(action.block_id)), one =>
      undoCorrection(deps, one, body.user.id),
    )
    await ack()
    await showOutcome(deps, body, record)
  })
  // Cards that are being posted: a second press of the button changes nothing.
  const posting = new Set<string>()
  app.action<BlockAction>(labelControlIds.post, async ({ ack, body, action }) => {
    await ack()
    const record = await orShown(findRecord(deps, body, action.type === 'button' ? action.value : undefined))
    if (record instanceof ShownError || record.askedBy !== body.user.id)
      return showOutcome(deps, body, record instanceof ShownError ? record : gone())
    if (posting.has(record.id)) return
    posting.add(record.id)
    const text = await tryToPost(deps, record, body.user.id).finally(() => posting.delete(record.id))
    await deps.respond(body.response_url, { response_type: 'ephemeral', replace_original: true, text })
  })
}

const gone = () => new ShownError('label_gone', i18n => i18n.labels.gone)

/** Changes a record. Resolves with the record, or the error that the person is shown. */
async function orShown(
  finding: Promise<LabelRecord>,
  change: (record: LabelRecord) => Promise<void> = async () => {},
): Promise<LabelRecord | ShownError> {
  try {
    const record = await finding
    await change(record)
    return record
  } catch (error) {
    if (error instanceof ShownError) return error
    throw error
  }
}

/** Shows the card as it is now where somebody used a control, or tells them alone why nothing changed. */
async function showOutcome(deps: Deps, body: BlockAction, outcome: LabelRecord | ShownError): Promise<void> {
  const record = outcome instanceof ShownError ? undefined : await deps.store.labels.read(outcome.id)
  if (record === undefined) {
    const { sentence } = outcome instanceof ShownError ? outcome : gone()
    const text = toMrkdwn(sentence(i18nFor((await deps.users.read(body.user.id)).locale)))
    return deps.respond(body.response_url, { response_type: 'ephemeral', replace_original: false, text })
  }
  const readers = body.container.is_ephemeral === true ? 'one' : 'all'
  const card = await renderCorrectedCard(deps, record, { readers, user: body.user.id })
  const shown = (body.message?.blocks ?? []) as { block_id?: string }[]
  const head = shown.filter(({ block_id }) => block_id?.startsWith(headPrefix) === true)
  await deps.respond(body.response_url, { replace_original: true, ...card, blocks: [...head, ...card.blocks] })
}

/** Finds the record whose card stands where the control was used. Throws a `ShownError` if it is not the person's to see. */
async function findRecord({ store, access }: Deps, body: BlockAction, id = ''): Promise<LabelRecord> {
  const record = await store.labels.read(id)
  if (record === undefined || !isItsCard(body, record)) throw gone()
  // What people typed themselves they may see everywhere.
  const isOwnText = record.askedBy === body.user.id && record.ts === undefined && !record.isShared
  if (!isOwnText) await access.check(body.user.id, record.channel)
  return record
}

function isItsCard({ user, channel, container, message }: BlockAction, record: LabelRecord): boolean {
  if (channel?.id !== record.channel) return false
  if (container.is_ephemeral === true) return record.askedBy === user.id
  const { thread_ts = message?.thread_ts, message_ts } = container as { thread_ts?: string; message_ts?: string }
  const threadTs = record.threadTs ?? (record.askedBy === undefined ? record.ts : undefined)
  return record.isShared && (thread_ts === message_ts ? undefined : thread_ts) === threadTs
}

/** Replaces the labels by the kind that a person chose; the quote stays if it was given for that kind. */
async function correct(
  { store, users, taxonomies }: Deps,
  record: LabelRecord,
  { user, kind }: { user: string; kind: string },
): Promise<void> {
  const { isGuest } = await users.refresh(user)
  if (isGuest && record.askedBy !== user) throw new ShownError('label_guest', i18n => i18n.access.guests)
  if (kind !== otherId && !taxonomies.of(record.channel).kinds.some(({ id }) => id === kind)) throw gone()
  const known = record.labels.find(label => label.kind === kind) ?? record.labels[0]
  await store.labels.correct(record.id, user, [{ ...known, kind, reason: '', confidence: 1 }])
}

/** Brings the labels of the model back, for an administrator or the person who corrected them. */
async function undoCorrection({ store, users }: Deps, { id, correctedBy }: LabelRecord, user: string): Promise<void> {
  if (correctedBy === undefined) return
  const { isAdmin, isGuest } = await users.refresh(user)
  if (!isAdmin && (isGuest || correctedBy !== user)) {
    const { name } = await users.read(correctedBy)
    throw new ShownError('label_undo', i18n => i18n.labels.notYourCorrection({ name: escapeMarkdown(name) }))
  }
  await store.labels.undoCorrection(id)
}

/** Renders the card for the person who looks at it, or for everybody, in the language of whoever posted it or wrote the message. */
async function renderCorrectedCard(
  deps: Deps,
  record: LabelRecord,
  { readers, user }: { readers: 'one' | 'all'; user: string },
) {
  const correctedBy = record.correctedBy === undefined ? undefined : (await deps.users.read(record.correctedBy)).name
  const reader = await fetchReader(deps, readers === 'one' ? user : (record.askedBy ?? record.author ?? user))
  return renderCard(record, { taxonomy: deps.taxonomies.of(record.channel), reader, correctedBy }, readers)
}

/** Blocks above a posted card: the sentence that says whose it is, and the feedback itself. */
const headPrefix = 'head '

/** Slack's limit on the text of a section, with room to spare. Source: docs.slack.dev, section block. */
const mostSectionCharacters = 2_900

/** Posts the card. Resolves with what is told in its place. */
async function tryToPost(deps: Deps, record: LabelRecord, user: string): Promise<string> {
  const { i18n } = await fetchReader(deps, user)
  try {
    await post(deps, record, user)
    await deps.store.labels.share(record.id)
    return i18n.labels.posted
  } catch (error) {
    if (!(error instanceof SlackError)) throw error
    return formatPostFailure(error, i18n)
  }
}

async function post(deps: Deps, record: LabelRecord, user: string): Promise<void> {
  const { name, locale } = await deps.users.read(user)
  const i18n = i18nFor(locale)
  const card = await renderCorrectedCard(deps, record, { readers: 'all', user })
  const plain = (text: string) => {
    const shown = text.slice(0, mostSectionCharacters).toWellFormed()
    return { type: 'plain_text', text: shown, emoji: false }
  }
  const head = [
    { type: 'context', block_id: `${headPrefix}by`, elements: [plain(i18n.labels.postedBy({ name }))] },
    { type: 'section', block_id: `${headPrefix}text`, text: plain(record.text) },
  ]
  const args = {
    channel: record.channel,
    ...(record.threadTs !== undefined && { thread_ts: record.threadTs }),
    text: card.text,
    blocks: [...head, ...card.blocks],
    unfurl_links: false,
    unfurl_media: false,
  }
  await deps.limiter.send('chat.postMessage', () => args, 'first')
}
