/** @import { Snapshot } from '../protocol.ts' */
import { batch, signal } from '@preact/signals'
import { followHash, goToDm, isDm, openThreadOf, place } from './places.js'
import { follow } from './server.js'
import { apply, as, channels, isLive, load, logOf } from './state.js'

let stopFollowing = () => {}

/** Shows the workspace as one person sees it, who then speaks here. @param {string} person */
export const speakAs = person => {
  localStorage.setItem('threadwise.as', person)
  stopFollowing()
  stopFollowing = follow(person, {
    onSnapshot,
    onChange: change => {
      apply(change)
      if (change.type === 'status' && change.status.status) openThreadOf(change.status.channel, change.status.threadTs)
    },
    onLive: live => {
      isLive.value = live
    },
  })
}

/** @param {Snapshot} snapshot */
const onSnapshot = snapshot => {
  const isOther = as.value !== snapshot.as
  const wasDm = isDm(place.value)
  batch(() => {
    load(snapshot)
    loadReads()
  })
  if (isOther && wasDm) goToDm()
  else if (isOther || (place.value.kind === 'channel' && !channels.value.has(place.value.channel))) followHash()
}

/** Who comes for the first time has read everything but what was said within this time. */
const daySeconds = 86_400

/** Up to where the spoken-as person has read each channel, kept in this browser. */
const reads = signal(/** @type {Record<string, string>} */ ({}))

const key = () => `threadwise.read.${as.value}`

/** @param {Record<string, string>} next */
const save = next => {
  reads.value = next
  localStorage.setItem(key(), JSON.stringify(next))
}

/** The messages that make a channel unread; with the bot its answers too. @param {string} channel */
const seenIn = channel => (channels.value.get(channel)?.kind === 'im' ? logOf(channel).all : logOf(channel).main)

/** @param {string} channel */
const newestIn = channel => seenIn(channel).at(-1)?.ts ?? '0'

const readStored = () => {
  try {
    return /** @type {Record<string, string>} */ (JSON.parse(localStorage.getItem(key()) ?? '{}'))
  } catch {
    return {}
  }
}

const loadReads = () => {
  const dayAgo = String(Date.now() / 1000 - daySeconds)
  const unread = [...channels.value.keys()].map(channel => [channel, [newestIn(channel), dayAgo].sort()[0]])
  save({ ...Object.fromEntries(unread), ...readStored() })
}

/** Marks the place that is looked at as read. */
export const markRead = () => {
  if (place.value.kind !== 'channel' || document.visibilityState !== 'visible') return
  const { channel } = place.value
  const last = newestIn(channel)
  if ((reads.peek()[channel] ?? '0') < last) save({ ...reads.peek(), [channel]: last })
}

/** How many messages of others the person has not seen in a channel. @param {string} channel */
export const countUnread = channel => {
  const readTo = reads.value[channel] ?? '0'
  const messages = seenIn(channel)
  const from = messages.findLastIndex(message => message.ts <= readTo) + 1
  return messages.slice(from).filter(message => message.user !== as.value).length
}
