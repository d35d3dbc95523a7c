import { z } from 'zod'
import type { Message } from '../../slack/message.ts'
import { formatReadable } from '../../slack/readable.ts'
import type { Services } from '../context.ts'

/** A text to classify: where it stands, who handed it over, and who may see it. Its fields are those of a `LabelRecord`. */
export const subjectSchema = z.object({
  id: z.string(),
  channel: z.string(),
  ts: z.string().optional(),
  threadTs: z.string().optional(),
  text: z.string(),
  askedBy: z.string().optional(),
  author: z.string().optional(),
  heardAt: z.number().optional(),
  isShared: z.boolean(),
  saidAt: z.number(),
})

export type Subject = z.infer<typeof subjectSchema>

/** Builds the subject of a message that stands in a channel. */
export async function buildMessageSubject(
  { fetchNames }: Pick<Services, 'fetchNames'>,
  message: Message,
  place: Pick<Subject, 'id' | 'channel' | 'threadTs' | 'askedBy'>,
): Promise<Subject> {
  const { ts, author } = message
  const by = author.kind === 'person' ? { author: author.id } : {}
  const heardAt = Date.now()
  const text = formatReadable(message, await fetchNames([message]), { asFeedback: true })
  return { ...place, ...by, heardAt, ts, text, isShared: true, saidAt: Number(ts) * 1000 }
}
