/** @import { PageMessage } from '../protocol.ts' */
/** @import { TargetedEvent } from 'preact' */
import { signal } from '@preact/signals'
import { html } from 'htm/preact'
import { useLayoutEffect, useMemo, useRef, useState } from 'preact/hooks'
import { moveFocus } from './menu.js'
import { editing, Row } from './message.js'
import { place } from './places.js'
import { as, isReply, keyOf, logOf, statuses, words } from './state.js'
import { createMemo, empty, iconButton } from './ui.js'

/** A reader this near to the end is at the end, and stays there while the text grows. */
const endWithinPx = 60

/** A list that moves this soon after a person turned a wheel, touched or pressed something in it was moved by them. */
const movedByPersonMs = 1_000

/** @type {PageMessage[]} */
const none = []

/** Edits a person's last message. @param {'main' | 'thread'} where @param {PageMessage[]} messages */
export const editLast = (where, messages) => {
  const mine = messages.findLast(message => message.user === as.value && message.ephemeralTo === undefined)
  if (mine) editing.value = `${where} ${keyOf(mine)}`
}

/**
 * Messages, oldest first, one row each. A changed message touches its own row only; rows out of sight are not laid out.
 * @param {{ messages: PageMessage[], where: 'main' | 'thread', emptyText: string }} props
 */
export const List = ({ messages, where, emptyText }) => {
  const scroller = useRef(/** @type {HTMLElement | null} */ (null))
  const rows = useRef(/** @type {HTMLElement | null} */ (null))
  const end = useMemo(() => createEnd(scroller), [])
  const drawRow = useMemo(() => createMemo(Row), [])
  const [focused, setFocused] = useState('')
  const count = useRef(messages.length)
  const last = messages.at(-1)
  const now = place.value

  useLayoutEffect(() => end.watch(rows.current), [])
  useLayoutEffect(() => {
    if (messages.length > count.current && last?.user === as.value) end.go()
    count.current = messages.length
  }, [messages.length])
  useLayoutEffect(() => {
    if (now.kind !== 'channel' || !now.message || (where === 'thread' && now.message === now.thread)) return
    const row = rows.current?.querySelector(`:scope > [data-ts="${CSS.escape(now.message)}"]`)
    if (!(row instanceof HTMLElement)) return
    end.isThere.value = false
    reveal(row)
  }, [now])

  const label = where === 'main' ? words.value.messagesTab : words.value.thread
  const isThere = messages.some(message => keyOf(message) === focused)
  const onKeyDown = (/** @type {TargetedEvent<HTMLElement, KeyboardEvent>} */ event) => {
    const isOnRow = event.target instanceof Element && event.target.matches('.row')
    if (isOnRow && !event.altKey) moveFocus(event, [...event.currentTarget.children], false)
  }
  const onFocusIn = (/** @type {FocusEvent} */ { target }) => {
    const row = target instanceof Element ? target.closest('.row') : null
    const message = messages[row ? [...(rows.current?.children ?? [])].indexOf(row) : -1]
    if (message) setFocused(keyOf(message))
  }
  const onFocusOut = (/** @type {FocusEvent} */ { relatedTarget }) => {
    if (relatedTarget instanceof Node && !rows.current?.contains(relatedTarget)) setFocused('')
  }
  const draw = (/** @type {PageMessage} */ message, /** @type {number} */ index) => {
    const key = keyOf(message)
    return drawRow(message, key, {
      message,
      where,
      previous: messages[index - 1],
      replies: (where === 'main' && !isReply(message) && logOf(message.channel).threads.get(message.ts)) || none,
      status: where === 'main' ? statuses.value.get(`${message.channel}:${message.ts}`) : undefined,
      isTabStop: isThere ? key === focused : message === last,
      isEditing: editing.value === `${where} ${key}`,
    })
  }
  return html`<div class="list">
    <div class="scroller" data-testid=${where === 'main' ? 'messages' : 'thread-messages'} ref=${scroller}>
      <div class="rows" role=${last && 'feed'} aria-label=${last && label} ref=${rows}
        onKeyDown=${onKeyDown} onFocusIn=${onFocusIn} onFocusOut=${onFocusOut}>
        ${messages.map(draw)}${!last && emptyText && empty(emptyText)}
      </div>
    </div>
    ${iconButton('down', words.value.jumpDown, end.go, { class: 'jump', hidden: end.isThere.value })}
  </div>`
}

/** Brings a message into view and lights it up. @param {HTMLElement} row */
const reveal = row => {
  row.scrollIntoView({ block: 'center' })
  row.classList.add('is-found')
  row.focus({ preventScroll: true })
  row.addEventListener('animationend', () => row.classList.remove('is-found'), { once: true })
}

/**
 * Keeps the newest message in view for those who are there, whatever grows, and leaves everybody else where they read.
 * Rows out of sight have estimated heights, so a list also moves by itself; only a person's own move counts as leaving.
 * @param {{ current: HTMLElement | null }} scroller
 */
const createEnd = scroller => {
  const isThere = signal(true)
  let lastTop = 0
  let touchedAtMs = Number.NEGATIVE_INFINITY
  const scroll = () => {
    if (scroller.current) scroller.current.scrollTop = scroller.current.scrollHeight
  }
  const onScroll = () => {
    const { scrollHeight, scrollTop, clientHeight } = scroller.current ?? document.body
    const isByPerson = performance.now() - touchedAtMs < movedByPersonMs
    if (scrollHeight - scrollTop - clientHeight < endWithinPx) isThere.value = true
    else if (isByPerson && scrollTop < lastTop) isThere.value = false
    lastTop = scrollTop
  }
  const onTouch = (/** @type {Event} */ event) => {
    // A press on the scroll bar moves the list; one on a button in it may make its message shorter for a moment.
    const isPress = event.type === 'pointerdown' && event.target !== scroller.current
    if (!isPress && !(event instanceof PointerEvent && event.buttons === 0)) touchedAtMs = performance.now()
  }
  return {
    isThere,
    go: () => {
      isThere.value = true
      scroll()
    },
    /** @param {HTMLElement | null} content */
    watch: content => {
      const watcher = new ResizeObserver(() => isThere.peek() && scroll())
      for (const node of [content, scroller.current]) if (node) watcher.observe(node)
      scroller.current?.addEventListener('scroll', onScroll, { passive: true })
      for (const event of ['wheel', 'touchmove', 'pointerdown', 'pointermove', 'keydown'])
        scroller.current?.addEventListener(event, onTouch, { passive: true })
      scroll()
      return () => watcher.disconnect()
    },
  }
}
