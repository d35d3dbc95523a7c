// @ts-check
/** @import { PageMessage } from '../protocol.ts' */
/** @import { App } from './app.js' */
/** @import { MenuItem } from './menu.js' */
import { h, iconButton } from './dom.js'
import { quickReactions, toEmoji, toEmojiName } from './emoji.js'
import { askSure, openMenu, openPanel } from './menu.js'

/**
 * @typedef {object} ToolsFor
 * @property {'main' | 'thread'} where
 * @property {() => PageMessage} message
 * @property {() => void} edit
 */

/**
 * The small bar of a message: react, reply, more. It is made when the message is first pointed at or focused, because a
 * thousand messages need no thousand bars.
 * @param {App} app
 * @param {HTMLElement} content
 * @param {ToolsFor} tools
 */
export const createTools = (app, content, tools) => {
  const host = content.parentElement ?? content
  const make = () => {
    host.removeEventListener('pointerenter', make)
    host.removeEventListener('focusin', make)
    content.append(drawTools(app, tools))
  }
  host.addEventListener('pointerenter', make)
  host.addEventListener('focusin', make)
}

/**
 * @param {App} app
 * @param {ToolsFor} tools
 */
const drawTools = (app, tools) => {
  const { words } = app
  const { channel, ts, threadTs, ephemeralTo } = tools.message()
  const react = iconButton('smile', words.react, () => openReactions(app, react, tools), {
    testid: 'react',
    'aria-haspopup': 'dialog',
  })
  const reply = iconButton(
    'reply',
    words.replyInThread,
    () => app.go({ kind: 'channel', channel, thread: threadTs ?? ts, focus: 'composer' }),
    { testid: 'reply' },
  )
  const more = iconButton('more', words.moreActions, () => openMenu(more, words.moreActions, itemsOf(app, tools)), {
    testid: 'more-actions',
    'aria-haspopup': 'menu',
  })
  const isShared = ephemeralTo === undefined
  return h(
    'div',
    { class: 'tools', role: 'toolbar', 'aria-label': words.moreActions },
    isShared && react,
    isShared && tools.where === 'main' && reply,
    more,
  )
}

/**
 * @param {App} app
 * @param {ToolsFor} tools
 * @returns {MenuItem[]}
 */
const itemsOf = (app, tools) => {
  const { words, store } = app
  const message = tools.message()
  const { channel, ts } = message
  const isMine = message.user === store.state.as && message.ephemeralTo === undefined
  const shortcuts =
    message.ephemeralTo === undefined ? store.state.shortcuts.filter(shortcut => shortcut.type === 'message') : []
  return [
    ...shortcuts.map(({ name, description, callbackId }) => ({
      label: name,
      hint: description,
      testid: `shortcut-${callbackId}`,
      choose: () => void app.act({ do: 'message_shortcut', channel, ts, callbackId }),
    })),
    { label: words.copyLink, testid: 'copy-link', choose: () => void copyLink(app, message) },
    ...(isMine
      ? [
          { label: words.editMessage, testid: 'edit', choose: tools.edit },
          { label: words.deleteMessage, testid: 'delete', isDanger: true, choose: () => void remove(app, message) },
        ]
      : []),
  ]
}

/**
 * @param {App} app
 * @param {PageMessage} message
 */
const copyLink = async (app, { channel, ts, threadTs }) => {
  const thread = threadTs && threadTs !== ts ? `?thread_ts=${threadTs}&cid=${channel}` : ''
  const link = `${location.origin}/archives/${channel}/p${ts.replace('.', '')}${thread}`
  await navigator.clipboard.writeText(link).catch(() => undefined)
  app.toast(app.words.linkCopied, 'info')
}

/**
 * @param {App} app
 * @param {PageMessage} message
 */
const remove = async (app, { channel, ts }) => {
  const { words } = app
  const isSure = await askSure({
    title: '',
    text: words.deleteSure,
    yes: words.deleteIt,
    no: words.cancel,
    isDanger: true,
  })
  if (isSure) await app.act({ do: 'delete', channel, ts })
}

/**
 * @param {App} app
 * @param {HTMLElement} anchor
 * @param {ToolsFor} tools
 */
const openReactions = (app, anchor, tools) => {
  const { channel, ts } = tools.message()
  const react = (/** @type {string} */ name) => {
    close()
    if (name) void app.act({ do: 'react', channel, ts, name })
  }
  const name = h('input', {
    type: 'text',
    placeholder: app.words.reactName,
    'aria-label': app.words.reactName,
    testid: 'react-name',
  })
  name.addEventListener('keydown', event => {
    if (event.key === 'Enter' && !event.isComposing) react(toEmojiName(name.value))
  })
  const buttons = quickReactions.map(quick =>
    h(
      'button',
      {
        type: 'button',
        class: 'emoji-choice',
        'aria-label': quick,
        title: `:${quick}:`,
        testid: `emoji-${quick}`,
        on: { click: () => react(quick) },
      },
      toEmoji(quick),
    ),
  )
  const panel = h(
    'div',
    { class: 'menu reactions-menu', role: 'dialog', 'aria-label': app.words.react },
    h('div', { class: 'emoji-choices' }, buttons),
    name,
  )
  const close = openPanel(anchor, panel)
  buttons[0]?.focus()
}
