// @ts-check
/** @import { PageMessage } from '../protocol.ts' */
/** @import { App } from './app.js' */
/** @import { Row } from './message.js' */
import { h, iconButton } from './dom.js'
import { keyOf, positionOf } from './log.js'
import { createRow, drawEmpty } from './message.js'

/** A reader this near to the end is at the end, and stays there while the text grows. */
const endWithinPx = 60

/** A list that moves this soon after a person turned a wheel, touched or pressed something in it was moved by them. */
const movedByPersonMs = 1_000

/** @typedef {ReturnType<typeof createList>} List */

/**
 * Messages, oldest first, one row each. A changed message touches its own row only; rows out of sight are not laid out.
 * @param {App} app
 * @param {'main' | 'thread'} where
 * @param {string} label
 */
export const createList = (app, where, label) => {
  const rowsNode = h('div', { class: 'rows', role: 'feed', 'aria-label': label })
  const scroller = h('div', { class: 'scroller', testid: where === 'main' ? 'messages' : 'thread-messages' }, rowsNode)
  const jump = iconButton('down', app.words.jumpDown, () => toEnd(), { class: 'jump', hidden: true })
  const end = keepAtEnd(scroller, rowsNode, jump)
  /** @type {Map<string, Row>} */
  const rows = new Map()
  /** @type {PageMessage[]} */
  let shown = []
  let emptyText = ''

  const toEnd = () => end.go()
  const make = (/** @type {PageMessage} */ message) => {
    const row = createRow(app, message, where)
    rows.set(keyOf(message), row)
    row.update(message, false)
    return row
  }
  const drop = (/** @type {string} */ key, /** @type {Row} */ row) => {
    row.node.remove()
    rows.delete(key)
  }
  const keepRow = (/** @type {number} */ index, /** @type {PageMessage} */ message) => {
    const row = rows.get(keyOf(message))
    if (row) row.update(message, false)
    else rowsNode.insertBefore(make(message).node, rowAt(index - 1)?.node.nextSibling ?? rowsNode.firstChild)
  }
  const rowAt = (/** @type {number} */ index) => {
    const message = shown[index]
    return message ? rows.get(keyOf(message)) : undefined
  }
  const lead = (/** @type {number} */ index) => rowAt(index)?.setLead(shown[index - 1])
  const tellEmpty = () => {
    const old = rowsNode.querySelector(':scope > .empty')
    if (shown.length > 0) old?.remove()
    else if (!old && emptyText) rowsNode.append(drawEmpty(emptyText))
  }

  rowsNode.addEventListener('keydown', moveBetweenRows)
  rowsNode.addEventListener('focusin', event => rove(rowsNode, event.target))

  return {
    node: h('div', { class: 'list' }, scroller, jump),
    toEnd,
    /**
     * Shows the messages of another conversation.
     * @param {PageMessage[]} messages
     * @param {string} whenEmpty
     */
    show: (messages, whenEmpty) => {
      rows.clear()
      shown = messages
      emptyText = whenEmpty
      rowsNode.replaceChildren(...messages.map(message => make(message).node))
      for (const index of messages.keys()) lead(index)
      rowAt(messages.length - 1)?.node.setAttribute('tabindex', '0')
      tellEmpty()
      toEnd()
    },
    /**
     * Shows the same conversation anew, after the server has been away: what is open in a row stays open.
     * @param {PageMessage[]} messages
     */
    refresh: messages => {
      shown = messages
      const wanted = new Set(messages.map(keyOf))
      for (const [key, row] of rows) if (!wanted.has(key)) drop(key, row)
      for (const [index, message] of messages.entries()) keepRow(index, message)
      for (const index of messages.keys()) lead(index)
      tellEmpty()
    },
    /**
     * Draws one message, new or changed, of the messages as they are now.
     * @param {PageMessage} message
     * @param {PageMessage[]} messages
     */
    put: (message, messages) => {
      shown = messages
      const row = rows.get(keyOf(message))
      if (row) return row.update(message, true)
      const index = positionOf(shown, message)
      rowsNode.insertBefore(make(message).node, rowAt(index + 1)?.node ?? null)
      lead(index)
      lead(index + 1)
      rove(rowsNode, rowAt(shown.length - 1)?.node, true)
      tellEmpty()
      if (message.user === app.store.state.as) toEnd()
    },
    /**
     * @param {PageMessage} message
     * @param {PageMessage[]} messages the messages that are left
     */
    remove: (message, messages) => {
      shown = messages
      const row = rows.get(keyOf(message))
      if (row) drop(keyOf(message), row)
      lead(positionOf(shown, message))
      tellEmpty()
    },
    /** Draws what stands below a message anew: its replies, its status. @param {string} ts */
    touch: ts => rows.get(ts)?.touch(),
    /** Brings a message into view and lights it up. @param {string} ts */
    reveal: ts => {
      const row = rows.get(ts)
      if (!row) return
      end.release()
      row.node.scrollIntoView({ block: 'center' })
      row.node.classList.add('is-found')
      row.node.focus({ preventScroll: true })
      row.node.addEventListener('animationend', () => row.node.classList.remove('is-found'), { once: true })
    },
    editLast: () => {
      const mine = shown.findLast(message => message.user === app.store.state.as && message.ephemeralTo === undefined)
      const row = mine && rows.get(keyOf(mine))
      row?.node.scrollIntoView({ block: 'nearest' })
      row?.edit()
    },
  }
}

/**
 * Keeps the newest message in view for those who are there, whatever grows, and leaves everybody else where they read.
 * Rows out of sight have estimated heights, so a list also moves by itself; only a person's own move counts as leaving.
 * @param {HTMLElement} scroller
 * @param {HTMLElement} content
 * @param {HTMLElement} jump
 */
const keepAtEnd = (scroller, content, jump) => {
  let isAtEnd = true
  let lastTop = 0
  let touchedAtMs = Number.NEGATIVE_INFINITY
  const distance = () => scroller.scrollHeight - scroller.scrollTop - scroller.clientHeight
  const set = (/** @type {boolean} */ value) => {
    isAtEnd = value
    jump.hidden = value
  }
  const go = () => {
    set(true)
    scroller.scrollTop = scroller.scrollHeight
  }
  const onScroll = () => {
    const isByPerson = performance.now() - touchedAtMs < movedByPersonMs
    if (distance() < endWithinPx) set(true)
    else if (isByPerson && scroller.scrollTop < lastTop) set(false)
    lastTop = scroller.scrollTop
  }
  const onTouch = (/** @type {Event} */ event) => {
    if (event instanceof PointerEvent && event.buttons === 0) return
    touchedAtMs = performance.now()
  }
  scroller.addEventListener('scroll', onScroll, { passive: true })
  for (const event of ['wheel', 'touchmove', 'pointerdown', 'pointermove', 'keydown']) {
    scroller.addEventListener(event, onTouch, { passive: true })
  }
  const watcher = new ResizeObserver(() => {
    if (isAtEnd) scroller.scrollTop = scroller.scrollHeight
  })
  watcher.observe(content)
  watcher.observe(scroller)
  return { go, release: () => set(false) }
}

/**
 * One row of a list is reached by Tab; the arrows go from row to row.
 * @param {KeyboardEvent} event
 */
const moveBetweenRows = event => {
  if (!(event.target instanceof HTMLElement) || !event.target.classList.contains('row') || event.altKey) return
  const parent = event.target.parentElement
  const next = {
    ArrowUp: event.target.previousElementSibling,
    ArrowDown: event.target.nextElementSibling,
    Home: parent?.firstElementChild,
    End: parent?.lastElementChild,
  }[event.key]
  if (!(next instanceof HTMLElement)) return
  event.preventDefault()
  next.focus()
  next.scrollIntoView({ block: 'nearest' })
}

/**
 * @param {HTMLElement} parent
 * @param {EventTarget | null | undefined} target
 * @param {boolean} [unlessFocused]
 */
const rove = (parent, target, unlessFocused = false) => {
  const row = target instanceof Element ? target.closest('.row') : null
  if (!row || (unlessFocused && parent.contains(document.activeElement))) return
  for (const old of parent.querySelectorAll(':scope > .row[tabindex="0"]')) old.setAttribute('tabindex', '-1')
  row.setAttribute('tabindex', '0')
}
