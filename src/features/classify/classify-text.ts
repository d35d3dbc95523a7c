import { ShownError } from '../../errors.ts'
import { collectAnswer } from '../../model/collect-answer.ts'
import {
  addUsage,
  type ChatMessage,
  FormatRefused,
  isPromptRefused,
  type Model,
  type Purpose,
  type Usage,
} from '../../model/model.ts'
import type { Label } from '../../store/labels.ts'
import { checkEvidence } from './check-evidence.ts'
import { parseFindings } from './parse-answer.ts'
import { buildAnswerFormat, buildPrompt, buildRepairPrompt, type Example } from './prompt.ts'
import type { Taxonomy } from './taxonomy.ts'

type AnswerForm = Parameters<typeof buildRepairPrompt>[2]

/** The labels of a text. */
interface Classification {
  labels: Label[]
  /** The version of the taxonomy. */
  version: string
  /** Tokens as the server counted them; undefined if it did not tell them of every call. */
  usage: Usage & { calls: number }
}

/** A longer text is classified by its beginning. */
const mostCharacters = 12_000

/** Answers without text, after which the same question may be answered. */
const wordless = new Set(['model_empty', 'model_only_thoughts', 'model_only_tools', 'model_ended_early'])

/** No proper answer is longer. */
const mostAnswerCharacters = 6_000

/**
 * Classifies a text: one call to the model, and at most one more when its answer cannot be parsed. Throws a `ShownError` if it
 * still cannot, or the model fails.
 */
export async function classify(
  model: Model,
  {
    taxonomy,
    text,
    examples,
    language,
    signal,
    purpose,
  }: {
    taxonomy: Taxonomy
    text: string
    examples: Example[]
    /** The English name of the language in which the reason is read; undefined for that of the text. */
    language?: string | undefined
    signal: AbortSignal
    purpose?: Purpose | undefined
  },
): Promise<Classification> {
  let usage: Usage = { tokensIn: 0, tokensOut: 0 }
  let calls = 0
  const shortened = text.length > mostCharacters ? text.slice(0, mostCharacters).toWellFormed() : text
  const ask = async (form: AnswerForm, question: ChatMessage[]): Promise<string> => {
    calls += 1
    const format = form === 'json' ? buildAnswerFormat(taxonomy) : undefined
    const collect = () =>
      collectAnswer(model, question, { signal, format, maxCharacters: mostAnswerCharacters, purpose })
    const answer = await collect().catch(error => {
      if (!(error instanceof ShownError) || !wordless.has(error.kind) || calls > 1) throw error
      calls += 1
      return collect()
    })
    usage = addUsage(usage, answer.usage)
    return answer.text
  }
  const askAbout = (part: string, corrected: Example[]) =>
    askInBestForm(model, ask, form => buildPrompt(taxonomy, { text: part, examples: corrected, language }, form))
  const { question, answer, form } = await askAbout(shortened, examples).catch(error => {
    if (!isPromptRefused(error)) throw error
    // A window that is smaller than assumed: half of the text may show its kind, too.
    return askAbout(shortened.slice(0, Math.ceil(shortened.length / 2)).toWellFormed(), [])
  })
  signal.throwIfAborted()
  const findings =
    parseFindings(answer, taxonomy) ??
    parseFindings(await ask(form, buildRepairPrompt(question, answer, form)), taxonomy)
  signal.throwIfAborted()
  if (findings === undefined) throw new ShownError('model_unreadable_label', i18n => i18n.labels.unreadable)
  const labels = findings.map(finding => checkEvidence(finding, text, taxonomy))
  return { labels, version: taxonomy.version, usage: { ...usage, calls } }
}

/** Asks by schema if the server takes one, else in brackets. */
async function askInBestForm(
  model: Model,
  ask: (form: AnswerForm, question: ChatMessage[]) => Promise<string>,
  toForm: (form: AnswerForm) => ChatMessage[],
): Promise<{ question: ChatMessage[]; answer: string; form: AnswerForm }> {
  if (model.takesFormats) {
    const question = toForm('json')
    try {
      return { question, answer: await ask('json', question), form: 'json' }
    } catch (error) {
      if (!(error instanceof FormatRefused)) throw error
    }
  }
  const question = toForm('brackets')
  return { question, answer: await ask('brackets', question), form: 'brackets' }
}
