import { isQuestion } from './cues.ts'
import { type ChatMessage, type Said, textOf, toPointsSaid, toSaid } from './messages.ts'
import type { Quote } from './search.ts'
import { languageOf } from './sentences.ts'
import { type Summary, summarize } from './summary.ts'

/**
 * The bot's questions for a summary, answered without a language model: out of messages or points come literal sentences, each
 * with the id of where it stands. Undefined for every other question.
 */
export function sumUp([system, question]: readonly ChatMessage[]): string | undefined {
  const instructions = system === undefined ? '' : textOf(system)
  const material = question === undefined ? '' : textOf(question)
  if (instructions.startsWith('You sum up what people wrote'))
    return toJson(summarize(toSaid(material).filter(one => one.file === undefined && !isAnswered(one))))
  if (instructions.startsWith('You join the summaries')) return toJson(summarize(toPointsSaid(material)))
  if (!instructions.startsWith('You write a summary, out of points')) return undefined
  const [, wish = ''] = /<wish>([^<]*)<\/wish>/.exec(instructions) ?? []
  return toForm(wish, toPointsSaid(material))
}

function toJson({ headline, upshot, decisions, questions, tasks }: Summary): string {
  const toPoint = ({ sentence, said }: Quote) => ({ text: sentence, sources: [said.id ?? ''] })
  return JSON.stringify({
    upshot: headline === undefined ? { text: '', sources: [] } : toPoint(headline),
    decisions: decisions.map(toPoint),
    questions: questions.map(toPoint),
    tasks: tasks.map(task => {
      const { text: what, sources } = toPoint(task)
      return { who: isOwn(task) ? (task.said.from ?? '') : '', what, due: '', sources }
    }),
    facts: upshot.map(toPoint),
  })
}

/** Who asks the bot has been answered. */
const isAnswered = ({ text, isReplied }: Said) => /^@threadwise\b/i.test(text) || (isReplied && isQuestion(text))

/** "I'll do it" is a task of whoever says it. */
const isOwn = ({ sentence }: Quote) => /\b(?:i|i['’]ll|i['’]m|me|my)\b|我/i.test(sentence)

/** No form but a list and a table is known; what else was wished for takes a language model. */
function toForm(wish: string, points: Said[]): string {
  const lines = points.map(({ text, id }) => ({ text: text.replaceAll('|', '/'), id }))
  if (!/\btable\b|表/i.test(wish)) return lines.map(({ text, id }) => `- ${text} [${id}]`).join('\n')
  const head = languageOf(wish) === 'zh' ? '| 要点 | 来源 |' : '| Point | Source |'
  return [head, '|---|---|', ...lines.map(({ text, id }) => `| ${text} | [${id}] |`)].join('\n')
}
