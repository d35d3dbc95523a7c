import { describeFailure, formatError, SlackError } from '../errors.ts'
import { withoutUnopenedThoughts } from '../model/thinking.ts'
import type { Ended, Interruption } from '../queue/job.ts'
import { isUnasked, markOf, type Turn } from '../queue/turn.ts'
import type { Ending, Reply } from '../reply/reply.ts'
import { escapeMarkdown } from '../text/escape-markdown.ts'
import { formatPostFailure } from './command-failure.ts'
import type { Services, TurnContext } from './context.ts'
import { removeDelivered } from './delivery.ts'
import { buildAnswerControls, buildRegenerateControls } from './reply-buttons.ts'

/** How a turn ended, and why, for logs and metrics. */
interface Outcome {
  ended: Ended
  kind: string
}

type NoticeDeps = Pick<Services, 'limiter' | 'log'>

type Ctx = TurnContext<
  Pick<Services, 'self' | 'call' | 'reader' | 'speech' | 'users' | 'threads' | 'limiter' | 'outages' | 'log'>
>

/** Ends an attempt that was aborted: by a person, by an edit or deletion of the question, or because the bot stops. */
export async function endInterrupted(ctx: Ctx): Promise<Outcome> {
  const { kind, by } = ctx.signal.reason as Interruption
  if (kind === 'edited') return { ended: 'again', kind }
  // Another replica goes on with it.
  if (kind === 'lost') return { ended: 'handed_over', kind }
  if (kind === 'withdrawn') return removeReply(ctx)
  if (kind === 'stopped') return endStopped(ctx, by)
  return handOver(ctx)
}

/** Removes the reply of a question that was deleted, and what was made for it. */
export async function removeReply({ job, reply, turn, deps }: Ctx): Promise<Outcome> {
  await reply.keepFirst(0)
  job.removeAgainAt = await removeDelivered(deps, turn)
  return { ended: 'withdrawn', kind: 'question_deleted' }
}

/** Marks what was written as stopped, with the name of whoever stopped it if it was not the asker. */
async function endStopped(ctx: Ctx, by: string | undefined): Promise<Outcome> {
  const { i18n, turn } = ctx
  restoreOldText(ctx)
  const name = by === undefined || by === turn.user ? undefined : (await ctx.deps.users.read(by)).name
  const sentence = name === undefined ? i18n.controls.stopped : i18n.controls.stoppedBy({ name: escapeMarkdown(name) })
  const controls = buildAnswerControls(turn.id, i18n, {
    model: ctx.figures.model ?? ctx.chosen.model.name,
    choices: ctx.chosen.choices,
    canListen: ctx.deps.speech !== undefined,
  })
  await conclude(ctx, { note: { kind: 'footer', sentence }, controls })
  return { ended: 'stopped', kind: 'stopped' }
}

/** Leaves the turn to the next process; without a lasting store the person has to ask again. */
async function handOver(ctx: Ctx): Promise<Outcome> {
  const { reply, i18n, job } = ctx
  if (!job.isPersistent) {
    await tell(ctx, i18n.interrupted)
    return { ended: 'failed', kind: 'closing' }
  }
  const note = { kind: 'footer' as const, sentence: i18n.handedOver }
  if (reply.text.trim() !== '' && !isBehind(ctx)) await conclude(ctx, { note, isUnfinished: true })
  return { ended: 'handed_over', kind: 'closing' }
}

/** Ends a turn that crashed the process several times; it is not tried again. */
export async function quarantine(ctx: Ctx): Promise<Outcome> {
  ctx.log.error({ turn: ctx.turn.id }, 'turn quarantined: the process crashed several times while answering it')
  await tell(ctx, ctx.i18n.setAside)
  return { ended: 'quarantined', kind: 'deaths' }
}

/** Shows an error below what was written, and logs it. In a thread that knows of an outage, follow-ups fail silently. */
export async function endWithFailure(ctx: Ctx, error: unknown): Promise<Outcome> {
  // Somebody deleted the reply while it grew: they want no more of it.
  if (error instanceof SlackError && error.code === 'message_not_found')
    return { ended: 'withdrawn', kind: 'reply_deleted' }
  if (ctx.signal.aborted) return endInterrupted(ctx)
  const failure = describeFailure(error)
  const facts = { turn: ctx.turn.id, kind: failure.kind, reference: failure.reference, reason: formatError(error) }
  ctx.log.error(failure.kind === 'unexpected' ? { ...facts, stack: (error as Error).stack } : facts, 'turn failed')
  const isTold = ctx.deps.outages.note(ctx.turn, failure.kind)
  // A follow-up that did not name the bot is not told of the same outage again.
  if (isTold && !ctx.turn.isAddressed && ctx.reply.text.trim() === '') await removeReply(ctx)
  else await tell(ctx, failure.sentence(ctx.i18n))
  return { ended: 'failed', kind: failure.kind }
}

/** Logs a failure that could not be shown either. */
export function endWithoutSlack(ctx: Ctx, error: unknown): Outcome {
  ctx.log.error({ turn: ctx.turn.id, reason: formatError(error) }, 'completing edit failed')
  return { ended: 'failed', kind: 'unfinished' }
}

/** Remembers the reply as the model wrote it, so that the next turn of a cached thread reads nothing from Slack. */
export function rememberReply({ turn, job, reply, deps }: TurnContext<Pick<Services, 'threads'>>): void {
  const { messages, text } = reply
  if (messages[0] === undefined || text.trim() === '') return
  const mark = { turn: markOf(turn), part: 0, edition: job.revision, isWhole: true }
  const message = {
    ts: messages[0],
    author: { kind: 'self' as const },
    mark,
    text,
    form: 'markdown' as const,
    files: [],
  }
  deps.threads.note({ kind: 'said', thread: turn, message })
}

async function tell(ctx: Ctx, sentence: string): Promise<void> {
  restoreOldText(ctx)
  const controls = buildRegenerateControls(ctx.turn.id, ctx.i18n.controls.retry)
  await conclude(ctx, { note: { kind: 'error', sentence }, controls })
}

/** Removes thoughts that were streamed before their closer showed what they are. A `head` of the bot's own stays. */
export function removeThoughts(reply: Reply, head = ''): void {
  const answer = head + withoutUnopenedThoughts(reply.text.slice(head.length))
  if (answer !== reply.text) reply.replace(answer)
}

async function conclude(ctx: Ctx, ending: Ending): Promise<void> {
  // Nobody waits for it.
  if (isUnasked(ctx.turn)) return
  removeThoughts(ctx.reply)
  try {
    await ctx.reply.finish(ending)
    rememberReply(ctx)
  } catch (error) {
    // Another replica has the turn and shows its end.
    if (ctx.job.lease.lost.aborted) return
    ctx.log.error({ turn: ctx.turn.id, reason: formatError(error) }, 'completing edit failed')
    if (!(error instanceof SlackError) || error.isPassing || ctx.reply.messages.length > 0) return
    ctx.deps.outages.refused(ctx.turn.channel)
    await tellPrivately(ctx.deps, ctx.turn, formatPostFailure(error, ctx.i18n))
  }
}

/** Tells the asker something where nobody else sees it. Best effort. */
export async function tellPrivately({ limiter, log }: NoticeDeps, turn: Turn, text: string): Promise<void> {
  // Slack shows nothing in a thread that has no reply yet.
  const thread = turn.threadTs === turn.question.ts ? {} : { thread_ts: turn.threadTs }
  const args = { channel: turn.channel, user: turn.user, text, ...thread }
  await limiter
    .send('chat.postEphemeral', () => args, 'error')
    .catch(error => log.warn({ turn: turn.id, reason: formatError(error) }, 'private notice failed'))
}

/** Keeps the text that an earlier attempt showed, unless this one has come further. */
function restoreOldText(ctx: Ctx): void {
  if (isBehind(ctx) && ctx.recovered !== undefined) ctx.reply.replace(ctx.recovered.text)
}

/** Returns whether readers have seen more of the reply than this attempt has written. */
function isBehind({ reply, recovered }: Ctx): boolean {
  return recovered !== undefined && reply.text.length < recovered.text.length && !reply.hasShown
}
