// @ts-check
import { html } from 'htm/preact'
import { h } from 'preact'
import { useLayoutEffect, useRef } from 'preact/hooks'
import { attach, dropProps } from './attachments.js'
import { Composer } from './composer.js'
import { draftOf, isEmptyDraft } from './drafts.js'
import { focusEnd } from './editor.js'
import { editLast, List } from './list.js'
import { statusLine } from './message.js'
import { go, place } from './places.js'
import { act, as, channels, logOf, statuses, titleOf, titles, words } from './state.js'
import { icon, iconButton } from './ui.js'

/** The pane of the thread that is open, if one is. */
export const ThreadPane = () => {
  const now = place.value
  if (now.kind !== 'channel' || !now.thread) return null
  return h(Thread, { channel: now.channel, ts: now.thread, key: `${as.value} ${now.channel} ${now.thread}` })
}

/**
 * One thread: the message that began it, its replies, what the bot is doing, and a place to answer.
 * @param {{ channel: string, ts: string }} props
 */
const Thread = ({ channel, ts }) => {
  const now = place.value
  const box = useRef(/** @type {HTMLTextAreaElement | null} */ (null))
  useLayoutEffect(() => {
    if (now.kind === 'channel' && now.focus === 'composer' && now.thread === ts) focusEnd(box.current)
  }, [now])

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
  return html`<aside class="pane pane-thread" data-testid="thread" aria-label=${thread} onKeyDown=${onKeyDown}
    ...${dropProps(files => attach(draftOf(channel, ts), files))}>
    <header class="pane-header">
      ${iconButton('back', back, close, { class: 'only-phone', 'data-testid': 'back-to-channel' })}
      <h2 data-testid="thread-title">${titles.value.get(`${channel}:${ts}`) || thread}</h2>
      <span class="topic">${here && titleOf(here)}</span>
      ${iconButton('close', closeWord, close, { class: 'not-phone', 'data-testid': 'close-thread' })}
    </header>
    ${h(List, { messages, where: 'thread', label: thread, emptyText: '' })}
    <div class="pane-foot">
      <div class="thread-status" aria-live="polite">
        ${status && html`<span class="status" data-testid="thread-status">${statusLine(status)}</span>`}
        ${
          isBusy &&
          html`<button type="button" class="stop" data-testid="stop" onClick=${stop}>${icon('stop')}${stopWord}</button>`
        }
      </div>
      ${h(Composer, {
        channel,
        threadTs: ts,
        label: replyTo,
        testid: 'thread-composer',
        canBroadcast: here?.kind !== 'im',
        box,
        onEditLast: () => editLast('thread', messages),
      })}
    </div>
  </aside>`
}
