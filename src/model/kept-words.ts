import { createWordHider } from './hide-words.ts'
import type { ChatMessage, Model } from './model.ts'
import { escapeData } from './prompts.ts'

/**
 * Takes words that a team keeps to itself out of every prompt, whatever feature builds it: in messages, names, files and instructions.
 * Pictures go as they are.
 */
export function keepWords(model: Model, wordsNow: () => readonly string[]): Model {
  const stream: Model['stream'] = (messages, ...rest) => {
    const words = wordsNow()
    const hide = createWordHider([...words, ...words.map(escapeData)])
    return model.stream(hide === undefined ? messages : messages.map(message => hideIn(message, hide)), ...rest)
  }
  // The other properties change as the model learns.
  return Object.create(model, { stream: { value: stream } })
}

function hideIn(message: ChatMessage, hide: (text: string) => string): ChatMessage {
  const { content } = message
  if (typeof content === 'string') return { ...message, content: hide(content) }
  return {
    ...message,
    content: content.map(part => (part.kind === 'text' ? { ...part, text: hide(part.text) } : part)),
  }
}
