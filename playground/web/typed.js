// @ts-check
/** @import { State } from './store.js' */
import { unescapeSlack } from './links.js'

/**
 * A message as its author typed it, for editing: the server made ids of names and links of addresses, this undoes it.
 * @param {string} text
 * @param {State} state
 * @returns {string}
 */
export const toTypedText = (text, state) =>
  unescapeSlack(
    text.replace(/<([^<>]+)>/g, (_, /** @type {string} */ inside) => {
      const [target = '', label = ''] = inside.split('|')
      if (target.startsWith('@')) return `@${personName(state, target.slice(1))}`
      if (target.startsWith('#')) return `#${label || (state.channels.get(target.slice(1))?.name ?? target.slice(1))}`
      return target.startsWith('!') ? `@${target.slice(1)}` : target
    }),
  )

/**
 * @param {State} state
 * @param {string} id
 */
const personName = (state, id) => {
  const person = state.people.get(id)
  return person?.name || id
}
