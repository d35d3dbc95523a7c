/**
 * What the bot writes into the metadata of its own messages, so that it finds them again in Slack's history. Everybody in
 * the workspace may read it, and anybody can write such metadata on messages of their own: only the bot's are believed.
 */

/** Marks a question that the bot posted for a person who asked by a command or in a dialogue; its payload names the person. */
export const questionMetadataType = 'threadwise_question'

/** Marks a message of a reply. */
const replyMetadataType = 'threadwise_reply'

/** Begins the mark of a card that nobody asked for: it makes no thread the bot's business. */
export const labelMark = 'label:'

/** Which reply a message belongs to, and whether the reply is whole with it. */
interface ReplyMark {
  /** The id of the turn. */
  turn: string
  /** 0 for the first message of a reply, 1 for the one in which it goes on. */
  part: number
  /** Counts the answers that were asked for to the same question, from 1. */
  edition: number
  /** The reply ends here and nothing more is to be written. */
  isWhole: boolean
}

/** The metadata that carries a mark. */
export function buildReplyMetadata({ turn, part, edition, isWhole }: ReplyMark): Record<string, unknown> {
  return { event_type: replyMetadataType, event_payload: { turn, part, edition, whole: isWhole } }
}

/** The mark on a message's metadata, if it bears one. */
export function parseReplyMark(metadata: unknown): ReplyMark | undefined {
  const { event_type, event_payload } = (metadata ?? {}) as {
    event_type?: unknown
    event_payload?: { turn?: unknown; part?: unknown; edition?: unknown; whole?: unknown }
  }
  if (event_type !== replyMetadataType || typeof event_payload?.turn !== 'string') return undefined
  const { turn, part, edition, whole } = event_payload
  return { turn, part: Number(part), edition: Number(edition ?? 1), isWhole: whole === true || whole === 'true' }
}
