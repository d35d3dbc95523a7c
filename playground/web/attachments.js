/** @import { PageFile } from '../protocol.ts' */
/** @import { Signal } from '@preact/signals' */
import { signal } from '@preact/signals'
import { html } from 'htm/preact'
import { uploadFile } from './server.js'
import { as, lang, toast, words } from './state.js'
import { icon, iconButton } from './ui.js'

/**
 * A file on its way; one that failed is uploaded again when the message is sent.
 * @typedef {{ file: File, done?: PageFile, going?: Promise<void> }} Attachment
 */

/** @typedef {{ text: string, files: Attachment[] }} Draft */

/** @type {Map<string, Signal<Draft>>} */
const drafts = new Map()

/** The draft of a conversation. @param {string} channel @param {string} [threadTs] */
export const draftOf = (channel, threadTs = '') => {
  const key = `${as.value}/${channel}/${threadTs}`
  const known = drafts.get(key) ?? signal(/** @type {Draft} */ ({ text: '', files: [] }))
  drafts.set(key, known)
  return known
}

/** @param {string} channel @param {string} [threadTs] */
export const isEmptyDraft = (channel, threadTs) => {
  const { text, files } = draftOf(channel, threadTs).value
  return text === '' && files.length === 0
}

const units = ['byte', 'kilobyte', 'megabyte']

/** @param {number} bytes */
const toSize = bytes => {
  const at = Math.min(Math.floor((String(bytes).length - 1) / 3), units.length - 1)
  return new Intl.NumberFormat(lang.value, {
    style: 'unit',
    unit: units[at],
    unitDisplay: 'short',
    maximumFractionDigits: 0,
  }).format(bytes / 1000 ** at)
}

/** The address of a file's bytes on this server. @param {string} id */
const fileUrl = id => `/page/files/${encodeURIComponent(id)}`

/** A file of a message: seen, heard, or downloaded. @param {PageFile} file */
export const file = ({ id, name, mimetype, size, alt }) => {
  const href = fileUrl(id)
  const isImage = mimetype.startsWith('image/')
  return html`<figure class=${`file ${isImage ? 'file-image' : ''}`} data-testid="file" key=${id}>
    ${isImage && html`<img src=${href} alt=${alt ?? name} loading="lazy" />`}
    ${mimetype.startsWith('audio/') && html`<audio src=${href} controls preload="metadata"></audio>`}
    <a class="file-name" href=${href} download=${name}>${icon('clip')}<span>${name}</span><small>${toSize(size)}</small></a>
  </figure>`
}

/** @param {Signal<Draft>} draft @param {(files: Attachment[]) => Attachment[]} change */
const setFiles = (draft, change) => {
  draft.value = { ...draft.value, files: change(draft.value.files) }
}

/** @param {Signal<Draft>} draft @param {Attachment} item */
const upload = (draft, item) => {
  item.going = uploadFile(as.value, item.file)
    .then(done => {
      item.done = done
    })
    .catch(error => toast(error.message || words.value.failed))
    .finally(() => {
      delete item.going
      setFiles(draft, files => [...files])
    })
  return item.going
}

/** Adds files to a draft and uploads them. @param {Signal<Draft>} draft @param {File[]} files */
export const attach = (draft, files) => {
  const fresh = files.map(file => /** @type {Attachment} */ ({ file }))
  setFiles(draft, old => [...old, ...fresh])
  for (const item of fresh) void upload(draft, item)
}

/** The ids of a draft's files once they are up, or nothing when one of them is not. @param {Signal<Draft>} draft */
export const uploadedIds = async draft => {
  const { files } = draft.value
  await Promise.all(files.map(item => item.going ?? (item.done ? undefined : upload(draft, item))))
  const ids = files.flatMap(({ done }) => (done ? [done.id] : []))
  return ids.length === files.length ? ids : undefined
}

/** The files that go with the next message. @param {Signal<Draft>} draft */
export const attachments = draft => {
  const { remove, uploading } = words.value
  const draw = (/** @type {Attachment} */ item) => {
    const { file, done } = item
    const isPicture = done && file.type.startsWith('image/')
    const take = () => setFiles(draft, all => all.filter(other => other !== item))
    return html`<div class=${`attachment${done ? '' : ' is-uploading'}`} title=${done ? file.name : uploading(file.name)}
      data-testid="attachment">
      ${isPicture ? html`<img src=${fileUrl(done.id)} alt="" />` : icon('clip')}
      <span>${file.name}</span>${iconButton('close', remove(file.name), take)}
    </div>`
  }
  const { files } = draft.value
  return files.length > 0 && html`<div class="attachments">${files.map(draw)}</div>`
}

/** Lets files be dropped anywhere on a pane. @param {(files: File[]) => void} onFiles */
export const dropProps = onFiles => {
  const onDrag = (/** @type {DragEvent & { currentTarget: HTMLElement }} */ event) => {
    const { type, currentTarget: pane, dataTransfer, relatedTarget } = event
    const hasFiles = dataTransfer?.types.includes('Files') === true
    const isInside = type === 'dragleave' && relatedTarget instanceof Node && pane.contains(relatedTarget)
    if (!isInside) pane.classList.toggle('is-dropping', hasFiles && type === 'dragover')
    if (!hasFiles || type === 'dragleave') return
    event.preventDefault()
    if (type === 'drop') onFiles([...dataTransfer.files])
  }
  return { 'data-drop-hint': words.value.dropHere, onDragOver: onDrag, onDragLeave: onDrag, onDrop: onDrag }
}
