/** @import { Signal } from '@preact/signals' */
/** @import { TargetedEvent } from 'preact' */
/** @import { LimitState, WireEntry } from '../protocol.ts' */
import { signal } from '@preact/signals'
import { html } from 'htm/preact'
import { useState } from 'preact/hooks'
import { toggleWire } from './places.js'
import { lang, limits, wire, words } from './state.js'
import { createMemo, iconButton } from './ui.js'

const text = signal('')
const direction = signal('')

/** What went over the wire between the bot and Slack, and what is left of each rate limit. */
export const WirePane = () => {
  const { wirePanel, close, limits: limitsWord, wireFilter, wireBoth, toSlack, toBot, wireEmpty } = words.value
  const wanted = text.value.trim().toLowerCase()
  const entries = wire.value.filter(
    ({ direction: way, what, status, detail }) =>
      (!direction.value || way === direction.value) && `${what} ${status} ${detail}`.toLowerCase().includes(wanted),
  )
  const keepIn = (/** @type {Signal<string>} */ filter) => (/** @type {TargetedEvent<HTMLInputElement>} */ event) => {
    filter.value = event.currentTarget.value
  }
  return html`<section class="pane pane-wire" aria-label=${wirePanel} data-testid="wire">
    <header class="pane-header">
      <h2>${wirePanel}</h2>${iconButton('close', close, toggleWire, { 'data-testid': 'close-wire' })}
    </header>
    <details class="limit-box" open>
      <summary>${limitsWord}</summary>
      <div class="limits" data-testid="limits">${limits.value.map(limit)}</div>
    </details>
    <div class="wire-filters">
      <input type="search" placeholder=${wireFilter} aria-label=${wireFilter} data-testid="wire-filter"
        value=${text} onInput=${keepIn(text)} />
      <select aria-label=${wireBoth} data-testid="wire-direction" value=${direction} onChange=${keepIn(direction)}>
        <option value="">${wireBoth}</option><option value="to slack">${toSlack}</option><option value="to bot">${toBot}</option>
      </select>
    </div>
    <div class="wire-entries" data-testid="wire-entries">
      ${entries.toReversed().map(entry => drawEntry(entry, String(entry.id), { entry }))}
      ${entries.length === 0 && html`<p class="empty">${wireEmpty}</p>`}
    </div>
  </section>`
}

/** @param {{ entry: WireEntry }} props */
const Entry = ({ entry }) => {
  const { at, direction, what, status, detail, milliseconds, body } = entry
  const [isOpen, setOpen] = useState(false)
  const onToggle = (/** @type {TargetedEvent<HTMLDetailsElement>} */ event) => setOpen(event.currentTarget.open)
  const isUp = direction === 'to slack'
  const time = new Date(at).toLocaleTimeString(lang.value, { hour12: false })
  return html`<details class=${`wire-entry wire-${status}`} data-testid="wire-entry" onToggle=${onToggle}>
    <summary>
      <span class="wire-direction" title=${isUp ? words.value.toSlack : words.value.toBot}>${isUp ? '↑' : '↓'}</span>
      <span class="wire-what">${what}</span>
      <span class="wire-detail">${detail || status}</span>
      <span class="wire-ms">${status === 'waiting' ? '…' : `${Math.round(milliseconds)} ms`}</span>
    </summary>
    ${isOpen && [html`<p class="wire-time">${time}</p>`, html`<pre class="fence" tabindex="0">${JSON.stringify(body, undefined, 2)}</pre>`]}
  </details>`
}

const drawEntry = createMemo(Entry)

/** @param {LimitState} state */
const limit = ({ method, left, perMinute }) => {
  const label = `${method}: ${words.value.perMinute(left, perMinute)}`
  return html`<div class="limit" title=${label} key=${method}>
    <span>${method}</span>
    <meter aria-label=${label} max=${perMinute} low=${perMinute * 0.15} high=${perMinute * 0.5} optimum=${perMinute}
      value=${left}></meter>
    <span class="limit-left">${left}/${perMinute}</span>
  </div>`
}
