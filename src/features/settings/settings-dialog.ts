import type { App, BlockAction } from '@slack/bolt'
import { formatError } from '../../errors.ts'
import { type I18n, i18nFor } from '../../i18n/catalog.ts'
import { formatFailure } from '../command-failure.ts'
import type { Services } from '../context.ts'
import { openDialog } from '../open-dialog.ts'
import { controlIds } from '../reply-buttons.ts'
import { findModel, formatUnknown } from './find-model.ts'
import { buildSettingsView, parseSettingsView } from './settings-view.ts'

type Scope = Parameters<typeof buildSettingsView>[1]['scope']

type Deps = Pick<Services, 'call' | 'respond' | 'access' | 'users' | 'policies' | 'models' | 'log'>

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
    const { scope, chosen, groups } = filled
    const { i18n, refusal, ...rights } = await checkRights(deps, body.user.id, scope)
    if (refusal !== undefined) return
    const channel = scope.of === 'channel' ? scope.channel : ''
    const { workspace } = await deps.policies.instructionsFor({ user: body.user.id, channel })
    const wishes = { workspace, [scope.of]: chosen.instructions }
    const whole = { ...(await deps.policies.read(scope, body.user.id)), ...chosen }
    const names = listModels(deps, scope)
    const next = buildSettingsView(i18n, { scope, rights, groups, names, wishes, chosen: whole })
    await deps
      .call('views.update', { view_id: view?.id, view: next })
      .catch(error => deps.log.warn({ reason: formatError(error) }, 'preview not shown'))
  })
  app.action<BlockAction>(controlIds.quiet, async ({ ack, body }) => {
    await ack()
    const { user, channel: { id = '' } = {}, response_url } = body
    const scope = { of: 'channel' as const, channel: id }
    const { i18n, refusal } = await checkRights(deps, user.id, scope)
    const ambient = { ...deps.policies.channel(id).ambient, isOn: false }
    const isSaved = refusal === undefined && (await deps.policies.change(scope, user.id, { ambient }))
    await tell(deps, response_url, refusal ?? (isSaved ? i18n.ambient.isOff : i18n.notSaved))
  })
  app.view('threadwise_settings', async ({ ack, body, view }) => {
    const refuse = (sentence: string, field = 'instructions') =>
      ack({ response_action: 'errors', errors: { [field]: sentence } })
    const filled = parseSettingsView(view)
    // Slack bounds what is put in; anything else is no form of ours.
    if (filled === undefined) return ack()
    const { i18n, refusal, isAdmin } = await checkRights(deps, body.user.id, filled.scope)
    if (refusal !== undefined) return refuse(refusal)
    const { chosen, scope } = filled
    if (scope.of === 'workspace') {
      const found = await findGroups(deps, filled.groups).catch(error => formatFailure(error, i18n))
      if (typeof found === 'string') return refuse(found, 'groups')
      if (found.unknown.length > 0)
        return refuse(i18n.policy.access.noGroup({ names: i18n.formats.or(found.unknown) }), 'groups')
      chosen.groups = found.ids
    }
    const problem = checkModels(deps, scope, { chosen, before: await deps.policies.read(scope, body.user.id) }, i18n)
    if (problem !== undefined) return refuse(problem.sentence, problem.field)
    // Only admins open a channel to other organizations.
    if (!isAdmin) delete chosen.outsiders
    if (!(await deps.policies.change(scope, body.user.id, chosen))) return refuse(i18n.notSaved)
    await ack()
  })
}

/** Lists the models that may be set for a scope. */
const listModels = ({ models }: Deps, scope: Scope) => (scope.of === 'workspace' ? models.all() : models.choices())

/** Checks the models that were put in, and sets the one that answers to its exact name. What is unchanged may be gone. */
function checkModels(
  deps: Deps,
  scope: Scope,
  { chosen, before }: Record<'chosen' | 'before', { model?: string; models?: string[] }>,
  i18n: I18n,
): { field: string; sentence: string } | undefined {
  const names = listModels(deps, scope)
  const { model = '', models = [] } = chosen
  const unknown = models.find(name => !names.includes(name) && before.models?.includes(name) !== true)
  if (unknown !== undefined)
    return { field: 'models', sentence: formatUnknown(unknown, findModel(unknown, names), { names, i18n }) }
  if (model === '' || model === before.model) return undefined
  const found = findModel(model, names)
  if (!('name' in found)) return { field: 'model', sentence: formatUnknown(model, found, { names, i18n }) }
  chosen.model = found.name
  return undefined
}

/** Finds the user groups of a list of handles and ids. */
async function findGroups({ call }: Deps, typed: string): Promise<{ ids: string[]; unknown: string[] }> {
  const named = typed.split(/[\s,，、]+/).flatMap(name => name.replace(/^@/, '') || [])
  if (named.length === 0) return { ids: [], unknown: [] }
  const { usergroups } = await call('usergroups.list', {})
  const known = usergroups as { id: string; handle?: string }[]
  const found = named.map(name => ({ name, id: known.find(one => one.id === name || one.handle === name)?.id }))
  const unknown = found.filter(({ id }) => id === undefined).map(({ name }) => name)
  return { ids: [...new Set(found.flatMap(({ id }) => id ?? []))], unknown }
}

/** Names the user groups of a policy. One that is gone keeps its id. */
async function nameGroups({ call }: Deps, ids: readonly string[]): Promise<string> {
  if (ids.length === 0) return ''
  const { usergroups = [] } = await call('usergroups.list', {}).catch(() => ({}) as { usergroups?: unknown })
  const known = usergroups as { id: string; handle?: string }[]
  return ids.map(id => `@${known.find(one => one.id === id)?.handle ?? id}`).join(', ')
}

/** Opens the modal, unless the person may not change these settings: that is said where they asked, if there is a place for it. */
export async function openSettings(
  deps: Deps,
  request: { user: { id: string }; trigger_id: string; response_url?: string },
  scope: Scope,
): Promise<void> {
  const { i18n, refusal, ...rights } = await checkRights(deps, request.user.id, scope)
  if (refusal === undefined) {
    const chosen = await deps.policies.read(scope, request.user.id)
    const groups = scope.of === 'workspace' ? await nameGroups(deps, chosen.groups) : ''
    const names = listModels(deps, scope)
    return openDialog(deps, request, { view: buildSettingsView(i18n, { scope, rights, groups, names, chosen }), i18n })
  }
  if (request.response_url !== undefined) await tell(deps, request.response_url, refusal)
}

/** Tells the person something where they gave a command or pressed a button. Best effort. */
async function tell({ respond, log }: Deps, url: string, text: string): Promise<void> {
  await respond(url, { response_type: 'ephemeral', replace_original: false, text }).catch(error =>
    log.warn({ reason: formatError(error) }, 'response to the command failed'),
  )
}

/** Checks whether a person may change the settings of a scope now. `refusal` says why they may not; `name` is the channel's. */
async function checkRights({ users, access }: Deps, user: string, scope: Scope) {
  const { isAdmin, isGuest, locale } = await users.refresh(user)
  const i18n = i18nFor(locale)
  let failure: string | undefined
  const found =
    scope.of !== 'channel'
      ? undefined
      : await access.find(user, { id: scope.channel }).catch(error => {
          failure = formatFailure(error, i18n)
          return undefined
        })
  const mayChange = isAdmin || (found?.creator === user && !isGuest)
  const answer = (refusal?: string) => ({ i18n, isAdmin, name: found?.name ?? '', refusal })
  if (scope.of === 'person') return answer()
  if (scope.of === 'workspace') return answer(isAdmin ? undefined : i18n.policy.onlyAdmins)
  if (found === undefined) return answer(failure ?? i18n.ask.notInChannel)
  return answer(mayChange ? undefined : i18n.policy.onlyManagers)
}
