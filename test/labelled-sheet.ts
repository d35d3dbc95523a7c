import { parse } from 'csv-parse/sync'
import { expect } from 'vitest'
import type { Exchange } from './scripted-model.ts'
import type { Story } from './story.ts'

interface Request {
  words?: string
  name?: string
  as?: string
  threadTs?: string
}

type InSlack = Pick<Story, 'slack'>

/** Asks for the labels of a file, as Dana if not as somebody else, and gives the ts. */
export async function dropSheet(
  { slack }: InSlack,
  csv: string | Uint8Array,
  { words = 'classify this file', name = 'feedback.csv', as = slack.people.dana, threadTs }: Request = {},
): Promise<string> {
  const { id } = slack.upload(as, name, Buffer.from(csv))
  const text = `<@${slack.botUserId}> ${words}`
  const { ts } = await slack.do({
    do: 'say',
    as,
    channel: slack.channels.general,
    text,
    files: [id],
    ...(threadTs !== undefined && { threadTs }),
  })
  return String(ts)
}

/** The file that the bot shared in the thread, without its mark. */
export async function untilSheet({ slack }: InSlack, ts: string, patienceMs?: number): Promise<string> {
  const { general } = slack.channels
  const find = () => slack.messages(general, ts).find(({ user, files }) => user === slack.botUserId && files?.length)
  const [file] = (await slack.until(find, 'the table', patienceMs)).files ?? []
  expect(file?.name).toMatch(/^feedback-labelled-[0-9a-f]{12}\.csv$/)
  const info = await fetch(`${slack.apiUrl}files.info`, {
    method: 'POST',
    headers: { authorization: `Bearer ${slack.botToken}`, 'content-type': 'application/json' },
    body: JSON.stringify({ file: file?.id }),
  })
  const { file: shared } = (await info.json()) as { file: { url_private: string } }
  const response = await fetch(shared.url_private, { headers: { authorization: `Bearer ${slack.botToken}` } })
  return response.text()
}

/** The table that the bot shared in the thread, cell by cell. */
export async function untilTable(
  story: InSlack,
  ts: string,
  { delimiter = ',', patienceMs }: { delimiter?: string; patienceMs?: number } = {},
): Promise<string[][]> {
  return parse(await untilSheet(story, ts, patienceMs), { delimiter })
}

/** The text that a model is asked to label. */
export const textOf = (exchange: Exchange): string => /<text>([^<]*)<\/text>\s*$/.exec(exchange.prompt)?.[1] ?? ''

/** A model that calls everything a bug and quotes its first word of three letters or more, if there is one. */
export function callBug(exchange: Exchange): void {
  const words = textOf(exchange).split(/[\s，]/)
  const quote = words.find(word => word.length > 2) ?? words[0] ?? ''
  exchange.reply(JSON.stringify({ items: [{ kind: 'bug', quote, reason: 'It fails.', confidence: 0.9 }] }))
}
