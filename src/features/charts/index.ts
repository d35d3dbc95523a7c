import type { BlockAction } from '@slack/bolt'
import { z } from 'zod'
import { ShownError } from '../../errors.ts'
import { i18nFor } from '../../i18n/catalog.ts'
import type { FileReader } from '../../slack/files/read-file.ts'
import type { Message } from '../../slack/message.ts'
import { upload } from '../../slack/upload.ts'
import { localeOf } from '../../text/language.ts'
import { noteModel } from '../chosen-model.ts'
import { formatFailure, savedOrTold } from '../command-failure.ts'
import type { Bot, Services, TurnContext } from '../context.ts'
import {
  defineDelivery,
  deliver,
  findAnswer,
  findDelivered,
  findLastAnswered,
  nameDelivery,
  tellAsker,
} from '../delivery.ts'
import { readFiles } from '../read-files.ts'
import { noteSpent } from '../turn-spending.ts'
import { csvAction, formatChartCsv, makeChart } from './make-chart.ts'
import { parseChartRequest } from './request.ts'
import { buildSource } from './source.ts'

type Deps = Parameters<typeof makeChart>[0] & Pick<Services, 'fetchNames'> & { files: FileReader }

/** Registers the requests for a chart of what a thread holds, and the button that brings its numbers. */
export function charts({ app, services, onTurn }: Bot): void {
  const deps = { ...services, files: services.createFileReader() }
  onTurn({ outcome: 'charted', feature: 'chat', deps, parse: parseChartRequest, handle: drawThread })
  const csvs = defineChartCsv(services)
  app.action<BlockAction>(csvAction, async ({ ack, body, action }) => {
    const channel = body.channel?.id ?? ''
    const { ts = '', thread_ts: threadTs = ts } = (body.message ?? {}) as { ts?: string; thread_ts?: string }
    const id = (action.type === 'button' && action.value) || ''
    const user = body.user.id
    const send = await savedOrTold(csvs.save({ id, channel, threadTs }, user), error =>
      tellAsker(services, { channel, threadTs, user }, i18n => formatFailure(error, i18n)),
    )
    await ack()
    await send?.()
  })
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

const Points = z.array(z.object({ label: z.string(), value: z.number() }))
const Block = z.object({
  type: z.literal('data_visualization'),
  title: z.string(),
  chart: z.union([
    z.object({ segments: Points }).transform(({ segments }) => [{ name: '', data: segments }]),
    z.object({ series: z.array(z.object({ name: z.string(), data: Points })) }).transform(({ series }) => series),
  ]),
})
const Charted = z.object({
  blocks: z.array(z.unknown()).transform(blocks => blocks.flatMap(one => Block.safeParse(one).data ?? [])),
  metadata: z.object({ event_payload: z.object({ turn: z.string().catch('') }) }),
})

/** Defines the commands that send the numbers of a chart: one file for everybody who presses the button. */
function defineChartCsv(deps: Services) {
  return defineDelivery(deps.outbox, deps, {
    kind: csvAction,
    async make({ turn: name, user, channel, threadTs }, isResumed) {
      const place = { channel, threadTs }
      const check = () => deps.access.check(user, channel)
      await check()
      const { blocks, metadata } = Charted.safeParse(await findDelivered(deps, place, name)).data ?? {}
      const [block] = blocks ?? []
      if (block === undefined) throw new ShownError('chart_gone', one => one.controls.tooOld)
      const { title, chart } = block
      const categories = chart[0]?.data.map(({ label }) => label) ?? []
      const series = chart.map(one => ({ name: one.name, values: one.data.map(({ value }) => value) }))
      const file = `${name.replace(/^chart/, 'chart-data')}.csv`
      const bytes = Buffer.from(formatChartCsv({ categories, series }))
      await deliver(
        deps,
        {
          turn: metadata?.event_payload.turn ?? '',
          user,
          place,
          name: file,
          isResumed,
          already: (one, link) => one.charts.csvAlready({ link }),
        },
        { check, make: async () => () => upload(deps.call, [{ name: file, title: `${title}.csv`, bytes }], place) },
      )
    },
  })
}
