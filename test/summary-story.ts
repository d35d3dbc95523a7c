/** Stories about summaries: a workspace with their command and shortcut, and the people who use them. */

import type { PageMessage, SlackJson } from '../playground/protocol.ts'
import type { Exchange } from './scripted-model.ts'
import { openStory, type Story, type StoryOptions } from './story.ts'

const workspace = {
  commands: [{ command: '/summarize', description: '', usageHint: '' }],
  shortcuts: [
    { callbackId: 'summarize_thread', name: 'Summarize this thread', description: '', type: 'message' as const },
  ],
}
export const open = (options: StoryOptions = {}) =>
  openStory({ ...options, workspace: { ...workspace, ...options.workspace } })

interface Found {
  upshot?: object
  decisions?: object[]
  questions?: object[]
  tasks?: object[]
  facts?: object[]
}
export const json = (found: Found) =>
  JSON.stringify({ upshot: null, decisions: [], questions: [], tasks: [], facts: [], ...found })
export const point = (text: string, ...sources: (string | number)[]) => ({ text, sources: sources.map(String) })

export const isWhole = (reply: PageMessage) => hasButton(reply, 'regenerate_reply')

export const formatOf = (exchange: Exchange) =>
  (exchange.body as unknown as { response_format?: SlackJson }).response_format

/** The id by which a question names the message with these words. */
export function idOf(prompt: string, words: string): string | undefined {
  return new RegExp(`<message id="(\\d+)"[^>]*>[^<]*${words}`).exec(prompt)?.[1]
}

/** What Slack itself would give as the link. */
export async function linkOf(slack: Story['slack'], channel: string, ts: string): Promise<unknown> {
  const response = await fetch(`${slack.apiUrl}chat.getPermalink?channel=${channel}&message_ts=${ts}`, {
    headers: { authorization: `Bearer ${slack.botToken}` },
  })
  return ((await response.json()) as { permalink: unknown }).permalink
}

export function hasButton({ blocks = [] }: PageMessage, actionId: string): boolean {
  return blocks.some(block => ((block.elements ?? []) as SlackJson[]).some(({ action_id }) => action_id === actionId))
}

/** Presses a button; `part` is the key of one of several in an element, as of a thumb. */
export async function press(
  slack: Story['slack'],
  message: PageMessage,
  actionId: string,
  as: string,
  part?: string,
): Promise<void> {
  for (const block of message.blocks ?? []) {
    const element = ((block.elements ?? []) as SlackJson[]).find(({ action_id }) => action_id === actionId)
    if (element === undefined) continue
    const place = { channel: message.channel, ts: message.ts, blockId: String(block.block_id) }
    const { value } = (part === undefined ? element : element[part]) as { value?: string }
    const done = await slack.do({ do: 'act', as, ...place, action: { action_id: actionId, value } as SlackJson })
    if (!done.ok) throw new Error(done.error)
    return
  }
  throw new Error(`there is no ${actionId}`)
}

export async function command({ slack }: Story, as: string, channel: string, text: string): Promise<void> {
  const done = await slack.do({ do: 'command', as, channel, command: '/summarize', text })
  if (!done.ok) throw new Error(done.error)
}

export const directOf = ({ slack }: Story, user: string) =>
  slack.snapshot(user).channels.find(({ kind }) => kind === 'im')?.id ?? ''

/** The newest reply of the bot in somebody's direct messages that satisfies the test. */
export function untilDirect(
  story: Story,
  user: string,
  is: (reply: PageMessage) => boolean,
  what: string,
): Promise<PageMessage> {
  const { slack } = story
  const isReply = ({ user: by, threadTs }: PageMessage) => by === slack.botUserId && threadTs !== undefined
  const replies = () =>
    slack.snapshot(user).messages.filter(message => message.channel === directOf(story, user) && isReply(message))
  return slack.until(() => {
    const last = replies().at(-1)
    return last !== undefined && is(last) ? last : undefined
  }, what)
}

export function untilTold({ slack }: Story, user: string, is: (text: string) => boolean): Promise<PageMessage> {
  const own = () => slack.snapshot(user).messages.filter(({ ephemeralTo }) => ephemeralTo === user)
  return slack.until(() => own().find(({ text }) => is(text)), 'what only one person sees')
}
