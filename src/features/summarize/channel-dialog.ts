import type { App } from '@slack/bolt'
import type { ModalView } from '@slack/types'
import { z } from 'zod'
import { type I18n, i18nFor } from '../../i18n/catalog.ts'
import { plain } from '../../slack/plain-text.ts'
import { formatFailure, savedOrTold } from '../command-failure.ts'
import type { Services } from '../context.ts'
import { openDialog } from '../open-dialog.ts'
import { formatQuestion } from './request.ts'

type Deps = Pick<Services, 'call' | 'respond' | 'users' | 'questions' | 'log'>

const spans = ['day', 'week', 'new'] as const

const valuesSchema = z.object({
  channel: z.object({ field: z.object({ selected_conversation: z.string().regex(/^[A-Z0-9]{1,20}$/) }) }),
  span: z.object({ field: z.object({ selected_option: z.object({ value: z.enum(spans) }) }) }),
})

/** Listens to the dialogue of the app's home in which people choose a channel; its summary comes as a direct message. */
export function listenToChannelDialog(app: App, deps: Deps): void {
  app.action('open_summarize', async ({ ack, body }) => {
    await ack()
    if (body.type !== 'block_actions') return
    const i18n = await fetchI18n(deps, body.user.id)
    await openDialog(deps, body, { view: buildView(i18n), i18n })
  })
  app.view('summarize_channel', async ({ ack, body, view }) => {
    const user = body.user.id
    const i18n = await fetchI18n(deps, user)
    const values = valuesSchema.safeParse(view.state.values).data
    // Slack requires both fields; anything else is no form of ours.
    if (values === undefined) return ack()
    const { words } = i18n.summary.dialog.spans[values.span.field.selected_option.value]
    const question = formatQuestion(words, `<#${values.channel.field.selected_conversation}>`, i18n)
    const refuse = (error: unknown) =>
      ack({ response_action: 'errors', errors: { channel: formatFailure(error, i18n) } })
    const command = await savedOrTold(deps.questions.save({ user, question }), refuse)
    if (command === undefined) return
    await ack()
    await deps.questions.run(command)
  })
}

const fetchI18n = async ({ users }: Deps, user: string): Promise<I18n> => i18nFor((await users.read(user)).locale)

function buildView(i18n: I18n): ModalView {
  const { dialog } = i18n.summary
  const [first, ...others] = spans.map(key => ({ text: plain(dialog.spans[key].title), value: key }))
  return {
    type: 'modal',
    callback_id: 'summarize_channel',
    title: plain(dialog.title),
    submit: plain(dialog.submit),
    close: plain(i18n.ask.close),
    blocks: [
      {
        type: 'input',
        block_id: 'channel',
        label: plain(dialog.channel),
        hint: plain(dialog.hint),
        element: {
          type: 'conversations_select',
          action_id: 'field',
          filter: { include: ['public', 'private'], exclude_bot_users: true },
        },
      },
      {
        type: 'input',
        block_id: 'span',
        label: plain(dialog.span),
        element: {
          type: 'radio_buttons',
          action_id: 'field',
          options: [first, ...others].filter(option => option !== undefined),
          ...(first && { initial_option: first }),
        },
      },
    ],
  }
}
