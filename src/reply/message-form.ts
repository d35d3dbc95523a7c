import type { MessageBody } from './body.ts'

/** Slack's codes for blocks that it does not know; the message without blocks says as much. */
const blockErrors = new Set([
  'invalid_blocks',
  'invalid_blocks_format',
  'block_mismatch',
  'msg_blocks_too_long',
  'unsupported_block',
])

/** A fallback text that is too long beside its blocks is cut to this many characters; people see the blocks. */
const shortCharacters = 800
const shorten = (text: string) => `${text.slice(0, shortCharacters).toWellFormed()}…`

/** Creates the form of a reply's messages: blocks and text, until Slack refuses them. */
export function createMessageForm() {
  let withBlocks = true
  let isShort = false
  return {
    render: ({ text, blocks }: MessageBody): Record<string, unknown> => ({
      text: isShort ? shorten(text) : text,
      ...(withBlocks && { blocks }),
      // `chat.update` would otherwise link names and parse the text as a person's.
      parse: 'none',
      link_names: false,
    }),
    /** Learns from a refusal. Returns whether the same body is worth another try in a plainer form. */
    adapt(code: string): boolean {
      if (!withBlocks) return false
      if (blockErrors.has(code)) withBlocks = false
      else if (code === 'msg_too_long' && !isShort) isShort = true
      else return false
      return true
    },
  }
}
