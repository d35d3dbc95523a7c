/** @import { TargetedEvent, VNode } from 'preact' */
/** @import { Child } from './ui.js' */
import { html } from 'htm/preact'
import { render } from 'preact'

/**
 * An item of a menu; one with `isChosen` is a radio item, and tells whether it is the present one.
 * @typedef {{ label: string, picture?: Child, hint?: string, testid?: string, isChosen?: boolean, isDanger?: boolean,
 *   choose: () => void }} MenuItem
 */

/**
 * Puts a floating panel, an element with `popover`, beside a button. It closes on Escape, on a press elsewhere and when
 * asked to, and the button has the focus again.
 * @param {HTMLElement} anchor @param {VNode} view
 */
export const openPanel = (anchor, view) => {
  const box = document.createElement('div')
  const landmark = anchor.closest('dialog, section, nav') ?? document.body
  landmark.append(box)
  render(view, box)
  const panel = /** @type {HTMLElement} */ (box.firstElementChild)
  const close = () => panel.hidePopover()
  panel.addEventListener('beforetoggle', event => {
    if (event.newState === 'open') return
    removeEventListener('resize', close)
    const hadFocus = panel.contains(document.activeElement) || document.activeElement === document.body
    if (hadFocus) anchor.focus()
    anchor.setAttribute('aria-expanded', 'false')
    queueMicrotask(() => {
      render(null, box)
      box.remove()
    })
  })
  panel.addEventListener('keydown', event => {
    if (event.key !== 'Escape') return
    event.preventDefault()
    event.stopPropagation()
    close()
  })
  addEventListener('resize', close)
  anchor.setAttribute('aria-expanded', 'true')
  panel.showPopover()
  put(panel, anchor)
  return { panel, close }
}

/**
 * Remembers where the focus is. The function that it returns brings it back when closing a dialog has not: the bar of a
 * message is hidden while the focus is elsewhere, and then the message takes the focus.
 */
export const keepFocus = () => {
  const before = document.activeElement
  return () => {
    const isLost = document.activeElement === document.body || document.activeElement?.closest('dialog:not([open])')
    const next = before?.isConnected ? (before.closest('.row') ?? before) : document.querySelector('.composer textarea')
    if (isLost && next instanceof HTMLElement) next.focus()
  }
}

/** @param {HTMLElement} panel @param {HTMLElement} anchor */
const put = (panel, anchor) => {
  const edge = 8
  const at = anchor.getBoundingClientRect()
  const { width, height } = panel.getBoundingClientRect()
  const left = Math.max(edge, Math.min(at.left, innerWidth - width - edge))
  const below = at.bottom + 4
  const top = below + height > innerHeight - edge ? Math.max(edge, at.top - height - 4) : below
  Object.assign(panel.style, { inset: 'auto', margin: '0', left: `${left}px`, top: `${top}px` })
}

/**
 * Opens a menu beside a button: arrows move, Enter chooses, Escape closes.
 * @param {HTMLElement} anchor @param {string} label @param {MenuItem[]} items
 * @param {string} [emptyText] what stands there when there is nothing to choose
 */
export const openMenu = (anchor, label, items, emptyText) => {
  const choose = (/** @type {MenuItem} */ item) => {
    close()
    item.choose()
  }
  const draw = (/** @type {MenuItem} */ item) => html`
    <button type="button" class=${`menu-item${item.isDanger ? ' danger' : ''}`} tabindex="-1" data-testid=${item.testid}
      role=${item.isChosen === undefined ? 'menuitem' : 'menuitemradio'} aria-checked=${item.isChosen}
      onClick=${() => choose(item)}>
      ${item.picture}<span class="menu-label">${item.label}${item.hint && html`<small>${item.hint}</small>`}</span>
    </button>`
  const onKeyDown = (/** @type {TargetedEvent<HTMLElement, KeyboardEvent>} */ event) =>
    moveFocus(event, [...event.currentTarget.querySelectorAll('.menu-item')], true)
  const nothing = html`<p class="menu-empty" role="menuitem" aria-disabled="true" tabindex="-1">${emptyText}</p>`
  const { panel, close } = openPanel(
    anchor,
    html`<div class="menu" popover="auto" role="menu" aria-label=${label} data-testid="menu" onKeyDown=${onKeyDown}>
      ${items.length > 0 ? items.map(draw) : nothing}
    </div>`,
  )
  const first = panel.querySelector('[aria-checked="true"]') ?? panel.firstElementChild
  if (first instanceof HTMLElement) first.focus({ preventScroll: true })
}

/**
 * Moves the focus within a list by the arrows, Home and End; in one that `wraps` from an end on to the other, by Tab too.
 * @param {KeyboardEvent} event @param {Element[]} items @param {boolean} wraps
 */
export const moveFocus = (event, items, wraps) => {
  const now = items.indexOf(document.activeElement ?? document.body)
  const back = now < 0 ? items.length - 1 : now - 1
  const places = { ArrowDown: now + 1, ArrowUp: back, Home: 0, End: items.length - 1 }
  const next = { ...places, ...(wraps && { Tab: event.shiftKey ? back : now + 1 }) }[event.key]
  const item = next === undefined ? undefined : wraps ? items.at(next % items.length) : items[next]
  if (!(item instanceof HTMLElement)) return
  event.preventDefault()
  item.focus()
  item.scrollIntoView({ block: 'nearest' })
}

/**
 * Asks a person to confirm something, in a dialog that holds the focus.
 * @param {{ title: string, text: Child, yes: string, no: string, isDanger?: boolean }} question
 * @returns {Promise<boolean>}
 */
export const askSure = ({ title, text, yes, no, isDanger }) => {
  const { promise, resolve } = /** @type {PromiseWithResolvers<boolean>} */ (Promise.withResolvers())
  const giveBack = keepFocus()
  const box = document.createElement('div')
  document.body.append(box)
  const onClose = (/** @type {{ currentTarget: HTMLDialogElement }} */ { currentTarget: { returnValue } }) => {
    render(null, box)
    box.remove()
    giveBack()
    resolve(returnValue === 'yes')
  }
  render(
    html`<dialog class="modal confirm" aria-label=${title || yes} data-testid="confirm" onClose=${onClose}>
      <form method="dialog">
        ${title && html`<header><h2>${title}</h2></header>`}
        <div class="modal-body">${text}</div>
        <footer>
          <button class="button" value="no">${no}</button>
          <button class=${`button ${isDanger ? 'danger' : 'primary'}`} value="yes" data-testid="confirm-yes">${yes}</button>
        </footer>
      </form>
    </dialog>`,
    box,
  )
  box.querySelector('dialog')?.showModal()
  const button = box.querySelector('[value="yes"]')
  if (button instanceof HTMLElement) button.focus()
  return promise
}
