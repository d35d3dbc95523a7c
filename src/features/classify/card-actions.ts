import type { App, BlockAction } from '@slack/bolt'
import { SlackError } from '../../errors.ts'
import { i18nFor } from '../../i18n/catalog.ts'
import type { LabelRecord } from '../../store/labels.ts'
import { languageOf } from '../../text/terms.ts'
import { formatPostFailure } from '../command-failure.ts'
import { labelControlIds, parseLabelId, renderCard } from './card.ts'
import type { ClassifyServices } from './services.ts'

type Deps = Pick<ClassifyServices, 'store' | 'users' | 'limiter' | 'respond' | 'taxonomies'>

/** Listens to the controls of a card: people correct its kind, or post it for everybody in the channel. */
export function listenToCardActions(app: App, deps: Deps): void {
  const { labels } = deps.store
  app.action<BlockAction>(labelControlIds.correct, async ({ ack, body, action }) => {
    const kind = action.type === 'static_select' ? action.selected_option?.value : undefined
    const record = await labels.read(parseLabelId(action.block_id) ?? '')
    if (record !== undefined && kind !== undefined) await correct(deps, record, { user: body.user.id, kind })
    await ack()
    await updateCard(deps, body, record?.id)
  })
  // Cards that are being posted: a second press of the button changes nothing.
  const posting = new Set<string>()
  app.action<BlockAction>(labelControlIds.post, async ({ ack, body, action }) => {
    await ack()
    const record = action.type === 'button' ? await labels.read(action.value ?? '') : undefined
    if (record === undefined) return updateCard(deps, body, undefined)
    if (posting.has(record.id)) return
    posting.add(record.id)
    const text = await tryToPost(deps, record, body.user.id).finally(() => posting.delete(record.id))
    await deps.respond(body.response_url, { response_type: 'ephemeral', replace_original: true, text })
  })
}

/** Replaces the labels by the kind that a person chose; the quote stays if it was given for that kind. */
async function correct(
  { store, users }: Deps,
  record: LabelRecord,
  { user, kind }: { user: string; kind: string },
): Promise<void> {
  const { name, locale } = await users.read(user)
  const known = record.labels.find(label => label.kind === kind) ?? record.labels[0]
  const reason = i18nFor(locale).labels.correctedBy(name)
  await store.labels.correct(record.id, user, [{ ...known, kind, reason, confidence: 1 }])
}

/** Shows the card as it is now where somebody pressed something on it. */
async function updateCard(deps: Deps, body: BlockAction, id: string | undefined): Promise<void> {
  const record = id === undefined ? undefined : await deps.store.labels.read(id)
  if (record === undefined) {
    const { locale } = await deps.users.read(body.user.id)
    const text = i18nFor(locale).labels.gone
    return deps.respond(body.response_url, { response_type: 'ephemeral', replace_original: false, text })
  }
  const card = await renderCorrectedCard(deps, record, body.container.is_ephemeral === true ? 'one' : 'all')
  const shown = (body.message?.blocks ?? []) as { block_id?: string }[]
  const head = shown.filter(({ block_id }) => block_id?.startsWith(headPrefix) === true)
  await deps.respond(body.response_url, { replace_original: true, ...card, blocks: [...head, ...card.blocks] })
}

async function renderCorrectedCard({ users, taxonomies }: Deps, record: LabelRecord, readers: 'one' | 'all') {
  const correctedBy = record.correctedBy === undefined ? undefined : (await users.read(record.correctedBy)).name
  return renderCard(record, taxonomies.of(record.channel), { readers, correctedBy })
}

/** Blocks above a posted card: the sentence that says whose it is, and the feedback itself. */
const headPrefix = 'head '

/** Slack's limit on the text of a section, with room to spare. Source: docs.slack.dev, section block. */
const mostSectionCharacters = 2_900

/** Posts the card. Resolves with what is told in its place. */
async function tryToPost(deps: Deps, record: LabelRecord, user: string): Promise<string> {
  const i18n = i18nFor(languageOf(record.text))
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
  const { name } = await deps.users.read(user)
  const i18n = i18nFor(languageOf(record.text))
  const card = await renderCorrectedCard(deps, record, 'all')
  const plain = (text: string) => {
    const shown = text.slice(0, mostSectionCharacters).toWellFormed()
    return { type: 'plain_text', text: shown, emoji: false }
  }
  const head = [
    { type: 'context', block_id: `${headPrefix}by`, elements: [plain(i18n.labels.postedBy(name))] },
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
