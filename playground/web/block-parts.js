// @ts-check
/** @import { SlackJson } from '../protocol.ts' */
/** @import { App } from './app.js' */
/** @import { Field } from './elements.js' */
import { h } from './dom.js'
import { drawElement } from './elements.js'
import { labelOf, toObject, toObjects, toText } from './json.js'
import { drawEmoji } from './links.js'
import { drawMrkdwn } from './mrkdwn.js'

/**
 * What a block needs to know of the message or view in which it stands.
 * @typedef {object} Surface
 * @property {App} app
 * @property {(blockId: string, action: SlackJson) => void} act a button was pressed, a choice was made
 * @property {(blockId: string, element: SlackJson, read: () => SlackJson) => void} [register]
 * @property {(blockId: string, actionId: string) => SlackJson | undefined} [before]
 */

/** @typedef {(block: SlackJson, surface: Surface, blockId: string) => HTMLElement} Draw */

/**
 * A text object in its own form, or a plain string.
 * @param {unknown} text
 * @param {App} app
 */
export const drawText = (text, app) => {
  const object = toObject(text)
  return object.type === 'mrkdwn' ? drawMrkdwn(toText(object.text), app.names) : drawPlain(labelOf(text))
}

/**
 * Plain text, in which only emoji names are drawn.
 * @param {string} text
 */
export const drawPlain = text =>
  h(
    'p',
    { class: 'plain' },
    text.split(/(:[a-z0-9_+-]+:)/).map((part, index) => (index % 2 === 1 ? drawEmoji(part.slice(1, -1)) : part)),
  )

/**
 * The place of an element within a block.
 * @param {Surface} surface
 * @param {string} blockId
 * @param {string} [label]
 * @returns {(element: SlackJson) => Field}
 */
export const fieldIn =
  (surface, blockId, label = '') =>
  element => ({
    app: surface.app,
    label,
    before: surface.before?.(blockId, toText(element.action_id)),
    act: (pressed, state) =>
      surface.act(blockId, {
        action_id: pressed.action_id,
        block_id: blockId,
        ...state,
        action_ts: String(Date.now() / 1000),
      }),
    register: (registered, read) => surface.register?.(blockId, registered, read),
  })

/**
 * A row of buttons, menus and fields.
 * @type {Draw}
 */
export const drawActions = (block, surface, blockId) =>
  h(
    'div',
    { class: 'actions' },
    toObjects(block.elements).map(element => drawElement(element, fieldIn(surface, blockId)(element))),
  )
