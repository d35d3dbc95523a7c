// @ts-check
import { h } from './dom.js'

/**
 * @typedef {object} MenuItem
 * @property {string} label
 * @property {Node | undefined} [picture]
 * @property {string} [hint]
 * @property {string} [testid]
 * @property {boolean} [isChosen] a radio item: whether it is the present one
 * @property {boolean} [isDanger]
 * @property {() => void} choose
 */

/** @type {(() => void) | undefined} the menu that is open now; there is never more than one */
let closeOpen

/**
 * Puts a floating panel beside a button. It closes on Escape, on a press elsewhere and when asked to, and gives the focus
 * back to the button.
 * @param {HTMLElement} anchor
 * @param {HTMLElement} panel
 * @returns {() => void} closes it
 */
export const openPanel = (anchor, panel) => {
  closeOpen?.()
  const host = anchor.closest('dialog') ?? document.body
  host.append(panel)
  place(anchor, panel)
  const close = () => {
    if (closeOpen !== close) return
    closeOpen = undefined
    const hadFocus = panel.contains(document.activeElement) || document.activeElement === document.body
    panel.remove()
    removeEventListener('pointerdown', onPress, true)
    removeEventListener('resize', close)
    if (hadFocus) anchor.focus()
    anchor.setAttribute('aria-expanded', 'false')
  }
  /** @param {PointerEvent} event */
  const onPress = event => {
    if (event.target instanceof Node && !panel.contains(event.target) && !anchor.contains(event.target)) close()
  }
  panel.addEventListener('keydown', event => {
    if (event.key !== 'Escape') return
    event.preventDefault()
    event.stopPropagation()
    close()
  })
  addEventListener('pointerdown', onPress, true)
  addEventListener('resize', close)
  anchor.setAttribute('aria-expanded', 'true')
  closeOpen = close
  return close
}

/**
 * Remembers where the focus is. What is called in the end brings it back when closing a dialog has not: a message's
 * bar is hidden while the focus is elsewhere, and then its message takes the focus.
 * @returns {() => void}
 */
export const keepFocus = () => {
  const before = document.activeElement
  return () => {
    const isLost = document.activeElement === document.body || document.activeElement?.closest('dialog:not([open])')
    const next = before?.isConnected ? (before.closest('.row') ?? before) : document.querySelector('.composer textarea')
    if (isLost && next instanceof HTMLElement) next.focus()
  }
}

/**
 * @param {HTMLElement} anchor
 * @param {HTMLElement} panel
 */
const place = (anchor, panel) => {
  const edge = 8
  const at = anchor.getBoundingClientRect()
  const { width, height } = panel.getBoundingClientRect()
  const left = Math.max(edge, Math.min(at.left, innerWidth - width - edge))
  const below = at.bottom + 4
  const top = below + height > innerHeight - edge ? Math.max(edge, at.top - height - 4) : below
  panel.style.left = `${left}px`
  panel.style.top = `${top}px`
}

/**
 * Opens a menu beside a button: arrows move, Enter chooses, Escape closes.
 * @param {HTMLElement} anchor
 * @param {string} label
 * @param {MenuItem[]} items
 * @param {string} [emptyText] what stands there when there is nothing to choose
 */
export const openMenu = (anchor, label, items, emptyText) => {
  const panel = h('div', {
    class: 'menu',
    role: 'menu',
    'aria-label': label,
    testid: 'menu',
    on: { keydown: moveFocus },
  })
  const close = openPanel(anchor, panel)
  const choose = (/** @type {MenuItem} */ item) => {
    close()
    item.choose()
  }
  panel.append(...items.map(item => drawItem(item, choose)))
  if (items.length === 0 && emptyText) panel.append(h('p', { class: 'menu-empty', tabindex: -1 }, emptyText))
  place(anchor, panel)
  const first = panel.querySelector('[aria-checked="true"]') ?? panel.firstElementChild
  if (first instanceof HTMLElement) first.focus({ preventScroll: true })
}

/**
 * @param {MenuItem} item
 * @param {(item: MenuItem) => void} choose
 */
const drawItem = (item, choose) =>
  h(
    'button',
    {
      type: 'button',
      class: `menu-item${item.isDanger ? ' danger' : ''}`,
      role: item.isChosen === undefined ? 'menuitem' : 'menuitemradio',
      'aria-checked': item.isChosen === undefined ? undefined : String(item.isChosen),
      tabindex: -1,
      testid: item.testid,
      on: { click: () => choose(item) },
    },
    item.picture,
    h('span', { class: 'menu-label' }, item.label, item.hint ? h('small', {}, item.hint) : undefined),
  )

/** @param {KeyboardEvent} event */
const moveFocus = event => {
  const menu = /** @type {HTMLElement} */ (event.currentTarget)
  const items = /** @type {HTMLElement[]} */ ([...menu.querySelectorAll('.menu-item')])
  const now = items.indexOf(/** @type {HTMLElement} */ (document.activeElement))
  const steps = /** @type {Record<string, number>} */ ({
    ArrowDown: now + 1,
    ArrowUp: now < 0 ? items.length - 1 : now - 1,
    Home: 0,
    End: items.length - 1,
    Tab: now + (event.shiftKey ? -1 : 1),
  })
  const next = steps[event.key]
  if (next === undefined || items.length === 0) return
  event.preventDefault()
  items[(next + items.length) % items.length]?.focus()
}

/**
 * Asks a person to confirm something, in a dialog that holds the focus.
 * @param {{ title: string, text: Node | string, yes: string, no: string, isDanger?: boolean }} question
 * @returns {Promise<boolean>}
 */
export const askSure = question =>
  new Promise(resolve => {
    const yes = h(
      'button',
      { class: `button ${question.isDanger ? 'danger' : 'primary'}`, value: 'yes', testid: 'confirm-yes' },
      question.yes,
    )
    const dialog = h(
      'dialog',
      { class: 'modal confirm', 'aria-label': question.title || question.yes, testid: 'confirm' },
      h(
        'form',
        { method: 'dialog' },
        question.title ? h('h2', {}, question.title) : undefined,
        h('div', { class: 'modal-body' }, question.text),
        h('footer', {}, h('button', { class: 'button', value: 'no' }, question.no), yes),
      ),
    )
    const giveBack = keepFocus()
    dialog.addEventListener('close', () => {
      dialog.remove()
      giveBack()
      resolve(dialog.returnValue === 'yes')
    })
    document.body.append(dialog)
    dialog.showModal()
    yes.focus()
  })
