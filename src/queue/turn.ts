import { z } from 'zod'
import { isBlank, type Message } from '../slack/message.ts'
import { unaskedMark } from '../slack/metadata.ts'
import { parseHelpLanguage } from '../text/intent.ts'

const StoredFile = z.object({
  id: z.string(),
  name: z.string(),
  mimetype: z.string(),
  size: z.number(),
  url: z.string().exactOptional(),
  mode: z.string().exactOptional(),
  isExternal: z.boolean().exactOptional(),
  access: z.string().exactOptional(),
  thumb: z.string().exactOptional(),
  firstPage: z.string().exactOptional(),
  transcript: z.string().exactOptional(),
  by: z.array(z.string()).exactOptional(),
  from: z.string().exactOptional(),
})

const Quote = z.object({
  kind: z.enum(['forwarded', 'preview']),
  by: z.string().exactOptional(),
  channel: z.string().exactOptional(),
  ts: z.string().exactOptional(),
  text: z.string(),
})

const Question = z.object({
  ts: z.string(),
  author: z.union([
    z.object({
      kind: z.literal('person'),
      id: z.string(),
      name: z.string().exactOptional(),
      isPosted: z.boolean().exactOptional(),
    }),
    z.object({ kind: z.literal('app'), name: z.string() }),
    z.object({ kind: z.literal('self') }),
  ]),
  text: z.string(),
  form: z.enum(['slack', 'markdown']),
  quotes: z.array(Quote).exactOptional(),
  files: z.array(StoredFile),
  reactions: z.string().exactOptional(),
  inThread: z.string().exactOptional(),
}) satisfies z.ZodType<Message>

/** Schema of a turn: one request by a person, however Slack delivers it. */
const Turn = z.object({
  /** Team, channel and ts: the same for every copy that Slack sends of one message. */
  id: z.string(),
  channel: z.string(),
  threadTs: z.string(),
  user: z.string(),
  place: z.enum(['channel', 'dm']),
  /**
   * True for mentions and direct messages; false for follow-ups, which count only in threads that the bot takes part in, and for
   * questions to nobody.
   */
  isAddressed: z.boolean(),
  question: Question,
  /** The command's response URL, which takes the answer as well for half an hour. */
  echo: z.string().exactOptional(),
  /** The model that the person wants for another answer. */
  model: z.string().exactOptional(),
})

export type Turn = Omit<z.infer<typeof Turn>, 'question'> & { question: Message }

/** Parses a turn from the store. Returns undefined if it is none. */
export function parseStoredTurn(json: string): Turn | undefined {
  try {
    return Turn.parse(JSON.parse(json))
  } catch {
    return undefined
  }
}

/** Reads whose bounds a stored turn counts against; nobody's (`''`) if it need not be for the bot. */
export function readPerson({ person, turn }: { person: string | undefined; turn: string }): string {
  if (person !== undefined) return person
  const parsed = parseStoredTurn(turn)
  return parsed?.isAddressed === true ? parsed.user : ''
}

/** Builds a turn's id from its message. */
export function turnIdOf(team: string, channel: string, ts: string): string {
  return `${team}:${channel}:${ts}`
}

/** Checks for a question that stands at the top of a channel and is addressed to nobody: the bot need not answer it. */
export const isUnasked = ({ isAddressed, threadTs, question }: Turn): boolean =>
  !isAddressed && threadTs === question.ts

/** Returns the mark of the messages that answer a turn. */
export const markOf = (turn: Turn): string => (isUnasked(turn) ? `${unaskedMark}${turn.id}` : turn.id)

/** Checks for a message that has the bot's name and nothing else. */
export function isEmpty(turn: Turn): boolean {
  return isBlank(turn.question)
}

/** Returns the language of a message that asks what the bot can do and holds nothing else. */
export function parseHelpRequest({ question }: Turn): string | undefined {
  const { text, quotes = [], files } = question
  return quotes.length === 0 && files.length === 0 ? parseHelpLanguage(text) : undefined
}
