/** @import { PageChannel } from '../protocol.ts' */

import { html } from 'htm/preact'
import { h } from 'preact'
import { useLayoutEffect, useRef } from 'preact/hooks'
import { attach, draftOf, dropProps, isEmptyDraft } from './attachments.js'
import { openInvite } from './channels.js'
import { Composer } from './composer.js'
import { focusEnd } from './editor.js'
import { Home } from './form.js'
import { List } from './list.js'
import { statusLine } from './message.js'
import { go, goToDm, place, showPane } from './places.js'
import { act, as, botUserId, channels, logOf, nameOf, prompts, statuses, titleOf, titles, words } from './state.js'
import { avatar, icon, iconButton, popup } from './ui.js'

/** A text box that takes the focus when somebody comes to write in it. @param {string | undefined} thread */
const useBox = thread => {
  const now = place.value
  const box = useRef(/** @type {HTMLTextAreaElement | null} */ (null))
  useLayoutEffect(() => {
    if (now.kind === 'channel' && now.focus && !now.message && now.thread === thread) focusEnd(box.current)
  }, [now])
  return box
}

/** The middle of the page: a channel, the conversation with the bot, or what the bot draws on its Home. */
export const Main = () => {
  const now = place.value
  const box = useBox(undefined)
  const here = now.kind === 'channel' ? channels.value.get(now.channel) : undefined
  const onFiles = (/** @type {File[]} */ files) => here && attach(draftOf(here.id), files)
  const label = here ? titleOf(here) : words.value.appHome
  return html`<section class="pane pane-main" aria-label=${label} ...${dropProps(onFiles)}>
    <header class="pane-header">${header(here)}</header>
    ${here ? conversation(here, box) : h(Home, {})}
  </section>`
}

/** @param {PageChannel} here @param {{ current: HTMLTextAreaElement | null }} box */
const conversation = (here, box) => {
  const { emptyDm, emptyChannel, messageTo, tryThis, notMember, join } = words.value
  const messages = logOf(here.id).main
  const offered = here.kind === 'im' ? prompts.value : []
  const say = (/** @type {string} */ text) => act({ do: 'say', channel: here.id, text })
  const label = messageTo(titleOf(here))
  const emptyText = here.kind === 'im' ? emptyDm : emptyChannel
  return [
    h(List, { messages, where: 'main', emptyText, key: `${as.value} ${here.id}` }),
    html`<div class="pane-foot">
      ${
        offered.length > 0 &&
        html`<div class="prompts"><span class="prompts-label">${tryThis}</span>${offered.map(
          ({ title, message }) => html`<button type="button" class="prompt" title=${message} data-testid="prompt"
            onClick=${() => say(message)}>${title}</button>`,
        )}</div>`
      }
      ${
        here.members.includes(as.value)
          ? h(Composer, { channel: here.id, messages, label, box })
          : html`<div class="join-bar">
            <span>${notMember(here.name)}</span>
            <button type="button" class="button primary" data-testid="join"
              onClick=${() => act({ do: 'join', channel: here.id })}>${join(here.name)}</button>
          </div>`
      }
    </div>`,
  ]
}

/** @param {PageChannel | undefined} channel */
const header = channel => {
  const { menu, invite, members } = words.value
  const back = iconButton('back', menu, () => showPane('nav'), { class: 'only-phone', 'data-testid': 'back-to-nav' })
  if (!channel || channel.kind === 'im')
    return [back, avatar(botUserId.value), html`<h1>${nameOf(botUserId.value)}</h1>`, tabs(channel)]
  return [
    back,
    html`<h1><span class="hash" aria-hidden="true">#</span>${channel.name}</h1>`,
    channel.kind === 'private' && html`<span class="tag">${words.value.isPrivate}</span>`,
    html`<span class="topic">${words.value.translate(channel.topic)}</span>`,
    html`<span class="members" data-testid="members">${members(channel.members.length)}</span>`,
    channel.members.includes(as.value) &&
      iconButton('person', invite, event => openInvite(event.currentTarget, channel), popup('invite')),
  ]
}

/** @param {PageChannel | undefined} dm */
const tabs = dm => {
  const { appHome, homeTab, messagesTab } = words.value
  return html`<nav class="tabs" aria-label=${appHome}>
    <button type="button" class="tab" data-testid="tab-home" aria-current=${dm ? undefined : 'page'}
      onClick=${() => go({ kind: 'home' })}>${homeTab}</button>
    <button type="button" class="tab" data-testid="tab-messages" aria-current=${dm ? 'page' : undefined}
      onClick=${goToDm}>${messagesTab}</button>
  </nav>`
}

/** The pane of the thread that is open, if one is. */
export const ThreadPane = () => {
  const now = place.value
  if (now.kind !== 'channel' || !now.thread) return null
  return h(Thread, { channel: now.channel, ts: now.thread, key: `${as.value} ${now.channel} ${now.thread}` })
}

/**
 * A thread: its messages, what the bot is doing, and a place to answer.
 * @param {{ channel: string, ts: string }} props
 */
const Thread = ({ channel, ts }) => {
  const box = useBox(ts)
  const { back, thread, close: closeWord, replyTo, stop: stopWord } = words.value
  const log = logOf(channel)
  const messages = [log.byKey.get(ts) ?? [], log.threads.get(ts) ?? []].flat()
  const status = statuses.value.get(`${channel}:${ts}`)
  const here = channels.value.get(channel)
  const isBusy = status || messages.some(message => message.streaming)
  const close = () => go({ kind: 'channel', channel, focus: 'composer' })
  const stop = () => act({ do: 'stop_session', channel, threadTs: ts })
  const onKeyDown = (/** @type {KeyboardEvent} */ event) => {
    const isWriting = event.target instanceof HTMLTextAreaElement && !isEmptyDraft(channel, ts)
    if (event.key === 'Escape' && !event.isComposing && !event.defaultPrevented && !isWriting) close()
  }
  return html`<section class="pane pane-thread" data-testid="thread" aria-label=${thread} onKeyDown=${onKeyDown}
    ...${dropProps(files => attach(draftOf(channel, ts), files))}>
    <header class="pane-header">
      ${iconButton('back', back, close, { class: 'only-phone', 'data-testid': 'back-to-channel' })}
      <h2 data-testid="thread-title">${titles.value.get(`${channel}:${ts}`) || thread}</h2>
      <span class="topic">${here && titleOf(here)}</span>
      ${iconButton('close', closeWord, close, { class: 'not-phone', 'data-testid': 'close-thread' })}
    </header>
    ${h(List, { messages, where: 'thread', emptyText: '' })}
    <div class="pane-foot">
      <div class="thread-status" aria-live="polite">
        ${status && html`<span class="status" data-testid="thread-status">${statusLine(status)}</span>`}
        ${
          isBusy &&
          html`<button type="button" class="stop" data-testid="stop" onClick=${stop}>${icon('stop')}${stopWord}</button>`
        }
      </div>
      ${h(Composer, { channel, threadTs: ts, messages, label: replyTo, box })}
    </div>
  </section>`
}
