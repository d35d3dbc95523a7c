// @ts-check
/** @import { Gesture, PageMessage } from '../protocol.ts' */
/** @import { App } from './app.js' */
/** @import { Place } from './places.js' */
import { createNav, orderChannels } from './channels.js'
import { h } from './dom.js'
import { createMainPane } from './messages.js'
import { createModals } from './modal.js'
import { createAnnouncer, createToasts } from './notices.js'
import { toHash, toPlace } from './places.js'
import { createReads } from './reads.js'
import { follow, sendGesture } from './server.js'
import { createStore } from './store.js'
import { createThreadPane } from './thread.js'
import { createTopBar, readTheme } from './top.js'
import { createWirePane } from './wire.js'
import { toWords } from './words.js'

const store = createStore()
const reads = createReads(store)
const drafts = new Map()
const toasts = createToasts(() => toWords(localeNow()).words.close)
const root = /** @type {HTMLElement} */ (document.getElementById('app'))

/** @type {Place} */
let place = { kind: 'home' }
/** @type {(() => void)[]} */
let deafen = []
let stopFollowing = () => {}
let builtFor = ''
/** Whose opening of which place Slack has been told of last. */
let greetedFor = ''
let isWireOpen = false
/** A channel that was just made and is opened as soon as the server tells of it. */
let awaitedChannel = ''

const localeNow = () => localStorage.getItem('threadwise.language') ?? store.me()?.locale ?? navigator.language

/** @type {App['showPane']} */
const showPane = pane => {
  document.body.dataset.pane = pane
}

/**
 * @param {Place} next
 */
const go = next => {
  const hash = toHash(next)
  if (location.hash !== hash) history.pushState(null, '', hash)
  turnTo(next)
}

/**
 * @param {Place} next
 */
const turnTo = next => {
  place = next
  showPane(next.kind === 'channel' && next.thread ? 'thread' : 'main')
  greet(next)
  store.emit('place')
  markRead()
}

/**
 * Tells Slack that the bot's Home or its messages have been opened, as Slack's own client does.
 * @param {Place} next
 */
const greet = next => {
  const key = `${store.state.as} ${next.kind === 'home' ? 'home' : next.channel}`
  if (key === greetedFor) return
  greetedFor = key
  if (next.kind === 'home' || isDm(next)) void act({ do: 'open_home', tab: next.kind === 'home' ? 'home' : 'messages' })
}

/** @param {Place} where */
const isDm = where => where.kind === 'channel' && store.state.channels.get(where.channel)?.kind === 'im'

const markRead = () => {
  if (place.kind === 'channel' && document.visibilityState === 'visible') reads.mark(place.channel)
}

/** The first place that there is: the channel called general, or any. */
const firstPlace = () => {
  const mine = [...store.state.channels.values()].filter(
    channel => channel.kind !== 'im' && channel.members.includes(store.state.as),
  )
  const channel = mine.find(one => one.name === 'general') ?? mine[0] ?? [...store.state.channels.values()][0]
  return channel
    ? /** @type {Place} */ ({ kind: 'channel', channel: channel.id })
    : /** @type {Place} */ ({ kind: 'home' })
}

const followHash = () => {
  const known = toPlace(location.hash, store)
  const { words } = toWords(localeNow())
  if (!known && location.hash.length > 2) toasts.show(words.noLink, 'error')
  turnTo(known ?? firstPlace())
}

/** @type {App['act']} */
const act = wish =>
  sendGesture(/** @type {Gesture} */ ({ ...wish, as: store.state.as })).catch(error => {
    toasts.show(error.message || toWords(localeNow()).words.failed, 'error')
    return undefined
  })

/** @param {string} channel */
const goToNew = channel => {
  const isKnown = store.state.channels.has(channel)
  awaitedChannel = isKnown ? '' : channel
  if (isKnown) go({ kind: 'channel', channel, focus: 'composer' })
}

const goToDm = () => {
  const dm = store.dm()
  if (dm) go({ kind: 'channel', channel: dm.id, focus: 'composer' })
  else void act({ do: 'open_home', tab: 'messages' })
}

/** @param {string} person */
const speakAs = person => {
  localStorage.setItem('threadwise.as', person)
  stopFollowing()
  stopFollowing = follow(person, { onSnapshot, onChange: store.apply, onLive: store.setLive })
}

/**
 * Builds the page for one person and one language. Typed text outlives this, in the drafts.
 */
const build = () => {
  for (const stop of deafen) stop()
  deafen = []
  const { words, lang } = toWords(localeNow())
  document.documentElement.lang = lang
  document.title = words.workspace
  /** @type {App} */
  const app = {
    store,
    reads,
    words,
    lang,
    drafts,
    act,
    go,
    goToDm,
    goToNew,
    showPane,
    speakAs,
    place: () => place,
    names: { person: store.personName, channel: id => store.state.channels.get(id)?.name ?? id, me: store.state.as },
    hear: (topic, listener) => void deafen.push(store.on(topic, listener)),
    toast: (sentence, kind = 'error') => toasts.show(sentence, kind),
    toggleWire: () => {
      isWireOpen = !isWireOpen
      wire.open(isWireOpen)
      showPane(isWireOpen ? 'wire' : 'main')
    },
    toggleLanguage: () => {
      localStorage.setItem('threadwise.language', lang === 'en' ? 'zh-CN' : 'en-US')
      build()
      drawAgain()
    },
  }
  const main = createMainPane(app)
  const thread = createThreadPane(app)
  const wire = createWirePane(app)
  const modals = createModals(app)
  const panes = h('div', { class: 'panes' }, createNav(app).node, main.node, thread.node, wire.node)
  root.replaceChildren(createTopBar(app).node, panes, modals.node, toasts.node, createAnnouncer(app).node)
  wire.open(isWireOpen)
  app.hear('message', news => openAnswer(news.message, main.isEmpty, thread.isEmpty))
  app.hear(
    'status',
    status => status.status && openThreadOf(status.channel, status.threadTs, main.isEmpty, thread.isEmpty),
  )
  app.hear('message', markRead)
  app.hear('channels', () => awaitedChannel && goToNew(awaitedChannel))
  builtFor = `${store.state.as} ${lang}`
}

/** Everything that was just built draws what it shows. */
const drawAgain = () => {
  store.emit('all', undefined)
  store.emit('place')
  store.emit('connection', undefined)
}

/** @param {import('../protocol.ts').Snapshot} snapshot */
const onSnapshot = snapshot => {
  const isOther = store.state.as !== snapshot.as
  const wasDm = isDm(place)
  store.load(snapshot)
  const isStale = `${store.state.as} ${toWords(localeNow()).lang}` !== builtFor
  if (isStale) build()
  if (isOther && wasDm) goToDm()
  else if (isOther || (place.kind === 'channel' && !store.state.channels.has(place.channel))) followHash()
  if (isStale) drawAgain()
}

/**
 * In the conversation with the bot every message begins a thread: when the bot answers there, the thread opens.
 * @param {PageMessage} message
 * @param {() => boolean} isMainEmpty
 * @param {() => boolean} isThreadEmpty
 */
const openAnswer = (message, isMainEmpty, isThreadEmpty) => {
  if (message.user === store.state.botUserId && message.threadTs) {
    openThreadOf(message.channel, message.threadTs, isMainEmpty, isThreadEmpty)
  }
}

/**
 * @param {string} channel
 * @param {string} threadTs
 * @param {() => boolean} isMainEmpty
 * @param {() => boolean} isThreadEmpty
 */
const openThreadOf = (channel, threadTs, isMainEmpty, isThreadEmpty) => {
  if (place.kind !== 'channel' || place.channel !== channel || place.thread === threadTs) return
  const log = store.log(channel)
  const newestOwn = log.main.findLast(message => message.user === store.state.as)
  const isTyping = place.thread ? !isThreadEmpty() : !isMainEmpty()
  if (store.state.channels.get(channel)?.kind !== 'im' || newestOwn?.ts !== threadTs || isTyping) return
  go({ kind: 'channel', channel, thread: threadTs })
}

/** @param {KeyboardEvent} event */
const onKey = event => {
  if (!event.altKey || (event.key !== 'ArrowUp' && event.key !== 'ArrowDown') || document.querySelector('dialog[open]'))
    return
  event.preventDefault()
  const dm = store.dm()
  const ids = [...orderChannels(store).map(channel => channel.id), ...(dm ? [dm.id] : [])]
  const now = place.kind === 'channel' ? ids.indexOf(place.channel) : ids.length
  const next = ids[(now + (event.key === 'ArrowDown' ? 1 : -1) + ids.length) % ids.length]
  if (next) go({ kind: 'channel', channel: next, focus: 'composer' })
}

document.documentElement.dataset.theme = readTheme()
addEventListener('keydown', onKey)
addEventListener('popstate', followHash)
document.addEventListener('visibilitychange', markRead)
speakAs(localStorage.getItem('threadwise.as') ?? '')
