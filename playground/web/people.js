// @ts-check
/** @import { PagePerson } from '../protocol.ts' */
import { h } from './dom.js'

/** How many colours page.css has for people. */
const colourCount = 8

/**
 * What stands in a person's avatar: two letters of a Latin name, the last two characters of a Chinese one.
 * @param {string} name
 * @returns {string}
 */
const toInitials = name => {
  const han = name.match(/\p{Script=Han}/gu)
  if (han) return han.slice(-2).join('')
  const words = name.split(/[\s._-]+/).filter(Boolean)
  return (words.length > 1 ? words.slice(0, 2).map(word => word[0]) : [...(words[0] ?? '?')].slice(0, 2)).join('')
}

/** @param {string} id */
const toColour = id => [...id].reduce((sum, character) => (sum * 31 + character.charCodeAt(0)) % 9973, 7) % colourCount

/**
 * A person's picture, drawn from their initials in a colour of their own; the bot has its own mark.
 * @param {PagePerson | undefined} person
 * @param {string} id
 * @returns {HTMLElement}
 */
export const drawAvatar = (person, id) => {
  const name = person?.name || id
  if (person?.isBot)
    return h(
      'span',
      { class: 'avatar avatar-bot', 'aria-hidden': 'true' },
      h('img', { src: '/page/assets/icon.svg', alt: '' }),
    )
  return h('span', { class: `avatar avatar-${toColour(id)}`, 'aria-hidden': 'true' }, toInitials(name))
}
