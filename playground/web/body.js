// @ts-check
/** @import { PageFile, PageMessage, SlackJson } from '../protocol.ts' */
/** @import { App } from './app.js' */
/** @import { Surface } from './block-parts.js' */
import { drawBlock, isStill } from './blocks.js'
import { h, icon, keepFocusIn, morph } from './dom.js'
import { drawMrkdwn } from './mrkdwn.js'

/**
 * One part of a message's body, with the JSON that it was drawn from.
 * @typedef {{ json: string, still: boolean, type: string, node: HTMLElement }} Part
 */

/**
 * The body of one message: it is drawn once, and then only what has changed is touched, in place, so that a text that
 * grows neither flickers nor loses a reader's selection.
 * @param {App} app
 * @param {Surface} surface
 */
export const createBody = (app, surface) => {
  const node = h('div', { class: 'body' })
  /** @type {Part[]} */
  let parts = []

  return {
    node,
    /** @param {PageMessage} message */
    update: message => {
      const wanted = partsOf(message)
      node.querySelector('.cursor')?.remove()
      parts = wanted.map((part, index) => updatePart(app, surface, node, parts[index], part, index))
      while (node.children.length > parts.length) node.lastElementChild?.remove()
      if (message.streaming) lastBlockOf(node).append(h('span', { class: 'cursor', 'aria-hidden': 'true' }))
    },
  }
}

/**
 * Where the next word of a text that is still written will stand.
 * @param {Element} node
 * @returns {Element}
 */
const lastBlockOf = node => {
  const last = [...node.children].findLast(child =>
    child.matches('div, p, ul, ol, li, li > span, blockquote, pre, pre > code, table, tbody, tr, td'),
  )
  return last ? lastBlockOf(last) : node
}

/**
 * The blocks of a message, or its text when it has none, and its files.
 * @param {PageMessage} message
 * @returns {SlackJson[]}
 */
const partsOf = message => {
  const blocks = message.blocks ?? []
  const body = blocks.length > 0 || message.text === '' ? blocks : [{ type: 'page_text', text: message.text }]
  return message.files?.length ? [...body, { type: 'page_files', files: message.files }] : body
}

/**
 * @param {App} app
 * @param {Surface} surface
 * @param {HTMLElement} parent
 * @param {Part | undefined} old
 * @param {SlackJson} wanted
 * @param {number} index
 * @returns {Part}
 */
const updatePart = (app, surface, parent, old, wanted, index) => {
  const json = JSON.stringify(wanted)
  if (old?.json === json) return old
  const still = wanted.type === 'page_text' || isStill(wanted)
  const type = String(wanted.type)
  const node = drawPart(app, surface, wanted, index)
  if (!old) parent.append(node)
  else if (old.still && still && old.type === type)
    return { json, still, type, node: /** @type {HTMLElement} */ (morph(old.node, node)) }
  else replace(old.node, node)
  return { json, still, type, node }
}

/**
 * @param {HTMLElement} old
 * @param {HTMLElement} fresh
 */
const replace = (old, fresh) => {
  const refocus = keepFocusIn(old)
  old.replaceWith(fresh)
  refocus(fresh)
}

/**
 * @param {App} app
 * @param {Surface} surface
 * @param {SlackJson} part
 * @param {number} index
 */
const drawPart = (app, surface, part, index) => {
  if (part.type === 'page_text') return drawMrkdwn(String(part.text), app.names)
  if (part.type === 'page_files') return drawFiles(/** @type {PageFile[]} */ (part.files))
  return drawBlock(part, index, surface)
}

/** @param {PageFile[]} files */
const drawFiles = files => h('div', { class: 'files' }, files.map(drawFile))

/**
 * A file: a picture or a recording is shown, anything can be downloaded.
 * @param {PageFile} file
 */
const drawFile = file => {
  const href = `/page/files/${encodeURIComponent(file.id)}`
  const preview = file.mimetype.startsWith('image/')
    ? h('img', { src: href, alt: file.name, loading: 'lazy' })
    : file.mimetype.startsWith('audio/')
      ? h('audio', { src: href, controls: true, preload: 'none' })
      : undefined
  return h(
    'figure',
    { class: `file ${preview?.tagName === 'IMG' ? 'file-image' : ''}`, testid: 'file' },
    preview,
    h(
      'a',
      { class: 'file-name', href, download: file.name },
      icon('clip'),
      h('span', {}, file.name),
      h('small', {}, toSize(file.size)),
    ),
  )
}

/** @param {number} bytes */
const toSize = bytes => {
  if (bytes < 1024) return `${bytes} B`
  return bytes < 1024 * 1024 ? `${Math.round(bytes / 1024)} KB` : `${(bytes / 1024 / 1024).toFixed(1)} MB`
}
