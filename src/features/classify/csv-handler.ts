import { ShownError, toFailure } from '../../errors.ts'
import type { Words } from '../../i18n/catalog.ts'
import type { Turn } from '../../queue/turn.ts'
import type { Reply } from '../../reply/reply.ts'
import { openTicker } from '../../reply/ticker.ts'
import type { CallSlack } from '../../slack/client.ts'
import type { FileReader, SlackFile } from '../../slack/files/read-file.ts'
import { upload } from '../../slack/upload.ts'
import type { LabelRecord, LabelRecords } from '../../store/labels.ts'
import { languageOf } from '../../text/terms.ts'
import type { Conversations } from '../../threads/cache.ts'
import { type LabelledRow, type Sheet, toLabelledCsv, toSheet } from './csv.ts'
import type { Labeller } from './labeller.ts'
import { toWaiting } from './record.ts'
import { toKindName } from './taxonomy.ts'
import type { Taxonomies } from './taxonomy-files.ts'

/** What labelling a file needs of the rest. */
export interface SheetParts {
  conversations: Conversations
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
export async function labelSheet(
  parts: SheetParts,
  turn: Turn,
  column: string | undefined,
  words: Words,
  reply: Reply,
  signal: AbortSignal,
): Promise<void> {
  const file = await findFile(parts.conversations, turn)
  const sheet = toSheet(await readText(parts.sheets, file, signal), column)
  const found = await labelRows(parts, turn, sheet, words, reply, signal)
  const taxonomy = parts.taxonomies.of(turn.channel)
  const language = languageOf(sheet.rows.map(row => row[sheet.column]).join(''))
  const nameOf = (kind: string) => toKindName(taxonomy, kind, language)
  const bytes = Buffer.from(toLabelledCsv(sheet, found, nameOf, words))
  await upload(parts.call, { name: toResultName(file.name), bytes, channel: turn.channel, threadTs: turn.threadTs })
  reply.replace(toSummary(found, nameOf, words))
}

async function findFile(conversations: Conversations, turn: Turn): Promise<SlackFile> {
  const thread = await conversations.read(turn, turn.question)
  const files = thread.filter(({ ts }) => ts <= turn.question.ts).flatMap(message => message.files)
  const file = files.findLast(isTable)
  if (file === undefined) throw new ShownError('sheet_missing', words => words.labels.sheet.missing)
  return file
}

const isTable = ({ name, mimetype }: SlackFile) => /\.(?:csv|tsv)$/i.test(name) || /csv|tab-separated/.test(mimetype)

async function readText(sheets: FileReader, file: SlackFile, signal: AbortSignal): Promise<string> {
  const content = await sheets.read(file, signal)
  if (content.kind === 'text' && content.cutCharacters === 0) return content.text
  const reason = content.kind === 'skipped' ? content.reason : content.kind === 'text' ? 'too_large' : 'unreadable_type'
  throw new ShownError(`sheet_${reason}`, words => words.footerFileSkipped(file.name, words.fileReasons[reason]))
}

async function labelRows(
  parts: SheetParts,
  turn: Turn,
  sheet: Sheet,
  words: Words,
  reply: Reply,
  signal: AbortSignal,
): Promise<LabelledRow[]> {
  const known = new Map((await parts.labels.rows(turn.id)).map(record => [record.id, record]))
  const found: LabelledRow[] = []
  let done = 0
  let failed = 0
  const label = async (row: string[], index: number): Promise<void> => {
    const outcome = await labelRow(parts, turn, known, row[sheet.column] ?? '', index, words, signal)
    found[index] = outcome
    done += 1
    if (outcome.error !== undefined) failed += 1
  }
  const tell = () => reply.show(words.labels.sheet.progress(done, sheet.rows.length, failed))
  const progress = openTicker(tell, progressEveryMs)
  try {
    await Promise.all(sheet.rows.map(label))
  } finally {
    await progress.close()
  }
  return found
}

async function labelRow(
  parts: SheetParts,
  turn: Turn,
  known: Map<string, LabelRecord>,
  text: string,
  index: number,
  words: Words,
  signal: AbortSignal,
): Promise<LabelledRow> {
  const id = `${turn.id}#${index + 1}`
  const before = known.get(id)
  if (before?.state === 'done' && before.text === text) return { labels: before.labels }
  if (text.trim() === '') return { labels: [], error: words.labels.nothingToLabel }
  const saidAt = Number(turn.question.ts) * 1000
  const who = { askedBy: turn.user, isShared: turn.place === 'channel' }
  const record = toWaiting({ id, channel: turn.channel, ts: undefined, text, wish: '{}', saidAt, ...who })
  for (let attempt = 1; ; attempt += 1) {
    try {
      const labelled = await parts.labeller.label(record, signal, 'many')
      await parts.labels.add({ ...labelled, state: 'done' })
      return { labels: labelled.labels }
    } catch (error) {
      signal.throwIfAborted()
      if (attempt === tries) return { labels: [], error: toFailure(error).sentence(words) }
    }
  }
}

/** How many rows of each kind there are, most first. */
function toSummary(found: LabelledRow[], nameOf: (kind: string) => string, words: Words): string {
  const counts = new Map<string, number>()
  for (const { labels } of found) for (const { kind } of labels) counts.set(kind, (counts.get(kind) ?? 0) + 1)
  const failed = found.filter(({ error }) => error !== undefined).length
  const lines = [...counts].sort((a, b) => b[1] - a[1]).map(([kind, count]) => `- ${nameOf(kind)}: ${count}`)
  return [words.labels.sheet.done(found.length, failed), ...lines].join('\n')
}

function toResultName(name: string): string {
  return `${name.replace(/\.[a-z]+$/i, '')}-labelled.csv`
}
