// @ts-check
/** @import { SlackJson } from '../protocol.ts' */
/** @import { App } from './app.js' */
/** @import { Draw, Surface } from './block-parts.js' */
import { drawActions, drawPlain, drawText, fieldIn } from './block-parts.js'
import { drawAlert, drawCard, drawCarousel, drawPlan, drawTask } from './cards.js'
import { drawChart } from './chart.js'
import { h, icon } from './dom.js'
import { drawElement, drawPicture, drawUnknown } from './elements.js'
import { labelOf, toObject, toObjects, toText } from './json.js'
import { drawMarkdown } from './markdown.js'
import { drawTable } from './markdown-table.js'
import { drawMrkdwnInline } from './mrkdwn.js'
import { drawRichText } from './rich-text.js'

/**
 * Blocks in which nothing can be pressed: they can be changed in place while a text grows.
 * @param {SlackJson} block
 * @returns {boolean}
 */
export const isStill = block =>
  ['header', 'divider', 'context', 'markdown', 'rich_text', 'table', 'data_table', 'alert', 'image'].includes(
    toText(block.type),
  ) ||
  (block.type === 'section' && block.accessory === undefined)

/**
 * Draws one of Slack's blocks; one that is not known is shown as the JSON that it is.
 * @param {SlackJson} block
 * @param {number} index where it stands, for blocks that carry no id
 * @param {Surface} surface
 * @returns {HTMLElement}
 */
export const drawBlock = (block, index, surface) => {
  const blockId = toText(block.block_id) || `b${index}`
  const type = toText(block.type)
  const draw = Object.hasOwn(drawings, type) ? drawings[type] : undefined
  const inside = draw ? draw(block, surface, blockId) : drawUnknown(block, surface.app)
  return h('div', { class: `block block-${type}`, 'data-block-id': blockId }, inside)
}

/** @type {Draw} */
const drawSection = (block, surface, blockId) => {
  const accessory = toObject(block.accessory)
  const fields = toObjects(block.fields).map(field => h('div', { class: 'field' }, drawText(field, surface.app)))
  return h(
    'div',
    { class: 'section' },
    h(
      'div',
      { class: 'section-text' },
      block.text ? drawText(block.text, surface.app) : undefined,
      fields.length > 0 && h('div', { class: 'fields' }, fields),
    ),
    block.accessory
      ? h(
          'div',
          { class: 'accessory' },
          drawElement(accessory, fieldIn(surface, blockId, labelOf(block.text).slice(0, 80))(accessory)),
        )
      : undefined,
  )
}

/** @type {Draw} */
const drawContext = (block, { app }) =>
  h(
    'div',
    { class: 'context' },
    toObjects(block.elements).map(element =>
      element.type === 'image'
        ? drawPicture(element, app, 'context-image')
        : h(
            'span',
            {},
            element.type === 'mrkdwn' ? drawMrkdwnInline(toText(element.text), app.names) : drawPlain(labelOf(element)),
          ),
    ),
  )

/** @type {Draw} */
const drawImage = (block, { app }) =>
  h(
    'figure',
    {},
    block.title ? h('figcaption', {}, labelOf(block.title)) : undefined,
    drawPicture(block, app, 'picture'),
  )

/** @type {Draw} */
const drawTableBlock = (block, { app }) => {
  const rows = Array.isArray(block.rows) ? block.rows : []
  const settings = Array.isArray(block.column_settings) ? block.column_settings : []
  const draw = (/** @type {'th' | 'td'} */ tag, /** @type {unknown} */ row) =>
    h(
      'tr',
      {},
      toObjects(row).map((cell, column) =>
        h(tag, { class: `align-${toText(toObject(settings[column]).align) || 'left'}` }, drawCell(cell, app)),
      ),
    )
  const [head, ...body] = rows
  return drawTable(
    head ? [draw('th', head)] : [],
    body.map(row => draw('td', row)),
  )
}

/**
 * @param {SlackJson} cell
 * @param {App} app
 */
const drawCell = (cell, app) => {
  if (cell.type === 'rich_text') return drawRichText(cell, app.names)
  if (cell.type === 'raw_number') return String(cell.text ?? cell.value ?? '')
  return labelOf(cell)
}

/** @type {Draw} */
const drawInput = (block, surface, blockId) => {
  const element = toObject(block.element)
  const label = labelOf(block.label)
  const field = fieldIn(surface, blockId, label)(element)
  const act = block.dispatch_action === true ? field.act : () => undefined
  const optional =
    block.optional === true ? h('span', { class: 'optional' }, ` ${surface.app.words.optional}`) : undefined
  return h(
    'div',
    { class: 'input' },
    h('div', { class: 'input-label' }, label, optional),
    drawElement(element, { ...field, act }),
    block.hint ? h('small', { class: 'hint' }, labelOf(block.hint)) : undefined,
  )
}

/** @type {Draw} */
const drawFile = (block, { app }) =>
  h('div', { class: 'file-line' }, icon('clip'), `${app.words.file} ${toText(block.external_id)}`)

/** @type {Draw} */
const drawContainer = (block, surface) =>
  h(
    'div',
    { class: 'card' },
    block.title ? h('div', { class: 'card-title' }, labelOf(block.title)) : undefined,
    toObjects(block.child_blocks).map((child, index) => drawBlock(child, index, surface)),
  )

/** @type {Record<string, Draw>} */
const drawings = {
  section: drawSection,
  header: block => h('h3', { class: 'block-title' }, labelOf(block.text)),
  divider: () => h('hr'),
  context: drawContext,
  actions: drawActions,
  context_actions: drawActions,
  image: drawImage,
  markdown: (block, { app }) => drawMarkdown(toText(block.text), app.names),
  rich_text: (block, { app }) => drawRichText(block, app.names),
  table: drawTableBlock,
  data_table: drawTableBlock,
  data_visualization: drawChart,
  input: drawInput,
  alert: drawAlert,
  card: drawCard,
  carousel: drawCarousel,
  container: drawContainer,
  file: drawFile,
  task_card: drawTask,
  plan: drawPlan,
}
