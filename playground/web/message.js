/** @import { PageMessage, SlackJson } from '../protocol.ts' */
import { signal } from '@preact/signals'
import { html } from 'htm/preact'
import { h } from 'preact'
import { useLayoutEffect, useRef, useState } from 'preact/hooks'
import { file } from './attachments.js'
import { drawBlocks } from './blocks.js'
import { Editor, focusEnd } from './editor.js'
import { act, as, botUserId, isReply, keyOf, nameOf, people, words } from './state.js'
import { mrkdwn, toEmoji, toTypedText } from './text.js'
import { dayKey, toClock, toDay, toMoment } from './time.js'
import { tools } from './tools.js'
import { avatar, icon } from './ui.js'

/** Messages of one person that follow each other within this time stand under one name. */
const groupedWithinMs = 5 * 60_000

/** The message that is being edited, after its list. */
export const editing = signal('')

/**
 * One message as it stands in a list: who, when, what, and all that can be done with it. Its bar is drawn when it is
 * first pointed at or focused, because a thousand messages need no thousand bars.
 * @param {{ message: PageMessage, previous: PageMessage | undefined, where: 'main' | 'thread', replies: PageMessage[],
 *   status: string | undefined, isTabStop: boolean, isEditing: boolean }} props
 */
export const Row = ({ message, previous, where, replies, status, isTabStop, isEditing }) => {
  const { channel, ts, user, ephemeralTo, edits } = message
  const node = useRef(/** @type {HTMLElement | null} */ (null))
  const [isReached, setReached] = useState(false)
  const shownEdits = useRef(edits)
  const isNewDay = !previous || dayKey(previous.ts) !== dayKey(ts)
  const reach = () => setReached(true)

  useLayoutEffect(() => {
    node.current?.classList.toggle('pings-me', node.current.querySelector('.body :is(.ping-me, .ping-all)') !== null)
    if (node.current && shownEdits.current !== edits) glow(node.current)
    shownEdits.current = edits
  })
  const edit = () => {
    editing.value = `${where} ${keyOf(message)}`
  }
  const close = () => {
    editing.value = ''
    node.current?.focus()
  }

  const isDeleted = message.subtype === 'tombstone'
  const isCompact = !isNewDay && isFollowing(previous, message)
  return html`<article class=${`row${ephemeralTo ? ' is-ephemeral' : ''}${isCompact ? ' is-compact' : ''}`}
    data-testid="message" data-ts=${ts} tabindex=${isTabStop ? 0 : -1}
    aria-label=${`${nameOf(user)}, ${toClock(ts)}`} onPointerEnter=${reach} onFocusIn=${reach} ref=${node}>
    <div class="lead">
      ${isNewDay && html`<div class="day"><span>${toDay(ts)}</span></div>`}
    </div>
    <div class="message">
      <div class="avatar-place">${isDeleted ? html`<span class="avatar">${icon('trash')}</span>` : avatar(user)}</div>
      <div class="meat">
        <div class="notes">${notes(message, where)}</div>
        <header>
          <strong class="who">${nameOf(user)}</strong>
          ${people.value.get(user)?.isBot && html`<span class="tag">${words.value.botTag}</span>`}
          <a class="when" href=${`#/${channel}/${ts}`} title=${toMoment(ts)}>${toClock(ts)}</a>
        </header>
        ${isDeleted ? html`<p class="plain">${words.value.wasDeleted}</p>` : h(Body, { message, isHidden: isEditing })}${isEditing && h(Edit, { message, close })}
        <div class="after">
          ${marks(message)}${reactions(message)}${where === 'main' && threadLine(message, replies, status)}
        </div>
      </div>
      ${isReached && !isEditing && tools(message, where, edit)}
    </div>
  </article>`
}

/** @param {PageMessage} previous @param {PageMessage} message */
const isFollowing = (previous, message) =>
  previous.user === message.user &&
  !message.ephemeralTo &&
  !previous.ephemeralTo &&
  isReply(message) === isReply(previous) &&
  (Number(message.ts) - Number(previous.ts)) * 1000 < groupedWithinMs

/** Lights up a message that has changed. @param {HTMLElement} node */
const glow = node => {
  for (const old of node.getAnimations()) old.cancel()
  if (matchMedia('(prefers-reduced-motion: reduce)').matches) return
  const frames = [{ boxShadow: 'inset 3px 0 0 var(--accent)' }, { boxShadow: 'inset 3px 0 0 transparent' }]
  node.animate(frames, { duration: 900, easing: 'ease-out' })
}

/** A message's blocks, or its text, and its files. @param {{ message: PageMessage, isHidden: boolean }} props */
const Body = ({ message, isHidden }) => {
  const { channel, ts, text, blocks = [], files = [], streaming } = message
  const node = useRef(/** @type {HTMLElement | null} */ (null))
  useLayoutEffect(() => {
    if (!streaming || !node.current) return undefined
    const cursor = Object.assign(document.createElement('span'), { className: 'cursor', ariaHidden: 'true' })
    lastBlockOf(node.current).append(cursor)
    return () => cursor.remove()
  })
  const onAct = (/** @type {string} */ blockId, /** @type {SlackJson} */ action) =>
    void act({ do: 'act', channel, ts, blockId, action })
  return html`<div class="body" hidden=${isHidden} ref=${node}>
    ${blocks.length > 0 ? drawBlocks(blocks, { act: onAct }) : text && mrkdwn(text)}
    ${files.length > 0 && html`<div class="files">${files.map(file)}</div>`}
  </div>`
}

/** Where the next word of a text that is still written will stand. @param {Element} node @returns {Element} */
const lastBlockOf = node => {
  const last = [...node.children].findLast(child =>
    child.matches('div, p, ul, ol, li, li > span, blockquote, pre, pre > code, table, tbody, tr, td'),
  )
  return last ? lastBlockOf(last) : node
}

/**
 * Editing a message where it stands: Enter saves, Escape leaves it as it was. When saving fails, the box stays open with
 * what was typed.
 * @param {{ message: PageMessage, close: () => void }} props
 */
const Edit = ({ message: { channel, ts, text: old }, close }) => {
  const [typed, setTyped] = useState(() => toTypedText(old))
  const box = useRef(/** @type {HTMLTextAreaElement | null} */ (null))
  useLayoutEffect(() => {
    box.current?.scrollIntoView({ block: 'nearest' })
    focusEnd(box.current)
  }, [])
  const save = async () => {
    const text = typed.trim()
    if (!text || (await act({ do: 'edit', channel, ts, text }))) close()
  }
  const onKeyDown = (/** @type {KeyboardEvent} */ event) => {
    if (event.key !== 'Escape' || event.isComposing || event.defaultPrevented) return
    event.stopPropagation()
    close()
  }
  const { editMessage: label, cancel, save: saveWord } = words.value
  return html`<div class="edit-box" onKeyDown=${onKeyDown}>
    ${h(Editor, { label, testid: 'edit-box', value: typed, onValue: setTyped, onSend: () => void save(), box })}
    <div class="actions">
      <button type="button" class="button" onClick=${close}>${cancel}</button>
      <button type="button" class="button primary" data-testid="edit-save" onClick=${save}>${saveWord}</button>
    </div>
  </div>`
}

/** @param {PageMessage} message @param {'main' | 'thread'} where */
const notes = (message, where) => {
  const { onlyYou, alsoSent, repliedInThread } = words.value
  const href = isReply(message) && where === 'main' && `#/${message.channel}/${message.threadTs}/thread`
  return [
    message.ephemeralTo !== undefined && html`<span class="note">${onlyYou}</span>`,
    href && html`<a class="note link" href=${href}>${repliedInThread}</a>`,
    where === 'thread' && message.subtype === 'thread_broadcast' && html`<span class="note">${alsoSent}</span>`,
  ]
}

/** That a person has changed the text, or how often the bot has. @param {PageMessage} message */
const marks = ({ edits, edited, ephemeralTo }) =>
  (edited || (edits > 0 && !ephemeralTo)) &&
  html`<span class="edited" data-testid="edited" title=${words.value.writes(edits)}>
    ${edited ? words.value.edited : words.value.writes(edits)}
  </span>`

/** @param {PageMessage} message */
const reactions = ({ channel, ts, reactions: all = [] }) => {
  const draw = (/** @type {{ name: string, users: string[] }} */ { name, users }) => {
    const isMine = users.includes(as.value)
    const title = `${users.map(nameOf).join(', ')} :${name}:`
    const press = () => act({ do: isMine ? 'unreact' : 'react', channel, ts, name })
    return html`<button type="button" class="reaction" aria-pressed=${isMine} title=${title}
      data-testid=${`reaction-${name}`} onClick=${press} key=${name}>
      <span class="emoji">${toEmoji(name)}</span>${users.length}
    </button>`
  }
  return all.length > 0 && html`<div class="reactions">${all.map(draw)}</div>`
}

/**
 * How a thread goes on below the message that began it, for everybody, and what the bot says it is doing there.
 * @param {PageMessage} message @param {PageMessage[]} all @param {string | undefined} status
 */
const threadLine = ({ channel, ts }, all, status) => {
  const href = `#/${channel}/${ts}/thread`
  const replies = all.filter(({ ephemeralTo }) => !ephemeralTo)
  const users = [...new Set(replies.map(({ user }) => user))].slice(0, 4)
  const last = replies.at(-1)
  return [
    last &&
      html`<a class="thread-link" href=${href} data-testid="thread-link">
        <span class="faces">${users.map(avatar)}</span>
        <span class="thread-count">${words.value.replyCount(replies.length)}</span>
        <span class="thread-last">${words.value.lastReply(toClock(last.ts))}</span>
      </a>`,
    status && html`<a class="status" href=${href} data-testid="status">${statusLine(status)}</a>`,
  ]
}

/** The line that says what the bot is doing, with three calm dots. @param {string} status */
export const statusLine = status => html`<span class="status-line">
  <span class="dots" aria-hidden="true"><i></i><i></i><i></i></span>${nameOf(botUserId.value)} ${status}
</span>`
