// @ts-check
/** @import { App } from './app.js' */
/** @import { PageMessage } from '../protocol.ts' */
import { h, iconButton } from './dom.js'
import { keyOf } from './log.js'

/** Long enough to read two sentences twice. */
const toastMs = 8_000

/** A text that still grows is read out when it has been still for this long. */
const settledMs = 1_200

/** A screen reader need not read a whole answer by itself. */
const announcedCharacters = 300

/**
 * Short sentences at the edge of the page, above everything else, also above a modal.
 * @param {() => string} closeLabel
 */
export const createToasts = closeLabel => {
  const node = h('div', {
    class: 'toasts',
    popover: 'manual',
    role: 'status',
    'aria-live': 'assertive',
    testid: 'toasts',
  })
  return {
    node,
    /**
     * @param {string} sentence
     * @param {'error' | 'info'} kind
     */
    show: (sentence, kind) => {
      const remove = () => {
        toast.remove()
        if (node.childElementCount === 0 && node.matches(':popover-open')) node.hidePopover()
      }
      const toast = h(
        'div',
        { class: `toast toast-${kind}`, testid: 'toast' },
        h('span', {}, sentence),
        iconButton('close', closeLabel(), remove),
      )
      node.append(toast)
      if (node.matches(':popover-open')) node.hidePopover()
      node.showPopover()
      setTimeout(remove, toastMs)
    },
  }
}

/**
 * Reads new messages of the place that is shown to those who do not see the page, each once it has settled.
 * @param {App} app
 */
export const createAnnouncer = app => {
  const node = h('div', { class: 'hidden', 'aria-live': 'polite', testid: 'live' })
  /** @type {Map<string, ReturnType<typeof setTimeout>>} */
  const waiting = new Map()
  const announce = (/** @type {PageMessage} */ message) => {
    waiting.delete(keyOf(message))
    const text = message.text.replace(/<([^<>|]*\|)?([^<>]*)>/g, '$2').slice(0, announcedCharacters)
    node.textContent = `${app.store.personName(message.user)}: ${text}`
  }
  app.hear('message', ({ message }) => {
    const place = app.place()
    if (place.kind !== 'channel' || place.channel !== message.channel || message.user === app.store.state.as) return
    clearTimeout(waiting.get(keyOf(message)))
    waiting.set(
      keyOf(message),
      setTimeout(() => announce(message), settledMs),
    )
  })
  return { node }
}
