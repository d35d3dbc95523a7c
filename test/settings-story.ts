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
export function onBothStores(
  name: string,
  stories: (open: () => Promise<Story>) => void,
  options: Pick<StoryOptions, 'listed'> = {},
): void {
  describe(`${name}, on SQLite`, () =>
    stories(async () => open({ ...options, dataDir: await mkdtemp(join(tmpdir(), 'threadwise-settings-')) })))
  withPostgres(`${name}, on PostgreSQL with two replicas`, () =>
    stories(async () => {
      const databaseUrl = await openDatabase()
      const story = await open({ ...options, databaseUrl })
      const other = await connect(story.slack, story.model, { databaseUrl })
      onTestFinished(() => other.app.stop())
      return story
    }),
  )
}

export async function open(options: StoryOptions = {}): Promise<Story> {
  return openStory({ ...options, workspace: { ...(await readManifest()), ...options.workspace } })
}

export async function command(
  { slack }: Pick<Story, 'slack'>,
  as: string,
  channel: string,
  text: string,
): Promise<void> {
  const done = await slack.do({ do: 'command', as, channel, command: '/threadwise', text })
  if (!done.ok) throw new Error(done.error)
}

/** Waits for the modal that a person sees on top. */
export const untilModal = ({ slack }: Pick<Story, 'slack'>, as: string): Promise<PageView> =>
  slack.until(() => slack.snapshot(as).modals.at(-1), 'the modal')

/** Waits for the newest text that one person alone sees and that matches. */
export function untilTold({ slack }: Story, as: string, pattern: RegExp): Promise<PageMessage> {
  const own = () => slack.snapshot(as).messages.filter(({ ephemeralTo }) => ephemeralTo === as)
  const shown = (message: PageMessage) => `${message.text} ${JSON.stringify(message.blocks ?? [])}`
  return slack.until(() => own().findLast(message => pattern.test(shown(message))), `${pattern}`)
}

/** Submits a modal; resolves when Slack has closed it, or shows what is wrong. */
export async function submit(
  { slack }: Pick<Story, 'slack'>,
  as: string,
  { id }: PageView,
  state: ViewState,
): Promise<void> {
  const done = await slack.do({ do: 'submit_view', as, viewId: id, state })
  if (!done.ok) throw new Error(done.error)
}

/** Presses a control of a view, a modal's or the home's. */
export async function pressIn(
  { slack }: Pick<Story, 'slack'>,
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

export async function openHome({ slack }: Pick<Story, 'slack'>, as: string): Promise<PageView> {
  await slack.do({ do: 'open_home', as, tab: 'home' })
  return slack.until(() => slack.snapshot(as).home, 'the home')
}

/** Lets people of other organizations use the bot in a channel, as an admin does in App Home. */
export async function openToOutsiders(story: Story, channel: string): Promise<void> {
  const { slack } = story
  const { admin } = slack.people
  const action = { type: 'conversations_select', selected_conversation: channel }
  await pressIn(story, admin, { view: await openHome(story, admin), actionId: 'open_channel_settings', action })
  const here = ['on', 'chat', 'summarize', 'classify', 'outsiders']
  await submit(story, admin, await untilModal(story, admin), fieldsOf({ here }))
  await slack.until(() => slack.snapshot(admin).modals.length === 0, 'the end of the modal')
}

export const instructionsOf = (value: string): ViewState => ({
  instructions: { text: { type: 'plain_text_input', value } },
})

/** The state of a modal's fields: what is chosen in each. */
export const fieldsOf = (fields: Record<string, string | string[] | boolean>): ViewState =>
  Object.fromEntries(
    Object.entries(fields).map(([block, chosen]) => {
      const options = (values: string[]) => values.map(value => ({ text: { type: 'plain_text', text: value }, value }))
      if (block === 'who')
        return [block, { field: { type: 'radio_buttons', selected_option: options([String(chosen)])[0] } }]
      if (/^(?:here|guests|redaction)$/.test(block))
        return [block, { field: { type: 'checkboxes', selected_options: options(chosen as string[]) } }]
      if (block.startsWith('ambient_')) return [block, { field: { type: 'number_input', value: String(chosen) } }]
      if (/people$/.test(block)) return [block, { field: { type: 'multi_users_select', selected_users: chosen } }]
      if (/channels$/.test(block))
        return [block, { field: { type: 'multi_conversations_select', selected_conversations: chosen } }]
      if (block === 'model')
        return [block, { field: { type: 'static_select', selected_option: options([String(chosen)])[0] } }]
      if (block === 'models' && Array.isArray(chosen))
        return [block, { field: { type: 'multi_static_select', selected_options: options(chosen as string[]) } }]
      return [block, { field: { type: 'plain_text_input', value: chosen } }]
    }),
  )

/** Lets the bot answer unasked in a channel, as an admin does by the command, after a wait of some seconds. */
export const allowUnasked = (
  story: Pick<Story, 'slack'>,
  channel: string,
  { seconds = 0.4, perHour = 3 } = {},
): Promise<void> =>
  setRules(
    story,
    { channel, text: '' },
    {
      here: ['on', 'chat', 'summarize', 'classify', 'ambient'],
      ambient_waitMinutes: String(seconds / 60),
      ambient_perHour: String(perHour),
    },
  )

/** Sets rules of access as an admin does, by the command; `where` is a channel or the workspace. */
export async function setRules(
  story: Pick<Story, 'slack'>,
  where: { channel: string; text: '' | 'workspace' },
  fields: Record<string, string | string[]>,
): Promise<void> {
  const { slack } = story
  const { admin } = slack.people
  await command(story, admin, where.channel, `settings ${where.text}`)
  await submit(story, admin, await untilModal(story, admin), fieldsOf(fields))
  await slack.until(() => slack.snapshot(admin).modals.length === 0, 'the end of the modal')
}
