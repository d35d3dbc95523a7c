import type { BlockAction } from '@slack/bolt'
import { z } from 'zod'
import { formatError } from '../../errors.ts'
import { i18nFor } from '../../i18n/catalog.ts'
import type { FileReader } from '../../slack/files/read-file.ts'
import type { Message } from '../../slack/message.ts'
import { upload } from '../../slack/upload.ts'
import { localeOf } from '../../text/language.ts'
import { noteModel } from '../chosen-model.ts'
import type { Bot, Services, TurnContext } from '../context.ts'
import { findAnswer, findDelivered, findLastAnswered, tellAsker } from '../delivery.ts'
import { readFiles } from '../read-files.ts'
import { noteSpent } from '../turn-spending.ts'
import { csvAction, formatChartCsv, makeChart, nameChart } from './make-chart.ts'
import { parseChartRequest } from './request.ts'
import { buildSource } from './source.ts'

type Deps = Parameters<typeof makeChart>[0] & Pick<Services, 'fetchNames'> & { files: FileReader }

/** Registers the requests for a chart of what a thread holds, and the button that brings its numbers. */
export function charts({ app, services, onTurn }: Bot): void {
  const deps = { ...services, files: services.createFileReader() }
  onTurn({ outcome: 'charted', feature: 'chat', deps, parse: parseChartRequest, handle: drawThread })
  app.action<BlockAction>(csvAction, async ({ ack, body }) => {
    await ack()
    const channel = body.channel?.id ?? ''
    const { ts = '', thread_ts: threadTs = ts } = (body.message ?? {}) as { ts?: string; thread_ts?: string }
    const asked = { channel, threadTs, user: body.user.id }
    await sendCsv(services, asked, body.message).catch(async error => {
      services.log.warn({ channel, reason: formatError(error) }, 'CSV not sent')
      await tellAsker(services, asked, i18n => i18n.charts.csvFailed)
    })
  })
}

/** Draws the numbers of a thread as its last message asks. The chart is the reply. */
async function drawThread(ctx: TurnContext<Deps>, request: string): Promise<void> {
  const { turn, person, job, signal, deps } = ctx
  const i18n = i18nFor(localeOf(turn.question.text, person.locale))
  const name = nameChart(turn.id, job.revision)
  if (job.isResumed && (await findDelivered(deps, turn, name)) !== undefined) return
  const read = await deps.threads.read(turn, turn.question)
  const before = read.filter(({ ts }) => ts <= turn.question.ts)
  const thread = deps.rules.selectOpen(turn.channel, [...(await loadEarlier(ctx)), ...before])
  const { messages } = await readFiles(thread, ctx)
  const nameOf = await deps.fetchNames(messages.toReversed())
  noteModel(ctx)
  Object.assign(job.facts, { read: thread.length, total: thread.length })
  await makeChart(deps, buildSource(messages, nameOf), {
    user: turn.user,
    place: { channel: turn.channel, threadTs: turn.threadTs },
    model: ctx.chosen.model,
    request,
    name,
    i18n,
    signal,
    onSpent: noteSpent(job),
  })
}

/** Loads the answer of the direct message before one that opens a thread of its own. */
async function loadEarlier({ turn, deps }: TurnContext<Deps>): Promise<Message[]> {
  if (turn.place !== 'dm' || turn.threadTs !== turn.question.ts) return []
  const id = await findLastAnswered(deps, turn)
  const text = id === undefined ? undefined : await findAnswer(deps, id)
  return text === undefined ? [] : [{ ts: '0', author: { kind: 'self' }, text, form: 'markdown', files: [] }]
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

/** Sends the numbers of a chart of Slack's own, which holds them, as CSV into its thread. */
async function sendCsv(
  { access, call }: Pick<Services, 'access' | 'call'>,
  { channel, threadTs, user }: { channel: string; threadTs: string; user: string },
  message: unknown,
): Promise<void> {
  await access.check(user, channel)
  const blocks = z.object({ blocks: z.array(z.unknown()) }).parse(message).blocks
  const block = blocks.map(one => Block.safeParse(one).data).find(one => one !== undefined)
  if (block === undefined) throw new Error('the message has no chart')
  const categories = block.chart[0]?.data.map(({ label }) => label) ?? []
  const series = block.chart.map(({ name, data }) => ({ name, values: data.map(({ value }) => value) }))
  const bytes = Buffer.from(formatChartCsv({ categories, series }))
  await upload(call, [{ name: 'chart.csv', title: `${block.title}.csv`, bytes }], { channel, threadTs })
}
