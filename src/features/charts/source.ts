import { listQuotedChannels, type Message } from '../../slack/message.ts'
import { slackToPlain } from '../../text/from-slack.ts'
import { findTables, parseCsvTable } from '../../text/tables.ts'
import { toMarkdown } from '../delivery.ts'

/** Bounds of what the model is shown: the newest tables, and characters of each text and of all. */
const mostTables = 12
const mostTextCharacters = 6_000
const mostCharacters = 40_000

/** Collects what can be drawn: the tables in messages and in their files, and the texts in which numbers may stand, oldest first. */
export function buildSource(messages: readonly Message[], nameOf: (id: string) => string) {
  const tables: { table: ReturnType<typeof findTables>[number]; file: string | undefined }[] = []
  const texts: { from: string; text: string }[] = []
  const add = (from: string, text: string, file?: string) => {
    const isCsv = file !== undefined && /\.(?:csv|tsv)$/i.test(file)
    const found = isCsv ? [parseCsvTable(text)].filter(table => table !== undefined) : findTables(text)
    tables.push(...found.map(table => ({ table, file })))
    // The tables are shown apart.
    const rest = isCsv || (found.length > 0 && file !== undefined) ? '' : text.trim()
    if (rest !== '') texts.push({ from, text: rest.slice(0, mostTextCharacters).toWellFormed() })
  }
  for (const message of messages) {
    const { author, text, form, contents = [] } = message
    const isOurs = author.kind === 'self'
    const from = isOurs ? 'you' : author.kind === 'person' ? nameOf(author.id) : author.name
    add(from, isOurs ? toMarkdown(message) : form === 'slack' ? slackToPlain(text, nameOf) : text)
    for (const content of contents) if (content.kind === 'text') add(content.name, content.text, content.name)
  }
  let room = mostCharacters
  const newest = texts.toReversed().filter(({ text }) => {
    room -= text.length
    return room >= 0
  })
  return { tables: tables.slice(-mostTables), texts: newest.reverse(), quotedFrom: listQuotedChannels(messages) }
}
