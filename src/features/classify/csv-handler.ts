import { describeFailure, ShownError } from '../../errors.ts'
import type { I18n } from '../../i18n/catalog.ts'
import { openTicker } from '../../reply/ticker.ts'
import type { FileReader, SlackFile } from '../../slack/files/read-file.ts'
import { isRecording } from '../../slack/files/slack-file.ts'
import { upload } from '../../slack/upload.ts'
import { escapeMarkdown } from '../../text/escape-markdown.ts'
import type { TurnContext } from '../context.ts'
import { deliver, nameDelivery } from '../delivery.ts'
import { noteSpent } from '../turn-spending.ts'
import { formatLabelledCsv, parseCsv } from './csv.ts'
import { createReader } from './reader.ts'
import type { ClassifyServices } from './services.ts'
import { formatKind } from './taxonomy.ts'

type Ctx = TurnContext<
  Pick<ClassifyServices, 'threads' | 'createFileReader' | 'access' | 'rules' | 'label' | 'taxonomies'> &
    Parameters<typeof deliver>[0]
>

type CsvTable = ReturnType<typeof parseCsv>
type LabelledRow = Parameters<typeof formatLabelledCsv>[1][number]

/** A table is classified row by row, so it may be longer than what a model reads at once. */
const limits = { maxTextCharacters: 10_000_000 }
/** How often the progress is shown. */
const progressEveryMs = 3_000
/** How often a row is tried before it is given up. */
const mostAttempts = 2
const mostNameCharacters = 60

/**
 * Labels every row of the CSV file that came with the question, or was the last one in its thread, and uploads the table with
 * its labels. A row that fails is marked with its error. Each row is saved, so that a later process goes on with the rest.
 */
export async function classifyCsv(ctx: Ctx, column: string | undefined): Promise<void> {
  const { job, turn, i18n, person, reply, signal, deps } = ctx
  const file = await findFile(ctx)
  // Nobody waits for a document or pays for a transcript that is no table.
  if (!mayBeTable(file)) throw refuseType(file)
  const text = await readText(deps.createFileReader(limits), file, signal)
  const table = parseCsv(text, { name: file.name, wanted: column })
  const found = await labelRows(ctx, table, file)
  const taxonomy = deps.taxonomies.of(turn.channel)
  const reader = createReader(person.locale)
  const nameOf = (kind: string) => formatKind(taxonomy, kind, reader)
  const bytes = Buffer.from(formatLabelledCsv(table, found, { nameOf, i18n: reader.i18n }))
  const place = { channel: turn.channel, threadTs: turn.threadTs }
  const title = file.name.replace(/\.[a-z]+$/i, '')
  // It is found again by its name, which Slack leaves as it is if it is short and of these characters.
  const kind = `${title.slice(0, mostNameCharacters)} labelled`.replace(/[^a-z0-9]+/gi, '-').replace(/^-/, '')
  const name = `${nameDelivery(kind, turn.id, job.revision)}.csv`
  await deliver(
    deps,
    { turn: turn.id, user: turn.user, place, name, isResumed: job.isResumed },
    {
      make: async () => () => upload(deps.call, [{ name, title: `${title}-labelled.csv`, bytes }], place),
      check: () => deps.access.check(turn.user, turn.channel),
    },
  )
  reply.replace(formatSummary(found, nameOf, i18n))
}

async function findFile({ turn, deps }: Ctx): Promise<SlackFile> {
  const thread = deps.rules.selectOpen(turn.channel, await deps.threads.read(turn, turn.question))
  const files = thread.filter(({ ts }) => ts <= turn.question.ts).flatMap(message => message.files)
  const own = thread.find(({ ts }) => ts === turn.question.ts)?.files ?? []
  const file = files.findLast(isTable) ?? own.at(-1) ?? files.findLast(isLikeTable)
  if (file === undefined) throw new ShownError('sheet_missing', i18n => i18n.labels.sheet.missing)
  return file
}

/** Files that people take for tables; those that are none are answered with the cure. */
const isLikeTable = ({ name }: SlackFile) => /\.(?:txt|tab|xlsx?|xlsm|xlsb|ods|numbers)$/i.test(name)

const isTable = ({ name, mimetype }: SlackFile) => /\.(?:csv|tsv)$/i.test(name) || /csv|tab-separated/.test(mimetype)

/** Checks for a file whose name or type is not that of something else. */
const mayBeTable = (file: SlackFile) =>
  isTable(file) || (/^(?:$|text\/|application\/(?:octet-stream|json)$)/.test(file.mimetype) && !isRecording(file))

const refuseType = ({ name }: SlackFile) =>
  new ShownError('sheet_type', i18n => i18n.labels.sheet.otherType({ name: escapeMarkdown(name) }))

/** Checks for what is read when somebody asks about it, but is no table of rows. */
function isDocument(content: Awaited<ReturnType<FileReader['read']>>): boolean {
  if (content.kind === 'skipped') return /^(?:office|spreadsheet)$/.test(content.reason)
  return content.kind === 'image' || content.isConverted === true
}

async function readText(reader: FileReader, file: SlackFile, signal: AbortSignal): Promise<string> {
  const content = await reader.read(file, { signal })
  if (isDocument(content)) throw refuseType(file)
  if (content.kind === 'text' && content.cutCharacters === 0) return content.text
  const reason = content.kind === 'skipped' ? content.reason : 'too_large'
  throw new ShownError(`sheet_${reason}`, i18n =>
    i18n.fileNotRead({ names: escapeMarkdown(file.name), reason: i18n.fileReasons[reason] }),
  )
}

async function labelRows(ctx: Ctx, table: CsvTable, { from }: SlackFile): Promise<LabelledRow[]> {
  const { i18n, reply } = ctx
  const found: LabelledRow[] = []
  let done = 0
  let failed = 0
  const label = async ({ text }: CsvTable['rows'][number], index: number): Promise<void> => {
    const outcome = await labelRow(ctx, { text, index, from })
    found[index] = outcome
    done += 1
    if (outcome.error !== undefined) failed += 1
  }
  const progress = openTicker(
    () => reply.show(i18n.labels.sheet.progress({ done, all: table.rows.length, failed })),
    progressEveryMs,
  )
  try {
    await Promise.all(table.rows.map(label))
  } finally {
    await progress.close()
  }
  return found
}

async function labelRow(
  { job, turn, person, signal, deps }: Ctx,
  { text, index, from }: { text: string; index: number; from: string | undefined },
): Promise<LabelledRow> {
  const { i18n, languageName: language } = createReader(person.locale)
  if (text.trim() === '') return { labels: [], error: i18n.labels.nothingToLabel }
  const { id, channel, user, place, question } = turn
  const whose = {
    askedBy: user,
    isShared: place === 'channel',
    saidAt: Number(question.ts) * 1000,
    heardAt: Date.now(),
    ...(from !== undefined && { quotedFrom: [from] }),
  }
  const subject = { id: `${id}#${index + 1}`, channel, text, ...whose }
  const how = { pace: 'many' as const, signal, language, onSpent: noteSpent(job) }
  for (let attempt = 1; ; attempt += 1) {
    try {
      return { labels: (await deps.label(subject, how)).labels }
    } catch (error) {
      signal.throwIfAborted()
      if (attempt === mostAttempts) return { labels: [], error: describeFailure(error).sentence(i18n) }
    }
  }
}

/** Formats how many rows there are of each kind, most first. */
function formatSummary(found: LabelledRow[], nameOf: (kind: string) => string, i18n: I18n): string {
  const counts = new Map<string, number>()
  for (const { labels } of found) for (const { kind } of labels) counts.set(kind, (counts.get(kind) ?? 0) + 1)
  const failed = found.filter(({ error }) => error !== undefined).length
  const lines = [...counts]
    .sort((a, b) => b[1] - a[1])
    .map(([kind, count]) => `- ${escapeMarkdown(nameOf(kind))}${i18n.summary.colon}${count}`)
  return [i18n.labels.sheet.done({ done: found.length - failed, all: found.length, failed }), ...lines].join('\n')
}
