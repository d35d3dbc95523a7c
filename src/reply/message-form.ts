import type { MessageBody } from './body.ts'

/** In which form Slack takes a message of this reply. */
export interface Shape {
  /** What of the body is sent, and how Slack is to read it. */
  toContent(body: MessageBody): Record<string, unknown>
  /** Learns from a refusal; answers whether the same body is worth another try in a plainer form. */
  adapt(code: string): boolean
}

/** Slack's words for "I do not know this block"; the same message without blocks says as much. */
const blockErrors = new Set([
  'invalid_blocks',
  'invalid_blocks_format',
  'block_mismatch',
  'msg_blocks_too_long',
  'unsupported_block',
])

/** A fallback text that is too long beside its blocks is cut to this; people see the blocks. */
const shortCharacters = 800
const toShort = (text: string) => `${text.slice(0, shortCharacters).toWellFormed()}…`

/** Blocks and text, until Slack does not take them. */
export function createShape(): Shape {
  let withBlocks = true
  let isShort = false
  return {
    toContent: ({ text, blocks }) => ({
      text: isShort ? toShort(text) : text,
      ...(withBlocks && { blocks }),
      // `chat.update` would otherwise link names and parse the text as a person's.
      parse: 'none',
      link_names: false,
    }),
    adapt(code) {
      if (!withBlocks) return false
      if (blockErrors.has(code)) withBlocks = false
      else if (code === 'msg_too_long' && !isShort) isShort = true
      else return false
      return true
    },
  }
}
