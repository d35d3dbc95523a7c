/** Returns true if mrkdwn mentions a person, with or without a label behind the id. */
export function isMentioned(text: string, userId: string): boolean {
  return text.includes(`<@${userId}>`) || text.includes(`<@${userId}|`)
}

/** Parses the ids of the people whom mrkdwn mentions. */
export function parseMentions(text: string): string[] {
  return [...text.matchAll(/<@([UW][A-Z0-9]+)(?:\|[^<>]*)?>/g)].map(match => match[1] as string)
}

/** Parses the ids of channels and groups that mrkdwn mentions without their names. */
export function parsePlaceMentions(text: string): string[] {
  return [...text.matchAll(/<(?:#([CG][A-Z0-9]+)|!subteam\^(S[A-Z0-9]+))\|?>/g)].map(
    ([, channel, group]) => (channel ?? group) as string,
  )
}

/**
 * Renders mrkdwn as a person reads it: names for ids of people, channels and groups, labels with their addresses for links, the three
 * escaped characters as themselves.
 */
export function slackToPlain(text: string, nameOf: (id: string) => string): string {
  return text
    .replace(/<([^<>]*)>/g, (_, inner: string) => plainToken(inner, nameOf))
    .replace(/&(lt|gt|amp);/g, (_, name) => entities[name as keyof typeof entities])
}

const entities = { lt: '<', gt: '>', amp: '&' }

function plainToken(inner: string, nameOf: (id: string) => string): string {
  const bar = inner.indexOf('|')
  const target = bar < 0 ? inner : inner.slice(0, bar)
  const label = bar < 0 ? '' : inner.slice(bar + 1)
  const named = (id: string) => (nameOf(id) === id && label !== '' ? label : nameOf(id))
  if (/^@[UW]/.test(target)) return `@${named(target.slice(1)).replace(/^@/, '')}`
  if (target.startsWith('#')) return `#${label === '' ? nameOf(target.slice(1)) : label}`
  if (target.startsWith('!')) return plainCommand(target.slice(1), label, nameOf)
  const address = target.replace(/^mailto:/, '')
  return label === '' || label === address ? address : `${label} (${address})`
}

/** Renders `!here`, `!subteam^S1` and `!date^1790000000^{date}` as people read them. */
function plainCommand(command: string, label: string, nameOf: (id: string) => string): string {
  const [name = '', argument = ''] = command.split('^')
  if (name === 'date') return label === '' ? formatTime(Number(argument) * 1000, 'UTC') : label
  if (name !== 'subteam') return label === '' ? `@${name}` : label
  return `@${(label === '' ? nameOf(argument) : label).replace(/^@/, '')}`
}

/** Creating a formatter takes longer than using it; there are some 400 zones. */
const formatters = new Map<string, Intl.DateTimeFormat>()

/** Formats a time as `2026-11-23 14:05` in the zone; in UTC if the zone is unknown, blank if the time is none. */
export function formatTime(milliseconds: number, timeZone: string): string {
  try {
    const known = formatters.get(timeZone)
    const made = known ?? new Intl.DateTimeFormat('sv-SE', { timeZone, dateStyle: 'short', timeStyle: 'short' })
    if (known === undefined) formatters.set(timeZone, made)
    return made.format(milliseconds)
  } catch {
    if (Number.isNaN(new Date(milliseconds).getTime())) return ''
    return new Date(milliseconds).toISOString().slice(0, 16).replace('T', ' ')
  }
}
