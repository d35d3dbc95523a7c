// @ts-check
/** @import { PageChannel } from '../protocol.ts' */
/** @import { App } from './app.js' */
/** @import { Store } from './store.js' */
import { fill, h, icon, iconButton, morph } from './dom.js'
import { openMenu, openPanel } from './menu.js'
import { drawAvatar } from './people.js'
import { createTryCard } from './try.js'

/**
 * The left side: as whom to speak, the channels, the conversation with the bot and its Home.
 * @param {App} app
 */
export const createNav = app => {
  const { store, words } = app
  const speaker = h('button', { type: 'button', class: 'speaker', testid: 'speak-as', 'aria-haspopup': 'menu' })
  const channels = h('div', { class: 'nav-list' })
  const apps = h('div', { class: 'nav-list' })
  const add = iconButton('plus', words.createChannel, () => openCreate(app, add), {
    testid: 'create-channel',
    'aria-haspopup': 'dialog',
  })
  const node = h(
    'nav',
    { class: 'pane pane-nav', 'aria-label': words.menu },
    h('div', { class: 'nav-speaker' }, h('span', { class: 'nav-title' }, words.speakAs), speaker),
    h(
      'div',
      { class: 'nav-scroll' },
      h('div', { class: 'nav-head' }, h('h2', { class: 'nav-title' }, words.channels), add),
      channels,
      h('h2', { class: 'nav-title' }, words.apps),
      apps,
    ),
    createTryCard(app).node,
  )

  const draw = () => {
    const me = store.me()
    fill(
      speaker,
      drawAvatar(me, store.state.as),
      h('span', { class: 'speaker-name' }, store.personName(store.state.as)),
      icon('down'),
    )
    speaker.setAttribute('aria-label', `${words.speakingAs} ${store.personName(store.state.as)}`)
    morph(
      channels,
      h(
        'div',
        { class: 'nav-list' },
        orderChannels(store).map(channel => drawChannel(app, channel)),
      ),
    )
    morph(apps, h('div', { class: 'nav-list' }, drawDm(app), drawHome(app)))
  }
  node.addEventListener('click', event => {
    if (event.target instanceof Element && event.target.closest('.nav-entry')) app.showPane('main')
  })
  speaker.addEventListener('click', () => openSpeakers(app, speaker))
  app.hear('all', draw)
  app.hear('channels', draw)
  app.hear('people', draw)
  app.hear('place', draw)
  app.hear('reads', draw)
  app.hear('bot', draw)
  app.hear('message', ({ isNew }) => isNew && draw())
  return { node }
}

/**
 * The channels that the spoken-as person sees, by name.
 * @param {Store} store
 * @returns {PageChannel[]}
 */
export const orderChannels = store =>
  [...store.state.channels.values()]
    .filter(channel => channel.kind !== 'im')
    .sort((a, b) => a.name.localeCompare(b.name))

/**
 * @param {App} app
 * @param {{ href: string, isHere: boolean, unread: number, testid: string, isQuiet?: boolean }} entry
 * @param {...import('./dom.js').Child} children
 */
const drawEntry = (app, { href, isHere, unread, testid, isQuiet }, ...children) =>
  h(
    'a',
    {
      href,
      class: `nav-entry${unread > 0 ? ' is-unread' : ''}${isQuiet ? ' is-quiet' : ''}`,
      testid,
      'aria-current': isHere ? 'page' : undefined,
    },
    children,
    unread > 0 &&
      h('span', { class: 'badge', testid: 'unread' }, unread, h('span', { class: 'hidden' }, ` ${app.words.unread}`)),
  )

/**
 * @param {App} app
 * @param {PageChannel} channel
 */
const drawChannel = (app, channel) => {
  const place = app.place()
  const isHere = place.kind === 'channel' && place.channel === channel.id
  const isQuiet = !channel.members.includes(app.store.state.as)
  const entry = {
    href: `#/${channel.id}`,
    isHere,
    unread: isQuiet ? 0 : app.reads.count(channel.id),
    testid: `channel-${channel.name}`,
    isQuiet,
  }
  return drawEntry(
    app,
    entry,
    h('span', { class: 'hash' }, channel.kind === 'private' ? '◌' : '#'),
    h('span', { class: 'nav-name' }, channel.name),
  )
}

/** @param {App} app */
const drawDm = app => {
  const { store } = app
  const dm = store.dm()
  const place = app.place()
  const isHere = place.kind === 'channel' && place.channel === dm?.id
  const bot = store.state.people.get(store.state.botUserId)
  const entry = { href: dm ? `#/${dm.id}` : '#/dm', isHere, unread: dm ? app.reads.count(dm.id) : 0, testid: 'dm' }
  return drawEntry(
    app,
    entry,
    drawAvatar(bot, store.state.botUserId),
    h('span', { class: 'nav-name' }, store.personName(store.state.botUserId)),
  )
}

/** @param {App} app */
const drawHome = app =>
  drawEntry(
    app,
    { href: '#/home', isHere: app.place().kind === 'home', unread: 0, testid: 'home' },
    icon('home'),
    h('span', { class: 'nav-name' }, app.words.appHome),
  )

/**
 * @param {App} app
 * @param {HTMLElement} anchor
 */
const openSpeakers = (app, anchor) => {
  const { people, as } = app.store.state
  const items = [...people.values()]
    .filter(person => !person.isBot)
    .map(person => ({
      label: person.name,
      hint: person.realName === person.name ? '' : person.realName,
      picture: drawAvatar(person, person.id),
      isChosen: person.id === as,
      testid: `speak-as-${person.id}`,
      choose: () => app.speakAs(person.id),
    }))
  openMenu(anchor, app.words.speakAs, items)
}

/**
 * @param {App} app
 * @param {HTMLElement} anchor
 */
const openCreate = (app, anchor) => {
  const { words } = app
  const name = h('input', {
    type: 'text',
    placeholder: words.channelNameHint,
    maxlength: 80,
    testid: 'channel-name',
    'aria-label': words.channelName,
  })
  const create = async () => {
    const wanted = name.value.trim().replace(/^#/, '').toLowerCase().replace(/\s+/g, '-')
    const made = wanted ? await app.act({ do: 'create_channel', name: wanted }) : undefined
    if (!made) return
    close()
    app.goToNew(String(made.channel))
  }
  const panel = h(
    'form',
    { class: 'menu create-menu', role: 'dialog', 'aria-label': words.createChannel },
    h('label', {}, words.channelName, name),
    h('button', { type: 'submit', class: 'button primary', testid: 'channel-create' }, words.create),
  )
  panel.addEventListener('submit', event => {
    event.preventDefault()
    void create()
  })
  const close = openPanel(anchor, panel)
  name.focus()
}
