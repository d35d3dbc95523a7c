import type { SlackJson } from '../protocol.ts'
import type { Channel } from './channels.ts'
import type { Person } from './people.ts'

/** The names that a text may link to. */
export interface Names {
  people: Person[]
  channels: Channel[]
}

const escapes: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;' }

/** A text with the three characters escaped that mean something to Slack. */
function escapeText(text: string): string {
  return text.replace(/[&<>]/g, character => escapes[character] ?? character)
}

/** The text that a reader sees: the reverse of Slack's escaping. */
function unescapeText(text: string): string {
  return text.replace(/&lt;/g, '<').replace(/&gt;/g, '>').replace(/&amp;/g, '&')
}

function escapeRegExp(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')
}

/** `@name` and `#channel` where nothing of a word stands before or after; the longest name wins. */
function linkPattern(sign: string, names: string[]): RegExp {
  const longestFirst = names.toSorted((a, b) => b.length - a.length).map(escapeRegExp)
  return new RegExp(`(?<![\\w${sign}/&])${sign}(${longestFirst.join('|')})(?![\\w-])`, 'gi')
}

/** Links the names of people and channels, as Slack does for what people type and for `parse: full`. */
export function linkNames(text: string, { people, channels }: Names): string {
  const same = (a: string, b: string) => a.toLowerCase() === b.toLowerCase()
  const places = channels.filter(channel => channel.kind !== 'im')
  return text
    .replace(
      linkPattern(
        '@',
        people.flatMap(person => [person.name, person.displayName]),
      ),
      (whole, name: string) => {
        const person = people.find(one => same(one.name, name) || same(one.displayName, name))
        return person ? `<@${person.id}>` : whole
      },
    )
    .replace(
      linkPattern(
        '#',
        places.map(channel => channel.name),
      ),
      (whole, name: string) => {
        const channel = places.find(one => same(one.name, name))
        return channel ? `<#${channel.id}|${channel.name}>` : whole
      },
    )
    .replace(/(?<![\w@])@(here|channel|everyone)(?![\w-])/gi, (_whole, name: string) => `<!${name.toLowerCase()}>`)
}

const address = /\bhttps?:\/\/[^\s<>]+[^\s<>.,;:!?'")\]，。；：！？、）]/g

/**
 * What a person typed as Slack stores it: escaped, names and addresses linked. A mention that is already in Slack's
 * form, `<@U…>`, stays one, so that a test can write it down.
 */
export function toStoredText(typed: string, names: Names): string {
  return typed
    .split(/(<@[UW][A-Z0-9]+>|<#C[A-Z0-9]+\|[^<>]*>)/)
    .map((piece, index) => (index % 2 === 1 ? piece : linkTyped(piece, names)))
    .join('')
}

function linkTyped(piece: string, names: Names): string {
  const parts = piece.split(/(```[\s\S]*?```|`[^`\n]+`)/)
  return parts
    .map((part, index) =>
      index % 2 === 1 ? escapeText(part) : linkNames(escapeText(part).replace(address, '<$&>'), names),
    )
    .join('')
}

/** What a bot sent as Slack stores it: links and mentions stay, loose `&`, `<` and `>` are escaped. */
export function toStoredBotText(text: string): string {
  return text
    .split(/(<(?:[@#!][^<>\n]+|(?:https?|mailto|tel):[^<>\n]+)>)/)
    .map((piece, index) => (index % 2 === 1 ? piece : escapeLoose(piece)))
    .join('')
}

function escapeLoose(text: string): string {
  return text.replace(/&(?!amp;|lt;|gt;)|<|>/g, character =>
    character === '>' ? '&gt;' : (escapes[character] ?? character),
  )
}

/** Markdown as Slack's own marks, as Slack gives it back: `**b**` is `*b*`, a heading is bold, a bullet is •. */
export function toMrkdwn(markdown: string): string {
  return markdown
    .split(/(```[\s\S]*?(?:```|$)|`[^`\n]+`)/)
    .map((part, index) => (index % 2 === 1 ? part : proseToMrkdwn(part)))
    .join('')
}

function proseToMrkdwn(prose: string): string {
  return prose
    .replace(/(?<!\*)\*(?![*\s])([^*\n]+?)\*(?!\*)/g, '_$1_')
    .replace(/^#{1,6}\s+(.+)$/gm, '*$1*')
    .replace(/\*\*([^*\n]+)\*\*/g, '*$1*')
    .replace(/~~([^~\n]+)~~/g, '~$1~')
    .replace(/!?\[([^\]\n]*)\]\((https?:[^)\s]+)\)/g, '<$2|$1>')
    .replace(/^(\s*)[-*+]\s+/gm, '$1• ')
}

/** The `rich_text` block that Slack makes of what a person typed. */
export function toRichText(text: string): SlackJson[] {
  if (text === '') return []
  const elements = text
    .split(/(<[^<>]+>)/)
    .filter(piece => piece !== '')
    .map(toRichElement)
  return [{ type: 'rich_text', elements: [{ type: 'rich_text_section', elements }] }]
}

function toRichElement(piece: string): SlackJson {
  const link = /^<([@#!]?)([^|>]+)(?:\|([^>]*))?>$/.exec(piece)
  const [, sign, target = '', label] = link ?? []
  if (!link) return { type: 'text', text: unescapeText(piece) }
  if (sign === '@') return { type: 'user', user_id: target }
  if (sign === '#') return { type: 'channel', channel_id: target }
  if (sign === '!') return { type: 'broadcast', range: target }
  return { type: 'link', url: unescapeText(target), ...(label && { text: unescapeText(label) }) }
}
