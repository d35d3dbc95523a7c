/**
 * What the playground's page and the local workspace say to each other. The page reads one `Snapshot`, then follows
 * `Change`s as server-sent events, and sends `Gesture`s: the things that a person can do in Slack.
 *
 *   GET  /page/snapshot?as=U…   → Snapshot, as that person may see it (their ephemeral messages, their DM, their Home)
 *   GET  /page/changes?as=U…    → text/event-stream of Change (JSON in `data:`), from the moment of connecting
 *   POST /page/gesture          → { ok: true, ... } or { ok: false, error: "a sentence that says what to do" }
 *   POST /page/upload?as=U…&name=a.png   body: the bytes → { ok: true, file: PageFile }
 *   POST /page/kill-bot         → { ok: true } when another bot has taken the place of the one that was killed
 *   GET  /page/files/F…         → the bytes, for the page's own pictures (the bot must use url_private with its token)
 */

/** Slack's own block, element and view JSON: the page draws it and passes it through untouched. */
export type SlackJson = Record<string, unknown>

export interface PagePerson {
  id: string
  name: string
  realName: string
  locale: string
  isBot: boolean
  isAdmin: boolean
}

export interface PageChannel {
  id: string
  name: string
  /** `im` channels belong to one person and the bot; nobody else sees them. */
  kind: 'channel' | 'private' | 'im'
  members: string[]
  topic: string
}

export interface PageFile {
  id: string
  name: string
  mimetype: string
  size: number
  /** What a picture shows, in words, if somebody said it. */
  alt?: string
}

export interface PageMessage {
  channel: string
  ts: string
  threadTs?: string
  user: string
  text: string
  blocks?: SlackJson[]
  files?: PageFile[]
  reactions?: { name: string; users: string[] }[]
  /** How often the text was written since it was posted; the page shows each change as it happens. */
  edits: number
  edited: boolean
  subtype?: string
  /** Only this person sees it. */
  ephemeralTo?: string
  /** A text stream that has been started and not yet stopped. */
  streaming: boolean
}

/** A bot's "is thinking…" line under a thread. */
export interface PageStatus {
  channel: string
  threadTs: string
  status: string
}

export interface PageView {
  id: string
  /** The Slack view: type, title, blocks, submit, close, private_metadata, callback_id. */
  view: SlackJson
  /** Messages beside the fields, from `response_action: errors`; block_id → sentence. */
  errors?: Record<string, string>
}

export interface PageCommand {
  command: string
  description: string
  usageHint: string
}

export interface PageShortcut {
  callbackId: string
  name: string
  description: string
  type: 'message' | 'global'
}

/** One thing that went over the wire, in either direction. */
export interface WireEntry {
  id: number
  /** Milliseconds since 1970. */
  at: number
  direction: 'to slack' | 'to bot'
  /** A Web API method (`chat.update`) or what was delivered (`event app_mention`, `command /ask`). */
  what: string
  status: 'ok' | 'refused' | 'failed' | 'waiting'
  /** Slack's error name, or an HTTP status, when it was not ok. */
  detail: string
  milliseconds: number
  /** The body, tokens removed. */
  body: SlackJson
}

export interface LimitState {
  method: string
  /** Calls that the limit allows in a minute. */
  perMinute: number
  /** Calls that may be made now before Slack refuses. */
  left: number
}

export interface Snapshot {
  /** Which model answers, one line: "built-in engine (no language model)", "gpt-6-luna at api.openai.com". */
  model: string
  botUserId: string
  /** Whether a bot is connected now. */
  botConnected: boolean
  as: string
  people: PagePerson[]
  channels: PageChannel[]
  messages: PageMessage[]
  statuses: PageStatus[]
  commands: PageCommand[]
  shortcuts: PageShortcut[]
  /** The open modals of this person, the top one last. */
  modals: PageView[]
  home?: PageView
  suggestedPrompts: { title: string; message: string }[]
  /** Thread titles that the bot gave, `channel:threadTs` → title. */
  titles: Record<string, string>
  wire: WireEntry[]
  limits: LimitState[]
}

export type Change =
  | { type: 'message'; message: PageMessage }
  | { type: 'message_removed'; channel: string; ts: string; ephemeralTo?: string }
  | { type: 'channel'; channel: PageChannel }
  | { type: 'person'; person: PagePerson }
  | { type: 'status'; status: PageStatus }
  | { type: 'modals'; modals: PageView[] }
  | { type: 'home'; home: PageView }
  | { type: 'prompts'; suggestedPrompts: { title: string; message: string }[] }
  | { type: 'title'; channel: string; threadTs: string; title: string }
  | { type: 'wire'; entry: WireEntry }
  | { type: 'limits'; limits: LimitState[] }
  | { type: 'bot'; connected: boolean; model: string }

/** The values of a view's inputs, as Slack sends them: block_id → action_id → element state. */
export type ViewState = Record<string, Record<string, SlackJson>>

/** What a person can do. `as` is the person's id. */
export type Gesture =
  | { do: 'say'; as: string; channel: string; text: string; threadTs?: string; files?: string[]; broadcast?: boolean }
  | { do: 'edit'; as: string; channel: string; ts: string; text: string }
  | { do: 'delete'; as: string; channel: string; ts: string }
  | { do: 'react'; as: string; channel: string; ts: string; name: string }
  | { do: 'unreact'; as: string; channel: string; ts: string; name: string }
  | { do: 'command'; as: string; channel: string; command: string; text: string }
  | { do: 'message_shortcut'; as: string; channel: string; ts: string; callbackId: string }
  | { do: 'global_shortcut'; as: string; callbackId: string }
  /** A click on a button, a choice in a menu: `action` is the element with its new state, as Slack sends it. */
  | { do: 'act'; as: string; channel: string; ts: string; blockId: string; action: SlackJson }
  /** In a modal, `state` is what all its fields hold. */
  | { do: 'act_in_view'; as: string; viewId: string; blockId: string; action: SlackJson; state?: ViewState | undefined }
  | { do: 'submit_view'; as: string; viewId: string; state: ViewState }
  | { do: 'close_view'; as: string; viewId: string }
  | { do: 'open_home'; as: string; tab: 'home' | 'messages' }
  | { do: 'join'; as: string; channel: string }
  | { do: 'invite'; as: string; channel: string; user: string }
  | { do: 'remove'; as: string; channel: string; user: string }
  | { do: 'create_channel'; as: string; name: string }
  | { do: 'stop_session'; as: string; channel: string; threadTs: string }
