import type { App } from '@slack/bolt'
import type { ModalView } from '@slack/types'
import { type I18n, i18nFor } from '../../i18n/catalog.ts'
import { plain } from '../../slack/plain-text.ts'
import { formatFailure, savedOrTold } from '../command-failure.ts'
import { openDialog } from '../open-dialog.ts'
import { type loadChannelSettings, parseEmojiName } from './channel-settings.ts'
import type { ClassifyServices } from './services.ts'

type ChannelSettingsBook = Awaited<ReturnType<typeof loadChannelSettings>>

type Deps = Pick<ClassifyServices, 'call' | 'respond' | 'access' | 'users' | 'settings' | 'log'>

/** Listens to the dialogue in which people choose for a channel what is labelled, and which reaction asks for it. */
export function listenToClassifySettings(app: App, deps: Deps): void {
  app.view('classify_settings', async ({ ack, body, view }) => {
    const channel = view.private_metadata
    const i18n = i18nFor((await deps.users.read(body.user.id)).locale)
    const refuse = (reaction: string) => ack({ response_action: 'errors', errors: { reaction } })
    const refuseFailure = (error: unknown) => refuse(formatFailure(error, i18n))
    const person = await savedOrTold(deps.users.refresh(body.user.id), refuseFailure)
    if (person === undefined) return
    if (person.isGuest) return refuse(i18n.access.guests)
    if ((await deps.access.find(body.user.id, { id: channel })) === undefined) return refuse(i18n.ask.notInChannel)
    const values = view.state.values as unknown as Values
    const reaction = parseEmojiName(values.reaction?.name?.value ?? '')
    if (reaction === undefined) return refuse(i18n.labels.settings.noEmoji)
    const chosen = (values.watch?.choice?.selected_options ?? []).map(({ value }) => value)
    const settings = { watch: chosen.includes('watch'), card: chosen.includes('card'), reaction }
    if (!(await deps.settings.change(channel, settings))) return refuse(i18n.notSaved)
    await ack()
  })
}

/** Opens the dialogue for a channel. */
export async function openSettings(
  deps: Deps,
  request: { user_id: string; channel_id: string; channel_name: string; trigger_id: string; response_url: string },
): Promise<void> {
  const i18n = i18nFor((await deps.users.read(request.user_id)).locale)
  const { channel_id: id, channel_name: name } = request
  const view = buildSettingsView(i18n, { id, name }, deps.settings.of(id))
  await openDialog(deps, request, { view, i18n })
}

interface Values {
  watch?: { choice?: { selected_options?: { value: string }[] } }
  reaction?: { name?: { value?: string | null } }
}

/** Slack's limit on the title of a dialogue. Source: docs.slack.dev, modal view. */
const mostTitleCharacters = 24
/** Stands in a command in place of the name of a channel that only its members may know. */
const nameless = /^(?:privategroup|directmessage|mpdm-.*)?$/

/** Formats the title, with as much of the channel's name as Slack takes. */
function formatTitle({ settings }: I18n['labels'], name: string): string {
  if (nameless.test(name)) return settings.titleWithoutName
  const room = mostTitleCharacters - settings.title({ channel: '' }).length
  return settings.title({ channel: name.length > room ? `${name.slice(0, room - 1).toWellFormed()}…` : name })
}

function buildSettingsView(
  i18n: I18n,
  channel: { id: string; name: string },
  chosen: ReturnType<ChannelSettingsBook['of']>,
): ModalView {
  const { settings } = i18n.labels
  const watch = { text: plain(settings.watch), value: 'watch' }
  const card = { text: plain(settings.card), value: 'card' }
  const initial = [...(chosen.watch ? [watch] : []), ...(chosen.card ? [card] : [])]
  return {
    type: 'modal',
    callback_id: 'classify_settings',
    private_metadata: channel.id,
    title: plain(formatTitle(i18n.labels, channel.name)),
    submit: plain(settings.save),
    close: plain(i18n.ask.close),
    blocks: [
      {
        type: 'input',
        block_id: 'watch',
        optional: true,
        label: plain(settings.watchLabel),
        element: {
          type: 'checkboxes',
          action_id: 'choice',
          options: [watch, card],
          ...(initial.length > 0 && { initial_options: initial }),
        },
      },
      {
        type: 'input',
        block_id: 'reaction',
        optional: true,
        label: plain(settings.reactionLabel),
        element: {
          type: 'plain_text_input',
          action_id: 'name',
          max_length: 100,
          placeholder: plain('label'),
          ...(chosen.reaction !== '' && { initial_value: chosen.reaction }),
        },
      },
    ],
  }
}
