/** The numbers of a chart of Slack's own, which holds them, as CSV in its thread. */

import { stringify } from 'csv-stringify/sync'
import { z } from 'zod'
import { ShownError } from '../../errors.ts'
import { upload } from '../../slack/upload.ts'
import { defuseFormulas } from '../../text/csv-formulas.ts'
import type { Services } from '../context.ts'
import { defineDelivery, deliver, findDelivered } from '../delivery.ts'
import type { Chart } from '../draw-chart-worker.ts'

export const csvAction = 'chart_csv'

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
export function defineChartCsv(deps: Services) {
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
