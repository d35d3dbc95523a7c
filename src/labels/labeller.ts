import type { Model } from '../model/model.ts'
import { createSlots } from '../slots.ts'
import type { LabelRecord, LabelRecords } from '../store/labels.ts'
import { classify } from './classify.ts'
import { toExamples } from './examples.ts'
import type { Taxonomies } from './taxonomies.ts'

/** Gives texts their labels, and remembers them. */
export interface Labeller {
  /** Labels a text that was kept, unless it has its labels already. Throws a `ShownError` when it cannot. */
  label(record: LabelRecord, signal: AbortSignal): Promise<LabelRecord>
}

interface LabellerParts {
  model: Model
  taxonomies: Taxonomies
  labels: LabelRecords
}

/** Texts that are labelled at once: a model server does a few side by side, not hundreds. */
const mostAtOnce = 8
/** Among so many of the newest corrections the nearest are looked for. */
const mostCorrections = 2_000

/** Makes the labeller. */
export function createLabeller({ model, taxonomies, labels }: LabellerParts): Labeller {
  const slots = createSlots(mostAtOnce)
  return {
    async label(record, signal) {
      if (record.labels.length > 0) return record
      const leave = await slots.enter()
      try {
        const taxonomy = taxonomies.of(record.channel)
        const corrected = await labels.corrected(mostCorrections)
        const examples = toExamples(corrected, record.text, record.channel)
        const { labels: found, version } = await classify(model, taxonomy, record.text, examples, signal)
        const given = { labels: found, version, model: model.title }
        await labels.give(record.id, given)
        return { ...record, ...given, state: 'labelled' }
      } finally {
        leave()
      }
    },
  }
}
