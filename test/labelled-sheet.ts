import { parse } from 'csv-parse/sync'
import { expect } from 'vitest'
import type { Exchange } from './scripted-model.ts'
import type { Story } from './story.ts'

type InSlack = Pick<Story, 'slack'>

/** Says something with a CSV file as Dana, and gives the ts. */
export async function dropSheet(
  { slack }: InSlack,
  csv: string | Uint8Array,
  words: string,
  name = 'feedback.csv',
): Promise<string> {
  const { dana, general } = { ...slack.people, ...slack.channels }
  const { id } = slack.upload(dana, name, Buffer.from(csv))
  const text = `<@${slack.botUserId}> ${words}`
  const { ts } = await slack.do({ do: 'say', as: dana, channel: general, text, files: [id] })
  return String(ts)
}

/** The file that the bot shared in the thread, without its mark. */
export async function untilSheet({ slack }: InSlack, ts: string, patienceMs?: number): Promise<string> {
  const { general } = slack.channels
  const find = () => slack.messages(general, ts).find(({ user, files }) => user === slack.botUserId && files?.length)
  const [file] = (await slack.until(find, 'the table', patienceMs)).files ?? []
  expect(file?.name).toBe('feedback-labelled.csv')
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

/** A model that calls everything a bug and quotes its first word. */
export function callBug(exchange: Exchange): void {
  const [quote = ''] = textOf(exchange).split(/[\s，]/)
  exchange.reply(JSON.stringify({ items: [{ kind: 'bug', quote, reason: 'It fails.', confidence: 0.9 }] }))
}
