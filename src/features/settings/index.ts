import { i18nFor } from '../../i18n/catalog.ts'
import type { Bot } from '../context.ts'
import { listenToModelWishes } from './model-wish.ts'
import { listenToPersonBudgets } from './person-budget.ts'
import { listenToSettings, openSettings } from './settings-dialog.ts'
import { listenToWhy, tellWhyLatest } from './why-requests.ts'

const settingsRequest =
  /^(?:settings?|设置|設定)(?:\s+(?:(?<workspace>workspace|team|工作区|ワークスペース)|(?<person>me|my|mine|我|我的|自分)))?$/i

const whyRequest = /^(?:why|为什么|為什麼|なぜ)[?？]?$/i

/** Registers `/threadwise`: the settings of a channel and the workspace, and what the bot did and why. */
export function settings({ app, services, onTurn }: Bot): void {
  listenToSettings(app, services)
  listenToPersonBudgets(app, services)
  listenToWhy({ app, onTurn }, services)
  listenToModelWishes({ onTurn, services })
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
    const { workspace, person } = asked.groups ?? {}
    const isOwn = person !== undefined || (workspace === undefined && channel.startsWith('D'))
    const scope = isOwn
      ? { of: 'person' as const }
      : workspace === undefined
        ? { of: 'channel' as const, channel }
        : { of: 'workspace' as const }
    await openSettings(services, { ...command, user: { id: user_id } }, scope)
  })
}
