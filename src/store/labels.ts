import { type Kysely, type Selectable, sql, type UpdateObject } from 'kysely'
import { z } from 'zod'
import { parseJson } from '../text/parse-json.ts'
import { loadForgottenAt, messageKey, personKey, saveUnlessForgotten, wasForgotten } from './forgetting.ts'
import type { Replicas } from './replicas.ts'
import type { Schema } from './tables.ts'
import type { Writer } from './writer.ts'

const labelsSchema = z.array(
  z.object({
    kind: z.string(),
    quote: z.string().optional(),
    reason: z.string(),
    confidence: z.number().optional(),
  }),
)

/** One thing that a text reports: its kind, with the evidence. */
export type Label = z.infer<typeof labelsSchema>[number]

/** A text with its labels. */
export interface LabelRecord {
  id: string
  state: Schema['labels']['state']
  channel: string
  /** The message that the text stands in; undefined if it was typed or read from a file. */
  ts?: string | undefined
  /** The thread into which its card is posted. */
  threadTs?: string | undefined
  text: string
  /** The person who wrote it, if that is another than the one who handed it over. */
  author?: string | undefined
  /** When the bot read the text, in milliseconds since 1970; `saidAt` if undefined. Not stored. */
  heardAt?: number | undefined
  /** The person who handed it over; undefined if the bot found it. */
  askedBy?: string | undefined
  /** Everybody in the channel may see it; otherwise only the person who handed it over. */
  isShared: boolean
  labels: Label[]
  /** The version of the taxonomy. */
  version: string
  model: string
  correctedBy?: string | undefined
  /** The labels before the correction. */
  modelLabels?: Label[] | undefined
  saidAt: number
}

/** Texts with the labels that the bot gave or people corrected. */
export interface LabelRecords {
  /**
   * Saves a text with its labels. One that was saved before keeps who handed it over, and whether it is shared. Resolves with false
   * if its message or a person was forgotten since the text was read: then nothing is kept.
   */
  save(record: LabelRecord): Promise<boolean>
  /** Replaces the labels by what a person says. */
  correct(id: string, by: string, labels: Label[]): Promise<void>
  /** Brings the labels back that the text had before it was corrected. */
  undoCorrection(id: string): Promise<void>
  read(id: string): Promise<LabelRecord | undefined>
  /** Lets everybody in the channel see the text: its card was posted. */
  share(id: string): Promise<void>
  /**
   * Loads what was said in that time and has labels, the oldest first, of one channel or of all. A reader gets what is shared
   * and what they handed over themselves; without a reader it is everything.
   */
  between(
    range: { from: number; to: number },
    channel: string | undefined,
    reader: string | undefined,
  ): Promise<LabelRecord[]>
  /** Counts the texts that have labels, by channel, the most first. */
  countByChannel(): Promise<{ channel: string; texts: number }[]>
  /** Loads the newest corrected texts, from a cache that every correction clears. */
  corrected(most: number): Promise<LabelRecord[]>
}

/** Creates the access to the table of labels. */
export function createLabelRecords(db: Kysely<Schema>, writer: Writer, replicas?: Replicas): LabelRecords {
  let newest: Promise<LabelRecord[]> | undefined
  /** When the cache was filled, something had been forgotten at this moment last. */
  let newestAt = 0
  const forgetNewest = () => {
    newest = undefined
  }
  replicas?.hear(({ kind }) => void (kind === 'corrections' && forgetNewest()))
  replicas?.onReturn(forgetNewest)
  const update = async (id: string, columns: UpdateObject<Schema, 'labels'>) => {
    await writer.write(() => db.updateTable('labels').set(columns).where('id', '=', id).execute())
    forgetNewest()
    replicas?.tell({ kind: 'corrections' })
  }
  return {
    async save(record) {
      const { id, askedBy, isShared, author, heardAt = record.saidAt } = record
      const columns = buildColumns(record)
      const row = { id, asked_by: askedBy ?? null, author: author ?? null, shared: isShared ? 1 : 0, ...columns }
      const upsert = db
        .insertInto('labels')
        .values(row)
        .onConflict(conflict => conflict.column('id').doUpdateSet(columns))
      const isKept = await writer.write(() =>
        saveUnlessForgotten(() => wasForgotten(db, tombstonesOf(record), heardAt), {
          save: () => upsert.execute(),
          remove: () => db.deleteFrom('labels').where('id', '=', id).execute(),
        }),
      )
      // A label that could not be saved is shown all the same.
      return isKept !== false
    },
    correct: (id, by, labels) =>
      update(id, {
        labels: JSON.stringify(labels),
        model_labels: labelsByModel,
        corrected_by: by,
        corrected_at: Date.now(),
      }),
    undoCorrection: id =>
      update(id, { labels: labelsByModel, model_labels: null, corrected_by: null, corrected_at: null }),
    async read(id) {
      const row = await db.selectFrom('labels').selectAll().where('id', '=', id).executeTakeFirst()
      return row && parseRecord(row)
    },
    share: id => update(id, { shared: 1 }),
    async between({ from, to }, channel, reader) {
      const [first, last] = [toWholeMs(from), toWholeMs(to)]
      let query = db.selectFrom('labels').selectAll().where('said_at', '>=', first).where('said_at', '<=', last)
      if (channel !== undefined) query = query.where('channel', '=', channel)
      if (reader !== undefined)
        query = query.where(({ or, eb }) => or([eb('shared', '=', 1), eb('asked_by', '=', reader)]))
      const rows = await query.where('state', '=', 'done').orderBy('said_at').execute()
      return rows.map(parseRecord).filter(({ labels }) => labels.length > 0)
    },
    async countByChannel() {
      const rows = await db
        .selectFrom('labels')
        .select(({ fn }) => ['channel', fn.countAll().as('texts')])
        .where('state', '=', 'done')
        .groupBy('channel')
        .execute()
      return rows.map(row => ({ ...row, texts: Number(row.texts) })).sort((a, b) => b.texts - a.texts)
    },
    async corrected(most) {
      // A command may have erased a person while the bot runs.
      const forgottenAt = await loadForgottenAt(db)
      if (forgottenAt !== newestAt) forgetNewest()
      newestAt = forgottenAt
      const reading = newest ?? loadCorrected(db, most)
      newest = reading
      return reading.catch(error => {
        if (newest === reading) newest = undefined
        throw error
      })
    },
  }
}

/** The labels before any correction. */
const labelsByModel = sql<string>`coalesce(model_labels, labels)`

async function loadCorrected(db: Kysely<Schema>, most: number): Promise<LabelRecord[]> {
  const rows = await db
    .selectFrom('labels')
    .selectAll()
    .where('corrected_at', 'is not', null)
    .orderBy('corrected_at', 'desc')
    .limit(most)
    .execute()
  return rows.map(parseRecord)
}

/** Slack counts in microseconds, the tables in whole milliseconds. */
export const toWholeMs = Math.floor

/** Lists the tombstones of the message that a text stands in, and of the people that it is of. */
function tombstonesOf({ id, channel, ts, author, askedBy }: LabelRecord): string[] {
  // Texts and tables out of a mention bear the id of its turn.
  const [, ofTurn] = /:(\d+\.\d+)(?:#\d+)?$/.exec(id) ?? []
  const stamps = [ts, ofTurn].filter(stamp => stamp !== undefined)
  const people = [author, askedBy].filter(person => person !== undefined)
  return [...stamps.map(stamp => messageKey(channel, stamp)), ...people.map(personKey)]
}

/** Builds the columns that a text gets anew each time that it is labelled. */
function buildColumns(record: LabelRecord) {
  const { state, channel, ts = null, threadTs = null, text, labels, version, model, saidAt } = record
  const given = { labels: JSON.stringify(labels), version, model, labelled_at: Date.now(), model_labels: null }
  return { state, channel, ts, thread_ts: threadTs, text, ...given, said_at: toWholeMs(saidAt) }
}

function parseRecord(row: Selectable<Schema['labels']>): LabelRecord {
  return {
    id: row.id,
    state: row.state,
    channel: row.channel,
    ts: row.ts ?? undefined,
    threadTs: row.thread_ts ?? undefined,
    text: row.text,
    author: row.author ?? undefined,
    askedBy: row.asked_by ?? undefined,
    isShared: row.shared === 1,
    labels: parseJson(row.labels, labelsSchema) ?? [],
    version: row.version,
    model: row.model,
    correctedBy: row.corrected_by ?? undefined,
    modelLabels: parseJson(row.model_labels ?? '', labelsSchema),
    saidAt: row.said_at,
  }
}
