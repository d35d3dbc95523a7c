import type { Model } from '../../model/model.ts'
import { createSemaphore } from '../../semaphore.ts'
import type { LabelRecord, LabelRecords } from '../../store/labels.ts'
import { classify } from './classify-text.ts'
import { findExamples, type IsPublic } from './examples.ts'
import { otherId } from './taxonomy.ts'
import type { Taxonomies } from './taxonomy-files.ts'

/** Gives texts their labels, and remembers them. */
export interface Labeller {
  /**
   * Labels a text that was kept, unless it has its labels already. One of many waits in a line of its own, so that a single
   * text never waits behind a table. Throws a `ShownError` when it cannot.
   */
  label(record: LabelRecord, signal: AbortSignal, pace: 'single' | 'many'): Promise<LabelRecord>
}

interface LabellerDeps {
  model: Model
  taxonomies: Taxonomies
  labels: LabelRecords
  isPublic: IsPublic
}

/** Texts that are labelled at once: a model server does a few side by side, not hundreds. */
const mostAtOnce = 8
/** Of these, places that tables and histories may take. */
const mostOfMany = 6
/** Among so many of the newest corrections the nearest are looked for. */
const mostCorrections = 2_000

/** Makes the labeller. */
export function createLabeller({ model, taxonomies, labels, isPublic }: LabellerDeps): Labeller {
  const slots = createSemaphore(mostAtOnce)
  const slotsOfMany = createSemaphore(mostOfMany)
  return {
    async label(record, signal, pace) {
      if (record.labels.length > 0) return record
      const leaveMany = pace === 'many' ? await slotsOfMany.enter() : () => {}
      const leave = await slots.enter()
      try {
        signal.throwIfAborted()
        const taxonomy = taxonomies.of(record.channel)
        const kinds = new Set([otherId, ...taxonomy.kinds.map(({ id }) => id)])
        const corrected = await labels.corrected(mostCorrections)
        // A channel with a taxonomy of its own knows other kinds.
        const known = corrected.filter(one => one.labels.every(({ kind }) => kinds.has(kind)))
        const examples = await findExamples(known, record, isPublic)
        const { labels: found, version } = await classify(model, taxonomy, record.text, examples, signal)
        const given = { labels: found, version, model: model.title }
        await labels.give(record.id, given)
        return { ...record, ...given, state: 'labelled' }
      } finally {
        leave()
        leaveMany()
      }
    },
  }
}
