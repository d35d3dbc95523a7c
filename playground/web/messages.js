// @ts-check
/** @import { PageChannel } from '../protocol.ts' */
import { html } from 'htm/preact'
import { h } from 'preact'
import { useLayoutEffect, useRef } from 'preact/hooks'
import { attach, dropProps } from './attachments.js'
import { Composer } from './composer.js'
import { draftOf } from './drafts.js'
import { focusEnd } from './editor.js'
import { Home } from './form.js'
import { editLast, List } from './list.js'
import { openMenu } from './menu.js'
import { go, goToDm, place, showPane } from './places.js'
import { act, as, botUserId, channels, logOf, nameOf, people, prompts, titleOf, words } from './state.js'
import { avatar, iconButton } from './ui.js'

/** The middle of the page: a channel, the conversation with the bot, or what the bot draws on its Home. */
export const Main = () => {
  const now = place.value
  const box = useRef(/** @type {HTMLTextAreaElement | null} */ (null))
  const here = now.kind === 'channel' ? channels.value.get(now.channel) : undefined
  useLayoutEffect(() => {
    if (now.kind === 'channel' && now.focus === 'composer' && !now.message && !now.thread) focusEnd(box.current)
  }, [now])
  const onFiles = (/** @type {File[]} */ files) => here && attach(draftOf(here.id), files)
  return html`<main class="pane pane-main" ...${dropProps(onFiles)}>
    <header class="pane-header">${header(here)}</header>
    ${here ? conversation(here, box) : h(Home, {})}
  </main>`
}

/** @param {PageChannel} here @param {{ current: HTMLTextAreaElement | null }} box */
const conversation = (here, box) => {
  const { messagesTab, emptyDm, emptyChannel, messageTo, tryThis, notMember, join } = words.value
  const messages = logOf(here.id).main
  const offered = here.kind === 'im' ? prompts.value : []
  const say = (/** @type {string} */ text) => act({ do: 'say', channel: here.id, text })
  const label = messageTo(titleOf(here))
  return [
    h(List, {
      messages,
      where: 'main',
      label: messagesTab,
      emptyText: here.kind === 'im' ? emptyDm : emptyChannel,
      key: `${as.value} ${here.id}`,
    }),
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
          ? h(Composer, {
              channel: here.id,
              label,
              testid: 'composer',
              box,
              onEditLast: () => editLast('main', messages),
            })
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
  const props = { 'data-testid': 'invite', 'aria-haspopup': 'menu' }
  return [
    back,
    html`<h1><span class="hash">#</span>${channel.name}</h1>`,
    html`<span class="topic">${channel.topic}</span>`,
    html`<span class="members" data-testid="members">${members(channel.members.length)}</span>`,
    channel.members.includes(as.value) &&
      iconButton('person', invite, event => openInvite(event.currentTarget, channel), props),
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

/** @param {HTMLElement} anchor @param {PageChannel} channel */
const openInvite = (anchor, channel) => {
  const absent = [...people.value.values()].filter(person => !channel.members.includes(person.id))
  const items = absent.map(({ id, name }) => ({
    label: name,
    picture: avatar(id),
    testid: `invite-${id}`,
    choose: () => void act({ do: 'invite', channel: channel.id, user: id }),
  }))
  openMenu(anchor, words.value.invite, items, words.value.everyoneHere)
}
