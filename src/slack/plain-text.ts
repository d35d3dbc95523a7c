/** Builds a plain text object of Slack's blocks. Words between colons stay words, and do not become emoji. */
export const plain = (text: string) => ({ type: 'plain_text' as const, text, emoji: false })
