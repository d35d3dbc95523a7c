// @ts-check
/** @import { PageMessage } from '../protocol.ts' */
/** @import { App } from './app.js' */
import { createBody } from './body.js'
import { fill, h, icon } from './dom.js'
import { createEdit } from './edit.js'
import { toEmoji } from './emoji.js'
import { isReply } from './log.js'
import { drawAvatar } from './people.js'
import { dayKey, toClock, toDay, toMoment } from './time.js'
import { createTools } from './tools.js'

/** Messages of one person that follow each other within this time stand under one name. */
const groupedWithinMs = 5 * 60_000

/** @typedef {ReturnType<typeof createRow>} Row */

/**
 * One message as it stands in a list: who, when, what, and all that can be done with it.
 * @param {App} app
 * @param {PageMessage} first
 * @param {'main' | 'thread'} where
 */
export const createRow = (app, first, where) => {
  const state = { message: first }
  const body = createBody(app, {
    app,
    act: (blockId, action) =>
      void app.act({ do: 'act', channel: first.channel, ts: state.message.ts, blockId, action }),
  })
  const lead = h('div', { class: 'lead' })
  const notes = h('div', { class: 'notes' })
  const head = h('header', {})
  const after = h('div', { class: 'after' })
  const meat = h('div', { class: 'meat' }, notes, head, body.node, after)
  const content = h(
    'div',
    { class: 'message' },
    h('div', { class: 'avatar-place' }, drawAvatar(app.store.state.people.get(first.user), first.user)),
    meat,
  )
  const node = h('article', { class: 'row', testid: 'message', 'data-ts': first.ts, tabindex: -1 }, lead, content)
  const edit = createEdit(app, body.node, () => state.message)
  createTools(app, content, { where, message: () => state.message, edit: edit.open })

  return {
    node,
    edit: edit.open,
    message: () => state.message,
    /**
     * @param {PageMessage} message
     * @param {boolean} isNews whether it is worth a moment of light
     */
    update: (message, isNews) => {
      const isChange = isNews && message.edits !== state.message.edits
      state.message = message
      node.dataset.key = message.ts
      node.classList.toggle('is-ephemeral', message.ephemeralTo !== undefined)
      node.setAttribute('aria-label', `${app.store.personName(message.user)}, ${toClock(message.ts, app.lang)}`)
      fill(notes, drawNotes(app, message, where))
      fill(head, drawHead(app, message))
      body.update(message)
      fill(
        after,
        drawMarks(app, message),
        drawReactions(app, message),
        where === 'main' && drawThreadLine(app, message),
      )
      node.classList.toggle('pings-me', body.node.querySelector('.ping-me, .ping-all') !== null)
      if (isChange) glow(node)
    },
    /** @param {PageMessage | undefined} previous what stands before it, which decides what need not be said again */
    setLead: previous => {
      const { message } = state
      const newDay = !previous || dayKey(previous.ts) !== dayKey(message.ts)
      fill(
        lead,
        newDay && where === 'main'
          ? h('div', { class: 'day' }, h('span', {}, toDay(message.ts, app.lang, app.words)))
          : undefined,
      )
      node.classList.toggle('is-compact', !newDay && isFollowing(previous, message))
    },
    touch: () =>
      fill(
        after,
        drawMarks(app, state.message),
        drawReactions(app, state.message),
        where === 'main' && drawThreadLine(app, state.message),
      ),
  }
}

/**
 * @param {PageMessage} previous
 * @param {PageMessage} message
 */
const isFollowing = (previous, message) =>
  previous.user === message.user &&
  !message.ephemeralTo &&
  !previous.ephemeralTo &&
  !isReply(message) === !isReply(previous) &&
  (Number(message.ts) - Number(previous.ts)) * 1000 < groupedWithinMs

/** @param {HTMLElement} node */
const glow = node => {
  for (const old of node.getAnimations()) old.cancel()
  if (matchMedia('(prefers-reduced-motion: reduce)').matches) return
  node.animate([{ boxShadow: 'inset 3px 0 0 var(--accent)' }, { boxShadow: 'inset 3px 0 0 transparent' }], {
    duration: 900,
    easing: 'ease-out',
  })
}

/**
 * @param {App} app
 * @param {PageMessage} message
 * @param {'main' | 'thread'} where
 */
const drawNotes = (app, message, where) => [
  message.ephemeralTo !== undefined && h('span', { class: 'note' }, app.words.onlyYou),
  where === 'main' &&
    isReply(message) &&
    h('a', { class: 'note link', href: `#/${message.channel}/${message.threadTs}/thread` }, app.words.repliedInThread),
  where === 'thread' && message.subtype === 'thread_broadcast' && h('span', { class: 'note' }, app.words.alsoSent),
]

/**
 * @param {App} app
 * @param {PageMessage} message
 */
const drawHead = (app, message) => [
  h('strong', { class: 'who' }, app.store.personName(message.user)),
  app.store.state.people.get(message.user)?.isBot && h('span', { class: 'tag' }, app.words.botTag),
  h(
    'a',
    { class: 'when', href: `#/${message.channel}/${message.ts}`, title: toMoment(message.ts, app.lang) },
    toClock(message.ts, app.lang),
  ),
]

/**
 * How often the text was written: a small mark that keeps pace with a reply that grows.
 * @param {App} app
 * @param {PageMessage} message
 */
const drawMarks = (app, message) => {
  if (!message.edited && message.edits === 0) return undefined
  const label = message.edits > 0 ? app.words.writes(message.edits) : ''
  const count = message.edits > 0 ? h('span', { class: 'edit-count' }, `✎ ${message.edits}`) : undefined
  return h(
    'span',
    { class: 'edited', testid: 'edited', title: label },
    message.edited ? app.words.edited : undefined,
    count,
  )
}

/**
 * @param {App} app
 * @param {PageMessage} message
 */
const drawReactions = (app, message) => {
  const reactions = message.reactions ?? []
  if (reactions.length === 0) return undefined
  const { as } = app.store.state
  const press = (/** @type {string} */ name, /** @type {boolean} */ mine) =>
    void app.act({ do: mine ? 'unreact' : 'react', channel: message.channel, ts: message.ts, name })
  const draw = (/** @type {{ name: string, users: string[] }} */ { name, users }) => {
    const mine = users.includes(as)
    const title = `${users.map(app.store.personName).join(', ')} :${name}:`
    const props = {
      type: 'button',
      class: 'reaction',
      'aria-pressed': String(mine),
      title,
      'aria-label': title,
      testid: `reaction-${name}`,
    }
    return h(
      'button',
      { ...props, on: { click: () => press(name, mine) } },
      h('span', { class: 'emoji' }, toEmoji(name)),
      users.length,
    )
  }
  return h('div', { class: 'reactions' }, reactions.map(draw))
}

/**
 * How a thread goes on below the message that began it, and what the bot says it is doing there.
 * @param {App} app
 * @param {PageMessage} message
 */
const drawThreadLine = (app, message) => {
  const { store, words } = app
  const replies = isReply(message) ? [] : (store.log(message.channel).threads.get(message.ts) ?? [])
  const status = store.state.statuses.get(`${message.channel}:${message.ts}`)
  const last = replies.at(-1)
  const users = [...new Set(replies.map(reply => reply.user))].slice(0, 4)
  const href = `#/${message.channel}/${message.ts}/thread`
  return [
    last &&
      h(
        'a',
        { class: 'thread-link', href, testid: 'thread-link' },
        h(
          'span',
          { class: 'faces' },
          users.map(user => drawAvatar(store.state.people.get(user), user)),
        ),
        h('span', { class: 'thread-count' }, words.replyCount(replies.length)),
        h('span', { class: 'thread-last' }, words.lastReply(toClock(last.ts, app.lang))),
      ),
    status && h('a', { class: 'status', href, testid: 'status' }, drawStatus(app, status)),
  ]
}

/**
 * The line that says what the bot is doing, with three calm dots.
 * @param {App} app
 * @param {string} status
 * @returns {HTMLElement}
 */
export const drawStatus = (app, status) =>
  h(
    'span',
    { class: 'status-line' },
    h('span', { class: 'dots', 'aria-hidden': 'true' }, h('i'), h('i'), h('i')),
    app.words.isTyping(app.store.personName(app.store.state.botUserId), status),
  )

/**
 * Nothing to see: what a list says before there is anything in it.
 * @param {string} text
 * @returns {HTMLElement}
 */
export const drawEmpty = text => h('p', { class: 'empty' }, icon('reply'), text)
