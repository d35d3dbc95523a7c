import type { App, BlockAction } from '@slack/bolt'
import type { KnownBlock } from '@slack/types'
import type { I18n } from '../../i18n/catalog.ts'
import { plain } from '../../slack/plain-text.ts'
import { formatFailure, savedOrTold } from '../command-failure.ts'
import type { Services } from '../context.ts'
import type { createPublisher } from './publish.ts'

/** Questions that a press asks in the person's name; the answer is a direct message. */
const questions = {
  show_missed: ({ summary }: I18n) => summary.missed.request,
  show_feedback: ({ prompts }: I18n) => prompts.list.feedback.message,
  show_abilities: ({ prompts }: I18n) => prompts.list.abilities.message,
} as const

const isQuestion = (id: string): id is keyof typeof questions => Object.hasOwn(questions, id)

/** Listens to the examples that ask a question. The others open a dialogue of their features. */
export function listenToExamples(
  app: App,
  deps: Pick<Services, 'questions'>,
  { publish, i18nOf }: { publish: ReturnType<typeof createPublisher>; i18nOf: (user: string) => Promise<I18n> },
): void {
  app.action<BlockAction>(/^show_(?:missed|feedback|abilities)$/, async ({ ack, body, action }) => {
    const { id: user } = body.user
    const i18n = await i18nOf(user)
    if (!isQuestion(action.action_id)) return ack()
    const saving = deps.questions.save({ user, question: questions[action.action_id](i18n) })
    const seen = body.view?.hash
    const command = await savedOrTold(saving, error => publish(user, { notice: formatFailure(error, i18n), seen }))
    await ack()
    if (command === undefined) return
    await Promise.all([publish(user, { notice: i18n.home.inDirect, seen }), deps.questions.run(command)])
  })
}

/** Builds what the bot can do, as buttons that do it. */
export function buildExamples({ home, summary, labels, prompts }: I18n): KnownBlock[] {
  const button = (id: string, text: string) => ({ type: 'button' as const, action_id: id, text: plain(text) })
  return [
    { type: 'section', text: plain(home.intro) },
    { type: 'section', text: plain(home.follow) },
    {
      type: 'actions',
      block_id: 'ask',
      elements: [
        { ...button('open_ask', home.ask), style: 'primary' },
        button('show_missed', home.missed),
        button('open_summarize', summary.dialog.title),
        button('open_classify', labels.dialog.title),
        button('show_feedback', prompts.list.feedback.title),
        button('show_abilities', prompts.list.abilities.title),
      ],
    },
  ]
}
