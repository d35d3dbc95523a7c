import { z } from 'zod'
import { listQuotedChannels, type Message } from '../../slack/message.ts'
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
  /** Other channels, words of which the text holds. */
  quotedFrom: z.array(z.string()).optional(),
})

export type Subject = z.infer<typeof subjectSchema>

/** Builds the subject of a message that stands in a channel. Its text is blank if nothing of it may be sent to a model. */
export async function buildMessageSubject(
  { fetchNames, rules }: Pick<Services, 'fetchNames' | 'rules'>,
  message: Message,
  place: Pick<Subject, 'id' | 'channel' | 'threadTs' | 'askedBy'>,
): Promise<Subject> {
  const { ts, author } = message
  const by = author.kind === 'person' ? { author: author.id } : {}
  const heardAt = Date.now()
  const [open] = rules.selectOpen(place.channel, [message])
  const text = open === undefined ? '' : formatReadable(open, await fetchNames([open]), { asFeedback: true })
  const quotedFrom = listQuotedChannels([message])
  return { ...place, ...by, heardAt, ts, text, isShared: true, saidAt: Number(ts) * 1000, quotedFrom }
}
