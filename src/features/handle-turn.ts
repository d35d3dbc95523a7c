import { formatError } from '../errors.ts'
import { type I18n, i18nFor } from '../i18n/catalog.ts'
import { createFencedSender } from '../queue/fenced-sender.ts'
import type { Ended, Interruption, Job } from '../queue/job.ts'
import { recover, resumeCheckpoint } from '../queue/recover-reply.ts'
import { isEmpty, isUnasked, parseHelpRequest } from '../queue/turn.ts'
import type { Services, TurnContext, TurnHandler } from './context.ts'
import { openTurnReply } from './open-reply.ts'
import {
  endInterrupted,
  endWithFailure,
  endWithoutSlack,
  quarantine,
  rememberReply,
  removeReply,
  tellPrivately,
} from './turn-endings.ts'

type Outcome = Awaited<ReturnType<typeof endInterrupted>>

type HandleDeps = Pick<
  Services,
  | 'self'
  | 'call'
  | 'models'
  | 'speech'
  | 'threads'
  | 'users'
  | 'rules'
  | 'policies'
  | 'store'
  | 'limiter'
  | 'reader'
  | 'outages'
  | 'log'
  | 'metrics'
>

/**
 * Answers a turn, from the question to the last edit in Slack. Never throws: a failure is shown below what was written and
 * logged.
 */
export async function handleTurn(deps: HandleDeps, handlers: readonly TurnHandler[], job: Job): Promise<Ended> {
  if (job.turn.isAddressed) deps.threads.join(job.turn, job.turn.question.ts)
  await job.begin()
  const fenced = { ...deps, limiter: createFencedSender(deps.limiter, job.lease) }
  const person = await deps.users.read(job.turn.user)
  const i18n = i18nFor(person.locale)
  const [found, chosen] = await Promise.all([recover(deps, job), deps.models.choose(job.turn)])
  // Nobody waits for the answer to a question that is gone.
  const isWithdrawn = job.signal.aborted && (job.signal.reason as Interruption).kind === 'withdrawn'
  if (found === 'unreadable' && !isWithdrawn) return tellUnreadable(fenced, job, i18n)
  const recovered = found === 'unreadable' ? undefined : found

  // Who wants another answer asks the bot.
  const isAddressed = job.turn.isAddressed || (isUnasked(job.turn) && job.revision > 1)
  const turn = { ...job.turn, isAddressed, question: recovered?.question ?? job.turn.question }
  const checkpoint = resumeCheckpoint(job.progress, recovered)
  const { reply, close, figures: measure } = openTurnReply(fenced, { ...job, turn }, { checkpoint, i18n })
  const ctx = {
    job,
    turn,
    recovered,
    person,
    i18n,
    chosen,
    reply,
    signal: job.signal,
    log: deps.log,
    figures: {},
    deps: fenced,
  }
  const outcome = await dispatch(ctx, handlers)
    .catch(error => endWithFailure(ctx, error))
    .catch(error => endWithoutSlack(ctx, error))
  const { ended, kind } = isUnasked(turn) ? endUnasked(reply, outcome) : outcome
  close()
  job.facts.outcome = kind
  deps.metrics.turnEnded(ended, kind)
  deps.log.info({ turn: turn.id, ended, kind, ...measure(), ...ctx.figures }, 'turn ended')
  return ended
}

/**
 * Returns whether the turn is the bot's to answer: it was addressed, or is a follow-up in a thread that the bot takes part in. A
 * follow-up whose thread cannot be read is not.
 */
export async function isForBot(
  { threads, store, log }: Pick<Services, 'threads' | 'store' | 'log'>,
  { turn, progress }: Job,
): Promise<boolean> {
  if (turn.isAddressed || isUnasked(turn) || progress.messages.length > 0) return true
  try {
    const { ts } = turn.question
    if (threads.knows(turn) === undefined && (await store.turns.isAnyBefore(turn, ts))) return true
    return await threads.takesPart(turn, ts)
  } catch (error) {
    log.warn({ turn: turn.id, reason: formatError(error) }, 'follow-up ignored: its thread could not be read')
    return false
  }
}

/** Leaves what stands in Slack as it is and asks the person, privately, to try once more. */
async function tellUnreadable({ limiter, log }: HandleDeps, { turn }: Job, i18n: I18n): Promise<Ended> {
  const text = i18n.slack.historyBusy
  const args = { channel: turn.channel, user: turn.user, thread_ts: turn.threadTs, text }
  await limiter
    .send('chat.postEphemeral', () => args, 'error')
    .catch(error => log.warn({ turn: turn.id, reason: formatError(error) }, 'private notice failed'))
  return 'failed'
}

/** Ends what an earlier attempt left to be ended, or hands the turn to the first handler that it is for. */
async function dispatch(ctx: TurnContext<HandleDeps>, handlers: readonly TurnHandler[]): Promise<Outcome> {
  const { job, turn, recovered, reply, person } = ctx
  if (job.signal.aborted) return endInterrupted(ctx)
  if (recovered !== undefined && recovered.question === undefined) return removeReply(ctx)
  if (recovered?.wholeParts !== undefined) {
    await reply.keepFirst(recovered.wholeParts)
    return { ended: 'done', kind: 'stood' }
  }
  if (job.isQuarantined) return quarantine(ctx)
  const helpLanguage = isUnasked(turn) ? undefined : isEmpty(turn) ? person.locale : parseHelpRequest(turn)
  if (helpLanguage !== undefined) {
    const refusal = await ctx.deps.rules.findRefusal(turn)
    if (refusal !== undefined) return refuse(ctx, refusal)
    reply.say(i18nFor(helpLanguage).help)
    await reply.finish()
    return { ended: 'done', kind: 'help' }
  }
  if (!isUnasked(turn) && reply.messages.length === 0 && ctx.deps.outages.isRefused(turn.channel))
    await findOutByPosting(ctx)
  for (const handler of handlers) {
    const request = await handler.parse(turn, person)
    if (request === undefined) continue
    const { feature } = handler
    const refusal = feature && (await ctx.deps.rules.findRefusal({ ...turn, feature }))
    if (refusal !== undefined) return refuse(ctx, refusal)
    if (feature !== undefined) Object.assign(job.facts, ctx.deps.policies.factsFor([turn.channel], turn.user))
    await handler.handle({ ...ctx, deps: handler.deps }, request)
    // What was shown while something else was made, such as a chart, goes with it.
    if (reply.text.trim() === '') await reply.keepFirst(0)
    ctx.deps.outages.over()
    rememberReply(ctx)
    return { ended: 'done', kind: handler.outcome }
  }
  throw new Error('no handler answers the turn')
}

/** Returns how a question to nobody ended: answered, left alone, or to be looked at again. */
function endUnasked({ messages }: TurnContext['reply'], { ended, kind }: Outcome): Outcome {
  if (ended === 'again' || ended === 'handed_over' || ended === 'withdrawn') return { ended, kind }
  return { ended: messages.length > 0 ? 'volunteered' : 'passed', kind }
}

/** Ends a turn whose person may not use the bot there. They are told once, and only if they addressed it. */
async function refuse(
  { job, turn, i18n, deps }: TurnContext<Pick<Services, 'store' | 'limiter' | 'log'>>,
  refusal: NonNullable<Awaited<ReturnType<Services['rules']['findRefusal']>>>,
): Promise<Outcome> {
  job.facts.refusal = refusal
  // Of several at once, the earliest is told of.
  await deps.store.turns.update(turn.id, { facts: JSON.stringify(job.facts) }, job.lease.token)
  const isTold = await deps.store.turns.isRefusedBefore({ ...turn, ts: turn.question.ts }, refusal)
  if (turn.isAddressed && !isTold) await tellPrivately(deps, turn, i18n.policy.refusals[refusal])
  return { ended: 'passed', kind: 'refused' }
}

/** Opens the reply before the model is paid: Slack refused to post here before. Throws the `SlackError` if it still does. */
async function findOutByPosting({ turn, reply, deps }: TurnContext<Pick<Services, 'outages'>>): Promise<void> {
  if (await reply.show('…')) deps.outages.taken(turn.channel)
  reply.replace('')
}
