// @ts-check
/** @import { App } from './app.js' */
import { fill, h, icon, iconButton } from './dom.js'

const themeKey = 'threadwise.theme'

/**
 * The theme that this person chose, or none: then the system decides.
 * @returns {string}
 */
export const readTheme = () => localStorage.getItem(themeKey) ?? 'auto'

const toggleTheme = () => {
  const isDark = getComputedStyle(document.documentElement).colorScheme === 'dark'
  const next = isDark ? 'light' : 'dark'
  localStorage.setItem(themeKey, next)
  document.documentElement.dataset.theme = next
}

/**
 * The line above everything: which model answers, whether the bot is there, and the page's own switches.
 * @param {App} app
 */
export const createTopBar = app => {
  const { store, words } = app
  const model = h('span', { class: 'model', testid: 'model' })
  const bot = h('span', { class: 'bot-state', testid: 'bot-state' })
  const away = h('div', { class: 'away', role: 'status', testid: 'reconnecting', hidden: true })
  const bar = h(
    'header',
    { class: 'top' },
    h(
      'a',
      { class: 'brand', href: '#/', 'aria-label': words.workspace },
      h('img', { src: '/page/assets/icon.svg', alt: '' }),
      h('span', {}, words.workspace),
    ),
    h('div', { class: 'top-line' }, bot, model),
    h(
      'button',
      {
        type: 'button',
        class: 'language',
        testid: 'language',
        'aria-label': words.languageLabel,
        on: { click: app.toggleLanguage },
      },
      words.language,
    ),
    iconButton('sun', words.theme, toggleTheme, { testid: 'theme', class: 'theme' }),
    h(
      'button',
      {
        type: 'button',
        class: 'wire-toggle',
        testid: 'wire-toggle',
        title: words.wirePanel,
        on: { click: app.toggleWire },
      },
      icon('wire'),
      h('span', {}, words.wirePanel),
    ),
  )

  const draw = () => {
    const { state } = store
    fill(model, h('span', { class: 'model-label' }, `${words.answers} `), state.model)
    model.title = state.model
    bot.classList.toggle('is-connected', state.botConnected && state.isLive)
    fill(bot, h('span', { class: 'dot' }), h('span', {}, state.botConnected ? words.botConnected : words.botAway))
    away.hidden = state.isLive
    fill(away, words.reconnecting)
  }
  app.hear('all', draw)
  app.hear('bot', draw)
  app.hear('connection', draw)
  return { node: h('div', { class: 'top-place' }, bar, away) }
}
