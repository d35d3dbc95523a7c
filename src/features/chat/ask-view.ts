import type { ModalView } from '@slack/types'
import { z } from 'zod'
import type { I18n } from '../../i18n/catalog.ts'
import { plain } from '../../slack/plain-text.ts'
import { parseJson } from '../../text/parse-json.ts'

const aboutSchema = z.object({
  channel: z.string(),
  threadTs: z.string(),
  /** The response URL at which the person is told where the question is, or why it is not. */
  responseUrl: z.string().exactOptional(),
})

/** Slack's limit on what a text field holds. Source: docs.slack.dev, plain_text_input. */
const mostCharacters = 3_000

/** Characters of the message that are shown above the question. */
const quoteCharacters = 300

/** Builds the dialogue in which a question is written. One about a message shows it, and is posted in its thread. */
export function buildAskView(i18n: I18n, about?: z.infer<typeof aboutSchema> & { quote: string }): ModalView {
  const { quote = '', ...place } = about ?? {}
  return {
    type: 'modal',
    callback_id: 'ask',
    private_metadata: about === undefined ? '' : JSON.stringify(place),
    title: plain(i18n.ask.title),
    submit: plain(i18n.ask.submit),
    close: plain(i18n.ask.close),
    blocks: [
      ...(quote.trim() === '' ? [] : [buildQuote(quote)]),
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

/** Builds a quote in which nothing is a mark, and nobody is mentioned. */
function buildQuote(quote: string) {
  const text = quote.length <= quoteCharacters ? quote : `${quote.slice(0, quoteCharacters).toWellFormed()}…`
  const element = { type: 'rich_text_quote' as const, elements: [{ type: 'text' as const, text }] }
  return { type: 'rich_text' as const, elements: [element] }
}

interface SubmittedView {
  private_metadata: string
  state: { values: Record<string, Record<string, { value?: string | null | undefined }>> }
}

/** Parses what was submitted: the question, the thread that it is about, and the response URL. */
export function parseAskView({ private_metadata, state }: SubmittedView) {
  const question = state.values.question?.text?.value?.trim() ?? ''
  const about = parseJson(private_metadata, aboutSchema)
  if (about === undefined) return { question }
  const { responseUrl, ...where } = about
  return { question, where, ...(responseUrl !== undefined && { responseUrl }) }
}
