import type { KnownBlock } from '@slack/types'
import { z } from 'zod'
import { describeFailure, formatError } from '../../errors.ts'
import type { I18n } from '../../i18n/catalog.ts'
import type { CommandKind } from '../../queue/outbox.ts'
import { callWithRetry } from '../../slack/client.ts'
import { openDirectMessage } from '../../slack/direct-message.ts'
import { toMrkdwn } from '../../text/to-mrkdwn.ts'
import { renderCard, renderListCard } from './card.ts'
import { labelLines, mostLines, parseList } from './pasted-list.ts'
import { type createReader, fetchReader } from './reader.ts'
import type { ClassifyServices } from './services.ts'
import { type Subject, subjectSchema } from './subject.ts'
import { buildResultView } from './text-dialog.ts'

const requestSchema = z.object({
  subject: subjectSchema,
  user: z.string(),
  /** The address of the notice that the card replaces; without it the card is a message of its own. */
  responseUrl: z.string().optional(),
  /** The dialogue that shows the card. */
  viewId: z.string().optional(),
})

type CardRequest = z.infer<typeof requestSchema>

type Deps = Pick<
  ClassifyServices,
  'outbox' | 'access' | 'rules' | 'users' | 'call' | 'respond' | 'limiter' | 'log' | 'label' | 'taxonomies'
>

/** How long Slack may be away before a card takes another way, or is given up. */
const patienceMs = 20_000

/** Defines the commands that classify a text for one person, who asked by command, shortcut or reaction. */
export function defineCardRequests(deps: Deps): CommandKind<CardRequest> {
  return deps.outbox.define('classify', requestSchema, async ({ payload }) => {
    const { user } = payload
    const reader = await fetchReader(deps, user)
    const build = async () => {
      // What is typed into a dialogue belongs to the person's direct messages.
      const channel = payload.subject.channel || (await openDirectMessage(deps.call, user))
      const subject = { ...payload.subject, channel }
      const use = { user, channel: subject.channel, feature: 'classify' as const }
      await deps.rules.check(use)
      const card = await buildPrivateCard(deps, subject, { reader })
      await deps.rules.check(use)
      // What people typed themselves they may see everywhere.
      if (subject.ts !== undefined) await deps.access.check(user, subject.channel)
      return card
    }
    const answer = await build().catch(error => {
      const { reference, sentence } = describeFailure(error)
      deps.log.error({ label: payload.subject.id, reference, reason: formatError(error) }, 'text not labelled')
      return { text: toMrkdwn(`⚠️ ${sentence(reader.i18n)}`) }
    })
    await show(deps, payload, { card: answer, i18n: reader.i18n }).catch(error =>
      deps.log.error({ label: payload.subject.id, reason: formatError(error) }, 'card not shown'),
    )
  })
}

/** Labels the text, or every line of a pasted list, and renders the card. Throws a `ShownError` if the text is not labelled. */
export async function buildPrivateCard(
  deps: Pick<ClassifyServices, 'label' | 'taxonomies'>,
  subject: Subject,
  {
    reader,
    ...how
  }: { reader: ReturnType<typeof createReader> } & Pick<Parameters<ClassifyServices['label']>[1], 'signal' | 'onSpent'>,
): Promise<{ text: string; blocks?: Record<string, unknown>[] }> {
  const look = { taxonomy: deps.taxonomies.of(subject.channel), reader }
  const options = { language: reader.languageName, ...how }
  // A message of several lines is one feedback; a list is what somebody pastes behind the command.
  const lines = subject.ts === undefined ? parseList(subject.text) : undefined
  if (lines === undefined) return renderCard(await deps.label(subject, { pace: 'single', ...options }), look, 'one')
  if (lines.length > mostLines) return { text: reader.i18n.labels.list({ most: mostLines }) }
  return renderListCard(await labelLines(deps.label, subject, { lines, ...options }), look)
}

/** Shows the card in its dialogue or at the command's response URL; when Slack no longer takes it there, as a message of its own. */
async function show(
  deps: Deps,
  { subject, user, responseUrl, viewId }: CardRequest,
  { card, i18n }: { card: { text: string; blocks?: Record<string, unknown>[] }; i18n: I18n },
): Promise<void> {
  const { channel, threadTs } = subject
  if (viewId !== undefined) return showInDialog(deps, { user, viewId, card, i18n })
  const sendEphemeral = async () => {
    const args = { channel, user, ...(threadTs !== undefined && { thread_ts: threadTs }), ...card }
    await callWithRetry(() => deps.limiter.send('chat.postEphemeral', () => args, 'final'), patienceMs).catch(
      sendDirectly,
    )
  }
  // Slack shows a person nothing in a channel that they have left.
  const sendDirectly = async (error: unknown) => {
    if (card.blocks !== undefined) throw error
    const direct = await openDirectMessage(deps.call, user)
    await deps.limiter.send('chat.postMessage', () => ({ channel: direct, ...card }), 'error')
  }
  if (responseUrl === undefined) return sendEphemeral()
  const message = { response_type: 'ephemeral', replace_original: false, ...card }
  await callWithRetry(() => deps.respond(responseUrl, message), patienceMs).catch(sendEphemeral)
}

/** Shows the card in the dialogue where it was asked for; if that was closed, as a direct message. */
async function showInDialog(
  deps: Deps,
  {
    user,
    viewId,
    card,
    i18n,
  }: { user: string; viewId: string; card: { text: string; blocks?: Record<string, unknown>[] }; i18n: I18n },
): Promise<void> {
  const sentence = { type: 'section', text: { type: 'mrkdwn', text: card.text } }
  const view = buildResultView((card.blocks ?? [sentence]) as unknown as KnownBlock[], i18n)
  const updating = callWithRetry(() => deps.call('views.update', { view_id: viewId, view }), patienceMs)
  await updating.catch(async () => {
    const channel = await openDirectMessage(deps.call, user)
    const args = { channel, text: card.text, blocks: view.blocks }
    await deps.limiter.send('chat.postMessage', () => args, 'first')
  })
}
