import { ShownError } from '../../errors.ts'
import { type I18n, i18nFor } from '../../i18n/catalog.ts'
import type { Purpose } from '../../model/model.ts'
import type { Outbox } from '../../queue/outbox.ts'
import { buildMessageBody } from '../../reply/body.ts'
import type { ThreadId } from '../../slack/thread-history.ts'
import { upload } from '../../slack/upload.ts'
import { escapeMarkdown } from '../../text/escape-markdown.ts'
import { localeOf } from '../../text/language.ts'
import { toMrkdwn } from '../../text/to-mrkdwn.ts'
import { formatGone } from '../chosen-model.ts'
import type { Services } from '../context.ts'
import { buildDeliveryMetadata, defineDelivery, deliver, findAnswer, nameDelivery } from '../delivery.ts'
import { buildChartBlock, drawChart, ignoreRefusal } from '../draw-chart.ts'
import type { Chart } from '../draw-chart-worker.ts'
import { csvAction, formatChartCsv } from './chart-csv.ts'
import { chooseChart } from './choice.ts'
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

interface Wish {
  turn: string
  user: string
  place: ThreadId
  chosen: Awaited<ReturnType<Services['models']['choose']>>
  /** The words of the request; blank for a button. */
  request: string
  /** Names the chart in Slack, so that it is found again. */
  name: string
  isResumed: boolean
  /** Tells that there is one already, below an answer that anybody may have charted. */
  already?: (i18n: I18n, link: string) => string
  i18n: I18n
  signal: AbortSignal
  /** Throws if nobody wants it any more. */
  check?: () => Promise<void>
  onSpent?: Purpose['onSpent']
}

/** For a chart that was asked for by a button. */
const timeoutMs = 300_000

/** Defines the commands that draw the table of an answer: one chart for everybody who presses the button. */
export function defineCharts(outbox: Outbox, deps: Deps) {
  return defineDelivery(outbox, deps, {
    kind: 'chart',
    async make({ turn, user, channel, threadTs }, isResumed) {
      const place = { channel, threadTs }
      await deps.access.check(user, channel)
      const found = await findAnswer(deps, turn)
      if (found === undefined) throw new ShownError('chart_gone', one => one.controls.tooOld)
      const { text, quotedFrom } = found
      const { locale } = await deps.users.read(user)
      const i18n = i18nFor(localeOf(text, locale))
      const answer = { ts: '', author: { kind: 'self' as const }, text, form: 'markdown' as const, files: [] }
      const source = { ...buildSource([answer], id => id), quotedFrom }
      const checkAnswer = async () => {
        if ((await findAnswer(deps, turn)) === undefined) throw new ShownError('chart_gone', one => one.controls.tooOld)
      }
      await makeChart(deps, source, {
        turn,
        user,
        place,
        chosen: await deps.models.choose(place),
        request: '',
        name: nameDelivery('chart', turn, text),
        isResumed,
        already: (one, link) => one.charts.already({ link }),
        i18n,
        signal: AbortSignal.timeout(timeoutMs),
        check: checkAnswer,
      })
    },
  })
}

/** Has the model choose what to draw, draws it and posts it. Throws a `ShownError` if that cannot be. */
export async function makeChart(deps: Deps, source: Source, wish: Wish): Promise<void> {
  const { user, place } = wish
  const use = { user, channel: place.channel, feature: 'chat' as const }
  await deps.rules.check(use)
  if (source.tables.length === 0 && !source.texts.some(({ text }) => /\d/.test(text)))
    throw new ShownError('chart_nothing', one => one.charts.nothing)
  await deliver(
    deps,
    { ...wish, progress: wish.i18n.charts.progress },
    {
      make: async () => prepare(deps, await choose(source, wish), wish),
      async check() {
        await deps.access.check(user, place.channel)
        await deps.rules.check(use)
        await wish.check?.()
        wish.signal.throwIfAborted()
      },
    },
  )
}

/** Has the model choose what to draw. Resolves with the chart, and a line that tells where its numbers come from. */
async function choose(source: Source, { user, place, chosen, request, i18n, signal, onSpent }: Wish) {
  const whose = { channel: place.channel, person: user, quotedFrom: source.quotedFrom }
  const purpose: Purpose = { feature: 'chat', ...whose, ...(onSpent && { onSpent }) }
  const options = { purpose, request, signal, countName: i18n.charts.count }
  const { chart, take, rows, file } = await chooseChart(chosen.model, source, options)
  const from = file === undefined ? i18n.charts.thread : escapeMarkdown(file)
  const caption = i18n.charts.caption[take]({ source: from, rows })
  return { chart: { ...chart, title: chart.title || i18n.charts.title }, caption }
}

/** Prepares the post of a chart: as Slack's own if the workspace has those, with a button for its numbers, else as a picture beside them. */
function prepare(deps: Deps, { chart, caption }: { chart: Chart; caption: string }, { turn, place, ...wish }: Wish) {
  const { name, chosen, i18n } = wish
  const alt = describeChart(chart)
  const sentence = [caption, ...formatGone({ turn: place, chosen, figures: {}, i18n, deps })].join(' · ')
  const uploadPicture = async () => {
    const bytes = await drawChart(chart).catch(error => {
      throw new ShownError('chart_failed', one => one.charts.failed, error)
    })
    const files = [
      { name: `${name}.png`, title: chart.title, alt, bytes },
      { name: `${name}.csv`, title: `${chart.title}.csv`, bytes: Buffer.from(formatChartCsv(chart)) },
    ]
    await upload(deps.call, files, { ...place, comment: toMrkdwn(sentence) })
  }
  const block = buildChartBlock(chart)
  if (block === undefined) return uploadPicture
  const buttonText = { type: 'plain_text', text: i18n.labels.report.csv }
  const button = { type: 'button', action_id: csvAction, text: buttonText, value: name }
  return async () => {
    const footer = buildMessageBody('', { kind: 'footer', sentence })
    const args = {
      channel: place.channel,
      thread_ts: place.threadTs,
      text: toMrkdwn(escapeMarkdown(alt)),
      blocks: [block, ...footer.blocks, { type: 'actions', elements: [button] }],
      metadata: buildDeliveryMetadata(name, turn),
      unfurl_links: false,
      unfurl_media: false,
    }
    const posted = await deps.limiter.send('chat.postMessage', () => args, 'first').catch(ignoreRefusal)
    if (posted === undefined) await uploadPicture()
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
