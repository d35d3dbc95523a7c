// @ts-check
/** @import { PagePerson } from '../protocol.ts' */
import { h } from './dom.js'

/**
 * A person's picture; the bot has its own mark.
 * @param {PagePerson | undefined} person
 * @param {string} id
 * @returns {HTMLElement}
 */
export const drawAvatar = (person, id) => {
  const isBot = person?.isBot === true
  const src = isBot ? '/page/assets/icon.svg' : `/page/people/${id}.svg`
  return h('span', { class: `avatar${isBot ? ' avatar-bot' : ''}`, 'aria-hidden': 'true' }, h('img', { src, alt: '' }))
}
