/** @import { SlackJson } from '../protocol.ts' */

/**
 * Blocks come from a bot and may be anything, so they are read with functions that never throw: a wrong shape is empty.
 * @param {unknown} value @returns {SlackJson}
 */
export const toObject = value =>
  typeof value === 'object' && value !== null && !Array.isArray(value) ? /** @type {SlackJson} */ (value) : {}

/** The objects of a list; anything that is not an object is left out. @param {unknown} value @returns {SlackJson[]} */
export const toObjects = value =>
  Array.isArray(value) ? value.filter(item => typeof item === 'object' && item !== null) : []

/** A string, or an empty one. @param {unknown} value */
export const toText = value => (typeof value === 'string' ? value : '')

/** The text of a text object (`{type: 'plain_text', text}`) or of a plain string. @param {unknown} value */
export const labelOf = value => (typeof value === 'string' ? value : toText(toObject(value).text))
