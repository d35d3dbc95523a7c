/** @import { PageChannel } from '../protocol.ts' */
/** @import { Child } from './ui.js' */
/** @import { TargetedEvent } from 'preact' */
import { html } from 'htm/preact'
import { h } from 'preact'
import { openMenu, openPanel } from './menu.js'
import { goToNew, place, showPane } from './places.js'
import { countUnread, speakAs } from './session.js'
import { act, as, botUserId, dm, listedChannels, nameOf, people, words } from './state.js'
import { TryCard } from './try.js'
import { avatar, icon, iconButton, popup } from './ui.js'

/** The left side: as whom to speak, the channels, the conversation with the bot and its Home. */
export const Nav = () => {
  const { menu, speakAs: speakTitle, speakingAs, channels, createChannel, apps, appHome } = words.value
  const me = nameOf(as.value)
  const onClick = (/** @type {Event} */ { target }) => {
    if (target instanceof Element && target.closest('.nav-entry')) showPane('main')
  }
  const openSpeaking = (/** @type {TargetedEvent<HTMLElement>} */ event) => openSpeakers(event.currentTarget)
  const bot = botUserId.value
  return html`<nav class="pane pane-nav" aria-label=${menu} onClick=${onClick}>
    <div class="nav-speaker">
      <span class="nav-title">${speakTitle}</span>
      <button type="button" class="speaker" data-testid="speak-as" aria-haspopup="menu" onClick=${openSpeaking}
        aria-label=${`${speakingAs} ${me}`}>
        ${avatar(as.value)}<span class="speaker-name">${me}</span>${icon('down')}
      </button>
    </div>
    <div class="nav-scroll">
      <div class="nav-head">
        <h2 class="nav-title">${channels}</h2>
        ${iconButton('plus', createChannel, event => openCreate(event.currentTarget), popup('create-channel', 'dialog'))}
      </div>
      <div class="nav-list">${listedChannels.value.map(channelEntry)}</div>
      <h2 class="nav-title">${apps}</h2>
      <div class="nav-list">
        ${entry({ id: dm.value?.id ?? 'dm', testid: 'dm' }, [avatar(bot), html`<span class="nav-name">${nameOf(bot)}</span>`])}
        ${entry({ id: 'home', testid: 'home' }, [icon('home'), html`<span class="nav-name">${appHome}</span>`])}
      </div>
    </div>
    ${h(TryCard, {})}
  </nav>`
}

/** @param {{ id: string, testid: string, isQuiet?: boolean }} of @param {Child} children */
const entry = ({ id, testid, isQuiet = false }, children) => {
  const now = place.value
  const unread = isQuiet || id === 'home' ? 0 : countUnread(id)
  const isHere = id === (now.kind === 'home' ? 'home' : now.channel)
  const badge = html`<span class="badge" data-testid="unread">
    ${unread}<span class="hidden"> ${words.value.unread}</span>
  </span>`
  return html`<a href=${`#/${id}`} class=${`nav-entry${unread > 0 ? ' is-unread' : ''}${isQuiet ? ' is-quiet' : ''}`}
    data-testid=${testid} aria-current=${isHere ? 'page' : undefined} key=${id}>
    ${children}${unread > 0 && badge}
  </a>`
}

/** @param {PageChannel} channel */
const channelEntry = ({ id, name, kind, members }) => {
  const isPrivate = kind === 'private'
  return entry({ id, testid: `channel-${name}`, isQuiet: !members.includes(as.value) }, [
    html`<span class="hash" aria-hidden="true">${isPrivate ? icon('lock') : '#'}</span>`,
    html`<span class="nav-name">${name}</span>`,
    isPrivate && html`<span class="hidden"> ${words.value.isPrivate}</span>`,
  ])
}

/** @param {HTMLElement} anchor */
const openSpeakers = anchor => {
  const items = [...people.value.values()]
    .filter(person => !person.isBot)
    .map(({ id, name, realName }) => ({
      label: name,
      hint: realName === name ? '' : realName,
      picture: avatar(id),
      isChosen: id === as.value,
      testid: `speak-as-${id}`,
      choose: () => speakAs(id),
    }))
  openMenu(anchor, words.value.speakAs, items)
}

/** Offers those who are not yet in a channel. @param {HTMLElement} anchor @param {PageChannel} channel */
export const openInvite = (anchor, { id: channel, members }) => {
  const items = [...people.value.values()]
    .filter(({ id }) => !members.includes(id))
    .map(({ id, name }) => {
      const choose = () => void act({ do: 'invite', channel, user: id })
      return { label: name, picture: avatar(id), testid: `invite-${id}`, choose }
    })
  openMenu(anchor, words.value.invite, items, words.value.everyoneHere)
}

/** @param {HTMLElement} anchor */
const openCreate = anchor => {
  const { channelName, channelNameHint, createChannel, create } = words.value
  const onSubmit = async (/** @type {TargetedEvent<HTMLFormElement>} */ event) => {
    event.preventDefault()
    const typed = String(new FormData(event.currentTarget).get('name'))
    const name = typed.trim().replace(/^#/, '').toLowerCase().replace(/\s+/g, '-')
    const made = name ? await act({ do: 'create_channel', name }) : undefined
    if (!made) return
    close()
    goToNew(String(made.channel))
  }
  const { panel, close } = openPanel(
    anchor,
    html`<form class="menu create-menu" popover="auto" role="dialog" aria-label=${createChannel} onSubmit=${onSubmit}>
      <label>${channelName}<input type="text" name="name" placeholder=${channelNameHint} maxlength="80"
        data-testid="channel-name" aria-label=${channelName} /></label>
      <button type="submit" class="button primary" data-testid="channel-create">${create}</button>
    </form>`,
  )
  panel.querySelector('input')?.focus()
}
