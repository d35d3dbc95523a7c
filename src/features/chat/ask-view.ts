import type { ModalView } from '@slack/types'
import { z } from 'zod'
import type { I18n } from '../../i18n/catalog.ts'
import { parseJson } from '../../text/parse-json.ts'

const whereSchema = z.object({ channel: z.string(), threadTs: z.string() })

/** Slack's limit on what a text field holds. Source: docs.slack.dev, plain_text_input. */
const mostCharacters = 3_000

/** Builds the dialogue in which a question is written; one about a thread is posted there. */
export function buildAskView(i18n: I18n, where?: z.infer<typeof whereSchema>): ModalView {
  return {
    type: 'modal',
    callback_id: 'ask',
    private_metadata: where === undefined ? '' : JSON.stringify(where),
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

interface SubmittedView {
  private_metadata: string
  state: { values: Record<string, Record<string, { value?: string | null | undefined }>> }
}

/** Parses what was submitted: the question, and the thread that it is about. */
export function parseAskView({ private_metadata, state }: SubmittedView) {
  const question = state.values.question?.text?.value?.trim() ?? ''
  return { question, where: parseJson(private_metadata, whereSchema) }
}

const plain = (text: string) => ({ type: 'plain_text' as const, text })
