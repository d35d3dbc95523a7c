/**
 * Chat messages read back into what people said. The bot writes each person's message as
 * `<message from="Dana" time="2026-11-23 14:05" link="https://…">text</message>`, its text and attributes escaped as in
 * XML, several in one `user` message; text with no such element is one message of somebody unknown.
 */

/** The part of an OpenAI chat message that the engine reads. */
export interface ChatMessage {
  role: string
  content?: string | readonly { type: string; text?: string | undefined }[] | null | undefined
}

/** One thing that a person wrote, or one file that came with it. */
export interface Said {
  text: string
  /** How the question names it; of a summary's. */
  id: string | undefined
  from: string | undefined
  time: string | undefined
  link: string | undefined
  /** The name of the file that the text was in. */
  file: string | undefined
  /** The bot replied to it, so that it was said to the bot. */
  isReplied: boolean
}

/** A conversation as the engine needs it: what is asked, and what may be quoted. */
export interface Talk {
  question: string
  /** Everything that people wrote except the question, oldest first: never the bot's own replies or its prompt. */
  sources: Said[]
}

const TAG = /<(\/?)(message|file|answer)\b([^<>]*)>/g
/** Forwarded messages and previews of links: somebody else's words, the bot's own perhaps. */
const FORWARDED = /<(forwarded|preview)\b[^<>]*>[^<]*<\/\1>/g
const POINT = /<point\b([^<>]*)>([^<>]*)<\/point>/g

/** The conversation that the messages of a request make; the last thing that a person said is the question. */
export function toTalk(messages: readonly ChatMessage[]): Talk {
  const isMarked = messages.some(message => message.role === 'user' && textOf(message).includes('<message'))
  const said = messages.flatMap((message, at) => {
    const content = textOf(message)
    // Where people's messages are marked, what is not is the bot's own note: "12 older messages left out here".
    if (message.role !== 'user' || (isMarked && !content.includes('<message'))) return []
    const here = toSaid(content)
    const last = here.findLast(isWritten)
    return here.map(one => ({ ...one, isReplied: one === last && messages[at + 1]?.role === 'assistant' }))
  })
  const asked = said.findLast(isWritten)
  return { question: asked ? withoutMention(asked.text) : '', sources: said.filter(one => one !== asked) }
}

const isWritten = ({ file }: Said): boolean => file === undefined

/** The text of a message, its text parts one after the other; pictures and sounds have none. */
export function textOf(message: ChatMessage): string {
  if (typeof message.content === 'string') return message.content
  return (message.content ?? []).map(part => (part.type === 'text' ? (part.text ?? '') : '')).join('\n')
}

/** "@Threadwise, when do we ship?" asks when, not about Threadwise. */
const withoutMention = (text: string): string => text.replace(/^\s*(?:(?:<@[^>]*>|@[\w.-]+)[\s,，:：]*)+/, '').trim()

/** The points of a summary that a question gives, each a thing that was said. */
export const toPointsSaid = (content: string): Said[] =>
  [...content.matchAll(POINT)].map(([, attributes = '', text = '']) => ({
    ...toMessage(attributes),
    text: unescaped(text).trim(),
  }))

/** One pass over the tags; an element that was never closed ends where the next begins. */
export function toSaid(content: string): Said[] {
  const said: Said[] = []
  let message: Said | undefined
  let open: Said | undefined
  let read = 0
  for (const tag of content.matchAll(TAG)) {
    const [whole, slash, kind, attributes = ''] = tag
    if (open) open.text += content.slice(read, tag.index)
    read = tag.index + whole.length
    if (kind === 'answer') {
      const last = said.at(-1)
      if (last !== undefined) last.isReplied = true
      open = undefined
      continue
    }
    if (!slash) {
      open = kind === 'message' ? toMessage(attributes) : toFile(attributes, said.at(-1))
      said.push(open)
    }
    if (slash || attributes.endsWith('/')) open = kind === 'file' ? message : undefined
    if (kind === 'message') message = open
  }
  if (read === 0) return content.trim() === '' ? [] : [toPlain(content.trim())]
  if (open) open.text += content.slice(read)
  return said.map(one => ({ ...one, text: withoutForwarded(unescaped(one.text.replace(FORWARDED, ''))).trim() }))
}

/** In the questions for a summary they follow a message's own words, in brackets. */
const withoutForwarded = (text: string): string =>
  text.split(/^\[(?:forwarded|preview)(?: from [^\]\n]*)?\] /m, 1)[0] ?? ''

/** A text of which nobody says whose it is. */
export const toPlain = (text: string): Said => ({ ...toMessage(''), text })

const toMessage = (attributes: string): Said => ({
  text: '',
  id: attribute(attributes, 'id'),
  from: attribute(attributes, 'from'),
  time: attribute(attributes, 'time'),
  link: attribute(attributes, 'link'),
  file: undefined,
  isReplied: false,
})

/** A file was sent by whoever wrote the message before it. */
const toFile = (attributes: string, message: Said = toMessage('')): Said => ({
  ...message,
  text: '',
  file: attribute(attributes, 'name') ?? 'file',
})

function attribute(attributes: string, name: string): string | undefined {
  const value = new RegExp(`(?:^|\\s)${name}="([^"]*)"`).exec(attributes)?.[1]
  return value === undefined || value.trim() === '' ? undefined : unescaped(value).trim()
}

const ENTITIES: Record<string, string> = { lt: '<', gt: '>', amp: '&', quot: '"', apos: "'", '#39': "'" }

/** In one pass, so that what was written as "&amp;lt;" stays the "&lt;" that a person typed. */
const unescaped = (text: string): string =>
  text.replace(/&(lt|gt|amp|quot|apos|#39);/g, (_, name) => ENTITIES[name] ?? '')
