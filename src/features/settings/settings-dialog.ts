import type { App, BlockAction } from '@slack/bolt'
import { type I18n, i18nFor } from '../../i18n/catalog.ts'
import type { Services } from '../context.ts'
import { openDialog } from '../open-dialog.ts'
import { buildSettingsView, parseSettingsView } from './settings-view.ts'

type Scope = Parameters<typeof buildSettingsView>[1]['scope']

type Deps = Pick<Services, 'call' | 'respond' | 'access' | 'users' | 'policies' | 'log'>

/** Listens to the modal of settings, and to the controls of App Home that open it. */
export function listenToSettings(app: App, deps: Deps): void {
  app.action<BlockAction>('open_settings', async ({ ack, body }) => {
    await ack()
    await openSettings(deps, body, { of: 'workspace' })
  })
  app.action<BlockAction>('open_my_settings', async ({ ack, body }) => {
    await ack()
    await openSettings(deps, body, { of: 'person' })
  })
  app.action<BlockAction>('open_channel_settings', async ({ ack, body, action }) => {
    await ack()
    const channel = action.type === 'conversations_select' ? action.selected_conversation : ''
    if (channel !== '') await openSettings(deps, body, { of: 'channel', channel })
  })
  app.action<BlockAction>('preview_settings', async ({ ack, body }) => {
    await ack()
    const { view } = body
    const filled = view && parseSettingsView(view)
    if (filled === undefined) return
    const { scope, chosen } = filled
    const { i18n, refusal, name } = await checkRights(deps, body.user.id, scope)
    if (refusal !== undefined) return
    const channel = scope.of === 'channel' ? scope.channel : ''
    const { workspace } = await deps.policies.instructionsFor({ user: body.user.id, channel })
    const wishes = { workspace, [scope.of]: chosen.instructions }
    const view_id = view?.id
    await deps.call('views.update', { view_id, view: buildSettingsView(i18n, { ...filled, name, wishes }) })
  })
  app.view('threadwise_settings', async ({ ack, body, view }) => {
    const refuse = (instructions: string) => ack({ response_action: 'errors', errors: { instructions } })
    const filled = parseSettingsView(view)
    // Slack bounds what is put in; anything else is no form of ours.
    if (filled === undefined) return ack()
    const { i18n, refusal } = await checkRights(deps, body.user.id, filled.scope)
    if (refusal !== undefined) return refuse(refusal)
    if (!(await deps.policies.change(filled.scope, body.user.id, filled.chosen))) return refuse(i18n.notSaved)
    await ack()
  })
}

/** Opens the modal, unless the person may not change these settings: that is said where they asked, if there is a place for it. */
export async function openSettings(
  deps: Deps,
  request: { user: { id: string }; trigger_id: string; response_url?: string },
  scope: Scope,
): Promise<void> {
  const { i18n, refusal, name } = await checkRights(deps, request.user.id, scope)
  if (refusal === undefined) {
    const chosen = await deps.policies.read(scope, request.user.id)
    return openDialog(deps, request, { view: buildSettingsView(i18n, { scope, name, chosen }), i18n })
  }
  if (request.response_url !== undefined)
    await deps.respond(request.response_url, { response_type: 'ephemeral', text: refusal })
}

/** Checks whether a person may change the settings of a scope now. `refusal` says why they may not. */
async function checkRights(
  { users, access }: Deps,
  user: string,
  scope: Scope,
): Promise<{ i18n: I18n; refusal: string | undefined; name: string }> {
  const { isAdmin, isGuest, locale } = await users.refresh(user)
  const i18n = i18nFor(locale)
  if (scope.of === 'person') return { i18n, refusal: undefined, name: '' }
  if (scope.of === 'workspace') return { i18n, refusal: isAdmin ? undefined : i18n.policy.onlyAdmins, name: '' }
  const channel = await access.find(user, { id: scope.channel })
  if (channel === undefined) return { i18n, refusal: i18n.ask.notInChannel, name: '' }
  const mayChange = isAdmin || (channel.creator === user && !isGuest)
  return { i18n, refusal: mayChange ? undefined : i18n.policy.onlyManagers, name: channel.name }
}
