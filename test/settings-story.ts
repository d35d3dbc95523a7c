/** Stories about what a team sets: the commands and shortcuts of the manifest, on either store. */

import { mkdtemp } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, onTestFinished } from 'vitest'
import { readManifest } from '../playground/manifest.ts'
import type { PageMessage, PageView, SlackJson, ViewState } from '../playground/protocol.ts'
import { openDatabase, withPostgres } from './postgres.ts'
import { connect, openStory, type Story, type StoryOptions } from './story.ts'

/** Describes a group of stories twice: on a store in a folder, and on a database that replicas share. */
export function onBothStores(name: string, stories: (open: () => Promise<Story>) => void): void {
  describe(`${name}, on SQLite`, () =>
    stories(async () => open({ dataDir: await mkdtemp(join(tmpdir(), 'threadwise-settings-')) })))
  withPostgres(`${name}, on PostgreSQL with two replicas`, () =>
    stories(async () => {
      const databaseUrl = await openDatabase()
      const story = await open({ databaseUrl })
      const other = await connect(story.slack, story.model, { databaseUrl })
      onTestFinished(() => other.app.stop())
      return story
    }),
  )
}

export async function open(options: StoryOptions = {}): Promise<Story> {
  return openStory({ ...options, workspace: { ...(await readManifest()), ...options.workspace } })
}

export async function command({ slack }: Story, as: string, channel: string, text: string): Promise<void> {
  const done = await slack.do({ do: 'command', as, channel, command: '/threadwise', text })
  if (!done.ok) throw new Error(done.error)
}

/** Waits for the modal that a person sees on top. */
export const untilModal = ({ slack }: Story, as: string): Promise<PageView> =>
  slack.until(() => slack.snapshot(as).modals.at(-1), 'the modal')

/** Waits for the newest text that one person alone sees and that matches. */
export function untilTold({ slack }: Story, as: string, pattern: RegExp): Promise<PageMessage> {
  const own = () => slack.snapshot(as).messages.filter(({ ephemeralTo }) => ephemeralTo === as)
  const shown = (message: PageMessage) => `${message.text} ${JSON.stringify(message.blocks ?? [])}`
  return slack.until(() => own().findLast(message => pattern.test(shown(message))), `${pattern}`)
}

/** Submits a modal; resolves when Slack has closed it, or shows what is wrong. */
export async function submit({ slack }: Story, as: string, { id }: PageView, state: ViewState): Promise<void> {
  const done = await slack.do({ do: 'submit_view', as, viewId: id, state })
  if (!done.ok) throw new Error(done.error)
}

/** Presses a control of a view, a modal's or the home's. */
export async function pressIn(
  { slack }: Story,
  as: string,
  { view, actionId, action = {}, state }: { view: PageView; actionId: string; action?: SlackJson; state?: ViewState },
): Promise<void> {
  const blocks = (view.view.blocks ?? []) as SlackJson[]
  const has = ({ elements = [], accessory }: SlackJson) =>
    [...(elements as SlackJson[]), (accessory ?? {}) as SlackJson].some(({ action_id }) => action_id === actionId)
  const blockId = String(blocks.find(has)?.block_id)
  const pressed = { ...action, action_id: actionId }
  const done = await slack.do({ do: 'act_in_view', as, viewId: view.id, blockId, action: pressed, state })
  if (!done.ok) throw new Error(done.error)
}

export async function openHome({ slack }: Story, as: string): Promise<PageView> {
  await slack.do({ do: 'open_home', as, tab: 'home' })
  return slack.until(() => slack.snapshot(as).home, 'the home')
}

export const instructionsOf = (value: string): ViewState => ({
  instructions: { text: { type: 'plain_text_input', value } },
})
