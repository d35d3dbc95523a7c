// @ts-check
/** @import { Store } from './store.js' */
import { isReply } from './log.js'

/** Who comes for the first time has read everything but what was said within this time. */
const daySeconds = 86_400

const min = (/** @type {string} */ a, /** @type {string} */ b) => (a < b ? a : b)

/**
 * Up to where the spoken-as person has read each channel, kept in this browser.
 * @param {Store} store
 */
export const createReads = store => {
  /** @type {Record<string, string>} */
  let reads = {}
  const key = () => `threadwise.read.${store.state.as}`
  const save = () => localStorage.setItem(key(), JSON.stringify(reads))

  /** @param {string} channel */
  const newest = channel => seenIn(store, channel).at(-1)?.ts ?? '0'

  store.on('all', () => {
    reads = readStored(key())
    const dayAgo = String(Date.now() / 1000 - daySeconds)
    for (const channel of store.state.channels.keys()) reads[channel] ??= min(newest(channel), dayAgo)
    save()
  })

  return {
    /** @param {string} channel */
    mark: channel => {
      const last = newest(channel)
      if ((reads[channel] ?? '0') >= last) return
      reads[channel] = last
      save()
      store.emit('reads')
    },
    /**
     * How many messages of others the person has not seen in a channel.
     * @param {string} channel
     */
    count: channel => {
      const messages = seenIn(store, channel)
      const readTo = reads[channel] ?? '0'
      let count = 0
      for (let at = messages.length - 1; at >= 0; at--) {
        const message = messages[at]
        if (!message || message.ts <= readTo) break
        if (message.user !== store.state.as) count++
      }
      return count
    },
  }
}

/**
 * The messages that make a channel unread: what stands in the channel, and in a conversation with the bot its answers too.
 * @param {Store} store
 * @param {string} channel
 */
const seenIn = (store, channel) => {
  const log = store.log(channel)
  if (store.state.channels.get(channel)?.kind !== 'im') return log.main
  const replies = [...log.threads.values()].flat().filter(isReply)
  return [...log.main, ...replies].sort((a, b) => (a.ts < b.ts ? -1 : 1))
}

/**
 * @param {string} key
 * @returns {Record<string, string>}
 */
const readStored = key => {
  try {
    return JSON.parse(localStorage.getItem(key) ?? '{}')
  } catch {
    return {}
  }
}
