// @ts-check
/** @import { Attachment } from './attachments.js' */
/** @import { App } from './app.js' */
import { createAttachments } from './attachments.js'
import { h, iconButton } from './dom.js'
import { createEditor } from './editor.js'
import { openMenu } from './menu.js'

/**
 * Where a message goes.
 * @typedef {{ channel: string, threadTs?: string, canBroadcast?: boolean }} Target
 */

/** @typedef {{ text: string, files: Attachment[] }} Draft */

/**
 * The place to write in: text, files, commands, shortcuts. What is typed is kept for each conversation and each person
 * until it has been sent.
 * @param {App} app
 * @param {{ testid: string, onEditLast: () => void }} options
 */
export const createComposer = (app, options) => {
  const { words } = app
  /** @type {Target} */
  let target = { channel: '' }
  const attachments = createAttachments(app)
  const editor = createEditor(app, {
    label: '',
    testid: options.testid,
    withCommands: true,
    onSend: () => void send(),
    onUpWhenEmpty: options.onEditLast,
    onFiles: attachments.add,
  })
  const broadcast = h('input', { type: 'checkbox', testid: `${options.testid}-broadcast` })
  const broadcastLine = h('label', { class: 'broadcast' }, broadcast, words.alsoToChannel)

  const keep = () => app.drafts.set(keyOf(app, target), { text: editor.value(), files: attachments.items() })
  const empty = () => {
    editor.setValue('')
    attachments.replace([])
    keep()
  }
  const restore = (/** @type {Target} */ place, /** @type {Draft} */ draft) => {
    const now = keyOf(app, place) === keyOf(app, target)
    const later = now ? editor.value() : (app.drafts.get(keyOf(app, place))?.text ?? '')
    const whole = { text: later ? `${draft.text}\n${later}` : draft.text, files: draft.files }
    app.drafts.set(keyOf(app, place), whole)
    if (now) show(whole)
  }
  const show = (/** @type {Draft | undefined} */ draft) => {
    editor.setValue(draft?.text ?? '')
    attachments.replace(draft?.files ?? [])
  }
  const send = async () => {
    const place = target
    const text = editor.value().trimEnd()
    if (!text.trim() && attachments.isEmpty()) return
    const command = /^[/／]([^\s/]*)(?:\s+([\s\S]*))?$/.exec(text)
    if (command) return sendCommand(place, `/${command[1]}`, command[2] ?? '')
    const draft = { text: editor.value(), files: attachments.items() }
    const files = await attachments.ids()
    if (!files) return
    empty()
    const isSent = await app.act({
      do: 'say',
      ...toSay(place, broadcast.checked),
      text: text.replace(/^\n+/, ''),
      ...(files.length > 0 ? { files } : {}),
    })
    if (!isSent) return restore(place, draft)
    broadcast.checked = false
  }
  const sendCommand = async (/** @type {Target} */ place, /** @type {string} */ name, /** @type {string} */ text) => {
    const { commands } = app.store.state
    if (place.threadTs !== undefined) return app.toast(words.notInThreads(name))
    if (!commands.some(known => known.command === name)) return app.toast(words.noSuchCommand(name))
    const draft = { text: editor.value(), files: attachments.items() }
    empty()
    const isSent = await app.act({ do: 'command', channel: place.channel, command: name, text })
    if (!isSent) restore(place, draft)
  }

  const node = h(
    'div',
    { class: 'composer' },
    attachments.node,
    editor.node,
    h(
      'div',
      { class: 'composer-bar' },
      drawButtons(app, attachments.add, editor.type, options.testid),
      broadcastLine,
      iconButton('send', words.send, () => void send(), { class: 'send', testid: `${options.testid}-send` }),
    ),
  )
  node.addEventListener('input', keep)

  return {
    node,
    attach: attachments.add,
    focus: editor.focus,
    isEmpty: () => editor.value() === '' && attachments.isEmpty(),
    /**
     * Turns to another conversation, with what had been typed there.
     * @param {Target} next
     * @param {string} label
     */
    aim: (next, label) => {
      const isSame = keyOf(app, next) === keyOf(app, target)
      if (!isSame && target.channel) keep()
      target = next
      editor.setLabel(label)
      broadcastLine.hidden = !next.canBroadcast
      if (isSame) return
      broadcast.checked = false
      show(app.drafts.get(keyOf(app, next)))
    },
  }
}

/**
 * @param {App} app
 * @param {Target} target
 */
const keyOf = (app, target) => `${app.store.state.as}/${target.channel}/${target.threadTs ?? ''}`

/**
 * @param {Target} target
 * @param {boolean} isBroadcast
 */
const toSay = ({ channel, threadTs }, isBroadcast) => ({
  channel,
  ...(threadTs === undefined ? {} : { threadTs }),
  ...(threadTs !== undefined && isBroadcast ? { broadcast: true } : {}),
})

/**
 * @param {App} app
 * @param {(files: File[]) => void} attach
 * @param {(text: string) => void} type
 * @param {string} testid
 */
const drawButtons = (app, attach, type, testid) => {
  const { words } = app
  const picker = h('input', { type: 'file', multiple: true, hidden: true, testid: `${testid}-file` })
  picker.addEventListener('change', () => {
    attach([...(picker.files ?? [])])
    picker.value = ''
  })
  const bolt = iconButton('bolt', words.shortcuts, () => openShortcuts(app, bolt, type), {
    testid: `${testid}-shortcuts`,
    'aria-haspopup': 'menu',
  })
  return [picker, iconButton('clip', words.attach, () => picker.click(), { testid: `${testid}-attach` }), bolt]
}

/**
 * @param {App} app
 * @param {HTMLElement} anchor
 * @param {(text: string) => void} type
 */
const openShortcuts = (app, anchor, type) => {
  const { shortcuts, commands } = app.store.state
  const globals = shortcuts.filter(shortcut => shortcut.type === 'global')
  const items = [
    ...globals.map(({ name, description, callbackId }) => ({
      label: name,
      hint: description,
      testid: `shortcut-${callbackId}`,
      choose: () => void app.act({ do: 'global_shortcut', callbackId }),
    })),
    ...commands.map(({ command, description }) => ({
      label: command,
      hint: description,
      choose: () => type(`${command} `),
    })),
  ]
  openMenu(anchor, app.words.shortcuts, items, app.words.noShortcuts)
}
