import { i18nFor } from '../../i18n/catalog.ts'
import type { FileReader } from '../../slack/files/read-file.ts'
import type { Message } from '../../slack/message.ts'
import { localeOf } from '../../text/language.ts'
import { noteModel } from '../chosen-model.ts'
import type { Bot, Services, TurnContext } from '../context.ts'
import { findAnswer, findLastAnswered, nameDelivery } from '../delivery.ts'
import { readFiles } from '../read-files.ts'
import { noteSpent } from '../turn-spending.ts'
import { listenToChartCsv } from './chart-csv.ts'
import { makeChart } from './make-chart.ts'
import { parseChartRequest } from './request.ts'
import { buildSource } from './source.ts'

type Deps = Parameters<typeof makeChart>[0] & Pick<Services, 'fetchNames'> & { files: FileReader }

/** Registers the requests for a chart of what a thread holds, and the button that brings its numbers. */
export function charts(bot: Bot): void {
  const { services, onTurn } = bot
  const deps = { ...services, files: services.createFileReader() }
  onTurn({ outcome: 'charted', feature: 'chat', deps, parse: parseChartRequest, handle: drawThread })
  listenToChartCsv(bot)
}

/** Draws the numbers of a thread as its last message asks. The chart is the reply. */
async function drawThread(ctx: TurnContext<Deps>, request: string): Promise<void> {
  const { turn, person, job, signal, deps } = ctx
  const i18n = i18nFor(localeOf(turn.question.text, person.locale))
  const read = await deps.threads.read(turn, turn.question)
  const before = read.filter(({ ts }) => ts <= turn.question.ts)
  const earlier = await loadEarlier(ctx)
  const thread = deps.rules.selectOpen(turn.channel, [...earlier.messages, ...before])
  const { messages } = await readFiles(thread, ctx, 'tables')
  const nameOf = await deps.fetchNames(messages.toReversed())
  noteModel(ctx)
  Object.assign(job.facts, { read: thread.length, total: thread.length })
  const source = buildSource(messages, nameOf)
  const quotedFrom = [...source.quotedFrom, ...earlier.quotedFrom]
  await makeChart(
    deps,
    { ...source, quotedFrom },
    {
      turn: turn.id,
      user: turn.user,
      place: { channel: turn.channel, threadTs: turn.threadTs },
      chosen: ctx.chosen,
      request,
      name: nameDelivery('chart', turn.id, job.revision),
      isResumed: job.isResumed,
      i18n,
      signal,
      onSpent: noteSpent(job),
    },
  )
}

/** Loads the answer of the direct message before one that opens a thread of its own. */
async function loadEarlier({ turn, deps }: TurnContext<Deps>): Promise<{ messages: Message[]; quotedFrom: string[] }> {
  const isNew = turn.place === 'dm' && turn.threadTs === turn.question.ts
  const id = isNew ? await findLastAnswered(deps, turn) : undefined
  const found = id === undefined ? undefined : await findAnswer(deps, id)
  if (found === undefined) return { messages: [], quotedFrom: [] }
  const { text, quotedFrom } = found
  return { messages: [{ ts: '0', author: { kind: 'self' }, text, form: 'markdown', files: [] }], quotedFrom }
}
