// @ts-check
/** @import { Draw } from './block-parts.js' */
import { drawActions, drawText } from './block-parts.js'
import { h } from './dom.js'
import { drawPicture } from './elements.js'
import { toObject, toObjects, toText } from './json.js'
import { drawRichText } from './rich-text.js'

const alertLevels = ['info', 'warning', 'error', 'success']

/**
 * A coloured box with a sentence.
 * @type {Draw}
 */
export const drawAlert = (block, { app }) => {
  const level = alertLevels.includes(toText(block.level)) ? toText(block.level) : 'default'
  return h('div', { class: `alert alert-${level}`, role: 'note' }, drawText(block.text, app))
}

/**
 * A card: picture, titles, text, buttons.
 * @type {Draw}
 */
export const drawCard = (block, surface, blockId) => {
  const { app } = surface
  const part = (/** @type {string} */ name) =>
    block[name] ? h('div', { class: `card-${name}` }, drawText(block[name], app)) : undefined
  return h(
    'div',
    { class: 'card' },
    block.hero_image ? drawPicture(toObject(block.hero_image), app, 'picture') : undefined,
    part('title'),
    part('subtitle'),
    part('body'),
    block.actions ? drawActions({ elements: block.actions }, surface, blockId) : undefined,
  )
}

/**
 * One step of the bot’s work.
 * @type {Draw}
 */
export const drawTask = (block, { app }) =>
  h(
    'div',
    { class: `task-card task-${toText(block.status)}` },
    h('strong', {}, toText(block.title)),
    block.details ? drawRichText(toObject(block.details), app.names) : undefined,
    block.output ? drawRichText(toObject(block.output), app.names) : undefined,
  )

/**
 * The steps of a plan, each with its state.
 * @type {Draw}
 */
export const drawPlan = (block, surface, blockId) =>
  h(
    'div',
    { class: 'plan' },
    h('p', { class: 'heading' }, toText(block.title)),
    toObjects(block.tasks).map(task => drawTask(task, surface, blockId)),
  )

/**
 * Cards side by side, which scroll inside themselves.
 * @type {Draw}
 */
export const drawCarousel = (block, surface, blockId) =>
  h(
    'div',
    { class: 'carousel', tabindex: 0 },
    toObjects(block.elements).map(card => drawCard(card, surface, blockId)),
  )
