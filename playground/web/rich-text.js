// @ts-check
/** @import { SlackJson } from '../protocol.ts' */
/** @import { Child } from './ui.js' */
import { html } from 'htm/preact'
import { toObject, toObjects, toText } from './json.js'
import { broadcast, channelLink, emoji, fence, link, personPing } from './text.js'

/** Draws a `rich_text` block: sections, lists, quotes and code. @param {SlackJson} block */
export const richText = block => html`<div class="rich-text">${toObjects(block.elements).map(part)}</div>`

/** @param {SlackJson} json */
const part = json => {
  const inside = toObjects(json.elements)
  if (json.type === 'rich_text_list') return list(json)
  if (json.type === 'rich_text_preformatted') return fence(inside.map(plainOf).join(''))
  return html`<${json.type === 'rich_text_quote' ? 'blockquote' : 'p'}>${inside.map(styled)}<//>`
}

/** @param {SlackJson} json */
const list = json => {
  const isOrdered = json.style === 'ordered'
  const start = isOrdered && Number(json.offset) > 0 ? Number(json.offset) + 1 : undefined
  const items = toObjects(json.elements).map(one => html`<li>${toObjects(one.elements).map(styled)}</li>`)
  const indent = Math.min(8, Number(json.indent) || 0)
  return html`<${isOrdered ? 'ol' : 'ul'} class=${`indent-${indent}`} start=${start}>${items}<//>`
}

/** @param {SlackJson} element */
const plainOf = element => toText(element.text) || toText(element.url)

/** @type {Record<string, (element: SlackJson) => Child>} */
const atoms = {
  text: ({ text }) =>
    toText(text)
      .split('\n')
      .flatMap((line, index) => (index > 0 ? [html`<br />`, line] : [line])),
  link: element => link(toText(element.url), plainOf(element)),
  user: element => personPing(toText(element.user_id)),
  channel: element => channelLink(toText(element.channel_id)),
  emoji: element => emoji(toText(element.name)),
  broadcast: element => broadcast(toText(element.range)),
  usergroup: element => broadcast(toText(element.usergroup_id)),
  color: element => html`<code>${toText(element.value)}</code>`,
}

const styleTags = { code: 'code', strike: 's', italic: 'em', bold: 'strong' }

/** @param {SlackJson} element */
const styled = element => {
  const draw = atoms[toText(element.type)]
  const style = toObject(element.style)
  return Object.entries(styleTags).reduce(
    (inner, [name, tag]) => (style[name] === true ? html`<${tag}>${inner}<//>` : inner),
    draw ? draw(element) : toText(element.fallback) || plainOf(element),
  )
}
