import type { SlackJson, ViewState } from '../protocol.ts'
import type { Channel } from './channels.ts'
import type { Command, Core } from './core.ts'
import type { Outcome } from './delivery.ts'
import { isObject, objectAt, objectsOf, textAt } from './json.ts'
import type { Message } from './messages.ts'
import type { Person } from './people.ts'
import { Impossible, Refusal } from './refusal.ts'
import type { ResponsePlace, ResponseUrls } from './response-urls.ts'
import { toStoredText } from './text.ts'
import { toState } from './view-state.ts'
import type { OpenView } from './views.ts'

/** What a person does with the app, as Slack hands it over and acts upon the answer. */
export interface Interactions {
  command(person: Person, channel: Channel, command: Command, text: string): Promise<void>
  messageShortcut(person: Person, message: Message, callbackId: string): Promise<void>
  globalShortcut(person: Person, callbackId: string): Promise<void>
  act(person: Person, message: Message, action: SlackJson): Promise<void>
  actInView(person: Person, view: OpenView, action: SlackJson, state?: ViewState): Promise<void>
  submit(person: Person, view: OpenView, values: ViewState): Promise<void>
  closeView(person: Person, view: OpenView): Promise<void>
}

/** Interactions through the courier; every one waits for the bot's acknowledgement, three seconds at most. */
export function createInteractions(core: Core, responseUrls: ResponseUrls): Interactions {
  const { identity, courier, triggers, posting, views, clock } = core
  const chosen = new Map<string, ViewState>()
  const user = (person: Person) => ({
    id: person.id,
    username: person.name,
    name: person.name,
    team_id: identity.teamId,
  })
  const common = (person: Person) => ({
    token: 'local',
    api_app_id: identity.appId,
    team: { id: identity.teamId, domain: identity.teamDomain },
    user: user(person),
    enterprise: null,
    is_enterprise_install: false,
    trigger_id: triggers.issue(person.id),
  })

  async function ask(what: string, payload: SlackJson): Promise<SlackJson> {
    const outcome = await courier.ask('interactive', what, { type: what, ...payload })
    return toAnswer(what, outcome)
  }

  /** A message that the bot puts into its acknowledgement is posted like one sent to the response_url. */
  function honour(place: ResponsePlace, answer: SlackJson): void {
    if (textAt(answer, 'text') || answer.blocks || answer.delete_original) {
      explain(() => responseUrls.answer(place, answer))
    }
  }

  async function command(person: Person, channel: Channel, { command: name, shouldEscape }: Command, typed: string) {
    const escaped = toStoredText(typed, { people: core.people.all(), channels: core.channels.all() })
    const place = { channel: channel.id, user: person.id }
    const outcome = await courier.ask('command', name, {
      token: 'local',
      team_id: identity.teamId,
      team_domain: identity.teamDomain,
      channel_id: channel.id,
      channel_name: channelName(channel),
      user_id: person.id,
      user_name: person.name,
      command: name,
      text: shouldEscape ? withNames(escaped, core) : typed,
      api_app_id: identity.appId,
      is_enterprise_install: 'false',
      response_url: responseUrls.issue(place),
      trigger_id: triggers.issue(person.id),
    })
    honour(place, toAnswer(name, outcome))
  }

  async function messageShortcut(person: Person, message: Message, callbackId: string): Promise<void> {
    const channel = core.channels.get(message.channel)
    await ask('message_action', {
      ...common(person),
      callback_id: callbackId,
      action_ts: clock.ts(),
      message_ts: message.ts,
      message: posting.toSlack(message),
      channel: { id: message.channel, name: channel ? channelName(channel) : '' },
      response_url: responseUrls.issue({ channel: message.channel, user: person.id }),
    })
  }

  /** What the person chose in the menus of a message so far: a later button brings all of it. */
  function choose(person: Person, message: Message, action: SlackJson): ViewState {
    const key = `${message.channel}:${message.ts}:${person.id}`
    const all = mergeState(chosen.get(key) ?? {}, toGiven(action))
    chosen.set(key, all)
    return all
  }

  async function act(person: Person, message: Message, action: SlackJson): Promise<void> {
    const channel = core.channels.get(message.channel)
    const place = { channel: message.channel, user: person.id, origin: message }
    const isEphemeral = message.ephemeralTo !== undefined
    const answer = await ask('block_actions', {
      ...common(person),
      container: {
        type: 'message',
        message_ts: message.ts,
        channel_id: message.channel,
        is_ephemeral: isEphemeral,
        ...(message.threadTs && { thread_ts: message.threadTs }),
      },
      channel: { id: message.channel, name: channel ? channelName(channel) : '' },
      ...(!isEphemeral && { message: posting.toSlack(message) }),
      state: toState(message.blocks ?? [], choose(person, message, action)),
      response_url: responseUrls.issue(place),
      actions: [{ ...action, action_ts: clock.ts() }],
    })
    honour(place, answer)
  }

  async function actInView(person: Person, open: OpenView, action: SlackJson, state: ViewState = {}): Promise<void> {
    remember(open, mergeState(state, toGiven(action)))
    await ask('block_actions', {
      ...common(person),
      container: { type: 'view', view_id: open.id },
      view: open.view,
      actions: [{ ...action, action_ts: clock.ts() }],
    })
  }

  /** The view's state keeps what was put in, as Slack's later payloads of the same view do. */
  function remember(open: OpenView, given: ViewState): void {
    const before = objectAt(objectAt(open.view, 'state'), 'values') as ViewState
    open.view = { ...open.view, state: toState(objectsOf(open.view.blocks), mergeState(before, given)) }
  }

  async function submit(person: Person, open: OpenView, values: ViewState): Promise<void> {
    remember(open, values)
    const answer = await ask('view_submission', { ...common(person), view: open.view, response_urls: [] })
    explain(() => answerSubmission(person, open, answer))
  }

  function answerSubmission(person: Person, open: OpenView, answer: SlackJson): void {
    const action = textAt(answer, 'response_action')
    const view = objectAt(answer, 'view')
    if (action === 'errors') views.showErrors(open, objectAt(answer, 'errors') as Record<string, string>)
    else if (action === 'update') views.update(open, view)
    else if (action === 'push') views.push(person.id, view)
    else if (action === 'clear') views.closeAll(person.id)
    else views.close(open)
  }

  async function closeView(person: Person, open: OpenView): Promise<void> {
    const isCleared = open.view.clear_on_close === true
    const closed = isCleared ? views.closeAll(person.id) : views.close(open)
    const told = closed.filter(({ view }) => view.notify_on_close === true)
    const { trigger_id: _unused, ...rest } = common(person)
    const tell = (view: SlackJson) => ({ type: 'view_closed', ...rest, view, is_cleared: isCleared })
    // The window is gone whatever the bot says to that.
    await Promise.all(told.map(({ view }) => courier.ask('interactive', 'view_closed', tell(view))))
  }

  return {
    command,
    messageShortcut,
    async globalShortcut(person, callbackId) {
      await ask('shortcut', { ...common(person), callback_id: callbackId, action_ts: clock.ts() })
    },
    act,
    actInView,
    submit,
    closeView,
  }
}

/** Says to the person what Slack would not show of the bot's answer. */
function explain(act: () => void): void {
  try {
    act()
  } catch (error) {
    if (!(error instanceof Refusal)) throw error
    throw new Impossible(`The app answered with something that Slack does not show: ${error.code}.`)
  }
}

function channelName({ kind, name }: Channel): string {
  return kind === 'im' ? 'directmessage' : kind === 'private' ? 'privategroup' : name
}

/** Escaped mentions in a command carry the name, too: `<@U…|dana>`. */
function withNames(escaped: string, { people }: Core): string {
  return escaped.replace(/<@([A-Z0-9]+)>/g, (whole, id: string) => {
    const person = people.get(id)
    return person ? `<@${id}|${person.name}>` : whole
  })
}

function mergeState(before: ViewState, given: ViewState): ViewState {
  const blocks = [...Object.keys(before), ...Object.keys(given)]
  return Object.fromEntries(blocks.map(block => [block, { ...before[block], ...given[block] }]))
}

function toGiven(action: SlackJson): ViewState {
  const { block_id, action_id, ...state } = action
  return { [String(block_id)]: { [String(action_id)]: state } }
}

/** The body of the acknowledgement, or the reason why there was none, as a person should hear it. */
function toAnswer(what: string, { acked, reason, response }: Outcome): SlackJson {
  if (acked) return isObject(response) ? response : {}
  if (reason === 'not_connected')
    throw new Impossible(`${what} failed: no bot is connected. Start the bot and try again.`)
  const timedOut = reason.endsWith('timeout')
  const why = timedOut ? 'the bot did not acknowledge it within 3 seconds' : `the bot answered with a fault (${reason})`
  throw new Impossible(`${what} failed: ${why}. Look at the bot's log, then try again.`)
}
