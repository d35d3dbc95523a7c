// @ts-check
/** @import { PageFile } from '../protocol.ts' */
import { html } from 'htm/preact'
import { icon } from './ui.js'

/** @param {number} bytes */
const toSize = bytes => {
  if (bytes < 1024) return `${bytes} B`
  return bytes < 1024 * 1024 ? `${Math.round(bytes / 1024)} KB` : `${(bytes / 1024 / 1024).toFixed(1)} MB`
}

/** The address of a file's bytes on this server. @param {string} id */
export const fileUrl = id => `/page/files/${encodeURIComponent(id)}`

/**
 * A file of a message: a picture is shown, a recording can be played, anything can be downloaded.
 * @param {PageFile} file
 */
export const file = ({ id, name, mimetype, size }) => {
  const href = fileUrl(id)
  const isImage = mimetype.startsWith('image/')
  return html`<figure class=${`file ${isImage ? 'file-image' : ''}`} data-testid="file" key=${id}>
    ${isImage && html`<img src=${href} alt=${name} loading="lazy" />`}
    ${mimetype.startsWith('audio/') && html`<audio src=${href} controls preload="none"></audio>`}
    <a class="file-name" href=${href} download=${name}>${icon('clip')}<span>${name}</span><small>${toSize(size)}</small></a>
  </figure>`
}
