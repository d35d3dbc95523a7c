import { randomUUID } from 'node:crypto'
import type { App } from '@slack/bolt'
import type { KnownBlock, ModalView } from '@slack/types'
import type { I18n } from '../../i18n/catalog.ts'
import { plain } from '../../slack/plain-text.ts'
import { formatFailure, savedOrTold } from '../command-failure.ts'
import { openDialog } from '../open-dialog.ts'
import type { defineCardRequests } from './private-card.ts'
import { fetchReader } from './reader.ts'
import type { ClassifyServices } from './services.ts'

type Deps = Pick<ClassifyServices, 'call' | 'respond' | 'users' | 'log'>

/** Slack's limit on what a text field holds. Source: docs.slack.dev, plain_text_input. */
const mostCharacters = 3_000

/** Listens to the dialogue of the app's home in which people have a text classified; the result comes in the same dialogue. */
export function listenToTextDialog(app: App, deps: Deps, cards: ReturnType<typeof defineCardRequests>): void {
  app.action('open_classify', async ({ ack, body }) => {
    await ack()
    if (body.type !== 'block_actions') return
    const { i18n } = await fetchReader(deps, body.user.id)
    await openDialog(deps, body, { view: buildView(i18n), i18n })
  })
  app.view('classify_text', async ({ ack, body, view }) => {
    const user = body.user.id
    const { i18n } = await fetchReader(deps, user)
    const refuse = (sentence: string) => ack({ response_action: 'errors', errors: { text: sentence } })
    const text = view.state.values.text?.field?.value?.trim() ?? ''
    if (text === '') return refuse(i18n.labels.nothingToLabel)
    const id = randomUUID()
    const subject = { id, channel: '', text, askedBy: user, isShared: false, saidAt: Date.now() }
    const saving = cards.save({ subject, user, viewId: view.id }, id)
    const card = await savedOrTold(saving, error => refuse(formatFailure(error, i18n)))
    if (card === undefined) return
    const working = { type: 'section' as const, text: plain(i18n.labels.dialog.working) }
    await ack({ response_action: 'update', view: buildResultView([working], i18n) })
    await cards.run(card)
  })
}

function buildView({ labels, ask }: I18n): ModalView {
  const { dialog } = labels
  return {
    type: 'modal',
    callback_id: 'classify_text',
    title: plain(dialog.title),
    submit: plain(dialog.submit),
    close: plain(ask.close),
    blocks: [
      {
        type: 'input',
        block_id: 'text',
        label: plain(dialog.label),
        hint: plain(dialog.hint),
        element: {
          type: 'plain_text_input',
          action_id: 'field',
          multiline: true,
          max_length: mostCharacters,
          placeholder: plain(dialog.placeholder),
        },
      },
    ],
  }
}

/** Builds the dialogue with the result. Its card has no controls: those of a card act in a channel. */
export function buildResultView(blocks: KnownBlock[], { labels }: I18n): ModalView {
  return {
    type: 'modal',
    title: plain(labels.dialog.title),
    close: plain(labels.dialog.close),
    blocks: blocks.filter(({ type }) => type !== 'actions'),
  }
}
