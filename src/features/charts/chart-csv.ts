import type { BlockAction } from '@slack/bolt'
import { stringify } from 'csv-stringify/sync'
import { z } from 'zod'
import { ShownError } from '../../errors.ts'
import { upload } from '../../slack/upload.ts'
import { defuseFormulas } from '../../text/csv-formulas.ts'
import { formatFailure, savedOrTold } from '../command-failure.ts'
import type { Bot, Services } from '../context.ts'
import { defineDelivery, deliver, findDelivered, tellAsker } from '../delivery.ts'
import type { Chart } from '../draw-chart-worker.ts'

export const csvAction = 'chart_csv'

/** Listens to the button below a chart that brings its numbers. */
export function listenToChartCsv({ app, services }: Bot): void {
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

/** Formats the numbers of a chart as CSV: a line for each category, a column for each series. */
export function formatChartCsv({ categories, series }: Pick<Chart, 'categories' | 'series'>): string {
  const head = ['', ...series.map(({ name }) => defuseFormulas(name))]
  const rows = categories.map((category, at) => [
    defuseFormulas(category),
    ...series.map(({ values }) => values[at] ?? ''),
  ])
  return `\uFEFF${stringify([head, ...rows])}`
}
