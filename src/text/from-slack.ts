/** Checks whether a text in Slack's format mentions a user, with or without a label behind the id. */
export function isMentioned(text: string, userId: string): boolean {
  return text.includes(`<@${userId}>`) || text.includes(`<@${userId}|`)
}

/** Parses the ids of the users whom a text in Slack's format mentions. */
export function parseMentions(text: string): string[] {
  return [...text.matchAll(/<@([UW][A-Z0-9]+)(?:\|[^>]*)?>/g)].map(match => match[1] as string)
}

/**
 * Converts Slack's format to plain text: names instead of ids, labels with addresses instead of links, and the three escaped
 * characters unescaped.
 */
export function slackToPlain(text: string, nameOf: (userId: string) => string): string {
  return text
    .replace(/<([^<>]*)>/g, (_, inner: string) => plainToken(inner, nameOf))
    .replace(/&(lt|gt|amp);/g, (_, name) => entities[name as keyof typeof entities])
}

const entities = { lt: '<', gt: '>', amp: '&' }

function plainToken(inner: string, nameOf: (userId: string) => string): string {
  const [target = '', label] = inner.split('|', 2)
  if (/^@[UW]/.test(target)) return `@${nameOf(target.slice(1))}`
  if (target.startsWith('#')) return `#${label ?? target.slice(1)}`
  if (target.startsWith('!')) return label ?? `@${target.slice(1).split('^')[0]}`
  const address = target.replace(/^mailto:/, '')
  return label === undefined || label === address ? address : `${label} (${address})`
}

/** Cached by time zone, of which there are about 400: creating a formatter takes longer than using it. */
const formatters = new Map<string, Intl.DateTimeFormat>()

/** Formats a time in a time zone: `2026-11-23 14:05`. */
export function formatTime(milliseconds: number, timeZone: string): string {
  try {
    const known = formatters.get(timeZone)
    const made = known ?? new Intl.DateTimeFormat('sv-SE', { timeZone, dateStyle: 'short', timeStyle: 'short' })
    if (known === undefined) formatters.set(timeZone, made)
    return made.format(milliseconds)
  } catch {
    return new Date(milliseconds).toISOString().slice(0, 16).replace('T', ' ')
  }
}
