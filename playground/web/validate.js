// @ts-check
/** @import { SlackJson, ViewState } from '../protocol.ts' */
/** @import { Words } from './words.js' */
import { isEmptyState } from './choices.js'
import { toObject, toText } from './json.js'

/**
 * What Slack's own client would refuse before it asks the bot, by block, each with its sentence.
 * @param {SlackJson[]} blocks
 * @param {ViewState} state
 * @param {Words} words
 * @returns {Record<string, string>}
 */
export const findErrors = (blocks, state, words) => {
  /** @type {Record<string, string>} */
  const errors = {}
  for (const [index, block] of blocks.entries()) {
    if (block.type !== 'input') continue
    const blockId = toText(block.block_id) || `b${index}`
    const element = toObject(block.element)
    const error = errorOf(block, element, state[blockId]?.[toText(element.action_id)], words)
    if (error) errors[blockId] = error
  }
  return errors
}

/**
 * @param {SlackJson} block
 * @param {SlackJson} element
 * @param {SlackJson | undefined} state
 * @param {Words} words
 */
const errorOf = (block, element, state, words) => {
  if (!state) return undefined
  if (isEmptyState(state)) return block.optional === true ? undefined : words.required
  const value = toText(state.value)
  const least = Number(element.min_length) || 0
  if (state.value && value.length < least) return words.tooShort(least)
  if (element.type === 'number_input') return numberError(element, Number(value), words)
  if (element.type === 'email_text_input' && !/^[^\s@]+@[^\s@]+$/.test(value)) return words.notAnAddress
  if (element.type === 'url_text_input' && !/^https?:\/\/\S+$/.test(value)) return words.notALink
  return undefined
}

/**
 * @param {SlackJson} element
 * @param {number} value
 * @param {Words} words
 */
const numberError = (element, value, words) => {
  if (Number.isNaN(value)) return words.notANumber
  const isLow = element.min_value !== undefined && value < Number(element.min_value)
  const isHigh = element.max_value !== undefined && value > Number(element.max_value)
  return isLow || isHigh ? words.outOfRange : undefined
}
