import type { App, BlockAction } from '@slack/bolt'
import { formatError } from '../../errors.ts'
import { type I18n, i18nFor } from '../../i18n/catalog.ts'
import { formatFailure } from '../command-failure.ts'
import type { Services } from '../context.ts'
import { openDialog } from '../open-dialog.ts'
import { controlIds } from '../reply-buttons.ts'
import { findAccessProblems, mostGroupCharacters, mostGroups } from './access-view.ts'
import { askToDelete, buildDeletionView, parseConsent } from './deletion-view.ts'
import { findModel, formatUnknown } from './find-model.ts'
import { parseLimits } from './limits-view.ts'
import { buildSettingsView, parseSettingsView } from './settings-view.ts'

type Scope = Parameters<typeof buildSettingsView>[1]['scope']

type Deps = Pick<Services, 'call' | 'respond' | 'access' | 'users' | 'policies' | 'models' | 'store' | 'log'>

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
    const { scope, groups } = filled
    const given = deps.policies.givenFor(scope)
    const chosen = { ...filled.chosen, ...parseLimits(view?.state?.values, given).change }
    const { i18n, refusal, ...rights } = await checkRights(deps, body.user.id, scope)
    if (refusal !== undefined) return
    const channel = scope.of === 'channel' ? scope.channel : ''
    const { workspace } = await deps.policies.instructionsFor({ user: body.user.id, channel })
    const wishes = { workspace, [scope.of]: chosen.instructions }
    const whole = { ...(await deps.policies.read(scope, body.user.id)), ...chosen }
    const names = listModels(deps, scope)
    const next = buildSettingsView(i18n, { scope, rights, groups, names, wishes, chosen: whole, given })
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
  listenToSubmissions(app, deps)
}

/** Listens to what is saved in the modal, and to the consent to what that deletes. */
function listenToSubmissions(app: App, deps: Deps): void {
  app.view('threadwise_settings', async ({ ack, body, view }) => {
    const refuse = (errors: Record<string, string>) => ack({ response_action: 'errors', errors })
    const filled = parseSettingsView(view)
    // Slack bounds what is put in; anything else is no form of ours.
    if (filled === undefined) return ack()
    const { scope } = filled
    const { i18n, refusal, isAdmin } = await checkRights(deps, body.user.id, scope)
    if (refusal !== undefined) return refuse({ instructions: refusal })
    const { change, wrong: ofLimits } = parseLimits(view.state.values, deps.policies.givenFor(scope))
    const wrong = [...findAccessProblems(view.state.values), ...ofLimits]
    if (wrong.length > 0) return refuse(Object.fromEntries(wrong.map(({ field, sentence }) => [field, sentence(i18n)])))
    const chosen: typeof filled.chosen & typeof change = { ...filled.chosen, ...change }
    if (scope.of === 'workspace') {
      const found = await findGroups(deps, filled.groups).catch(error => formatFailure(error, i18n))
      if (typeof found === 'string') return refuse({ groups: found })
      if (found.ids.length > mostGroups)
        return refuse({ groups: i18n.policy.access.tooManyGroups({ most: mostGroups }) })
      if (found.unknown.length > 0)
        return refuse({ groups: i18n.policy.access.noGroup({ names: i18n.formats.or(found.unknown) }) })
      chosen.groups = found.ids
    }
    const problem = checkModels(deps, scope, { chosen, before: await deps.policies.read(scope, body.user.id) }, i18n)
    if (problem !== undefined) return refuse({ [problem.field]: problem.sentence })
    // Only admins open a channel to other organizations.
    if (!isAdmin) delete chosen.outsiders
    const { retention } = chosen
    const asking = retention && askToDelete(deps, retention, i18n)
    const question = await asking?.catch(error => {
      deps.log.warn({ reason: formatError(error) }, 'what is old could not be counted')
      return 'failed' as const
    })
    if (question === 'failed') return refuse({ instructions: i18n.notSaved })
    // What would delete something is saved when that was consented to.
    if (question !== undefined) delete chosen.retention
    if (!(await deps.policies.change(scope, body.user.id, chosen))) return refuse({ instructions: i18n.notSaved })
    await (question === undefined ? ack() : ack({ response_action: 'push', view: question }))
  })
  app.view('threadwise_retention', async ({ ack, body, view }) => {
    const retention = parseConsent(view.private_metadata)
    if (retention === undefined) return ack()
    const scope = { of: 'workspace' as const }
    const { i18n, refusal } = await checkRights(deps, body.user.id, scope)
    const tell = (sentence: string) => ack({ response_action: 'update', view: buildDeletionView(i18n, sentence) })
    if (refusal !== undefined) return tell(refusal)
    if (!(await deps.policies.change(scope, body.user.id, { retention }))) return tell(i18n.notSaved)
    await ack({ response_action: 'clear' })
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
  const names = ids.map(id => `@${known.find(one => one.id === id)?.handle ?? id}`).join(', ')
  return names.length <= mostGroupCharacters ? names : ids.map(id => `@${id}`).join(', ')
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
    const [names, given] = [listModels(deps, scope), deps.policies.givenFor(scope)]
    const view = buildSettingsView(i18n, { scope, rights, groups, names, chosen, given })
    return openDialog(deps, request, { view, i18n })
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
export async function checkRights({ users, access }: Deps, user: string, scope: Scope) {
  const i18n = i18nFor((await users.read(user)).locale)
  let failure: string | undefined
  const { isAdmin, isGuest } = await users.refresh(user).catch(error => {
    failure = formatFailure(error, i18n)
    return { isAdmin: false, isGuest: true }
  })
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
  if (scope.of === 'workspace') return answer(isAdmin ? undefined : (failure ?? i18n.policy.onlyAdmins))
  if (found === undefined) return answer(failure ?? i18n.ask.notInChannel)
  return answer(mayChange ? undefined : (failure ?? i18n.policy.onlyManagers))
}
