/** @import { ComponentChild, ComponentType, VNode } from 'preact' */
import { html } from 'htm/preact'
import { h } from 'preact'
import { people } from './state.js'

/** Line drawings, 20 × 20, by name. */
const drawings = {
  back: 'M12 4 6 10l6 6',
  close: 'M5 5l10 10M15 5 5 15',
  plus: 'M10 4v12M4 10h12',
  send: 'M3 10h13M11 5l5 5-5 5',
  clip: 'M15 9l-5.2 5.2a3 3 0 0 1-4.3-4.3L11.200 4.3a2 2 0 0 1 2.900 2.900l-5.600 5.600a1 1 0 0 1-1.400-1.400L12 6.500',
  bolt: 'M11 2 4.500 11H10l-1 7 6.500-9H10z',
  smile: 'M10 17a7 7 0 1 0 0-14 7 7 0 0 0 0 14zM7 12c1.500 2 4.500 2 6 0M7.500 8v.5M12.500 8v.5',
  reply: 'M4 5h12v8H9l-4 3v-3H4z',
  more: 'M4.500 10h.01M10 10h.01M15.500 10h.01',
  wire: 'M3 6h11l-3-3M17 14H6l3 3',
  sun: 'M10 13.500a3.500 3.500 0 1 0 0-7 3.500 3.500 0 0 0 0 7zM10 2v2M10 16v2M2 10h2M16 10h2M4.500 4.500l1.400 1.400M14.100 14.100l1.400 1.400M4.500 15.500l1.400-1.400M14.100 5.900l1.400-1.400',
  home: 'M3.500 9.500 10 4l6.500 5.500M5.500 8.500V16h9V8.500',
  person: 'M10 10a3 3 0 1 0 0-6 3 3 0 0 0 0 6zM4 17c.5-4 3-5.500 6-5.500s5.500 1.500 6 5.500',
  down: 'M5 8l5 5 5-5',
  stop: 'M6 6h8v8H6z',
  lock: 'M5 9h10v8H5zM7 9V7a3 3 0 0 1 6 0v2',
  trash: 'M4 6h12M8 6V4h4v2M6 6l.7 10h6.600L14 6',
  up: 'M7 17V9l3.500-6c1.500 0 2 1.200 1.700 2.500L11.700 8H16l-1.300 8H7zM4 9h3v8H4z',
  thumbdown: 'M7 3v8l3.500 6c1.500 0 2-1.200 1.700-2.500l-.5-2.500H16l-1.300-9H7zM4 3h3v8H4z',
}

/** A line drawing in the colour of the text around it. @param {keyof typeof drawings} name */
export const icon = name =>
  html`<svg viewBox="0 0 20 20" class=${`icon icon-${name}`} aria-hidden="true"><path d=${drawings[name]} /></svg>`

/**
 * A button that shows a drawing, and a text if it has one, and says its name to screen readers and in a tooltip.
 * @param {keyof typeof drawings} name @param {string} label
 * @param {(event: MouseEvent & { currentTarget: HTMLElement }) => void} onClick
 * @param {Record<string, unknown>} [props]
 */
export const iconButton = (name, label, onClick, { text, ...props } = {}) =>
  html`<button type="button" title=${label} aria-label=${label} ...${props} onClick=${onClick}
    class=${`icon-button ${props.class ?? ''}`.trim()}>${icon(name)}${text && html`<span>${text}</span>`}</button>`

/** What tells a button of a menu or a dialog from others. @param {string} testid @param {'menu' | 'dialog'} [kind] */
export const popup = (testid, kind = 'menu') => ({ 'data-testid': testid, 'aria-haspopup': kind })

/** A person's picture; the bot has its own mark. @param {string} id */
export const avatar = id => {
  const isBot = people.value.get(id)?.isBot === true
  const src = isBot ? '/page/assets/icon.svg' : `/page/people/${id}.svg`
  return html`<span class=${`avatar${isBot ? ' avatar-bot' : ''}`} aria-hidden="true"><img src=${src} alt="" /></span>`
}

/** Nothing to see: what a list says before there is anything in it. @param {string} text */
export const empty = text => html`<p class="empty">${icon('reply')}${text}</p>`

/** Whether two props, or all of their items, are the same. @param {unknown} a @param {unknown} b */
const isSame = (a, b) =>
  a === b || (Array.isArray(a) && Array.isArray(b) && a.length === b.length && a.every((item, at) => item === b[at]))

/**
 * Draws a component for each of many objects, and again only when a prop or a signal that it reads is another one.
 * @template {object} P @param {ComponentType<P>} of @returns {(about: object, key: string, props: P) => VNode<P>}
 */
export const createMemo = of => {
  const drawn = new WeakMap()
  return (about, key, props) => {
    const old = drawn.get(about)
    if (old && Object.entries(props).every(([name, value]) => isSame(value, old.props[name]))) return old
    const fresh = h(of, { ...props, key })
    drawn.set(about, fresh)
    return fresh
  }
}

/** @typedef {ComponentChild | ComponentChild[]} Child */
