import { describeFailure, ShownError } from '../../errors.ts'
import type { I18n } from '../../i18n/catalog.ts'
import type { Turn } from '../../queue/turn.ts'
import type { Reply } from '../../reply/reply.ts'
import { openTicker } from '../../reply/ticker.ts'
import type { CallSlack } from '../../slack/client.ts'
import type { FileReader, SlackFile } from '../../slack/files/read-file.ts'
import { upload } from '../../slack/upload.ts'
import type { LabelRecord, LabelRecords } from '../../store/labels.ts'
import { languageOf } from '../../text/terms.ts'
import type { ThreadCache } from '../../threads/cache.ts'
import { type CsvTable, formatLabelledCsv, type LabelledRow, parseCsv } from './csv.ts'
import type { Labeller } from './labeller.ts'
import { buildWaitingRecord } from './record.ts'
import { formatKind } from './taxonomy.ts'
import type { Taxonomies } from './taxonomy-files.ts'

/** What labelling a file needs of the rest. */
export interface SheetDeps {
  threads: ThreadCache
  /** Reads tables whole, however long. */
  sheets: FileReader
  labels: LabelRecords
  labeller: Labeller
  taxonomies: Taxonomies
  call: CallSlack
}

/** People see how far it has come this often at most. */
const progressEveryMs = 3_000
/** A row is tried so often before it is given up. */
const tries = 2

/**
 * Labels every row of the CSV file that came with the question, or was the last one in its thread, and shares the table
 * with what was found. A row that cannot be labelled is marked with its error. What is labelled is kept row by row, so that
 * a later process goes on with the rest.
 */
export async function classifyCsv(
  deps: SheetDeps,
  turn: Turn,
  column: string | undefined,
  i18n: I18n,
  reply: Reply,
  signal: AbortSignal,
): Promise<void> {
  const file = await findFile(deps.threads, turn)
  const sheet = parseCsv(await readText(deps.sheets, file, signal), column)
  const found = await labelRows(deps, turn, sheet, i18n, reply, signal)
  const taxonomy = deps.taxonomies.of(turn.channel)
  const language = languageOf(sheet.rows.map(row => row[sheet.column]).join(''))
  const nameOf = (kind: string) => formatKind(taxonomy, kind, language)
  const bytes = Buffer.from(formatLabelledCsv(sheet, found, nameOf, i18n))
  await upload(deps.call, { name: formatResultName(file.name), bytes, channel: turn.channel, threadTs: turn.threadTs })
  reply.replace(formatSummary(found, nameOf, i18n))
}

async function findFile(threads: ThreadCache, turn: Turn): Promise<SlackFile> {
  const thread = await threads.read(turn, turn.question)
  const files = thread.filter(({ ts }) => ts <= turn.question.ts).flatMap(message => message.files)
  const file = files.findLast(isTable)
  if (file === undefined) throw new ShownError('sheet_missing', i18n => i18n.labels.sheet.missing)
  return file
}

const isTable = ({ name, mimetype }: SlackFile) => /\.(?:csv|tsv)$/i.test(name) || /csv|tab-separated/.test(mimetype)

async function readText(sheets: FileReader, file: SlackFile, signal: AbortSignal): Promise<string> {
  const content = await sheets.read(file, signal)
  if (content.kind === 'text' && content.cutCharacters === 0) return content.text
  const reason = content.kind === 'skipped' ? content.reason : content.kind === 'text' ? 'too_large' : 'unreadable_type'
  throw new ShownError(`sheet_${reason}`, i18n => i18n.footerFileSkipped(file.name, i18n.fileReasons[reason]))
}

async function labelRows(
  deps: SheetDeps,
  turn: Turn,
  sheet: CsvTable,
  i18n: I18n,
  reply: Reply,
  signal: AbortSignal,
): Promise<LabelledRow[]> {
  const known = new Map((await deps.labels.rows(turn.id)).map(record => [record.id, record]))
  const found: LabelledRow[] = []
  let done = 0
  let failed = 0
  const label = async (row: string[], index: number): Promise<void> => {
    const outcome = await labelRow(deps, turn, known, row[sheet.column] ?? '', index, i18n, signal)
    found[index] = outcome
    done += 1
    if (outcome.error !== undefined) failed += 1
  }
  const tell = () => reply.show(i18n.labels.sheet.progress(done, sheet.rows.length, failed))
  const progress = openTicker(tell, progressEveryMs)
  try {
    await Promise.all(sheet.rows.map(label))
  } finally {
    await progress.close()
  }
  return found
}

async function labelRow(
  deps: SheetDeps,
  turn: Turn,
  known: Map<string, LabelRecord>,
  text: string,
  index: number,
  i18n: I18n,
  signal: AbortSignal,
): Promise<LabelledRow> {
  const id = `${turn.id}#${index + 1}`
  const before = known.get(id)
  if (before?.state === 'done' && before.text === text) return { labels: before.labels }
  if (text.trim() === '') return { labels: [], error: i18n.labels.nothingToLabel }
  const saidAt = Number(turn.question.ts) * 1000
  const who = { askedBy: turn.user, isShared: turn.place === 'channel' }
  const record = buildWaitingRecord({ id, channel: turn.channel, ts: undefined, text, wish: '{}', saidAt, ...who })
  for (let attempt = 1; ; attempt += 1) {
    try {
      const labelled = await deps.labeller.label(record, signal, 'many')
      await deps.labels.add({ ...labelled, state: 'done' })
      return { labels: labelled.labels }
    } catch (error) {
      signal.throwIfAborted()
      if (attempt === tries) return { labels: [], error: describeFailure(error).sentence(i18n) }
    }
  }
}

/** How many rows of each kind there are, most first. */
function formatSummary(found: LabelledRow[], nameOf: (kind: string) => string, i18n: I18n): string {
  const counts = new Map<string, number>()
  for (const { labels } of found) for (const { kind } of labels) counts.set(kind, (counts.get(kind) ?? 0) + 1)
  const failed = found.filter(({ error }) => error !== undefined).length
  const lines = [...counts].sort((a, b) => b[1] - a[1]).map(([kind, count]) => `- ${nameOf(kind)}: ${count}`)
  return [i18n.labels.sheet.done(found.length, failed), ...lines].join('\n')
}

function formatResultName(name: string): string {
  return `${name.replace(/\.[a-z]+$/i, '')}-labelled.csv`
}
