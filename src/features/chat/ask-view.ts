import type { ModalView } from '@slack/types'
import type { I18n } from '../../i18n/catalog.ts'

/** Slack's limit on what a text field holds. Source: docs.slack.dev, plain_text_input. */
const mostCharacters = 3_000

/** The dialogue in which a question is written. */
export function buildAskView(i18n: I18n, privateMetadata: string): ModalView {
  return {
    type: 'modal',
    callback_id: 'ask',
    private_metadata: privateMetadata,
    title: plain(i18n.ask.title),
    submit: plain(i18n.ask.submit),
    close: plain(i18n.ask.close),
    blocks: [
      {
        type: 'input',
        block_id: 'question',
        label: plain(i18n.ask.label),
        element: {
          type: 'plain_text_input',
          action_id: 'text',
          multiline: true,
          max_length: mostCharacters,
          placeholder: plain(i18n.ask.placeholder),
        },
      },
    ],
  }
}

/** What was written in it. */
export function parseQuestion(values: Record<string, Record<string, { value?: string | null | undefined }>>): string {
  return values.question?.text?.value?.trim() ?? ''
}

const plain = (text: string) => ({ type: 'plain_text' as const, text })
