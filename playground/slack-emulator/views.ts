import type { PageView, SlackJson } from '../protocol.ts'
import { withIds } from './blocks.ts'
import type { Changes } from './changes.ts'
import type { Clock } from './clock.ts'
import type { Identity } from './identity.ts'
import { objectsOf, textAt } from './json.ts'
import { Refusal } from './refusal.ts'
import { checkView } from './view-checks.ts'

/** Slack allows a modal and two above it. */
const mostModals = 3

/** A view as the workspace keeps it: whose it is, its Slack form, the sentences beside its fields. */
export interface OpenView {
  id: string
  user: string
  view: SlackJson
  errors?: Record<string, string>
}

/** The modals and Homes of all people. */
export interface Views {
  open(user: string, view: SlackJson): OpenView
  push(user: string, view: SlackJson): OpenView
  /** Replaces the view's content; a hash of an older version is refused. */
  update(target: OpenView, view: SlackJson, hash?: string): OpenView
  publish(user: string, view: SlackJson, hash?: string): OpenView
  find(id: string): OpenView | undefined
  findExternal(id: string): OpenView | undefined
  modals(user: string): OpenView[]
  home(user: string): OpenView | undefined
  showErrors(target: OpenView, errors: Record<string, string>): void
  /** Takes the view away; those above it go with it. */
  close(target: OpenView): OpenView[]
  closeAll(user: string): OpenView[]
}

/** Nobody has a view open yet. */
export function createViews(identity: Identity, clock: Clock, changes: Changes): Views {
  const stacks = new Map<string, OpenView[]>()
  const homes = new Map<string, OpenView>()
  const stackOf = (user: string) => stacks.get(user) ?? []

  function show(user: string): void {
    changes.emit({ type: 'modals', modals: stackOf(user).map(toPageView) }, user)
  }

  function showHome(user: string, home: OpenView): OpenView {
    homes.set(user, home)
    changes.emit({ type: 'home', home: toPageView(home) }, user)
    return home
  }

  function setStack(user: string, stack: OpenView[]): void {
    stacks.set(user, stack)
    show(user)
  }

  function findExternal(externalId: string): OpenView | undefined {
    const all = [...[...stacks.values()].flat(), ...homes.values()]
    return all.find(({ view }) => view.external_id === externalId)
  }

  function make(user: string, given: SlackJson, type: string, below?: OpenView): OpenView {
    if (given.type !== type) throw new Refusal('invalid_arguments', pointer('view type does not fit', '/view/type'))
    checkView(given)
    const externalId = textAt(given, 'external_id')
    if (externalId && findExternal(externalId)) throw new Refusal('duplicate_external_id')
    const id = clock.id('V')
    const places = { root_view_id: below ? below.view.root_view_id : id, previous_view_id: below?.id ?? null }
    return { id, user, view: { ...toView(given), id, ...places } }
  }

  function toView(given: SlackJson): SlackJson {
    return {
      team_id: identity.teamId,
      app_id: identity.appId,
      bot_id: identity.botId,
      app_installed_team_id: identity.teamId,
      private_metadata: '',
      callback_id: '',
      external_id: '',
      clear_on_close: false,
      notify_on_close: false,
      title: null,
      submit: null,
      close: null,
      ...given,
      blocks: withIds(objectsOf(given.blocks)),
      state: { values: {} },
      hash: `${Math.floor(clock.now() / 1000)}.${clock.id('').slice(0, 8)}`,
    }
  }

  function checkHash(target: OpenView, hash: string | undefined): void {
    if (hash && hash !== target.view.hash) throw new Refusal('hash_conflict')
  }

  return {
    open(user, view) {
      const opened = make(user, view, 'modal')
      setStack(user, [...stackOf(user), opened])
      return opened
    },
    push(user, view) {
      const stack = stackOf(user)
      if (stack.length >= mostModals) throw new Refusal('push_limit_reached')
      const pushed = make(user, view, 'modal', stack.at(-1))
      setStack(user, [...stack, pushed])
      return pushed
    },
    update(target, view, hash) {
      checkHash(target, hash)
      checkView(view)
      const { id, root_view_id, previous_view_id, state } = target.view
      target.view = { ...toView(view), id, root_view_id, previous_view_id, state }
      delete target.errors
      if (homes.get(target.user) === target) showHome(target.user, target)
      else show(target.user)
      return target
    },
    publish(user, view, hash) {
      const old = homes.get(user)
      if (old) checkHash(old, hash)
      const made = make(user, view, 'home')
      if (!old) return showHome(user, made)
      old.view = { ...made.view, id: old.id, root_view_id: old.id }
      return showHome(user, old)
    },
    find: id => [...[...stacks.values()].flat(), ...homes.values()].find(view => view.id === id),
    findExternal,
    modals: stackOf,
    home: user => homes.get(user),
    showErrors(target, errors) {
      target.errors = errors
      show(target.user)
    },
    close(target) {
      const stack = stackOf(target.user)
      const place = stack.indexOf(target)
      if (place < 0) return []
      setStack(target.user, stack.slice(0, place))
      return stack.slice(place)
    },
    closeAll(user) {
      const stack = stackOf(user)
      setStack(user, [])
      return stack
    },
  }
}

function pointer(says: string, at: string): SlackJson {
  return { response_metadata: { messages: [`[ERROR] ${says} [json-pointer:${at}]`] } }
}

/** A view as the page draws it. */
export function toPageView({ id, view, errors }: OpenView): PageView {
  return { id, view, ...(errors && { errors }) }
}
