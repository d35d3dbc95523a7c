// @ts-check
/** @import { PageView, SlackJson } from '../protocol.ts' */
/** @import { App } from './app.js' */
import { fill, h } from './dom.js'
import { createForm } from './form.js'
import { keepFocus } from './menu.js'

/** @typedef {ReturnType<typeof createForm>} Form */

/**
 * The bot's modals, one on top of the other: only the top one is seen, those below keep what was typed.
 * @param {App} app
 */
export const createModals = app => {
  const dialog = h('dialog', { class: 'modal', testid: 'modal' })
  /** @type {Map<string, { form: Form, json: string }>} */
  const forms = new Map()

  let giveBack = () => {}

  const top = () => app.store.state.modals.at(-1)
  const closeTop = () => {
    const view = top()
    if (view) void app.act({ do: 'close_view', viewId: view.id })
  }
  const close = () => {
    if (!dialog.open) return
    dialog.close()
    giveBack()
  }
  const sync = () => {
    const { modals } = app.store.state
    for (const id of [...forms.keys()]) if (!modals.some(view => view.id === id)) forms.delete(id)
    const view = modals.at(-1)
    if (!view) return close()
    for (const modal of modals) keepForm(modal)
    const form = forms.get(view.id)?.form
    if (!form) return
    const isNew = !dialog.contains(form.node)
    if (isNew) fill(dialog, form.node)
    dialog.setAttribute('aria-label', form.title())
    if (!dialog.open) {
      giveBack = keepFocus()
      dialog.showModal()
    }
    if (isNew) form.focus()
    if (view.errors) form.showErrors(view.errors)
  }
  const keepForm = (/** @type {PageView} */ view) => {
    const { title, blocks, submit: send, close } = view.view
    const json = JSON.stringify([title, blocks, send, close])
    const known = forms.get(view.id)
    if (known?.json === json) return
    if (known) known.form.redraw(view)
    forms.set(view.id, {
      form: known?.form ?? createForm(app, view, { close: closeTop, submit: state => submit(view.id, state) }),
      json,
    })
  }
  const submit = (/** @type {string} */ viewId, /** @type {Record<string, Record<string, SlackJson>>} */ state) =>
    app.act({ do: 'submit_view', viewId, state }).then(Boolean)

  dialog.addEventListener('cancel', event => {
    event.preventDefault()
    closeTop()
  })
  app.hear('modals', sync)
  app.hear('all', sync)
  return { node: dialog, sync }
}
