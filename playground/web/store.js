// @ts-check
/** @import { Change, PageChannel, PageMessage, PagePerson, PageStatus, PageView, Snapshot, WireEntry } from '../protocol.ts' */
import { createLog, keyOf, putMessage, removeMessage } from './log.js'

/** How many things that went over the wire are kept; the panel is for looking, not an archive. */
const wireKept = 400

/**
 * What a view can listen for, and what it is then told.
 * @typedef {object} Topics
 * @property {undefined} all a new snapshot: read everything again
 * @property {{ message: PageMessage, isNew: boolean }} message
 * @property {{ message: PageMessage }} removed
 * @property {undefined} channels
 * @property {undefined} people
 * @property {PageStatus} status
 * @property {undefined} modals
 * @property {undefined} home
 * @property {undefined} prompts
 * @property {{ channel: string, threadTs: string }} titles
 * @property {WireEntry} wire
 * @property {undefined} limits
 * @property {undefined} bot
 * @property {undefined} place
 * @property {undefined} connection
 * @property {undefined} reads
 */

/**
 * @typedef {Omit<Snapshot, 'messages' | 'people' | 'channels' | 'statuses' | 'titles'> & {
 *   people: Map<string, PagePerson>, channels: Map<string, PageChannel>, logs: Map<string, import('./log.js').Log>,
 *   statuses: Map<string, string>, titles: Map<string, string>, isLive: boolean }} State
 */

/** @typedef {ReturnType<typeof createStore>} Store */

/**
 * The page's picture of the workspace: a snapshot, kept up to date by changes, and who wants to know of them.
 */
export const createStore = () => {
  const state = emptyState()
  /** Which news a topic brings is checked where it is told and heard, by `emit` and `on`. @type {Map<string, Set<{ hear(news: unknown): void }['hear']>>} */
  const listeners = new Map()

  /**
   * @template {keyof Topics} T
   * @param {T} topic
   * @param {...Topics[T]} news
   */
  const emit = (topic, ...news) => {
    for (const listener of [...(listeners.get(topic) ?? [])]) listener(news[0])
  }

  return {
    state,
    emit,
    /**
     * @template {keyof Topics} T
     * @param {T} topic
     * @param {(news: Topics[T]) => void} listener
     * @returns {() => void} stops listening
     */
    on: (topic, listener) => {
      const set = listeners.get(topic) ?? new Set()
      listeners.set(topic, set.add(listener))
      return () => set.delete(listener)
    },
    /** @param {Snapshot} snapshot */
    load: snapshot => {
      loadSnapshot(state, snapshot)
      emit('all', undefined)
    },
    /** @param {Change} change */
    apply: change => applyChange(state, emit, change),
    /** @param {boolean} isLive */
    setLive: isLive => {
      if (state.isLive === isLive) return
      state.isLive = isLive
      emit('connection', undefined)
    },
    /** @param {string} channel */
    log: channel => logOf(state, channel),
    /** @param {string} id */
    personName: id => nameOf(state, id),
    /** The one-to-one conversation of the spoken-as person with the bot. */
    dm: () => [...state.channels.values()].find(channel => channel.kind === 'im'),
    me: () => state.people.get(state.as),
  }
}

/** @returns {State} */
const emptyState = () => ({
  model: '',
  botUserId: '',
  botConnected: false,
  as: '',
  people: new Map(),
  channels: new Map(),
  logs: new Map(),
  statuses: new Map(),
  commands: [],
  shortcuts: [],
  modals: [],
  suggestedPrompts: [],
  titles: new Map(),
  wire: [],
  limits: [],
  isLive: false,
})

/**
 * @param {State} state
 * @param {Snapshot} snapshot
 */
const loadSnapshot = (state, snapshot) => {
  const { messages, people, channels, statuses, titles, home, ...rest } = snapshot
  Object.assign(state, rest)
  if (home) state.home = home
  else delete state.home
  state.people = new Map(people.map(person => [person.id, person]))
  state.channels = new Map(channels.filter(channel => isMine(channel, snapshot.as)).map(c => [c.id, c]))
  state.statuses = new Map(statuses.filter(s => s.status).map(s => [`${s.channel}:${s.threadTs}`, s.status]))
  state.titles = new Map(Object.entries(titles))
  state.logs = new Map()
  for (const message of messages) putMessage(logOf(state, message.channel), message)
}

/**
 * A conversation of two is seen by these two only, whatever the server sends.
 * @param {PageChannel} channel
 * @param {string} as
 */
const isMine = (channel, as) => channel.kind === 'channel' || channel.members.includes(as)

/**
 * @param {State} state
 * @param {string} channel
 */
const logOf = (state, channel) => {
  const known = state.logs.get(channel)
  if (known) return known
  const log = createLog()
  state.logs.set(channel, log)
  return log
}

/**
 * @param {State} state
 * @param {string} id
 */
const nameOf = (state, id) => {
  const person = state.people.get(id)
  return person?.name || id
}

/** @typedef {<T extends keyof Topics>(topic: T, ...news: Topics[T][]) => void} Emit */

/**
 * @param {State} state
 * @param {Emit} emit
 * @param {Change} change
 */
const applyChange = (state, emit, change) => {
  switch (change.type) {
    case 'message':
      return applyMessage(state, emit, change.message)
    case 'message_removed':
      return applyRemoval(state, emit, change)
    case 'channel':
      if (!isMine(change.channel, state.as)) return
      state.channels.set(change.channel.id, change.channel)
      return emit('channels')
    case 'person':
      state.people.set(change.person.id, change.person)
      return emit('people')
    case 'status':
      state.statuses.set(`${change.status.channel}:${change.status.threadTs}`, change.status.status)
      return emit('status', change.status)
    case 'title':
      state.titles.set(`${change.channel}:${change.threadTs}`, change.title)
      return emit('titles', change)
    case 'wire':
      return applyWire(state, emit, change.entry)
    default:
      return applyWhole(state, emit, change)
  }
}

/**
 * Changes that bring the whole new value of one part of the state.
 * @param {State} state
 * @param {Emit} emit
 * @param {Extract<Change, { type: 'modals' | 'home' | 'prompts' | 'limits' | 'bot' }>} change
 */
const applyWhole = (state, emit, change) => {
  if (change.type === 'modals') state.modals = change.modals
  else if (change.type === 'home') state.home = change.home
  else if (change.type === 'prompts') state.suggestedPrompts = change.suggestedPrompts
  else if (change.type === 'limits') state.limits = change.limits
  else if (change.type === 'bot') {
    state.botConnected = change.connected
    state.model = change.model
  }
  emit(change.type)
}

/**
 * @param {State} state
 * @param {Emit} emit
 * @param {PageMessage} message
 */
const applyMessage = (state, emit, message) => {
  if (message.ephemeralTo !== undefined && message.ephemeralTo !== state.as) return
  const isNew = putMessage(logOf(state, message.channel), message)
  emit('message', { message, isNew })
}

/**
 * @param {State} state
 * @param {Emit} emit
 * @param {Extract<Change, { type: 'message_removed' }>} change
 */
const applyRemoval = (state, emit, change) => {
  const message = removeMessage(logOf(state, change.channel), keyOf(change))
  if (message) emit('removed', { message })
}

/**
 * @param {State} state
 * @param {Emit} emit
 * @param {WireEntry} entry
 */
const applyWire = (state, emit, entry) => {
  const at = state.wire.findLastIndex(known => known.id === entry.id)
  if (at >= 0) state.wire[at] = entry
  else state.wire.push(entry)
  if (state.wire.length > wireKept * 2) state.wire.splice(0, wireKept)
  emit('wire', entry)
}
