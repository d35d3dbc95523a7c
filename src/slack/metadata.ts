/**
 * Metadata on the bot's own messages, by which it finds them again in Slack's history. Everybody in the workspace can read it
 * and write the same on their own messages: only the metadata of the bot's messages is trusted.
 */

/** Marks a question that the bot posted for a person who asked by a command or in a dialogue; its payload names the person. */
export const questionMetadataType = 'threadwise_question'

/** Marks a message of a reply. */
const replyMetadataType = 'threadwise_reply'

/** Prefix of the mark of an unrequested card: such a card does not make a thread the bot's. */
export const labelMark = 'label:'

/** Prefix of the mark of an answer to a question that was addressed to nobody: it does not make a thread the bot's either. */
export const unaskedMark = 'unasked:'

/** The reply that a message belongs to, and whether the reply is complete with it. */
interface ReplyMark {
  /** The id of the turn, with the prefix of an answer that nobody asked for. */
  turn: string
  /** 0 for the first message of a reply, 1 for the one in which it goes on. */
  part: number
  /** Counts the answers that were asked for to the same question, from 1. */
  edition: number
  /** True on the last message of a complete reply. */
  isWhole: boolean
}

/** The metadata that carries a mark. */
export function buildReplyMetadata({ turn, part, edition, isWhole }: ReplyMark): Record<string, unknown> {
  return { event_type: replyMetadataType, event_payload: { turn, part, edition, whole: isWhole } }
}

/** Parses the mark of a message's metadata. */
export function parseReplyMark(metadata: unknown): ReplyMark | undefined {
  const { event_type, event_payload } = (metadata ?? {}) as {
    event_type?: unknown
    event_payload?: { turn?: unknown; part?: unknown; edition?: unknown; whole?: unknown }
  }
  if (event_type !== replyMetadataType || typeof event_payload?.turn !== 'string') return undefined
  const { turn, part, edition, whole } = event_payload
  return { turn, part: Number(part), edition: Number(edition ?? 1), isWhole: whole === true || whole === 'true' }
}
