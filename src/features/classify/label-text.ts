import { ShownError } from '../../errors.ts'
import { createSemaphore } from '../../semaphore.ts'
import type { LabelRecord, LabelRecords } from '../../store/labels.ts'
import type { Services } from '../context.ts'
import type { noteSpent } from '../turn-spending.ts'
import { classify } from './classify-text.ts'
import { findExamples } from './examples.ts'
import type { Subject } from './subject.ts'
import { otherId } from './taxonomy.ts'
import type { Taxonomies } from './taxonomy-files.ts'

/**
 * Classifies a text and saves it with its labels: the one path to a label, whoever asks for it. A text that has its labels
 * already is not classified again. Many texts of one person pass a narrower semaphore first, so that a single text never waits
 * behind a table. Throws a `ShownError` if the model fails, and what the signal says.
 */
export type LabelText = (
  subject: Subject,
  /** `language` is the English name of the language in which the reason is read; undefined for that of the text. */
  options: {
    pace: 'single' | 'many'
    signal?: AbortSignal
    language?: string | undefined
    onSpent?: ReturnType<typeof noteSpent>
  },
) => Promise<LabelRecord>

/** Texts that are classified at once: a model server does a few side by side, not hundreds. */
const concurrency = 8
/** Places among them that tables and histories may take. */
const concurrencyOfMany = 6
/** How many of the newest corrections are searched for examples. */
const mostCorrections = 2_000

/** Creates the function that labels texts. */
export function createLabelText(deps: {
  models: Pick<Services['models'], 'choose'>
  taxonomies: Taxonomies
  labels: LabelRecords
  rules: Pick<Services['rules'], 'isKeptOut'>
  isPublic: Parameters<typeof findExamples>[2]
}): LabelText {
  const slots = createSemaphore(concurrency)
  const slotsOfMany = createSemaphore(concurrencyOfMany)
  /** Texts that a report and a watched channel may find at the same time. */
  const inFlight = new Map<string, Promise<LabelRecord>>()

  const labelAtOnce = async (subject: Subject, options: Parameters<LabelText>[1]): Promise<LabelRecord> => {
    options.signal?.throwIfAborted()
    const { channel, author, askedBy } = subject
    if (deps.rules.isKeptOut({ channel, people: [author, askedBy] }))
      throw new ShownError('kept_out', i18n => i18n.policy.refusals.kept_out)
    const known = await deps.labels.read(subject.id)
    if (known?.text === subject.text && known.labels.length > 0) return known
    const record = { ...subject, ...(await classifyByExample(subject, options)), state: 'done' as const }
    if (await deps.labels.save(record)) return record
    throw new ShownError('forgotten', i18n => i18n.labels.gone)
  }

  const label: LabelText = (subject, options) => {
    const run = () => slots.run(() => labelAtOnce(subject, options))
    return options.pace === 'many' ? slotsOfMany.run(run) : run()
  }

  const classifyByExample = async (
    subject: Subject,
    { language, signal = new AbortController().signal, onSpent }: Parameters<LabelText>[1],
  ) => {
    const taxonomy = deps.taxonomies.of(subject.channel)
    const kinds = new Set([otherId, ...taxonomy.kinds.map(({ id }) => id)])
    const corrected = await deps.labels.corrected(mostCorrections)
    // A channel with a taxonomy of its own knows other kinds.
    const comparable = corrected.filter(
      one =>
        one.labels.every(({ kind }) => kinds.has(kind)) &&
        !deps.rules.isKeptOut({ channel: one.channel, people: [one.author, one.askedBy] }),
    )
    const examples = await findExamples(comparable, subject, deps.isPublic)
    const { model } = await deps.models.choose(subject)
    const { labels, version } = await classify(model, {
      taxonomy,
      text: subject.text,
      examples,
      language,
      signal,
      purpose: {
        feature: 'classify',
        channel: subject.channel,
        person: subject.askedBy ?? '',
        quotedFrom: [...(subject.quotedFrom ?? []), ...examples.flatMap(({ channel }) => channel ?? [])],
        ...(onSpent && { onSpent }),
      },
    })
    return { labels, version, model: model.title }
  }

  return (subject, options) => {
    // What one caller may abort is nobody else's to wait for.
    if (options.signal !== undefined) return label(subject, options)
    const key = `${subject.id} ${subject.text}`
    const running = inFlight.get(key)
    if (running !== undefined) return running
    const labelling = label(subject, options).finally(() => inFlight.delete(key))
    inFlight.set(key, labelling)
    return labelling
  }
}
