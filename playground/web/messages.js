// @ts-check
/** @import { PageChannel } from '../protocol.ts' */
/** @import { App } from './app.js' */
import { acceptDrops } from './attachments.js'
import { createComposer } from './composer.js'
import { fill, h, iconButton } from './dom.js'
import { createHome } from './home.js'
import { createList } from './list.js'
import { isReply } from './log.js'
import { openMenu } from './menu.js'
import { drawAvatar } from './people.js'

/**
 * The middle of the page: a channel, the conversation with the bot, or what the bot draws on its Home.
 * @param {App} app
 */
export const createMainPane = app => {
  const { store, words } = app
  const header = h('header', { class: 'pane-header' })
  const list = createList(app, 'main', words.messagesTab)
  const home = createHome(app)
  const composer = createComposer(app, { testid: 'composer', onEditLast: list.editLast })
  const prompts = h('div', { class: 'prompts' })
  const joinBar = h('div', { class: 'join-bar' })
  const foot = h('div', { class: 'pane-foot' }, prompts, composer.node, joinBar)
  const node = h('main', { class: 'pane pane-main' }, header, list.node, home.node, foot)
  let shown = ''

  const channel = () => {
    const place = app.place()
    return place.kind === 'channel' ? store.state.channels.get(place.channel) : undefined
  }
  const drawFrame = () => {
    const here = channel()
    const isHome = app.place().kind === 'home'
    fill(header, drawHeader(app, here))
    list.node.hidden = isHome
    home.node.hidden = !isHome
    foot.hidden = isHome
    const isMember = !here || here.members.includes(store.state.as)
    composer.node.hidden = !isMember
    fill(joinBar, here && !isMember ? drawJoin(app, here) : undefined)
    if (here) composer.aim({ channel: here.id }, words.messageTo(titleOf(app, here)))
    drawPrompts()
  }
  const drawPrompts = () => {
    const here = channel()
    const offered = here?.kind === 'im' ? store.state.suggestedPrompts : []
    prompts.hidden = offered.length === 0
    const say = (/** @type {string} */ text) => here && void app.act({ do: 'say', channel: here.id, text })
    fill(
      prompts,
      h('span', { class: 'prompts-label' }, words.tryThis),
      offered.map(({ title, message }) =>
        h(
          'button',
          { type: 'button', class: 'prompt', title: message, testid: 'prompt', on: { click: () => say(message) } },
          title,
        ),
      ),
    )
  }
  const drawAll = () => {
    const here = channel()
    drawFrame()
    home.update()
    if (here && here.id === shown) return list.refresh(store.log(here.id).main)
    shown = here?.id ?? ''
    list.show(here ? store.log(here.id).main : [], here?.kind === 'im' ? words.emptyDm : words.emptyChannel)
  }
  const turn = () => {
    const place = app.place()
    if (place.kind === 'channel' && place.channel === shown) drawFrame()
    else drawAll()
    if (place.kind !== 'channel') return
    if (place.message) list.reveal(place.message)
    else if (place.focus === 'composer' && !place.thread) composer.focus()
  }

  acceptDrops(node, words.dropHere, composer.attach)
  app.hear('all', drawAll)
  app.hear('place', turn)
  app.hear('channels', drawFrame)
  app.hear('people', drawFrame)
  app.hear('prompts', drawPrompts)
  app.hear('message', ({ message }) => {
    if (message.channel !== shown) return
    if (!isReply(message) || message.subtype === 'thread_broadcast') list.put(message, store.log(shown).main)
    if (isReply(message)) list.touch(message.threadTs ?? '')
  })
  app.hear('removed', ({ message }) => {
    if (message.channel !== shown) return
    list.remove(message, store.log(shown).main)
    if (isReply(message)) list.touch(message.threadTs ?? '')
  })
  app.hear('status', status => status.channel === shown && list.touch(status.threadTs))
  return { node, focus: composer.focus, isEmpty: composer.isEmpty }
}

/**
 * What a conversation is called.
 * @param {App} app
 * @param {PageChannel} channel
 * @returns {string}
 */
export const titleOf = (app, channel) =>
  channel.kind === 'im' ? app.store.personName(app.store.state.botUserId) : `#${channel.name}`

/**
 * @param {App} app
 * @param {PageChannel | undefined} channel
 */
const drawHeader = (app, channel) => {
  const { words, store } = app
  const back = iconButton('back', words.menu, () => app.showPane('nav'), { class: 'only-phone', testid: 'back-to-nav' })
  if (!channel || channel.kind === 'im') {
    const bot = store.state.people.get(store.state.botUserId)
    return [
      back,
      bot && drawAvatar(bot, bot.id),
      h('h1', {}, store.personName(store.state.botUserId)),
      drawTabs(app, channel),
    ]
  }
  const invite = iconButton('person', words.invite, () => openInvite(app, invite, channel), {
    testid: 'invite',
    'aria-haspopup': 'menu',
  })
  return [
    back,
    h('h1', {}, h('span', { class: 'hash' }, '#'), channel.name),
    h('span', { class: 'topic' }, channel.topic),
    h('span', { class: 'members', testid: 'members' }, words.members(channel.members.length)),
    channel.members.includes(store.state.as) && invite,
  ]
}

/**
 * @param {App} app
 * @param {PageChannel | undefined} dm
 */
const drawTabs = (app, dm) => {
  const { words } = app
  const tab = (
    /** @type {string} */ label,
    /** @type {string} */ testid,
    /** @type {boolean} */ isChosen,
    /** @type {() => void} */ choose,
  ) =>
    h(
      'button',
      { type: 'button', class: 'tab', testid, 'aria-current': isChosen ? 'page' : undefined, on: { click: choose } },
      label,
    )
  return h(
    'nav',
    { class: 'tabs', 'aria-label': words.appHome },
    tab(words.homeTab, 'tab-home', !dm, () => app.go({ kind: 'home' })),
    tab(words.messagesTab, 'tab-messages', dm !== undefined, app.goToDm),
  )
}

/**
 * @param {App} app
 * @param {PageChannel} channel
 */
const drawJoin = (app, channel) => [
  h('span', {}, app.words.notMember(channel.name)),
  h(
    'button',
    {
      type: 'button',
      class: 'button primary',
      testid: 'join',
      on: { click: () => void app.act({ do: 'join', channel: channel.id }) },
    },
    app.words.join(channel.name),
  ),
]

/**
 * @param {App} app
 * @param {HTMLElement} anchor
 * @param {PageChannel} channel
 */
const openInvite = (app, anchor, channel) => {
  const absent = [...app.store.state.people.values()].filter(person => !channel.members.includes(person.id))
  const items = absent.map(person => ({
    label: person.name,
    picture: drawAvatar(person, person.id),
    testid: `invite-${person.id}`,
    choose: () => void app.act({ do: 'invite', channel: channel.id, user: person.id }),
  }))
  openMenu(anchor, app.words.invite, items, app.words.everyoneHere)
}
