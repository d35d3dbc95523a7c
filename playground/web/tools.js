/** @import { PageMessage } from '../protocol.ts' */
/** @import { MenuItem } from './menu.js' */
import { html } from 'htm/preact'
import { askSure, openMenu, openPanel } from './menu.js'
import { go } from './places.js'
import { act, as, shortcuts, toast, words } from './state.js'
import { quickReactions, toEmoji, toEmojiName } from './text.js'
import { iconButton, popup } from './ui.js'

/**
 * The small bar of a message: react, reply, more.
 * @param {PageMessage} message @param {'main' | 'thread'} where @param {() => void} edit
 */
export const tools = (message, where, edit) => {
  const { react, replyInThread, moreActions } = words.value
  const { channel, ts, threadTs = ts, ephemeralTo } = message
  const isShared = ephemeralTo === undefined
  const openMore = (/** @type {{ currentTarget: HTMLElement }} */ { currentTarget }) =>
    openMenu(currentTarget, moreActions, itemsOf(message, edit))
  const reply = () => go({ kind: 'channel', channel, thread: threadTs, focus: 'composer' })
  return html`<div class="tools" role="toolbar" aria-label=${moreActions}>
    ${isShared && iconButton('smile', react, event => openReactions(event.currentTarget, message), popup('react', 'dialog'))}
    ${isShared && where === 'main' && iconButton('reply', replyInThread, reply, { 'data-testid': 'reply' })}
    ${iconButton('more', moreActions, openMore, popup('more-actions'))}
  </div>`
}

/** @param {PageMessage} message @param {() => void} edit @returns {MenuItem[]} */
const itemsOf = (message, edit) => {
  const { channel, ts, user, ephemeralTo } = message
  const { copyLink: copyWord, editMessage, deleteMessage } = words.value
  const isShared = ephemeralTo === undefined
  const own = [
    { label: editMessage, testid: 'edit', choose: edit },
    { label: deleteMessage, testid: 'delete', isDanger: true, choose: () => void remove(message) },
  ]
  return [
    ...(isShared
      ? shortcutItems('message', callbackId => act({ do: 'message_shortcut', channel, ts, callbackId }))
      : []),
    { label: copyWord, testid: 'copy-link', choose: () => void copyLink(message) },
    ...(isShared && user === as.value ? own : []),
  ]
}

/**
 * The shortcuts that the bot offers for messages, or everywhere.
 * @param {'message' | 'global'} type @param {(callbackId: string) => unknown} choose @returns {MenuItem[]}
 */
export const shortcutItems = (type, choose) =>
  shortcuts.value
    .filter(shortcut => shortcut.type === type)
    .map(({ name: label, description, callbackId }) => {
      const hint = words.value.translate(description)
      return { label, hint, testid: `shortcut-${callbackId}`, choose: () => choose(callbackId) }
    })

/** @param {PageMessage} message */
const copyLink = async ({ channel, ts, threadTs }) => {
  const thread = threadTs && threadTs !== ts ? `?thread_ts=${threadTs}&cid=${channel}` : ''
  const link = `${location.origin}/archives/${channel}/p${ts.replace('.', '')}${thread}`
  await navigator.clipboard.writeText(link).catch(() => undefined)
  toast(words.value.linkCopied, 'info')
}

/** @param {PageMessage} message */
const remove = async ({ channel, ts }) => {
  const { deleteSure, deleteIt, cancel } = words.value
  const isSure = await askSure({ title: '', text: deleteSure, yes: deleteIt, no: cancel, isDanger: true })
  if (isSure) await act({ do: 'delete', channel, ts })
}

/** @param {HTMLElement} anchor @param {PageMessage} message */
const openReactions = (anchor, { channel, ts }) => {
  const { react: title, reactName } = words.value
  const react = (/** @type {string} */ name) => {
    close()
    if (name) void act({ do: 'react', channel, ts, name })
  }
  const onKeyDown = (/** @type {KeyboardEvent & { currentTarget: HTMLInputElement }} */ event) => {
    if (event.key === 'Enter' && !event.isComposing) react(toEmojiName(event.currentTarget.value))
  }
  const draw = (/** @type {string} */ name) => html`
    <button type="button" class="emoji-choice" aria-label=${name} title=${`:${name}:`} data-testid=${`emoji-${name}`}
      onClick=${() => react(name)}>${toEmoji(name)}</button>`
  const { panel, close } = openPanel(
    anchor,
    html`<div class="menu" popover="auto" role="dialog" aria-label=${title}>
      <div class="emoji-choices">${quickReactions.map(draw)}</div>
      <input type="text" placeholder=${reactName} aria-label=${reactName} data-testid="react-name" onKeyDown=${onKeyDown} />
    </div>`,
  )
  panel.querySelector('button')?.focus()
}
