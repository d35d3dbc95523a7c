/** @import { PageMessage } from '../protocol.ts' */
import { effect, signal } from '@preact/signals'
import { isEmptyDraft } from './attachments.js'
import { act, as, botUserId, channels, dm, listedChannels, logOf, toast, words } from './state.js'

/**
 * Where the page is: a channel, perhaps with a thread beside it and a message in the light, or the bot's Home.
 * @typedef {{ kind: 'home' } | { kind: 'channel', channel: string, thread?: string, message?: string, focus?: 'composer' }} Place
 */

export const place = signal(/** @type {Place} */ ({ kind: 'home' }))
export const isWireOpen = signal(false)

/** Whose opening of which place Slack has been told of last. */
let greetedFor = ''

/** The address of a place, for the browser's own back, forward and bookmarks. @param {Place} to */
export const toHash = to => {
  if (to.kind === 'home') return '#/home'
  if (to.message) return `#/${to.channel}/${to.message}`
  return to.thread ? `#/${to.channel}/${to.thread}/thread` : `#/${to.channel}`
}

/**
 * The place that an address means in this workspace; a link to a reply opens its thread. Nothing, when the address names
 * what is not there.
 * @param {string} hash @returns {Place | undefined}
 */
const toPlace = hash => {
  const [id = '', ts, kind] = hash.replace(/^#\/?/, '').split('?')[0]?.split('/') ?? []
  if (id === 'home') return { kind: 'home' }
  const channel = id === 'dm' ? dm.value?.id : channels.value.get(id)?.id
  if (!channel) return undefined
  if (!ts) return { kind: 'channel', channel }
  const message = logOf(channel).byKey.get(ts)
  if (!message) return undefined
  if (kind === 'thread') return { kind: 'channel', channel, thread: ts }
  const thread = message.threadTs ?? (logOf(channel).threads.has(ts) ? ts : undefined)
  return { kind: 'channel', channel, message: ts, ...(thread ? { thread } : {}) }
}

/** The first place that there is: the channel called general, or any. @returns {Place} */
const firstPlace = () => {
  const mine = listedChannels.value.filter(channel => channel.members.includes(as.value))
  const channel = mine.find(one => one.name === 'general') ?? mine[0] ?? listedChannels.value[0]
  return channel ? { kind: 'channel', channel: channel.id } : { kind: 'home' }
}

/** At a phone's width only one pane is seen. @param {'nav' | 'main' | 'thread' | 'wire'} pane */
export const showPane = pane => {
  document.body.dataset.pane = pane
}

/** @param {Place} next */
const turnTo = next => {
  place.value = next
  showPane(next.kind === 'channel' && next.thread ? 'thread' : 'main')
  greet(next)
}

/** @param {Place} next */
export const go = next => {
  const hash = toHash(next)
  if (location.hash !== hash) history.pushState(null, '', hash)
  turnTo(next)
}

/** @param {Place} where */
export const isDm = where => where.kind === 'channel' && channels.value.get(where.channel)?.kind === 'im'

/** Tells Slack that the bot's Home or its messages have been opened, as Slack's own client does. @param {Place} next */
const greet = next => {
  const key = `${as.value} ${next.kind === 'home' ? 'home' : next.channel}`
  if (key === greetedFor) return
  greetedFor = key
  if (next.kind === 'home' || isDm(next)) void act({ do: 'open_home', tab: next.kind === 'home' ? 'home' : 'messages' })
}

export const followHash = () => {
  const known = toPlace(location.hash)
  if (!known && location.hash.length > 2) toast(words.value.noLink)
  turnTo(known ?? firstPlace())
}

export const goToDm = () => {
  if (dm.value) go({ kind: 'channel', channel: dm.value.id, focus: 'composer' })
  else void act({ do: 'open_home', tab: 'messages' })
}

/** Goes to a channel as soon as the page knows of it. @param {string} channel */
export const goToNew = channel => {
  const stop = channels.subscribe(known => {
    if (!known.has(channel)) return
    queueMicrotask(() => stop())
    go({ kind: 'channel', channel, focus: 'composer' })
  })
}

export const toggleWire = () => {
  isWireOpen.value = !isWireOpen.value
  showPane(isWireOpen.value ? 'wire' : 'main')
}

/**
 * In the conversation with the bot every message begins a thread: when the bot is at work there, the thread opens, unless
 * the person is writing.
 * @param {string} channel @param {string} threadTs
 */
export const openThreadOf = (channel, threadTs) => {
  const now = place.value
  if (now.kind !== 'channel' || now.channel !== channel || now.thread === threadTs || !isDm(now)) return
  const newestOwn = logOf(channel).main.findLast(message => message.user === as.value)
  if (newestOwn?.ts === threadTs && isEmptyDraft(channel, now.thread))
    go({ kind: 'channel', channel, thread: threadTs })
}

/** @param {PageMessage} message */
export const openAnswer = message => {
  if (message.user === botUserId.value && message.threadTs) openThreadOf(message.channel, message.threadTs)
}

/** Goes to the next or the previous conversation with Alt and an arrow. @param {KeyboardEvent} event */
export const onArrow = event => {
  if (!event.altKey || (event.key !== 'ArrowUp' && event.key !== 'ArrowDown') || document.querySelector('dialog[open]'))
    return
  event.preventDefault()
  const ids = [...listedChannels.value, ...(dm.value ? [dm.value] : [])].map(channel => channel.id)
  const now = place.value.kind === 'channel' ? ids.indexOf(place.value.channel) : ids.length
  const next = ids[(now + (event.key === 'ArrowDown' ? 1 : -1) + ids.length) % ids.length]
  if (next) go({ kind: 'channel', channel: next, focus: 'composer' })
}

/** Keeps what the stylesheet and the browser show of the page in step with where it is. */
export const followPlace = () =>
  effect(() => {
    const { classList } = document.body
    classList.toggle('has-thread', place.value.kind === 'channel' && place.value.thread !== undefined)
    classList.toggle('has-wire', isWireOpen.value)
  })
