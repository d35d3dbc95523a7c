import { readFile } from 'node:fs/promises'
import { resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import dotenv from 'dotenv'
import { parseDatabaseUrl, parseModelConfig } from '../config.ts'
import { formatError, StartError } from '../errors.ts'
import { classify } from '../features/classify/classify-text.ts'
import { computeScore, formatScores, splitFolds } from '../features/classify/cross-validation.ts'
import { selectExamples } from '../features/classify/examples.ts'
import { type LabelledText, loadShippedTexts, parseLabelledTexts } from '../features/classify/labelled-texts.ts'
import { otherId, type Taxonomy } from '../features/classify/taxonomy.ts'
import { loadTaxonomies } from '../features/classify/taxonomy-files.ts'
import { createLog } from '../log.ts'
import { createModel } from '../model/client.ts'
import { addUsage, type Usage } from '../model/model.ts'
import { createSemaphore } from '../semaphore.ts'
import type { LabelRecord } from '../store/labels.ts'
import { openStoreOf } from '../store/open-for-commands.ts'
import { parseCommandLine } from './command-line.ts'

type Score = ReturnType<typeof computeScore>

type Judged = Parameters<typeof computeScore>[1][number]

const usage = `Usage: npm run eval -- [OPTIONS]

Measures how well a model classifies feedback, using labelled texts and the corrections people made.

  --model NAME         a model on the configured server; repeat it to compare several
  --engine             measure the classifier below by cross-validation, even if a server is configured
  --classifier FILE    a module that classifies without a server (default: the built-in engine)
  --texts FILE         your own labelled texts, as TSV (default: the ones that come with the bot)
  --most N             use at most N texts
  --price IN/OUT       price of a million tokens in and out, like 0.4/1.6, to print the cost
  --no-corrections     leave corrections out`

const { values } = parseCommandLine(usage, {
  model: { type: 'string', multiple: true },
  engine: { type: 'boolean' },
  classifier: { type: 'string' },
  texts: { type: 'string' },
  most: { type: 'string' },
  price: { type: 'string' },
  'no-corrections': { type: 'boolean' },
})

/** Texts that are classified at once. */
const concurrency = 8
const folds = 10

dotenv.config({ quiet: true })
const log = createLog('silent')
try {
  process.stdout.write(`${await evaluate()}\n`)
} catch (error) {
  process.stderr.write(`The evaluation stopped: ${error instanceof StartError ? error.message : formatError(error)}\n`)
  process.exitCode = 1
}

/**
 * A classifier that needs no server: it learns from labelled texts and then names the kinds of a text. `kinds` are the taxonomy's
 * kinds with their examples, `corrected` the nearest texts that people have corrected.
 */
type CreateClassifier = (
  texts: readonly LabelledText[],
) => (question: {
  kinds: { id: string; examples: string[] }[]
  corrected: LabelledText[]
  text: string
}) => { kind: string }[]

interface Result {
  name: string
  score: Score
  notes: string[]
}

async function evaluate(): Promise<string> {
  const taxonomy = (await loadTaxonomies(process.env.TAXONOMY_FILE || undefined)).of('')
  const kinds = [...taxonomy.kinds.map(({ id }) => id), otherId]
  const stored = values['no-corrections'] === true ? [] : await readCorrections()
  const corrected = stored.filter(({ labels }) => labels.every(({ kind }) => kinds.includes(kind)))
  const given =
    values.texts === undefined ? await loadShippedTexts() : parseLabelledTexts(await readFile(values.texts, 'utf8'))
  const known = given.filter(({ kinds: own }) => own.every(kind => kinds.includes(kind)))
  const texts = sample(known, Number(values.most ?? Number.POSITIVE_INFINITY))
  const subjects = [...texts, ...corrected.map(buildLabelledText)]
  const names = values.model ?? []
  const environment = parseModelConfig(process.env)
  const isOffline = values.engine === true || (environment === undefined && names.length === 0)
  if (!isOffline && environment === undefined)
    throw new StartError('set OPENAI_API_KEY or OPENAI_BASE_URL to use --model')
  const asked = environment === undefined ? [] : names.length > 0 ? names : [environment.name]
  const results: Result[] = isOffline
    ? [crossValidate(await loadClassifier(), taxonomy, { kinds, texts, corrected })]
    : []
  if (!isOffline && environment !== undefined)
    for (const name of asked)
      results.push(await askModel({ ...environment, name }, taxonomy, { kinds, subjects, corrected }))
  const about = `${texts.length} texts and ${corrected.length} corrections, taxonomy version ${taxonomy.version}`
  return `${about}\n\n${formatScores(results)}`
}

async function askModel(
  config: Parameters<typeof createModel>[0],
  taxonomy: Taxonomy,
  { kinds, subjects, corrected }: { kinds: string[]; subjects: LabelledText[]; corrected: LabelRecord[] },
): Promise<Result> {
  const model = createModel(config, log)
  const slots = createSemaphore(concurrency)
  let usage: Usage = { tokensIn: 0, tokensOut: 0 }
  let calls = 0
  const judge = async ({ text, kinds: expected }: LabelledText): Promise<Judged> => {
    const leave = await slots.enter()
    try {
      // A text is not its own example.
      const examples = selectExamples(
        corrected.filter(other => other.text !== text),
        text,
        '',
      )
      const found = await classify(model, { taxonomy, text, examples, signal: new AbortController().signal })
      calls += found.usage.calls
      usage = addUsage(usage, found.usage)
      return { expected, found: found.labels.map(({ kind }) => kind) }
    } catch {
      return { expected, found: undefined }
    } finally {
      leave()
    }
  }
  const score = computeScore(kinds, await Promise.all(subjects.map(judge)))
  const { tokensIn = 'unknown', tokensOut = 'unknown' } = usage
  const tokens = `${calls} calls, tokens in: ${tokensIn}, out: ${tokensOut}`
  return { name: config.name, score, notes: [tokens, formatCost(usage)] }
}

/** Loads the module that `--classifier` names. */
async function loadClassifier(): Promise<CreateClassifier> {
  if (values.classifier === undefined)
    throw new StartError(
      'set OPENAI_API_KEY or OPENAI_BASE_URL, or name a classifier that needs no server (--classifier FILE)',
    )
  const file = resolve(values.classifier)
  const module: { createClassifier?: CreateClassifier } = await import(pathToFileURL(file).href).catch(error => {
    throw new StartError(`the classifier ${file} cannot be loaded (${error.code ?? error.message})`)
  })
  if (module.createClassifier === undefined)
    throw new StartError(`${values.classifier} does not export createClassifier`)
  return module.createClassifier
}

/** Evaluates by k-fold cross-validation: each fold is classified after learning from the others only. */
function crossValidate(
  createClassifier: CreateClassifier,
  taxonomy: Taxonomy,
  { kinds, texts, corrected }: { kinds: string[]; texts: LabelledText[]; corrected: LabelRecord[] },
): Result {
  const parts = splitFolds(texts, folds)
  const own = taxonomy.kinds.map(({ id, examples }) => ({ id, examples }))
  const decided = corrected.map(buildLabelledText)
  const judged = parts.flatMap((part, index): Judged[] => {
    const classify = createClassifier(parts.filter((_, other) => other !== index).flat())
    // An example of the taxonomy may stand among the texts; it must not be its own.
    const asked = new Set(part.map(({ text }) => text))
    const unseen = own.map(({ id, examples }) => ({ id, examples: examples.filter(example => !asked.has(example)) }))
    return part.map(({ text, kinds: expected }) => {
      const nearest = selectExamples(corrected, text, '')
      return { expected, found: classify({ kinds: unseen, corrected: nearest, text }).map(({ kind }) => kind) }
    })
  })
  const whole = createClassifier(texts)
  const onCorrections = decided.map(({ text, kinds: expected }): Judged => {
    const nearest = selectExamples(
      corrected.filter(other => other.text !== text),
      text,
      '',
    )
    return { expected, found: whole({ kinds: own, corrected: nearest, text }).map(({ kind }) => kind) }
  })
  const score = computeScore(kinds, [...judged, ...onCorrections])
  return { name: 'built-in engine', score, notes: [`cross-validation in ${folds} parts`, 'no tokens, no cost'] }
}

async function readCorrections(): Promise<LabelRecord[]> {
  const store = await openStoreOf(process.env, log).catch(error => {
    if (parseDatabaseUrl(process.env) !== undefined) throw error
  })
  // Where no bot has run yet, nobody has corrected it.
  if (store === undefined) return []
  const corrected = await store.labels.corrected(10_000)
  await store.close()
  return corrected
}

function buildLabelledText({ text, labels }: LabelRecord): LabelledText {
  return { text, kinds: labels.map(({ kind }) => kind) }
}

/** Samples texts at equal steps, so that all kinds and languages are among them. */
function sample(texts: LabelledText[], most: number): LabelledText[] {
  if (texts.length <= most) return texts
  const step = texts.length / most
  return Array.from({ length: most }, (_, index) => texts[Math.floor(index * step)]).filter(text => text !== undefined)
}

/** Formats the cost by `--price 0.4/1.6`, for a million tokens in and out. */
function formatCost({ tokensIn, tokensOut }: Usage): string {
  if (tokensIn === undefined || tokensOut === undefined) return 'cost unknown: the server sent no token counts'
  const [priceIn = Number.NaN, priceOut = Number.NaN] = (values.price ?? '').split('/').map(Number)
  if (!Number.isFinite(priceIn) || !Number.isFinite(priceOut))
    return 'cost unknown (set --price IN/OUT, for a million tokens)'
  return `cost ${((tokensIn * priceIn + tokensOut * priceOut) / 1_000_000).toFixed(4)}`
}
