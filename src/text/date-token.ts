/** Slack's date tokens: each reader sees the time by their own clock. */

/** A token as the bot writes it: one format, no link, and only a time for those who cannot see it drawn. */
const own = /(?<!\\)<!date\^\d{1,12}\^\{date_short_pretty\} \{time\}\|[\p{L}\p{N}:, ]{1,40}>/gu
/** Stands for a token while the text around it is rewritten: a private-use character, which no text needs. */
const placeholder = '\uE0FF'
const hidden = /\uE0FF(\d+)\uE0FF/g

/** Formats a time, in milliseconds since 1970, as a token with a fallback. */
export function formatDateToken(at: number, fallback: string): string {
  return `<!date^${Math.floor(at / 1000)}^{date_short_pretty} {time}|${fallback}>`
}

/** Rewrites a text around the bot's own date tokens, which stay as they are; they say nothing but a time and lead nowhere. */
export function rewriteAroundDates(text: string, rewrite: (text: string) => string): string {
  if (!text.includes('<!date^')) return rewrite(text)
  const tokens: string[] = []
  const bare = text
    .replaceAll(placeholder, '')
    .replace(own, found => `${placeholder}${tokens.push(found) - 1}${placeholder}`)
  return rewrite(bare).replace(hidden, (_, at: string) => tokens[Number(at)] ?? '')
}
