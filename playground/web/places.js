// @ts-check
/** @import { Store } from './store.js' */

/**
 * Where the page is: a channel, perhaps with a thread beside it and a message in the light, or the bot's Home.
 * @typedef {{ kind: 'home' } | { kind: 'channel', channel: string, thread?: string, message?: string, focus?: 'composer' }} Place
 */

/**
 * The address of a place, for the browser's own back, forward and bookmarks.
 * @param {Place} place
 * @returns {string}
 */
export const toHash = place => {
  if (place.kind === 'home') return '#/home'
  if (place.message) return `#/${place.channel}/${place.message}`
  return place.thread ? `#/${place.channel}/${place.thread}/thread` : `#/${place.channel}`
}

/**
 * The place that an address means in this workspace; a link to a reply opens its thread. Nothing, when the address names
 * what is not there.
 * @param {string} hash
 * @param {Store} store
 * @returns {Place | undefined}
 */
export const toPlace = (hash, store) => {
  const [id = '', ts, kind] = hash.replace(/^#\/?/, '').split('?')[0]?.split('/') ?? []
  if (id === 'home') return { kind: 'home' }
  const channel = id === 'dm' ? store.dm()?.id : store.state.channels.get(id)?.id
  if (!channel) return undefined
  if (!ts) return { kind: 'channel', channel }
  const message = store.log(channel).byKey.get(ts)
  if (!message) return undefined
  if (kind === 'thread') return { kind: 'channel', channel, thread: ts }
  const isRoot = store.log(channel).threads.has(ts)
  const thread = message.threadTs && message.threadTs !== ts ? message.threadTs : isRoot ? ts : undefined
  return { kind: 'channel', channel, message: ts, ...(thread ? { thread } : {}) }
}
