// @ts-check
/** @import { Signal } from '@preact/signals' */
/** @import { Attachment, Draft } from './drafts.js' */
import { html } from 'htm/preact'
import { fileUrl } from './files.js'
import { uploadFile } from './server.js'
import { as, toast, words } from './state.js'
import { icon, iconButton } from './ui.js'

/** @param {Signal<Draft>} draft @param {Attachment[]} files */
const setFiles = (draft, files) => {
  draft.value = { ...draft.value, files }
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
      setFiles(draft, [...draft.value.files])
    })
  return item.going
}

/** Adds files to a draft and uploads them. @param {Signal<Draft>} draft @param {File[]} files */
export const attach = (draft, files) => {
  const fresh = files.map(file => /** @type {Attachment} */ ({ file }))
  setFiles(draft, [...draft.value.files, ...fresh])
  for (const item of fresh) void upload(draft, item)
}

/** The ids of a draft's files once they are up, or nothing when one of them is not. @param {Signal<Draft>} draft */
export const uploadedIds = async draft => {
  const { files } = draft.value
  await Promise.all(files.map(item => item.going ?? (item.done ? undefined : upload(draft, item))))
  const ids = files.flatMap(({ done }) => (done ? [done.id] : []))
  return ids.length === files.length ? ids : undefined
}

/**
 * The files that will go with the next message, with a picture of each where there is one.
 * @param {Signal<Draft>} draft
 */
export const attachments = draft => {
  const { remove, uploading } = words.value
  const draw = (/** @type {Attachment} */ item) => {
    const { file, done } = item
    const isPicture = done && file.type.startsWith('image/')
    const take = () =>
      setFiles(
        draft,
        draft.value.files.filter(other => other !== item),
      )
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
  const hasFiles = (/** @type {DragEvent} */ event) => event.dataTransfer?.types.includes('Files') === true
  return {
    'data-drop-hint': words.value.dropHere,
    onDragOver: (/** @type {DragEvent & { currentTarget: HTMLElement }} */ event) => {
      if (!hasFiles(event)) return
      event.preventDefault()
      event.currentTarget.classList.add('is-dropping')
    },
    onDragLeave: (/** @type {DragEvent & { currentTarget: HTMLElement }} */ event) => {
      const isInside = event.relatedTarget instanceof Node && event.currentTarget.contains(event.relatedTarget)
      if (!isInside) event.currentTarget.classList.remove('is-dropping')
    },
    onDrop: (/** @type {DragEvent & { currentTarget: HTMLElement }} */ event) => {
      event.currentTarget.classList.remove('is-dropping')
      if (!hasFiles(event)) return
      event.preventDefault()
      onFiles([...(event.dataTransfer?.files ?? [])])
    },
  }
}
