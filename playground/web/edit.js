// @ts-check
/** @import { PageMessage } from '../protocol.ts' */
/** @import { App } from './app.js' */
import { h } from './dom.js'
import { createEditor } from './editor.js'
import { toTypedText } from './typed.js'

/**
 * Editing a message where it stands: Enter saves, Escape leaves it as it was. When saving fails, the box stays open with
 * what was typed.
 * @param {App} app
 * @param {HTMLElement} body
 * @param {() => PageMessage} message
 */
export const createEdit = (app, body, message) => {
  const open = () => {
    if (body.nextElementSibling?.classList.contains('edit-box')) return
    const editor = createEditor(app, {
      label: app.words.editMessage,
      testid: 'edit-box',
      withCommands: false,
      onSend: () => void save(),
    })
    const close = () => {
      box.remove()
      body.hidden = false
      body.closest('article')?.focus()
    }
    const save = async () => {
      const { channel, ts } = message()
      const text = editor.value().trim()
      if (!text || (await app.act({ do: 'edit', channel, ts, text }))) close()
    }
    const buttons = [
      h('button', { type: 'button', class: 'button', on: { click: close } }, app.words.cancel),
      h(
        'button',
        { type: 'button', class: 'button primary', testid: 'edit-save', on: { click: () => void save() } },
        app.words.save,
      ),
    ]
    const box = h('div', { class: 'edit-box' }, editor.node, h('div', { class: 'actions' }, buttons))
    box.addEventListener('keydown', event => {
      if (event.key !== 'Escape' || event.isComposing) return
      event.stopPropagation()
      close()
    })
    body.hidden = true
    body.after(box)
    editor.setValue(toTypedText(message().text, app.store.state))
    editor.focus()
  }
  return { open }
}
