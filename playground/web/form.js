// @ts-check
/** @import { PageView, SlackJson, ViewState } from '../protocol.ts' */
/** @import { App } from './app.js' */
import { drawBlock } from './blocks.js'
import { fill, h, iconButton } from './dom.js'
import { labelOf, toObjects, toText } from './json.js'
import { findErrors } from './validate.js'

/**
 * A field of a form that can be read: its block, its element, and its state now.
 * @typedef {{ blockId: string, element: SlackJson, read: () => SlackJson }} Reader
 */

/**
 * One view as a form: its blocks, its buttons, what is wrong with what was written.
 * @param {App} app
 * @param {PageView} first
 * @param {{ close: () => void, submit: (state: ViewState) => Promise<boolean> }} hooks
 */
export const createForm = (app, first, hooks) => {
  let view = first
  /** @type {Reader[]} */
  let readers = []
  const node = h('form', { class: 'modal-form', novalidate: true })

  const state = () => toState(readers)
  const draw = (/** @type {ViewState} */ before) => {
    readers = []
    /** @type {import('./block-parts.js').Surface} */
    const surface = {
      app,
      act: (blockId, action) => void app.act({ do: 'act_in_view', viewId: view.id, blockId, action, state: state() }),
      register: (blockId, element, read) => readers.push({ blockId, element, read }),
      before: (blockId, actionId) => before[blockId]?.[actionId],
    }
    const blocks = toObjects(view.view.blocks).map((block, index) => drawBlock(block, index, surface))
    fill(
      node,
      drawHead(app, view, hooks.close),
      h('div', { class: 'modal-body' }, blocks),
      drawFoot(app, view, hooks.close),
    )
  }
  const showErrors = (/** @type {Record<string, string>} */ errors) => {
    for (const old of node.querySelectorAll('.field-error')) old.remove()
    for (const field of node.querySelectorAll('[aria-invalid]')) field.removeAttribute('aria-invalid')
    for (const [blockId, sentence] of Object.entries(errors)) markError(node, blockId, sentence)
    const firstBad = node.querySelector('[aria-invalid]')
    if (firstBad instanceof HTMLElement) firstBad.focus()
  }
  const submit = async () => {
    const errors = findErrors(toObjects(view.view.blocks), state(), app.words)
    showErrors(errors)
    if (Object.keys(errors).length > 0) return
    node.setAttribute('aria-busy', 'true')
    await hooks.submit(state())
    node.removeAttribute('aria-busy')
  }

  node.addEventListener('submit', event => {
    event.preventDefault()
    if (!node.hasAttribute('aria-busy')) void submit()
  })
  draw({})
  return {
    node,
    showErrors,
    title: () => labelOf(view.view.title),
    /** Draws a view that the bot has changed; what was written in fields that are still there stays. @param {PageView} next */
    redraw: next => {
      const before = state()
      view = next
      draw(before)
    },
    focus: () => {
      const target =
        node.querySelector('[autofocus]') ??
        node.querySelector('.modal-body :is(input, textarea, select, summary, button, a)') ??
        node.querySelector('footer button')
      if (target instanceof HTMLElement) target.focus()
    },
  }
}

/**
 * @param {Reader[]} readers
 * @returns {ViewState}
 */
const toState = readers => {
  /** @type {ViewState} */
  const state = {}
  for (const { blockId, element, read } of readers) {
    const block = state[blockId] ?? {}
    state[blockId] = block
    block[toText(element.action_id)] = read()
  }
  return state
}

/**
 * @param {App} app
 * @param {PageView} view
 * @param {() => void} close
 */
const drawHead = (app, view, close) =>
  h(
    'header',
    {},
    h('h2', {}, labelOf(view.view.title)),
    iconButton('close', app.words.close, close, { testid: 'modal-x' }),
  )

/**
 * @param {App} app
 * @param {PageView} view
 * @param {() => void} close
 */
const drawFoot = (app, view, close) => {
  const hasInputs = toObjects(view.view.blocks).some(block => block.type === 'input')
  const submit = labelOf(view.view.submit) || (hasInputs ? app.words.submit : '')
  return h(
    'footer',
    {},
    h(
      'button',
      { type: 'button', class: 'button', testid: 'modal-close', on: { click: close } },
      labelOf(view.view.close) || app.words.cancel,
    ),
    submit ? h('button', { type: 'submit', class: 'button primary', testid: 'modal-submit' }, submit) : undefined,
  )
}

let nextError = 0

/**
 * @param {HTMLElement} form
 * @param {string} blockId
 * @param {string} sentence
 */
const markError = (form, blockId, sentence) => {
  const block = form.querySelector(`[data-block-id="${CSS.escape(blockId)}"]`)
  if (!block) return
  const id = `error-${nextError++}`
  block.append(h('p', { class: 'field-error', id, role: 'alert', testid: 'field-error' }, sentence))
  const field = block.querySelector('input, textarea, select, summary')
  field?.setAttribute('aria-invalid', 'true')
  field?.setAttribute('aria-describedby', id)
}
