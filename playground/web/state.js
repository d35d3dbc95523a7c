// @ts-check
/** @import { Change, Gesture, PageCommand, PageMessage, PagePerson, PageChannel, PageShortcut, PageView, Snapshot } from '../protocol.ts' */
/** @import { LimitState, WireEntry } from '../protocol.ts' */
/** @import { Done } from './server.js' */
import { batch, computed, signal } from '@preact/signals'
import { keyOf, toLog } from './log.js'
import { sendGesture } from './server.js'
import { toWords } from './words.js'

/** How many things that went over the wire are kept; the panel is for looking, not an archive. */
const wireKept = 400

/** The panel of them is drawn at most this often: a stream makes many a second. */
const wireEveryMs = 100

/** Long enough to read two sentences twice. */
const toastMs = 8_000

/**
 * The page's picture of the workspace as one person sees it: a snapshot, kept up to date by changes. A view is drawn again
 * when a signal that it reads changes.
 */
export const as = signal('')
export const model = signal('')
export const botUserId = signal('')
export const isBotConnected = signal(false)
export const isLive = signal(false)
export const people = signal(/** @type {Map<string, PagePerson>} */ (new Map()))
export const channels = signal(/** @type {Map<string, PageChannel>} */ (new Map()))
const logs = signal(/** @type {Map<string, ReturnType<typeof toLog>>} */ (new Map()))
/** What the bot says it is doing, by channel and thread. */
export const statuses = signal(/** @type {Map<string, string>} */ (new Map()))
/** Titles that the bot gave to threads, by channel and thread. */
export const titles = signal(/** @type {Map<string, string>} */ (new Map()))
export const commands = signal(/** @type {PageCommand[]} */ ([]))
export const shortcuts = signal(/** @type {PageShortcut[]} */ ([]))
export const modals = signal(/** @type {PageView[]} */ ([]))
export const home = signal(/** @type {PageView | undefined} */ (undefined))
export const prompts = signal(/** @type {Snapshot['suggestedPrompts']} */ ([]))
export const wire = signal(/** @type {WireEntry[]} */ ([]))
export const limits = signal(/** @type {LimitState[]} */ ([]))
export const toasts = signal(/** @type {{ sentence: string, kind: 'error' | 'info' }[]} */ ([]))
const language = signal(localStorage.getItem('threadwise.language'))

const spoken = computed(() => toWords(language.value ?? people.value.get(as.value)?.locale ?? navigator.language))
export const words = computed(() => spoken.value.words)
export const lang = computed(() => spoken.value.lang)

export const toggleLanguage = () => {
  language.value = lang.value === 'en' ? 'zh-CN' : 'en-US'
  localStorage.setItem('threadwise.language', language.value)
}

/** Listens for each message that is new or changed. @type {Set<(message: PageMessage) => void>} */
export const messageListeners = new Set()

const emptyLog = toLog(new Map())

/** @param {string} channel */
export const logOf = channel => logs.value.get(channel) ?? emptyLog

/** @param {string} id */
export const nameOf = id => people.value.get(id)?.name || id

/** @param {string} id */
export const channelName = id => channels.value.get(id)?.name ?? id

/** The one-to-one conversation of the spoken-as person with the bot. */
export const dm = computed(() => [...channels.value.values()].find(channel => channel.kind === 'im'))

/** The channels that the spoken-as person sees, by name. */
export const listedChannels = computed(() =>
  [...channels.value.values()].filter(({ kind }) => kind !== 'im').sort((a, b) => a.name.localeCompare(b.name)),
)

/** What a conversation is called. @param {PageChannel} channel */
export const titleOf = channel => (channel.kind === 'im' ? nameOf(botUserId.value) : `#${channel.name}`)

/** Shows a short sentence at the edge of the page. @param {string} sentence @param {'error' | 'info'} [kind] */
export const toast = (sentence, kind = 'error') => {
  const shown = { sentence, kind }
  toasts.value = [...toasts.value, shown]
  setTimeout(() => dismiss(shown), toastMs)
}

/** @param {{ sentence: string }} shown */
export const dismiss = shown => {
  toasts.value = toasts.value.filter(other => other !== shown)
}

/**
 * Does something as the spoken-as person; when it fails the person is told, and the answer is undefined.
 * @param {Gesture extends infer G ? G extends Gesture ? Omit<G, 'as'> : never : never} wish
 * @returns {Promise<Done | undefined>}
 */
export const act = wish =>
  sendGesture(/** @type {Gesture} */ ({ ...wish, as: as.value })).catch(error => {
    toast(error.message || words.value.failed)
    return undefined
  })

/** A conversation of two is seen by these two only, whatever the server sends. @param {PageChannel} channel */
const isMine = channel => channel.kind === 'channel' || channel.members.includes(as.value)

/** @param {Snapshot} snapshot */
export const load = snapshot =>
  batch(() => {
    as.value = snapshot.as
    model.value = snapshot.model
    botUserId.value = snapshot.botUserId
    isBotConnected.value = snapshot.botConnected
    people.value = new Map(snapshot.people.map(person => [person.id, person]))
    channels.value = new Map(snapshot.channels.filter(isMine).map(channel => [channel.id, channel]))
    const byChannel = Map.groupBy(snapshot.messages, message => message.channel)
    const toEntries = (/** @type {PageMessage[]} */ all) => new Map(all.map(message => [keyOf(message), message]))
    logs.value = new Map([...byChannel].map(([channel, all]) => [channel, toLog(toEntries(all))]))
    statuses.value = new Map(
      snapshot.statuses.map(({ channel, threadTs, status }) => [`${channel}:${threadTs}`, status]),
    )
    titles.value = new Map(Object.entries(snapshot.titles))
    commands.value = snapshot.commands
    shortcuts.value = snapshot.shortcuts
    modals.value = snapshot.modals
    home.value = snapshot.home
    prompts.value = snapshot.suggestedPrompts
    wire.value = snapshot.wire
    limits.value = snapshot.limits
  })

/** @template T @param {{ value: Map<string, T> }} map @param {string} key @param {T} value */
const put = (map, key, value) => {
  map.value = new Map(map.value).set(key, value)
}

/** @param {Change} change */
export const apply = change => {
  switch (change.type) {
    case 'message':
      return applyMessage(change.message)
    case 'message_removed': {
      const rest = new Map(logOf(change.channel).byKey)
      return rest.delete(keyOf(change)) && put(logs, change.channel, toLog(rest))
    }
    case 'channel':
      return isMine(change.channel) && put(channels, change.channel.id, change.channel)
    case 'person':
      return put(people, change.person.id, change.person)
    case 'status':
      return put(statuses, `${change.status.channel}:${change.status.threadTs}`, change.status.status)
    case 'title':
      return put(titles, `${change.channel}:${change.threadTs}`, change.title)
    case 'wire':
      return applyWire(change.entry)
    default:
      return applyWhole(change)
  }
}

/**
 * Changes that bring the whole new value of one part of the state.
 * @param {Extract<Change, { type: 'modals' | 'home' | 'prompts' | 'limits' | 'bot' }>} change
 */
const applyWhole = change => {
  if (change.type === 'modals') modals.value = change.modals
  else if (change.type === 'home') home.value = change.home
  else if (change.type === 'prompts') prompts.value = change.suggestedPrompts
  else if (change.type === 'limits') limits.value = change.limits
  else
    batch(() => {
      isBotConnected.value = change.connected
      model.value = change.model
    })
}

/** @param {PageMessage} message */
const applyMessage = message => {
  if (message.ephemeralTo !== undefined && message.ephemeralTo !== as.value) return
  put(logs, message.channel, toLog(new Map(logOf(message.channel).byKey).set(keyOf(message), message)))
  for (const listener of messageListeners) listener(message)
}

/** @type {WireEntry[]} */
let freshEntries = []

/** @param {WireEntry} entry */
const applyWire = entry => {
  freshEntries.push(entry)
  if (freshEntries.length > 1) return
  setTimeout(() => {
    const byId = new Map([...wire.value, ...freshEntries].map(one => [one.id, one]))
    wire.value = [...byId.values()].slice(-wireKept)
    freshEntries = []
  }, wireEveryMs)
}
