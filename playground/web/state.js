/** @import { Change, Gesture, LimitState, PageChannel, PageCommand, PageMessage, PagePerson, PageShortcut, PageView, Snapshot, WireEntry } from '../protocol.ts' */
/** @import { Done } from './server.js' */
import { batch, computed, signal } from '@preact/signals'
import { sendGesture } from './server.js'
import { toWords } from './words.js'

/**
 * Tells messages of a channel apart; an ephemeral one is another for each reader.
 * @param {{ ts: string, ephemeralTo?: string }} message
 */
export const keyOf = message => (message.ephemeralTo ? `${message.ts}|${message.ephemeralTo}` : message.ts)

/** Returns true if a message is a reply in a thread. @param {PageMessage} message */
export const isReply = message => message.threadTs !== undefined && message.threadTs !== message.ts

/** The messages of a channel, oldest first. @param {Map<string, PageMessage>} byKey */
const toLog = byKey => {
  const all = [...byKey.values()].sort((a, b) => (keyOf(a) < keyOf(b) ? -1 : 1))
  const main = all.filter(message => !isReply(message) || message.subtype === 'thread_broadcast')
  return { byKey, all, main, threads: Map.groupBy(all.filter(isReply), message => message.threadTs ?? '') }
}

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
/** The bot's status lines, by channel and thread. */
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
export const nameOf = id => people.value.get(id)?.name || (id === 'USLACKBOT' ? 'Slackbot' : id)

/** @param {string} id */
export const channelName = id => channels.value.get(id)?.name ?? id

/** The one-to-one conversation of the spoken-as person with the bot. */
export const dm = computed(() => [...channels.value.values()].find(channel => channel.kind === 'im'))

/** The channels that the spoken-as person sees, by name. */
export const listedChannels = computed(() =>
  [...channels.value.values()].filter(({ kind }) => kind !== 'im').sort((a, b) => a.name.localeCompare(b.name)),
)

/** The title of a conversation. @param {PageChannel} channel */
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

/** The parts that a snapshot or a change brings whole. @type {Record<string, { value: unknown }>} */
const wholes = {
  ...{ as, model, botUserId, botConnected: isBotConnected, commands, shortcuts, modals, home },
  ...{ suggestedPrompts: prompts, wire, limits },
}

/** @param {Record<string, unknown>} parts */
const replace = parts =>
  batch(() => {
    for (const [name, part] of Object.entries(wholes)) if (name in parts) part.value = parts[name]
  })

/** @param {Snapshot} snapshot */
export const load = snapshot =>
  batch(() => {
    replace({ home: undefined, ...snapshot })
    people.value = new Map(snapshot.people.map(person => [person.id, person]))
    channels.value = new Map(snapshot.channels.filter(isMine).map(channel => [channel.id, channel]))
    const toLogOf = (/** @type {PageMessage[]} */ all) => toLog(new Map(all.map(message => [keyOf(message), message])))
    const byChannel = Map.groupBy(snapshot.messages, message => message.channel)
    logs.value = new Map([...byChannel].map(([channel, all]) => [channel, toLogOf(all)]))
    statuses.value = new Map(snapshot.statuses.map(one => [`${one.channel}:${one.threadTs}`, one.status]))
    titles.value = new Map(Object.entries(snapshot.titles))
  })

/** @template T @param {{ value: Map<string, T> }} map @param {string} key @param {T} value */
const put = (map, key, value) => {
  map.value = new Map(map.value).set(key, value)
}

/** @param {Change} change */
export const apply = change => {
  if (change.type === 'message') applyMessage(change.message)
  else if (change.type === 'message_removed') applyRemoval(change)
  else if (change.type === 'channel' && isMine(change.channel)) put(channels, change.channel.id, change.channel)
  else if (change.type === 'person') put(people, change.person.id, change.person)
  else if (change.type === 'status')
    put(statuses, `${change.status.channel}:${change.status.threadTs}`, change.status.status)
  else if (change.type === 'title') put(titles, `${change.channel}:${change.threadTs}`, change.title)
  else if (change.type === 'wire') applyWire(change.entry)
  else if (change.type === 'bot') replace({ botConnected: change.connected, model: change.model })
  else replace(change)
}

/** @param {Extract<Change, { type: 'message_removed' }>} change */
const applyRemoval = change => {
  const rest = new Map(logOf(change.channel).byKey)
  if (rest.delete(keyOf(change))) put(logs, change.channel, toLog(rest))
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
