import { i18nFor } from '../../i18n/catalog.ts'
import type { Bot } from '../context.ts'
import { listenToSettings, openSettings } from './settings-dialog.ts'
import { listenToWhy, tellWhyLatest } from './why-requests.ts'

const settingsRequest = /^(?:settings?|设置|設定)(?:\s+(?<wide>workspace|team|工作区|ワークスペース))?$/i

const whyRequest = /^(?:why|为什么|為什麼|なぜ)[?？]?$/i

/** Registers `/threadwise`: the settings of a channel and the workspace, and what the bot did and why. */
export function settings({ app, services, onTurn }: Bot): void {
  listenToSettings(app, services)
  listenToWhy({ app, onTurn }, services)
  app.command('/threadwise', async ({ ack, command }) => {
    const { user_id, channel_id: channel } = command
    const text = command.text.replace(/\s+/g, ' ').trim()
    if (whyRequest.test(text)) {
      await ack()
      return tellWhyLatest(services, user_id, { channel, url: command.response_url })
    }
    const asked = settingsRequest.exec(text)
    if (asked === null) {
      const { policy } = i18nFor((await services.users.read(user_id)).locale)
      return ack({ response_type: 'ephemeral', text: policy.help })
    }
    await ack()
    const isWide = asked.groups?.wide !== undefined
    const scope = isWide ? { of: 'workspace' as const } : { of: 'channel' as const, channel }
    await openSettings(services, { ...command, user: { id: user_id } }, scope)
  })
}
