/** @import { PageMessage } from '../protocol.ts' */
import { signal } from '@preact/signals'
import { html } from 'htm/preact'
import { useLayoutEffect, useRef } from 'preact/hooks'
import { place } from './places.js'
import { as, dismiss, keyOf, nameOf, toasts, words } from './state.js'
import { iconButton } from './ui.js'

/** A text that still grows is read out when it has been still for this long. */
const settledMs = 1_200

/** A screen reader need not read a whole answer by itself. */
const announcedCharacters = 300

const announced = signal('')

/** Short sentences at the edge of the page, above everything else, also above a modal. */
export const Toasts = () => {
  const node = useRef(/** @type {HTMLElement | null} */ (null))
  useLayoutEffect(() => {
    node.current?.hidePopover()
    if (toasts.value.length > 0) node.current?.showPopover()
  }, [toasts.value])
  const draw = (/** @type {typeof toasts.value[number]} */ shown) => html`
    <div class=${`toast toast-${shown.kind}`} data-testid="toast">
      <span>${shown.sentence}</span>${iconButton('close', words.value.close, () => dismiss(shown))}
    </div>`
  return html`<div class="toasts" popover="manual" role="status" aria-live="assertive" data-testid="toasts" ref=${node}>
    ${toasts.value.map(draw)}
  </div>`
}

/** Reads new messages of the place that is shown to those who do not see the page. */
export const Announcer = () => html`<div class="hidden" aria-live="polite" data-testid="live">${announced}</div>`

/** @type {Map<string, ReturnType<typeof setTimeout>>} */
const waiting = new Map()

/** Announces a message once it has settled. @param {PageMessage} message */
export const announce = message => {
  const now = place.value
  if (now.kind !== 'channel' || now.channel !== message.channel || message.user === as.value) return
  const key = keyOf(message)
  clearTimeout(waiting.get(key))
  const say = () => {
    waiting.delete(key)
    const text = message.text.replace(/<([^<>|]*\|)?([^<>]*)>/g, '$2').slice(0, announcedCharacters)
    announced.value = `${nameOf(message.user)}: ${text}`
  }
  waiting.set(key, setTimeout(say, settledMs))
}
