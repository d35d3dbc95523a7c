import { html } from 'htm/preact'
import { isWireOpen, place, toggleWire, toHash } from './places.js'
import { isBotConnected, isLive, model, toggleLanguage, words } from './state.js'
import { icon, iconButton } from './ui.js'

const themeKey = 'threadwise.theme'

/** Shows the page in the theme that this person chose; without a choice the system decides. */
export const showTheme = () => {
  document.documentElement.dataset.theme = localStorage.getItem(themeKey) ?? 'auto'
}

const toggleTheme = () => {
  const chosen = document.documentElement.dataset.theme
  const isDark = chosen === 'auto' ? matchMedia('(prefers-color-scheme: dark)').matches : chosen === 'dark'
  localStorage.setItem(themeKey, isDark ? 'light' : 'dark')
  showTheme()
}

/** A link that is seen when it has the focus, and leads past everything to the newest message. */
const skipLink = () => {
  const skip = (/** @type {Event} */ event) => {
    event.preventDefault()
    const target =
      document.querySelector('.pane-main .row[tabindex="0"]') ??
      document.querySelector('.pane-main textarea, .pane-main button')
    if (target instanceof HTMLElement) target.focus()
  }
  return html`<a href=${toHash(place.value)} class="hidden button primary" onClick=${skip}>${words.value.skip}</a>`
}

/** The line above everything: which model answers, whether the bot is there, and the page's own switches. */
export const Top = () => {
  const { workspace, answers, botConnected, botAway, reconnecting, languageLabel, language, theme, wirePanel } =
    words.value
  const title = words.value.modelTitle(model.value)
  const isHere = isBotConnected.value && isLive.value
  return html`<div class="top-place">
    <header class="top">
      ${skipLink()}
      <h1><a class="brand" href="#/" aria-label=${workspace}><img src="/page/assets/icon.svg" alt="" /><span>${workspace}</span></a></h1>
      <div class="top-line">
        <span class=${`bot-state${isHere ? ' is-connected' : ''}`} data-testid="bot-state">
          <span class="dot"></span><span>${isBotConnected.value ? botConnected : botAway}</span>
        </span>
        <span class="model" data-testid="model" title=${title}><span class="model-label">${answers} </span>${title}</span>
      </div>
      <button type="button" class="language" data-testid="language" title=${languageLabel} onClick=${toggleLanguage}>
        ${language}
      </button>
      ${iconButton('sun', theme, toggleTheme, { 'data-testid': 'theme', class: 'theme' })}
      <button type="button" class="wire-toggle" data-testid="wire-toggle" title=${wirePanel} onClick=${toggleWire}
        aria-expanded=${isWireOpen.value}>${icon('wire')}<span>${wirePanel}</span></button>
    </header>
    <div class="away" role="status" data-testid="reconnecting" hidden=${isLive.value}>${reconnecting}</div>
  </div>`
}
