import dotenv from 'dotenv'
import { formatError, StartError } from '../errors.ts'
import { createReader } from '../features/classify/reader.ts'
import { buildReport, buildReportChart, formatReportCsv, renderReportMarkdown } from '../features/classify/report.ts'
import { loadTaxonomies } from '../features/classify/taxonomy-files.ts'
import { drawChart } from '../features/draw-chart.ts'
import { catalogs } from '../i18n/catalog.ts'
import { createLog } from '../log.ts'
import { openStoreOf } from '../store/open-for-commands.ts'
import { parseDateRange } from '../text/date-range.ts'
import { parseCommandLine } from './command-line.ts'
import { writeOutput } from './write-output.ts'

const usage = `Usage: npm run report -- [OPTIONS]

Prints the same report as /classify report. The bot can keep running.

  --since TIME         "last 30 days" or "since 2026-11-01" (default: the last 28 days)
  --channel ID         one channel, like C0123456789 (default: all)
  --png FILE           also write the chart
  --csv FILE           also write the feedback as a table
  --language en|zh|ja  (default: en)`

const { values } = parseCommandLine(usage, {
  since: { type: 'string', default: 'last 28 days' },
  channel: { type: 'string' },
  png: { type: 'string' },
  csv: { type: 'string' },
  language: { type: 'string', default: 'en' },
})

const languages = Object.keys(catalogs)

/** Channels that a refusal names. */
const mostChannels = 10

// What people wrote is for this user alone.
process.umask(0o077)
dotenv.config({ quiet: true })
try {
  process.stdout.write(`${await makeReport()}\n`)
} catch (error) {
  process.stderr.write(`No report was made: ${error instanceof StartError ? error.message : formatError(error)}\n`)
  process.exitCode = 1
}

async function makeReport(): Promise<string> {
  const { timeZone } = Intl.DateTimeFormat().resolvedOptions()
  const range = parseDateRange(values.since, Date.now(), timeZone)
  if (range === undefined)
    throw new StartError(`“${values.since}” is not a time; try “last 30 days” or “since 2026-11-01”`)
  if (!languages.includes(values.language))
    throw new StartError(`“${values.language}” is not one of ${languages.join(', ')}`)
  const reader = { ...createReader(values.language), timeZone }
  const store = await openStoreOf(process.env, createLog('silent'))
  const records = await store.labels.between(range, values.channel, undefined)
  const channels = records.length === 0 ? await store.labels.countByChannel() : []
  await store.close()
  if (records.length === 0) checkChannel(values.channel, channels)
  const taxonomy = (await loadTaxonomies(process.env.TAXONOMY_FILE || undefined)).of(values.channel ?? '')
  const report = buildReport(records, taxonomy, range, reader)
  if (values.png !== undefined)
    await writeOutput(values.png, await drawChart(buildReportChart(report, reader.i18n.labels.report.chart)))
  if (values.csv !== undefined)
    await writeOutput(values.csv, formatReportCsv(records, taxonomy, { reader, nameOf: () => '' }))
  return renderReportMarkdown(report, { place: values.channel ?? '', reader, linkOf: () => undefined })
}

/** Throws a `StartError` if there is no feedback of a channel at any time, with the IDs of those that have some. */
function checkChannel(channel: string | undefined, known: { channel: string; texts: number }[]): void {
  if (channel === undefined || known.some(one => one.channel === channel)) return
  if (known.length === 0) throw new StartError('there is no feedback yet, of any channel')
  const listed = known.slice(0, mostChannels).map(({ channel: id, texts }) => `${id} (${texts.toLocaleString('en')})`)
  throw new StartError(
    `there is no feedback of “${channel}”; give a channel’s ID. The most feedback is of: ${listed.join(', ')}`,
  )
}
