import { formatError } from '../../errors.ts'
import { i18nFor } from '../../i18n/catalog.ts'
import { isUnasked } from '../../queue/turn.ts'
import { buildPermalink } from '../../slack/permalink.ts'
import { formatDateToken } from '../../text/date-token.ts'
import { escapeMarkdown } from '../../text/escape-markdown.ts'
import { localeOf } from '../../text/language.ts'
import { noteModel } from '../chosen-model.ts'
import type { Services, TurnContext, TurnHandler } from '../context.ts'
import { buildAnswerControls, buildQuietControl } from '../reply-buttons.ts'
import { findOthersAnswer } from './already-answered.ts'
import { fetchNewest, readMaterial } from './earlier-messages.ts'
import { findQuietRule, formatTs, hourMs } from './keep-quiet.ts'
import { askIfSure } from './prompt.ts'

type Deps = Pick<Services, 'self' | 'speech' | 'store' | 'reader' | 'rules' | 'policies' | 'fetchNames' | 'metrics'>

type Ctx = TurnContext<Deps>
type Silence = NonNullable<Awaited<ReturnType<typeof findQuietRule>>>
type Offer = NonNullable<Awaited<ReturnType<typeof askIfSure>>['offer']>

/** Questions of all channels that are looked at at once; another one is left alone. */
const mostAtOnce = 8

/** Creates the handler of questions to nobody: it answers if it is sure to help, and leaves no trace in Slack otherwise. */
export function createUnaskedHandler(deps: Deps): TurnHandler<true, Deps> {
  const busy = new Set<string>()
  return {
    outcome: 'unasked',
    feature: 'chat',
    deps,
    parse: turn => isUnasked(turn) || undefined,
    async handle(ctx) {
      const { channel, id } = ctx.turn
      const leaveAlone = (rule: Silence) => {
        ctx.job.facts.refusal = rule
      }
      if (busy.has(channel) || busy.size >= mostAtOnce) return leaveAlone('ambient_bound')
      busy.add(channel)
      try {
        const rule = await answerIfSure(ctx)
        if (rule !== undefined) leaveAlone(rule)
      } catch (error) {
        ctx.signal.throwIfAborted()
        // Nobody waits for an answer.
        ctx.log.warn({ turn: id, reason: formatError(error) }, 'unasked question left alone')
        leaveAlone('ambient_failed')
      } finally {
        busy.delete(channel)
      }
    },
  }
}

async function answerIfSure(ctx: Ctx): Promise<Silence | undefined> {
  const { turn, deps, job, chosen, figures, signal } = ctx
  const { channel } = turn
  const bound = await findQuietRule(turn, deps)
  if (bound !== undefined) return bound
  const newest = await fetchNewest(ctx)
  const dealtWith = findOthersAnswer(newest, turn, ctx)
  if (dealtWith !== undefined) return dealtWith
  const material = await readMaterial(newest, ctx, chosen.model.inputTokens)
  if (material.lines.length === 0) return 'ambient_unsure'
  noteModel(ctx)
  Object.assign(job.facts, { read: material.lines.length })
  const purpose = { feature: 'ambient' as const, channel, person: '', quotedFrom: material.quotedFrom }
  const { offer, usage } = await askIfSure(chosen.model, material, { purpose, signal })
  signal.throwIfAborted()
  Object.assign(figures, usage)
  if (usage !== undefined) job.facts.usage = { ...usage }
  if (offer === undefined) return 'ambient_unsure'
  // People and rights may have moved on while the model was thinking.
  await deps.rules.check({ ...turn, feature: 'chat' })
  const changed = findOthersAnswer(await fetchNewest(ctx), turn, ctx) ?? (await findQuietRule(turn, deps))
  if (changed !== undefined) return changed
  const { perHour } = deps.policies.channel(channel).ambient
  const since = formatTs(Date.now() - hourMs)
  const isClaimed = await deps.store.unasked.claim({ id: turn.id, channel, facts: job.facts }, { since, most: perHour })
  if (isClaimed !== true) return isClaimed === false ? 'ambient_bound' : 'ambient_failed'
  job.facts.isClaimed = true
  await post(ctx, offer)
  return undefined
}

/** Posts the answer whole into the question's thread, with its sources, in the language of the question. */
async function post({ turn, person, chosen, reply, deps }: Ctx, { text, sources }: Offer): Promise<void> {
  const i18n = i18nFor(localeOf(turn.question.text, person.locale))
  const { ambient, formats } = i18n
  const lines = sources.map(({ line, quote }) => {
    const at = Number(line.ts) * 1000
    const link = buildPermalink(deps.self, turn.channel, line.ts, line.threadTs)
    const name = escapeMarkdown(line.from.replace(/[[\]<>@]/g, ''))
    const time = formatDateToken(at, `${formats.full(at, 'UTC')} UTC`)
    return `- ${ambient.source({ quote: escapeMarkdown(quote.replace(/\s+/g, ' ')) })} [${name}](${link}) ${time}`
  })
  reply.say([`*${ambient.intro}*`, text, lines.join('\n')].join('\n\n'))
  const canListen = deps.speech !== undefined
  const controls = buildAnswerControls(turn.id, i18n, { model: chosen.model.name, canListen, choices: chosen.choices })
  await reply.finish({ controls: [...controls, buildQuietControl(i18n)] })
}
