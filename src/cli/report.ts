import { writeFile } from 'node:fs/promises'
import { parseArgs } from 'node:util'
import dotenv from 'dotenv'
import { toReason } from '../errors.ts'
import { toReport, toReportCsv, toReportMarkdown } from '../features/classify/report.ts'
import { drawChart } from '../features/classify/report-chart.ts'
import { readTaxonomies } from '../features/classify/taxonomy-files.ts'
import { toWords } from '../i18n/catalog.ts'
import { createLog } from '../log.ts'
import { StartError } from '../slack/start-error.ts'
import { openStoreOf } from '../store/open.ts'
import { toRange } from '../text/date-range.ts'

/**
 * `npm run report -- --since "last 30 days" --channel C0123456789 --png feedback.png --csv feedback.csv --language zh`: the
 * report of `/classify report`, also while the bot runs.
 */
const { values } = parseArgs({
  options: {
    since: { type: 'string', default: 'last 28 days' },
    channel: { type: 'string' },
    png: { type: 'string' },
    csv: { type: 'string' },
    language: { type: 'string', default: 'en' },
  },
})

dotenv.config({ quiet: true })
try {
  process.stdout.write(`${await makeReport()}\n`)
} catch (error) {
  process.stderr.write(`No report was made: ${error instanceof StartError ? error.message : toReason(error)}\n`)
  process.exitCode = 1
}

async function makeReport(): Promise<string> {
  const range = toRange(values.since, Date.now(), Intl.DateTimeFormat().resolvedOptions().timeZone)
  if (range === undefined)
    throw new StartError(`“${values.since}” is no time; try “last 30 days” or “since 2026-11-01”`)
  const language = values.language === 'zh' ? 'zh' : 'en'
  const store = await openStoreOf(process.env, createLog('silent'))
  const records = await store.labels.between(range, values.channel, undefined)
  await store.close()
  const taxonomy = (await readTaxonomies(process.env.TAXONOMY_FILE || undefined)).of(values.channel ?? '')
  const report = toReport(records, taxonomy, range, language)
  if (values.png !== undefined)
    await writeFile(values.png, await drawChart(report, toWords(language).labels.report.chart))
  if (values.csv !== undefined) await writeFile(values.csv, toReportCsv(records, taxonomy, language))
  return toReportMarkdown(report, language, () => undefined)
}
