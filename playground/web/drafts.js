// @ts-check
/** @import { PageFile } from '../protocol.ts' */
/** @import { Signal } from '@preact/signals' */
import { signal } from '@preact/signals'
import { as } from './state.js'

/**
 * A file on its way: uploaded at once, and again when the message is sent if that did not work.
 * @typedef {{ file: File, done?: PageFile, going?: Promise<void> }} Attachment
 */

/** @typedef {{ text: string, files: Attachment[] }} Draft */

/** @type {Map<string, Signal<Draft>>} */
const drafts = new Map()

/**
 * What has been typed and not sent, in each conversation and by each person.
 * @param {string} channel
 * @param {string} [threadTs]
 */
export const draftOf = (channel, threadTs = '') => {
  const key = `${as.value}/${channel}/${threadTs}`
  const known = drafts.get(key) ?? signal(/** @type {Draft} */ ({ text: '', files: [] }))
  drafts.set(key, known)
  return known
}

/** @param {string} channel @param {string} [threadTs] */
export const isEmptyDraft = (channel, threadTs) => {
  const { text, files } = draftOf(channel, threadTs).value
  return text === '' && files.length === 0
}
