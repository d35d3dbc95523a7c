// @ts-check
/** @import { LimitState, WireEntry } from '../protocol.ts' */
/** @import { App } from './app.js' */
import { fill, h, iconButton } from './dom.js'

/** The panel is drawn at most this often while it is open: a stream makes many entries a second. */
const redrawEveryMs = 100

/**
 * The panel of what went over the wire between the bot and Slack, and of what is left of each rate limit.
 * @param {App} app
 */
export const createWirePane = app => {
  const { words, store } = app
  const filter = h('input', {
    type: 'search',
    placeholder: words.wireFilter,
    'aria-label': words.wireFilter,
    testid: 'wire-filter',
  })
  const direction = h(
    'select',
    { 'aria-label': words.wireBoth, testid: 'wire-direction' },
    h('option', { value: '' }, words.wireBoth),
    h('option', { value: 'to slack' }, words.toSlack),
    h('option', { value: 'to bot' }, words.toBot),
  )
  const entries = h('div', { class: 'wire-entries', testid: 'wire-entries' })
  const limits = h('div', { class: 'limits', testid: 'limits' })
  const header = h(
    'header',
    { class: 'pane-header' },
    h('h2', {}, words.wirePanel),
    iconButton('close', words.close, () => app.toggleWire(), { testid: 'close-wire' }),
  )
  const limitBox = h('details', { class: 'limit-box', open: true }, h('summary', {}, words.limits), limits)
  const node = h(
    'aside',
    { class: 'pane pane-wire', 'aria-label': words.wirePanel, testid: 'wire', hidden: true },
    header,
    limitBox,
    h('div', { class: 'wire-filters' }, filter, direction),
    entries,
  )
  /** @type {Map<number, { node: HTMLElement, json: string }>} */
  const drawn = new Map()

  const drawLimits = () =>
    !node.hidden &&
    fill(
      limits,
      store.state.limits.map(limit => drawLimit(app, limit)),
    )
  const drawEntries = () => {
    if (node.hidden) return
    const wanted = store.state.wire
      .filter(entry => fits(entry, filter.value.trim().toLowerCase(), direction.value))
      .toReversed()
    syncEntries(app, entries, drawn, wanted)
    if (wanted.length === 0) fill(entries, h('p', { class: 'empty' }, words.wireEmpty))
  }
  const drawSoon = throttled(drawEntries)
  const open = (/** @type {boolean} */ isOpen) => {
    node.hidden = !isOpen
    document.body.classList.toggle('has-wire', isOpen)
    drawEntries()
    drawLimits()
  }

  filter.addEventListener('input', drawEntries)
  direction.addEventListener('change', drawEntries)
  app.hear('wire', drawSoon)
  app.hear('limits', drawLimits)
  app.hear('all', () => {
    drawEntries()
    drawLimits()
  })
  return { node, open, isOpen: () => !node.hidden }
}

/** @param {() => void} work */
const throttled = work => {
  let isWaiting = false
  return () => {
    if (isWaiting) return
    isWaiting = true
    setTimeout(() => {
      isWaiting = false
      work()
    }, redrawEveryMs)
  }
}

/**
 * @param {WireEntry} entry
 * @param {string} text
 * @param {string} direction
 */
const fits = (entry, text, direction) =>
  (!direction || entry.direction === direction) &&
  (!text || `${entry.what} ${entry.status} ${entry.detail}`.toLowerCase().includes(text))

/**
 * Puts the wanted entries into the panel, newest first, and leaves those alone that are there and unchanged, so that one
 * that a person has opened stays open.
 * @param {App} app
 * @param {HTMLElement} parent
 * @param {Map<number, { node: HTMLElement, json: string }>} drawn
 * @param {WireEntry[]} wanted
 */
const syncEntries = (app, parent, drawn, wanted) => {
  const ids = new Set(wanted.map(entry => entry.id))
  for (const child of [...parent.children]) if (!ids.has(Number(child.getAttribute('data-id')))) child.remove()
  for (const id of [...drawn.keys()]) if (!ids.has(id)) drawn.delete(id)
  let at = parent.firstElementChild
  for (const entry of wanted) {
    const node = keepEntry(app, drawn, entry)
    if (at === node) at = at.nextElementSibling
    else parent.insertBefore(node, at)
  }
}

/**
 * @param {App} app
 * @param {Map<number, { node: HTMLElement, json: string }>} drawn
 * @param {WireEntry} entry
 */
const keepEntry = (app, drawn, entry) => {
  const json = `${entry.status} ${entry.detail} ${entry.milliseconds}`
  const known = drawn.get(entry.id)
  if (known?.json === json) return known.node
  const node = drawEntry(app, entry)
  if (known?.node.hasAttribute('open')) node.open = true
  known?.node.replaceWith(node)
  drawn.set(entry.id, { node, json })
  return node
}

/**
 * @param {App} app
 * @param {WireEntry} entry
 */
const drawEntry = (app, entry) => {
  const isUp = entry.direction === 'to slack'
  const time = new Date(entry.at).toLocaleTimeString(app.lang, { hour12: false })
  const details = h(
    'details',
    { class: `wire-entry wire-${entry.status}`, 'data-id': entry.id, testid: 'wire-entry' },
    h(
      'summary',
      {},
      h('span', { class: 'wire-direction', title: isUp ? app.words.toSlack : app.words.toBot }, isUp ? '↑' : '↓'),
      h('span', { class: 'wire-what' }, entry.what),
      h('span', { class: 'wire-detail' }, entry.detail || entry.status),
      h('span', { class: 'wire-ms' }, entry.status === 'waiting' ? '…' : `${Math.round(entry.milliseconds)} ms`),
    ),
  )
  details.addEventListener('toggle', () => {
    if (!details.open || details.children.length > 1) return
    details.append(
      h('p', { class: 'wire-time' }, time),
      h('pre', { class: 'fence', tabindex: 0 }, JSON.stringify(entry.body, undefined, 2)),
    )
  })
  return details
}

/**
 * @param {App} app
 * @param {LimitState} limit
 */
const drawLimit = (app, { method, left, perMinute }) => {
  const share = perMinute > 0 ? Math.max(0, Math.min(1, left / perMinute)) : 0
  const bar = h('span', { class: 'limit-fill' })
  bar.style.width = `${Math.round(share * 100)}%`
  const label = `${method}: ${app.words.perMinute(left, perMinute)}`
  const level = share > 0.5 ? 'high' : share > 0.15 ? 'low' : 'none'
  return h(
    'div',
    {
      class: `limit limit-${level}`,
      role: 'meter',
      'aria-label': label,
      'aria-valuenow': left,
      'aria-valuemin': 0,
      'aria-valuemax': perMinute,
      title: label,
    },
    h('span', {}, method),
    h('span', { class: 'limit-bar' }, bar),
    h('span', { class: 'limit-left' }, `${left}/${perMinute}`),
  )
}
