/** @import { SlackJson } from '../protocol.ts' */
/** @import { VNode } from 'preact' */
import { html } from 'htm/preact'
import { chart } from './chart.js'
import { drawElement, picture, unknown } from './elements.js'
import { labelOf, toObject, toObjects, toText } from './json.js'
import { markdown, table } from './markdown.js'
import { words } from './state.js'
import { inlineOf, richText, textOf } from './text.js'
import { icon } from './ui.js'

/**
 * The message or view in which a block stands: who is told what was pressed or chosen, what a view holds that was put in,
 * and what is wrong with it, by block.
 * @typedef {{ act: (blockId: string, action: SlackJson) => void, errors?: Record<string, string>,
 *   held?: (blockId: string, element: SlackJson) => SlackJson | undefined,
 *   hold?: (blockId: string, element: SlackJson, state: SlackJson) => void }} Surface
 */

/** @typedef {(block: SlackJson, surface: Surface, blockId: string) => VNode} Draw */

/** @param {string} blockId */
const errorId = blockId => `error-${blockId}`

/**
 * The place of an element within a block.
 * @param {SlackJson} element @param {Surface} surface
 * @param {{ blockId: string, label?: string, isSilent?: boolean }} place
 */
const elementIn = (element, surface, { blockId, label = '', isSilent = false }) =>
  drawElement(element, {
    label,
    held: surface.held?.(blockId, element),
    hold: surface.hold && (state => surface.hold?.(blockId, element, state)),
    error: surface.errors?.[blockId] && errorId(blockId),
    act: state => {
      const action_ts = String(Date.now() / 1000)
      if (!isSilent) surface.act(blockId, { action_id: element.action_id, block_id: blockId, ...state, action_ts })
    },
  })

/** @type {Draw} */
const section = (block, surface, blockId) => {
  const fields = toObjects(block.fields).map(field => html`<div class="field">${textOf(field)}</div>`)
  const place = { blockId, label: labelOf(block.text).slice(0, 80) }
  const accessory = block.accessory ? elementIn(toObject(block.accessory), surface, place) : ''
  return html`<div class="section">
    <div class="section-text">
      ${block.text ? textOf(block.text) : ''}${fields.length > 0 && html`<div class="fields">${fields}</div>`}
    </div>
    ${accessory && html`<div class="accessory">${accessory}</div>`}
  </div>`
}

/** @type {Draw} */
const context = block => {
  const draw = (/** @type {SlackJson} */ element) =>
    element.type === 'image' ? picture(element, 'context-image') : html`<span>${inlineOf(element)}</span>`
  return html`<div class="context">${toObjects(block.elements).map(draw)}</div>`
}

/** A row of buttons, menus and fields. @type {Draw} */
const actions = (block, surface, blockId) =>
  html`<div class="actions">${toObjects(block.elements).map(one => elementIn(one, surface, { blockId }))}</div>`

/** @type {Draw} */
const image = block => html`<figure>
  ${block.title ? html`<figcaption>${labelOf(block.title)}</figcaption>` : ''}${picture(block, 'picture')}
</figure>`

/** @type {Draw} */
const tableBlock = block => {
  const settings = Array.isArray(block.column_settings) ? block.column_settings : []
  const draw = (/** @type {'th' | 'td'} */ tag, /** @type {unknown} */ row) => {
    const cells = toObjects(row).map((one, at) => {
      return html`<${tag} style=${{ textAlign: toText(toObject(settings[at]).align) }}>${cell(one)}<//>`
    })
    return html`<tr>${cells}</tr>`
  }
  const [head, ...body] = Array.isArray(block.rows) ? block.rows : []
  return table(
    head ? [draw('th', head)] : [],
    body.map(row => draw('td', row)),
  )
}

/** @param {SlackJson} one */
const cell = one => {
  if (one.type === 'rich_text') return richText(one)
  return one.type === 'raw_number' ? String(one.text ?? one.value ?? '') : labelOf(one)
}

/** @type {Draw} */
const input = (block, surface, blockId) => {
  const label = labelOf(block.label)
  const place = { blockId, label, isSilent: block.dispatch_action !== true }
  const optional = block.optional === true && html`<span class="optional"> ${words.value.optional}</span>`
  return html`<div class="input">
    <div class="input-label">${label}${optional}</div>
    ${elementIn(toObject(block.element), surface, place)}
    ${block.hint ? html`<small class="hint">${labelOf(block.hint)}</small>` : ''}
  </div>`
}

/** A coloured box with a sentence. @type {Draw} */
const alert = block => {
  const level = ['info', 'warning', 'error', 'success'].find(one => one === block.level) ?? 'default'
  return html`<div class=${`alert alert-${level}`} role="note">${textOf(block.text)}</div>`
}

/** A card: picture, titles, text, buttons. @type {Draw} */
const card = (block, surface, blockId) => html`<div class="card">
  ${block.hero_image ? picture(toObject(block.hero_image), 'picture') : ''}
  ${['title', 'subtitle', 'body'].map(part => block[part] && html`<div class=${`card-${part}`}>${textOf(block[part])}</div>`)}
  ${block.actions ? actions({ elements: block.actions }, surface, blockId) : ''}
</div>`

/** One step of the bot's work. @type {Draw} */
const task = block => html`<div class=${`task-card task-${toText(block.status)}`}>
  <strong>${toText(block.title)}</strong>
  ${[block.details, block.output].map(part => part && richText(toObject(part)))}
</div>`

/** @type {Record<string, Draw>} */
const drawings = {
  section,
  header: block => html`<h3 class="block-title">${labelOf(block.text)}</h3>`,
  divider: () => html`<hr />`,
  context,
  actions,
  context_actions: actions,
  image,
  markdown: block => markdown(toText(block.text)),
  rich_text: richText,
  table: tableBlock,
  data_table: tableBlock,
  data_visualization: chart,
  input,
  alert,
  card,
  carousel: (block, surface, blockId) =>
    html`<div class="carousel" tabindex="0">${toObjects(block.elements).map(one => card(one, surface, blockId))}</div>`,
  container: (block, surface) => html`<div class="card">
    ${block.title ? html`<div class="card-title">${labelOf(block.title)}</div>` : ''}
    ${drawBlocks(block.child_blocks, surface)}
  </div>`,
  file: block => html`<div class="file-line">${icon('clip')}${words.value.file} ${toText(block.external_id)}</div>`,
  task_card: task,
  plan: (block, surface, blockId) => html`<div class="plan">
    <p class="heading">${toText(block.title)}</p>${toObjects(block.tasks).map(one => task(one, surface, blockId))}
  </div>`,
}

/** Draws Slack's blocks; an unknown one as its JSON. @param {unknown} blocks @param {Surface} surface */
export const drawBlocks = (blocks, surface) =>
  toObjects(blocks).map((block, index) => {
    const blockId = toText(block.block_id) || `b${index}`
    const type = toText(block.type)
    const draw = Object.hasOwn(drawings, type) ? drawings[type] : undefined
    const error = surface.errors?.[blockId]
    const sentence = html`<p class="field-error" id=${errorId(blockId)} role="alert" data-testid="field-error">${error}</p>`
    return html`<div class=${`block block-${type}`} data-block-id=${blockId} key=${`${index} ${type}`}>
      ${draw ? draw(block, surface, blockId) : unknown(block)}${error && sentence}
    </div>`
  })
