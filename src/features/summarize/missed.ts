/**
 * Collects news for a person who was away, over the channels that they share with the bot: what waits for them first, then what was
 * decided.
 */

import { ShownError, SlackError } from '../../errors.ts'
import { i18nFor } from '../../i18n/catalog.ts'
import type { Ending } from '../../reply/reply.ts'
import { listChannels } from '../../slack/channels.ts'
import type { Message } from '../../slack/message.ts'
import { buildPermalink } from '../../slack/permalink.ts'
import type { Digests } from '../../store/digests.ts'
import { escapeMarkdown } from '../../text/escape-markdown.ts'
import { formatTime, isMentioned } from '../../text/from-slack.ts'
import type { Services, TurnContext } from '../context.ts'
import { formatModelTitle } from '../model-title.ts'
import { buildAnswerControls } from '../reply-buttons.ts'
import { noteSpent } from '../turn-spending.ts'
import type { Point } from './check-points.ts'
import { isSamePerson } from './check-task.ts'
import type { Said } from './chunks.ts'
import { formatMoment, languageFor, type Progress } from './progress.ts'
import { renderPoint } from './render.ts'
import { type AskedSummary, sections } from './request.ts'
import { buildSaid, selectMessages } from './said.ts'
import { fetchSource } from './source.ts'
import type { createSummarizer } from './summarizer.ts'
import { formatVotes } from './votes.ts'

type Deps = Pick<Services, 'self' | 'reader' | 'access' | 'rules' | 'fetchNames' | 'speech' | 'metrics'> & {
  digests: Digests
  summarizer: ReturnType<typeof createSummarizer>
}
type Ctx = TurnContext<Deps> & { locale: string }

/** Channels of the bot that are looked at, of which the person must be a member. */
const mostListed = 60
/** Channels that are read, and messages of each. */
const mostChannels = 20
const mostMessages = 400
/** Tokens given to the model, after which no other channel is begun. */
const mostTokens = 150_000
const mostOfKind = 10
const mostWaiting = 20
const mostQuoted = 160

/** News of one channel. */
interface News {
  channel: { id: string; name: string }
  said: Said[]
  /** Messages to the person that they have not answered. */
  waiting: Said[]
  points: Point[]
  /** Some of it was not read. */
  isPartial: boolean
  saveReadMarker: () => Promise<void>
}

/** Reads and summarizes the person's channels and writes the reply's text. The read markers are saved once it stands in Slack. */
export async function buildMissed(
  ctx: Ctx,
  { span, form }: Pick<AskedSummary, 'span' | 'form'>,
  progress: Progress,
): Promise<{ ending: Ending; saveReadMarker: () => Promise<void> }> {
  const { turn, person, i18n, chosen, reply, signal, deps } = ctx
  const { missed } = i18n.summary
  const shared = await listShared(ctx)
  const news: News[] = []
  const unread = shared.slice(mostChannels)
  for (const channel of shared.slice(0, mostChannels)) {
    signal.throwIfAborted()
    const one = await readNews(ctx, channel, { span: span ?? { kind: 'new' }, progress }).catch(error => {
      if (error instanceof ShownError || error instanceof SlackError) return undefined
      throw error
    })
    if (one === undefined || one.isPartial) unread.push(channel)
    if (one !== undefined) news.push(one)
  }
  const full = news.filter(({ said }) => said.length > 0)
  const ranked = full.sort((a, b) => b.waiting.length - a.waiting.length || b.said.length - a.said.length)
  unread.push(...(await summarizeNews(ctx, ranked, progress)).filter(channel => !unread.includes(channel)))
  // Rights may have changed while the model was thinking.
  const shown: News[] = []
  for (const one of ranked) if (await isShared(ctx, one.channel.id)) shown.push(one)
  const unreadNames: string[] = []
  for (const { id, name } of unread) if (await isShared(ctx, id)) unreadNames.push(`#${escapeMarkdown(name)}`)
  const read = shown.filter(({ channel }) => !unread.includes(channel))
  signal.throwIfAborted()
  const markdown = renderMissed(ctx, shown, form.sections)
  reply.replace(shared.length === 0 ? missed.noChannels : shown.length === 0 ? missed.nothing : markdown)
  const saveReadMarker = async () => {
    for (const one of [...read, ...news.filter(({ said }) => said.length === 0)]) await one.saveReadMarker()
  }
  if (shown.length === 0) return { ending: {}, saveReadMarker }
  const count = shown.reduce((sum, { said }) => sum + said.length, 0)
  const facts = [
    missed.read({ messages: count, channels: shown.length }),
    formatModelTitle(chosen.model.title, i18n).split(' at ')[0] ?? '',
    ...(unreadNames.length === 0 ? [] : [missed.notRead({ names: unreadNames.join(', ') })]),
  ]
  const note = { kind: 'footer' as const, sentence: facts.join(' · ') }
  const canListen = deps.speech !== undefined
  const controls = buildAnswerControls(turn.id, i18nFor(person.locale), { canListen, choices: chosen.choices })
  return { ending: { note, controls }, saveReadMarker }
}

/** Lists the channels that both the bot and the person are in. */
async function listShared(ctx: Ctx): Promise<{ id: string; name: string }[]> {
  const shared: { id: string; name: string }[] = []
  for (const channel of await listChannels(ctx.deps.reader, mostListed)) {
    ctx.signal.throwIfAborted()
    if (await isShared(ctx, channel.id)) shared.push(channel)
  }
  return shared
}

/** Returns whether both are in a channel now, and it may be summarized for the person; not of one that cannot be read. */
const isShared = async ({ turn, deps }: Ctx, channel: string): Promise<boolean> => {
  try {
    if (!(await deps.access.isMember(channel, turn.user))) return false
    return (await deps.rules.findRefusal({ user: turn.user, channel, feature: 'summarize' })) === undefined
  } catch (error) {
    if (error instanceof SlackError && !error.isPassing) return false
    throw error
  }
}

async function readNews(
  ctx: Ctx,
  channel: { id: string; name: string },
  { span, progress }: { span: NonNullable<AskedSummary['span']>; progress: Progress },
): Promise<News> {
  const { turn, deps } = ctx
  const now = Number(turn.question.ts) * 1000
  const before = await deps.digests.readTold(turn.user, channel.id, turn.id)
  const readMarker = before === undefined ? undefined : Number(before) * 1000
  const source = { channel: channel.id, threadTs: undefined, name: channel.name }
  const onProgress = (read: number, total: number) => void Object.assign(progress, { read, total })
  const request = { span, now, readMarker, most: mostMessages, onProgress }
  const read = await fetchSource(ctx, source, request)
  const messages = await selectMessages(ctx, deps.rules.selectOpen(channel.id, read.messages))
  const said = await buildSaid(ctx, messages)
  const own = new Set(messages.filter(one => isWaiting(one, messages, turn.user)).map(({ ts }) => ts))
  return {
    channel,
    said: said.some(({ author }) => author !== turn.user) ? said : [],
    waiting: said.filter(({ ts }) => own.has(ts)),
    points: [],
    isPartial: read.isCut || read.lost !== undefined,
    async saveReadMarker() {
      if (read.isAllNew) await deps.digests.writeTold(turn.user, channel.id, turn.id, (now / 1000).toFixed(6))
    },
  }
}

/** Returns whether a message names the person, who has said nothing in its thread since. */
function isWaiting({ ts, text, author, inThread }: Message, all: Message[], user: string): boolean {
  if (author.kind === 'self' || (author.kind === 'person' && author.id === user) || !isMentioned(text, user))
    return false
  const thread = inThread ?? ts
  return !all.some(
    other => other.author.kind === 'person' && other.author.id === user && other.ts > ts && other.inThread === thread,
  )
}

/** Finds the points of each channel while the tokens last. Returns the channels that were not summarized. */
async function summarizeNews(ctx: Ctx, ranked: News[], progress: Progress): Promise<News['channel'][]> {
  const { job, person, chosen, signal, deps } = ctx
  const reader = {
    language: languageFor(ctx.locale),
    now: formatTime(Date.now(), person.timeZone),
    request: undefined,
  }
  const left: News['channel'][] = []
  let tokens = 0
  for (const [at, one] of ranked.entries()) {
    if (tokens >= mostTokens) {
      left.push(one.channel)
      continue
    }
    progress.summing = { done: at, chunks: ranked.length }
    const request = {
      model: chosen.model,
      channel: one.channel.id,
      person: job.turn.user,
      said: one.said,
      reader,
      isAgain: job.revision > 1,
      onSpent: noteSpent(job),
    }
    const { found, usage } = await deps.summarizer.summarize(request, () => {}, signal)
    tokens += usage.tokensIn
    deps.metrics.tokensUsed('in', usage.tokensIn)
    deps.metrics.tokensUsed('out', usage.tokensOut)
    deps.metrics.tokensUsed('cached', usage.tokensCached)
    const upshot = found.upshot === undefined ? [] : [{ kind: 'fact' as const, ...found.upshot }]
    one.points = [...found.points.filter(({ kind }) => kind !== 'fact'), ...upshot]
  }
  return left
}

/** Renders what waits for the person, then the decisions, open questions and what else is new, each behind its channel. */
function renderMissed({ person, i18n, deps }: Ctx, news: News[], only: AskedSummary['form']['sections']): string {
  const { missed, headings, colon } = i18n.summary
  const render = ({ channel, said }: News, point: Point) => {
    const byTs = new Map(said.map(message => [message.ts, message]))
    const linkOf = (ts: string) => {
      const message = byTs.get(ts)
      const label = escapeMarkdown((message?.from ?? '').replace(/[[\]<>@]/g, ''))
      const address = buildPermalink(deps.self, channel.id, ts, message?.threadTs)
      const time = formatMoment(Number(ts) * 1000, i18n)
      return { address, label, time, votes: formatVotes(message?.reactions) }
    }
    const place = `#${escapeMarkdown(channel.name)}`
    return renderPoint(point, linkOf, i18n).replace(/^- /, () => `- ${place}${colon}`)
  }
  const quote = (one: News, { ts, text }: Said) => {
    const words = text.replace(/\s+/g, ' ').trim()
    const short = words.length > mostQuoted ? `${words.slice(0, mostQuoted).toWellFormed()}…` : words
    return render(one, { kind: 'fact', text: short, sources: [ts] })
  }
  const isOwn = ({ kind, who }: Point) => kind === 'task' && who !== undefined && isSamePerson(who, person.name)
  // A point that rests on other messages, too, says more than those that wait.
  const isToMe = (one: News, { sources }: Point) => sources.every(ts => one.waiting.some(message => message.ts === ts))
  // Nobody misses what they said themselves.
  const isMine = (one: News, { sources }: Point) =>
    sources.every(ts => one.said.some(message => message.ts === ts && message.author === person.id))
  /** Counts the reactions to the messages of a point: what many reacted to matters more. */
  const weigh = (one: News, { sources }: Point) =>
    one.said
      .filter(({ ts }) => sources.includes(ts))
      .flatMap(({ reactions = '' }) => reactions.match(/\d+(?=,|$)/g) ?? [])
      .reduce((sum, count) => sum + Number(count), 0)
  const listOf = (kind: Point['kind']) =>
    news
      .flatMap(one =>
        one.points
          .filter(point => point.kind === kind && !isToMe(one, point) && !isMine(one, point))
          .map(point => ({ one, point })),
      )
      .sort((a, b) => weigh(b.one, b.point) - weigh(a.one, a.point))
      .slice(0, mostOfKind)
      .map(({ one, point }) => render(one, point))
  const waiting = [
    ...news.flatMap(one => one.waiting.map(message => quote(one, message))),
    ...news.flatMap(one =>
      one.points.filter(point => isOwn(point) && !isToMe(one, point)).map(point => render(one, point)),
    ),
  ]
  const kinds = { decisions: 'decision', disagreements: 'disagreement', questions: 'question' } as const
  const wanted = (only ?? sections).flatMap(section => (section === 'tasks' ? [] : [section]))
  const blocks: [string, string[]][] = [
    [missed.waiting, waiting.slice(0, mostWaiting)],
    ...wanted.map((section): [string, string[]] => [headings[section], listOf(kinds[section])]),
    [headings.facts, only === undefined ? listOf('fact') : []],
  ]
  const full = blocks.filter(([, lines]) => lines.length > 0)
  if (full.length === 0) return i18n.summary.nothingFound
  return full.map(([head, lines]) => `**${head}**\n${lines.join('\n')}`).join('\n\n')
}
