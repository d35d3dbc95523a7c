import type { Kysely, Selectable } from 'kysely'
import type { Replicas } from './replicas.ts'
import type { LabelState, Schema } from './tables.ts'
import type { Writer } from './writer.ts'

/** One label of a text, as it is kept. */
export interface KeptLabel {
  kind: string
  quote?: string | undefined
  reason: string
  confidence?: number | undefined
}

/** A text that was, or is to be, labelled. */
export interface LabelRecord {
  id: string
  state: LabelState
  channel: string
  ts: string | undefined
  text: string
  /** As JSON: for whom it is, and where it is shown. */
  wish: string
  /** Who handed it over; undefined for what was found. */
  askedBy: string | undefined
  /** It stands in the channel; else only whoever handed it over may see it. */
  isShared: boolean
  labels: KeptLabel[]
  version: string
  model: string
  correctedBy: string | undefined
  saidAt: number
}

/** What is known of a text before it is labelled. */
export type NewLabel = Pick<LabelRecord, 'id' | 'channel' | 'ts' | 'text' | 'wish' | 'askedBy' | 'isShared' | 'saidAt'>

/** Labels given and corrected. */
export interface LabelRecords {
  /** Resolves when it outlives a power cut, with false when it was kept before; undefined when it cannot be written. */
  keep(label: NewLabel): Promise<boolean | undefined>
  /** It has its labels, which are still to be shown. */
  give(id: string, given: Pick<LabelRecord, 'labels' | 'version' | 'model'>): Promise<void>
  /** Its labels are shown, or it was told that it could not be labelled. */
  end(id: string, state: 'done' | 'failed'): Promise<void>
  /** A person says what it is. */
  correct(id: string, by: string, labels: KeptLabel[]): Promise<void>
  read(id: string): Promise<LabelRecord | undefined>
  /** What processes that are gone have kept and not done with, the oldest first: it is this one's to go on with. */
  takeOver(): Promise<LabelRecord[]>
  /** Writes down a text with its labels at once. */
  add(record: LabelRecord): Promise<void>
  /** What was labelled of a table so far, by the id of the turn that asked for it. */
  rows(turnId: string): Promise<LabelRecord[]>
  /** It was posted: from now on everybody in the channel may see it. */
  share(id: string): Promise<void>
  /**
   * What was said in that time and has labels, the oldest first; of one channel, or of all. A reader sees what is shared
   * and what they handed over themselves; without a reader it is everything.
   */
  between(
    range: { from: number; to: number },
    channel: string | undefined,
    reader: string | undefined,
  ): Promise<LabelRecord[]>
  /** The newest corrected texts. */
  corrected(most: number): Promise<LabelRecord[]>
}

/** The labels in their table. */
export function createLabelRecords(db: Kysely<Schema>, writer: Writer, replicas?: Replicas): LabelRecords {
  const owner = replicas?.name ?? ''
  // Asked for with every text; it changes only when somebody corrects something.
  let newest: Promise<LabelRecord[]> | undefined
  const forgetNewest = () => {
    newest = undefined
  }
  const tellOfCorrections = () => {
    forgetNewest()
    replicas?.tell({ kind: 'corrections' })
  }
  replicas?.hear(({ kind }) => void (kind === 'corrections' && forgetNewest()))
  replicas?.onReturn(forgetNewest)
  const change = async (id: string, columns: Partial<Selectable<Schema['labels']>>) => {
    await writer.write(() => db.updateTable('labels').set(columns).where('id', '=', id).execute())
  }
  return {
    keep: ({ id, channel, ts, text, wish, askedBy, isShared, saidAt }) =>
      writer.write(() =>
        writer.durably(async on => {
          const who = { asked_by: askedBy ?? null, shared: isShared ? 1 : 0 }
          const row = {
            id,
            channel,
            ts: ts ?? null,
            text,
            wish,
            ...who,
            said_at: toWholeMs(saidAt),
            state: 'waiting' as const,
            owner,
          }
          const blank = { labels: '[]', version: '', model: '' }
          const added = await on
            .insertInto('labels')
            .values({ ...row, ...blank })
            .onConflict(conflict => conflict.column('id').doNothing())
            .returning('id')
            .execute()
          return added.length > 0
        }),
      ),
    give: (id, { labels, version, model }) =>
      change(id, { state: 'labelled', labels: JSON.stringify(labels), version, model, labelled_at: Date.now() }),
    end: (id, state) => change(id, { state }),
    async correct(id, by, labels) {
      await change(id, { labels: JSON.stringify(labels), corrected_by: by, corrected_at: Date.now() })
      tellOfCorrections()
    },
    async read(id) {
      const row = await db.selectFrom('labels').selectAll().where('id', '=', id).executeTakeFirst()
      return row && parseRecord(row)
    },
    async takeOver() {
      const alive = (await replicas?.alive()) ?? []
      const rows = await db
        .updateTable('labels')
        .set({ owner })
        .where('state', 'in', ['waiting', 'labelled'])
        .$if(replicas !== undefined, query => query.where('owner', 'not in', alive))
        .returningAll()
        .execute()
      return rows.map(parseRecord).sort((a, b) => a.saidAt - b.saidAt)
    },
    async add({ id, state, channel, ts, text, wish, askedBy, isShared, labels, version, model, saidAt }) {
      const subject = { id, state, channel, ts: ts ?? null, text, version, model }
      const given = { ...subject, labels: JSON.stringify(labels), said_at: toWholeMs(saidAt), labelled_at: Date.now() }
      const row = { ...given, wish, asked_by: askedBy ?? null, shared: isShared ? 1 : 0 }
      await writer.write(() =>
        db
          .insertInto('labels')
          .values(row)
          .onConflict(conflict => conflict.column('id').doUpdateSet(given))
          .execute(),
      )
    },
    async rows(turnId) {
      const from = `${turnId}#`
      const rows = await db
        .selectFrom('labels')
        .selectAll()
        .where('id', '>=', from)
        .where('id', '<', `${turnId}$`)
        .execute()
      return rows.map(parseRecord)
    },
    async share(id) {
      await change(id, { shared: 1 })
      tellOfCorrections()
    },
    async between({ from, to }, channel, reader) {
      const [first, last] = [toWholeMs(from), toWholeMs(to)]
      let query = db.selectFrom('labels').selectAll().where('said_at', '>=', first).where('said_at', '<=', last)
      if (channel !== undefined) query = query.where('channel', '=', channel)
      if (reader !== undefined)
        query = query.where(({ or, eb }) => or([eb('shared', '=', 1), eb('asked_by', '=', reader)]))
      const rows = await query.where('state', 'in', ['labelled', 'done']).orderBy('said_at').execute()
      return rows.map(parseRecord).filter(({ labels }) => labels.length > 0)
    },
    async corrected(most) {
      const reading = newest ?? readCorrected(db, most)
      newest = reading
      return reading.catch(error => {
        if (newest === reading) newest = undefined
        throw error
      })
    },
  }
}

async function readCorrected(db: Kysely<Schema>, most: number): Promise<LabelRecord[]> {
  const rows = await db
    .selectFrom('labels')
    .selectAll()
    .where('corrected_at', 'is not', null)
    .orderBy('corrected_at', 'desc')
    .limit(most)
    .execute()
  return rows.map(parseRecord)
}

/** Slack counts in millionths of a second, the tables in whole milliseconds. */
export const toWholeMs = Math.floor

function parseRecord(row: Selectable<Schema['labels']>): LabelRecord {
  return {
    id: row.id,
    state: row.state,
    channel: row.channel,
    ts: row.ts ?? undefined,
    text: row.text,
    wish: row.wish,
    askedBy: row.asked_by ?? undefined,
    isShared: row.shared === 1,
    labels: JSON.parse(row.labels) as KeptLabel[],
    version: row.version,
    model: row.model,
    correctedBy: row.corrected_by ?? undefined,
    saidAt: row.said_at,
  }
}
