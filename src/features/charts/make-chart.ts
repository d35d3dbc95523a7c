import { createHash } from 'node:crypto'
import { stringify } from 'csv-stringify/sync'
import { ShownError, SlackError } from '../../errors.ts'
import { type I18n, i18nFor } from '../../i18n/catalog.ts'
import { collectAnswer } from '../../model/collect-answer.ts'
import { FormatRefused, type Model } from '../../model/model.ts'
import type { Outbox } from '../../queue/outbox.ts'
import { buildMessageBody } from '../../reply/body.ts'
import { openStatus } from '../../reply/status.ts'
import { buildPermalink } from '../../slack/permalink.ts'
import type { ThreadId } from '../../slack/thread-history.ts'
import { upload } from '../../slack/upload.ts'
import { defuseFormulas } from '../../text/csv-formulas.ts'
import { escapeMarkdown } from '../../text/escape-markdown.ts'
import { localeOf } from '../../text/language.ts'
import { toMrkdwn } from '../../text/to-mrkdwn.ts'
import type { Services } from '../context.ts'
import { buildDeliveryMetadata, defineDelivery, findAnswer, findDelivered, tellAsker } from '../delivery.ts'
import { buildChartBlock, drawChart, ignoreRefusal } from '../draw-chart.ts'
import type { Chart } from '../draw-chart-worker.ts'
import { buildQuestion, buildRepair, choiceFormat, parseChart } from './choice.ts'
import { buildSource } from './source.ts'

type Deps = Pick<
  Services,
  | 'self'
  | 'models'
  | 'call'
  | 'reader'
  | 'access'
  | 'rules'
  | 'users'
  | 'limiter'
  | 'store'
  | 'threads'
  | 'inbox'
  | 'log'
>

type Source = ReturnType<typeof buildSource>

type Purpose = NonNullable<NonNullable<Parameters<Model['stream']>[2]>['purpose']>

interface Wish {
  user: string
  place: ThreadId
  model: Model
  /** The words of the request; blank for a button. */
  request: string
  /** Names the chart in Slack, so that it is found again after a crash. */
  name: string
  i18n: I18n
  signal: AbortSignal
  onSpent?: Purpose['onSpent']
}

export const csvAction = 'chart_csv'
/** No proper answer is longer. */
const mostAnswerCharacters = 30_000
/** For a chart that was asked for by a button. */
const timeoutMs = 300_000

/** Names a chart by what it is made for. */
export const nameChart = (...of: unknown[]): string =>
  `chart-${createHash('sha256').update(JSON.stringify(of)).digest('hex').slice(0, 8)}`

/** Defines the commands that draw the table of an answer: one chart for everybody who presses the button. */
export function defineCharts(outbox: Outbox, deps: Deps) {
  return defineDelivery(outbox, deps, {
    kind: 'chart',
    async make({ turn, user, channel, threadTs }) {
      const place = { channel, threadTs }
      await deps.access.check(user, channel)
      const found = await findAnswer(deps, turn)
      if (found === undefined) throw new ShownError('chart_gone', one => one.controls.tooOld)
      const { text, quotedFrom } = found
      const name = nameChart(turn, text)
      const before = await findDelivered(deps, place, name)
      if (before !== undefined) {
        const link = buildPermalink(deps.self, channel, before, threadTs)
        return tellAsker(deps, { ...place, user }, one => one.charts.already({ link }))
      }
      const { locale } = await deps.users.read(user)
      const i18n = i18nFor(localeOf(text, locale))
      const answer = { ts: '', author: { kind: 'self' as const }, text, form: 'markdown' as const, files: [] }
      const source = { ...buildSource([answer], id => id), quotedFrom }
      const { model } = await deps.models.choose(place)
      const signal = AbortSignal.timeout(timeoutMs)
      await makeChart(deps, source, { user, place, model, request: '', name, i18n, signal })
    },
  })
}

/** Has the model choose what to draw, draws it and posts it. Throws a `ShownError` if that cannot be. */
export async function makeChart(deps: Deps, source: Source, wish: Wish): Promise<void> {
  const { user, place, i18n } = wish
  const use = { user, channel: place.channel, feature: 'chat' as const }
  await deps.rules.check(use)
  if (source.tables.length === 0 && !source.texts.some(({ text }) => /\d/.test(text)))
    throw new ShownError('chart_nothing', one => one.charts.nothing)
  const status = openStatus(deps.limiter, deps.log, place, i18n.charts.progress)
  try {
    const drawn = await choose(source, wish)
    await deps.access.check(user, place.channel)
    await deps.rules.check(use)
    wish.signal.throwIfAborted()
    await post(deps, drawn, wish)
  } finally {
    status.close(true)
  }
}

/** Asks the model, and once more if its answer cannot be used. */
async function choose(source: Source, { user, place, model, request, i18n, signal, onSpent }: Wish) {
  const { quotedFrom } = source
  const whose = { channel: place.channel, person: user, quotedFrom }
  const purpose: Purpose = { feature: 'chat', ...whose, ...(onSpent && { onSpent }) }
  const ask = async (messages: ReturnType<typeof buildQuestion>): Promise<string> => {
    const collect = (format: typeof choiceFormat | undefined) =>
      collectAnswer(model, messages, { signal, format, maxCharacters: mostAnswerCharacters, purpose })
    const answer = await collect(model.takesFormats ? choiceFormat : undefined).catch(error => {
      if (error instanceof FormatRefused) return collect(undefined)
      throw error
    })
    signal.throwIfAborted()
    return answer.text
  }
  const question = buildQuestion(source, request)
  const first = await ask(question)
  const parse = (answer: string) => parseChart(answer, source, i18n.charts.count)
  const mend = async (error: unknown) => {
    if (!(error instanceof ShownError) || error.kind === 'chart_too_many') throw error
    return parse(await ask(buildRepair(question, first)))
  }
  const { chart, take, rows, file } = await Promise.resolve(first).then(parse).catch(mend)
  const from = file === undefined ? i18n.charts.thread : escapeMarkdown(file)
  const caption = i18n.charts.caption[take]({ source: from, rows })
  return { chart: { ...chart, title: chart.title || i18n.charts.title }, caption }
}

/** Posts a chart as Slack's own if the workspace has those, with a button for its numbers, else as a picture with them beside it. */
async function post(
  deps: Deps,
  { chart, caption }: { chart: Chart; caption: string },
  { place, name, i18n }: Wish,
): Promise<void> {
  const block = buildChartBlock(chart)
  const alt = describeChart(chart)
  if (block !== undefined && (await postBlock(block).catch(ignoreRefusal)) !== undefined) return
  const png = await drawChart(chart).catch(error => {
    throw new ShownError('chart_failed', one => one.charts.failed, error)
  })
  const files = [
    { name: `${name}.png`, title: chart.title, alt, bytes: png },
    { name: `${name}.csv`, title: `${chart.title}.csv`, bytes: Buffer.from(formatChartCsv(chart)) },
  ]
  await upload(deps.call, files, { ...place, comment: toMrkdwn(caption) })

  async function postBlock(shown: Record<string, unknown>): Promise<true> {
    const text = { type: 'plain_text', text: i18n.labels.report.csv }
    const button = { type: 'actions', elements: [{ type: 'button', action_id: csvAction, text, value: name }] }
    const blocks = [shown, ...buildMessageBody('', { kind: 'footer', sentence: caption }).blocks, button]
    const args = {
      channel: place.channel,
      thread_ts: place.threadTs,
      text: toMrkdwn(escapeMarkdown(alt)),
      blocks,
      metadata: buildDeliveryMetadata(name),
      unfurl_links: false,
      unfurl_media: false,
    }
    await deps.limiter
      .send('chat.postMessage', () => args, 'first')
      .catch(async error => {
        const mayStand = error instanceof SlackError && error.isUnknown
        if (!mayStand || (await findDelivered(deps, place, name)) === undefined) throw error
      })
    return true
  }
}

const mostDescribed = 900

/** Describes a chart for people who cannot see it: its title and its numbers. */
function describeChart({ title, categories, series, unit }: Chart): string {
  const numbers = series.map(({ name, values }) => {
    const said = categories.map((category, at) => `${category} ${values[at] ?? '–'}`).join(', ')
    return series.length === 1 || name === '' ? said : `${name}: ${said}`
  })
  const text = `${title}${title.includes(unit) ? '' : ` (${unit})`}. ${numbers.join('; ')}`
  return text.length > mostDescribed ? `${text.slice(0, mostDescribed).toWellFormed()}…` : text
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
