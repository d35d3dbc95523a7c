import { z } from 'zod'
import type { Message } from '../../slack/message.ts'
import type { Users } from '../../slack/users.ts'
import { parseMentions, slackToPlain } from '../../text/from-slack.ts'

/** A text to classify: where it stands, who handed it over, and who may see it. Its fields are those of a `LabelRecord`. */
export const subjectSchema = z.object({
  id: z.string(),
  channel: z.string(),
  ts: z.string().optional(),
  threadTs: z.string().optional(),
  text: z.string(),
  askedBy: z.string().optional(),
  isShared: z.boolean(),
  saidAt: z.number(),
})

export type Subject = z.infer<typeof subjectSchema>

/** Builds the subject of a message that stands in a channel. */
export async function buildMessageSubject(
  users: Users,
  message: Message,
  place: Pick<Subject, 'id' | 'channel' | 'threadTs' | 'askedBy'>,
): Promise<Subject> {
  const { ts } = message
  return { ...place, ts, text: await formatReadable(users, message), isShared: true, saidAt: Number(ts) * 1000 }
}

/** Formats a message as people read it, with names for ids. */
async function formatReadable(users: Users, { text, form }: Message): Promise<string> {
  if (form === 'markdown') return text
  const ids = new Set(parseMentions(text))
  const names = new Map(await Promise.all([...ids].map(async id => [id, (await users.read(id)).name] as const)))
  return slackToPlain(text, id => names.get(id) ?? id)
}
