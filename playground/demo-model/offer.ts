import { type ChatMessage, textOf, toSaid } from './messages.ts'
import { searchQuotes } from './search.ts'

const question = /<question\b[^<>]*>([^<]*)<\/question>/

/**
 * The bot's request for an answer out of a channel's messages, if one is sure, answered without a language model: with the sentence that
 * comes closest. Undefined for every other request.
 */
export function offerAnswer([system, request]: readonly ChatMessage[]): string | undefined {
  if (system === undefined || !textOf(system).startsWith('You watch a Slack channel')) return undefined
  const material = request === undefined ? '' : textOf(request)
  const asked = toSaid(question.exec(material)?.[1] ?? '')[0]?.text ?? ''
  const [best] = searchQuotes(asked, toSaid(material.replace(question, '')))
  if (best === undefined) return JSON.stringify({ answer: false, confidence: 0, text: '', sources: [] })
  const sources = [{ id: best.said.id ?? '', quote: best.sentence }]
  return JSON.stringify({ answer: true, confidence: 0.95, text: best.sentence, sources })
}
