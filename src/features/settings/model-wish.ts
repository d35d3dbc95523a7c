import { ShownError } from '../../errors.ts'
import { i18nFor } from '../../i18n/catalog.ts'
import type { Turn } from '../../queue/turn.ts'
import { escapeMarkdown } from '../../text/escape-markdown.ts'
import { localeOf } from '../../text/language.ts'
import { parseModelWish } from '../../text/model-request.ts'
import type { Bot, Services, TurnContext } from '../context.ts'
import { findModel, formatUnknown } from './find-model.ts'

type WishDeps = Pick<Services, 'models' | 'store'>
type Found = ReturnType<typeof findModel> & { wanted: string }

/** Registers the wish for a model in a thread: "use gpt-6-sol here". */
export function listenToModelWishes({ onTurn, services }: Pick<Bot, 'onTurn' | 'services'>): void {
  const parse = ({ question }: Turn): Found | undefined => {
    const hasMore = question.files.length > 0 || (question.quotes ?? []).length > 0
    const wish = hasMore ? undefined : parseModelWish(question.text)
    if (wish === undefined) return undefined
    const { wanted, isSure } = wish
    if (wanted === '') return { wanted, name: '' }
    const found = findModel(wanted, services.models.choices())
    return 'name' in found || isSure ? { ...found, wanted } : undefined
  }
  onTurn({ outcome: 'model_chosen', feature: 'chat', deps: services, parse, handle: chooseForThread })
}

/** Sets the model of a thread; in a direct message outside a thread, that of all direct messages. */
async function chooseForThread({ turn, person, reply, deps }: TurnContext<WishDeps>, found: Found): Promise<void> {
  const i18n = i18nFor(localeOf(turn.question.text, person.locale))
  if (!('name' in found)) {
    reply.say(escapeMarkdown(formatUnknown(found.wanted, found, { names: deps.models.choices(), i18n })))
    return reply.finish()
  }
  const isDirect = turn.place === 'dm' && turn.threadTs === turn.question.ts
  const place = { channel: turn.channel, threadTs: isDirect ? '' : turn.threadTs }
  if (!(await deps.store.threadModels.choose(place, { model: found.name, person: turn.user })))
    throw new ShownError('not_saved', i18n => i18n.notSaved)
  const { model } = await deps.models.choose(place)
  const name = escapeMarkdown(model.name)
  reply.say(isDirect ? i18n.models.inDirect({ name }) : i18n.models.inThread({ name }))
  await reply.finish()
}
