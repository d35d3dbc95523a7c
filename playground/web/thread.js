// @ts-check
/** @import { App } from './app.js' */
import { acceptDrops } from './attachments.js'
import { createComposer } from './composer.js'
import { fill, h, icon, iconButton } from './dom.js'
import { createList } from './list.js'
import { isReply } from './log.js'
import { drawStatus } from './message.js'
import { titleOf } from './messages.js'

/**
 * The pane of one thread: the message that began it, its replies, what the bot is doing, and a place to answer.
 * @param {App} app
 */
export const createThreadPane = app => {
  const { store, words } = app
  const header = h('header', { class: 'pane-header' })
  const list = createList(app, 'thread', words.thread)
  const status = h('div', { class: 'thread-status', 'aria-live': 'polite' })
  const composer = createComposer(app, { testid: 'thread-composer', onEditLast: list.editLast })
  const foot = h('div', { class: 'pane-foot' }, status, composer.node)
  const node = h(
    'aside',
    { class: 'pane pane-thread', testid: 'thread', 'aria-label': words.thread, hidden: true },
    header,
    list.node,
    foot,
  )
  let shown = { channel: '', ts: '' }

  /** The root stands before the replies; both are the log's own lists, so the pane keeps a list of its own. */
  const messages = () => {
    const log = store.log(shown.channel)
    const root = log.byKey.get(shown.ts)
    return [...(root ? [root] : []), ...(log.threads.get(shown.ts) ?? [])]
  }
  const close = () => app.go({ kind: 'channel', channel: shown.channel, focus: 'composer' })
  const isHere = (/** @type {string} */ channel, /** @type {string} */ ts) =>
    channel === shown.channel && ts === shown.ts

  const drawHeader = () => {
    const channel = store.state.channels.get(shown.channel)
    const title = store.state.titles.get(`${shown.channel}:${shown.ts}`)
    fill(
      header,
      iconButton('back', words.back, close, { class: 'only-phone', testid: 'back-to-channel' }),
      h('h2', { testid: 'thread-title' }, title || words.thread),
      h('span', { class: 'topic' }, channel ? titleOf(app, channel) : ''),
      iconButton('close', words.close, close, { class: 'not-phone', testid: 'close-thread' }),
    )
  }
  const drawStatusLine = () => {
    const text = store.state.statuses.get(`${shown.channel}:${shown.ts}`)
    const isStreaming = messages().some(message => message.streaming)
    const stop = () => void app.act({ do: 'stop_session', channel: shown.channel, threadTs: shown.ts })
    fill(
      status,
      text ? h('span', { class: 'status', testid: 'thread-status' }, drawStatus(app, text)) : undefined,
      (text || isStreaming) &&
        h('button', { type: 'button', class: 'stop', testid: 'stop', on: { click: stop } }, icon('stop'), words.stop),
    )
  }
  const drawAgain = () => {
    if (!shown.ts) return
    drawHeader()
    list.refresh(messages())
    drawStatusLine()
  }
  const drawAll = () => {
    drawHeader()
    list.show(messages(), '')
    const channel = store.state.channels.get(shown.channel)
    const canBroadcast = channel?.kind !== 'im'
    composer.aim({ channel: shown.channel, threadTs: shown.ts, canBroadcast }, words.replyTo)
    drawStatusLine()
  }
  const turn = () => {
    const place = app.place()
    const next = place.kind === 'channel' && place.thread ? { channel: place.channel, ts: place.thread } : undefined
    node.hidden = !next
    document.body.classList.toggle('has-thread', next !== undefined)
    if (!next) {
      shown = { channel: '', ts: '' }
      return
    }
    const isSame = isHere(next.channel, next.ts)
    shown = next
    if (!isSame) drawAll()
    if (place.kind !== 'channel') return
    if (place.message && place.message !== place.thread) list.reveal(place.message)
    else if (place.focus === 'composer') composer.focus()
  }

  node.addEventListener('keydown', event => {
    const isWriting = event.target instanceof HTMLTextAreaElement && !composer.isEmpty()
    if (event.key === 'Escape' && !event.isComposing && !event.defaultPrevented && !isWriting) close()
  })
  acceptDrops(node, words.dropHere, composer.attach)
  app.hear('all', drawAgain)
  app.hear('place', turn)
  app.hear('titles', ({ channel, threadTs }) => isHere(channel, threadTs) && drawHeader())
  app.hear('status', ({ channel, threadTs }) => isHere(channel, threadTs) && drawStatusLine())
  app.hear('message', ({ message }) => {
    if (!isHere(message.channel, isReply(message) ? (message.threadTs ?? '') : message.ts)) return
    list.put(message, messages())
    drawStatusLine()
  })
  app.hear('removed', ({ message }) => {
    if (!isHere(message.channel, isReply(message) ? (message.threadTs ?? '') : message.ts)) return
    list.remove(message, messages())
  })
  return { node, focus: composer.focus, isEmpty: composer.isEmpty }
}
