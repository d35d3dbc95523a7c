/** Words of people inside the bot's own Markdown: they read as they were written and do nothing. */

/** An address stays whole, so that it still works, unless a mark touches it, which would become a part of it. */
const address = /(?<![^\s<>[\]()\\`*|~])https?:\/\/[^\s<>[\]()\\`*|~]+(?=\s|$)/
/** Characters that do something in Markdown, in a formula or in Slack where they stand. */
const mark = /[\\`*_[|]|:(?=\/\/)|(?<=www)\.|~(?=~)|<(?=[^\s\d=])|&(?=#?\w{1,32};)|\$(?=[^$\n]{0,200}\$)|\](?=[([:])/
const addressOrMark = new RegExp(`${address.source}|${mark.source}`, 'gi')
/** Beginnings that make a list, a heading, a rule or a quote of a line. */
const lineStart = /^(\s?(?:\d{1,9}(?=[.)]))?)([-+=>.)]|#{1,6}(?=\s|$))/

/**
 * Escapes a person's words as one line of Markdown. A closing bracket stays: what it could close is escaped, and what stands
 * between `\[` and `\]` would be a formula.
 */
export function escapeMarkdown(words: string): string {
  return words
    .replace(/\s+/g, ' ')
    .replace(addressOrMark, found => (found.length > 1 ? found : found === ']' ? ']\u2060' : `\\${found}`))
    .replace(lineStart, '$1\\$2')
}
