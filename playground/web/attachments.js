// @ts-check
/** @import { PageFile } from '../protocol.ts' */
/** @import { App } from './app.js' */
import { fill, h, icon, iconButton } from './dom.js'
import { uploadFile } from './server.js'

/**
 * A file on its way: uploaded at once, and again when the message is sent if that did not work.
 * @typedef {{ file: File, done: PageFile | undefined, going: Promise<void> | undefined }} Attachment
 */

/**
 * The files that will go with the next message, with a picture of each where there is one.
 * @param {App} app
 */
export const createAttachments = app => {
  const node = h('div', { class: 'attachments', hidden: true })
  /** @type {Attachment[]} */
  let items = []

  const draw = () => {
    node.hidden = items.length === 0
    fill(
      node,
      items.map(item => drawAttachment(app, item, () => take(item))),
    )
  }
  const take = (/** @type {Attachment} */ item) => {
    items = items.filter(other => other !== item)
    draw()
  }
  const upload = (/** @type {Attachment} */ item) => {
    item.going = uploadFile(app.store.state.as, item.file)
      .then(done => {
        item.done = done
      })
      .catch(error => app.toast(error.message || app.words.failed))
      .finally(() => {
        item.going = undefined
        draw()
      })
    return item.going
  }

  return {
    node,
    /** @param {File[]} files */
    add: files => {
      const fresh = files.map(file => /** @type {Attachment} */ ({ file, done: undefined, going: undefined }))
      items = [...items, ...fresh]
      for (const item of fresh) void upload(item)
      draw()
    },
    isEmpty: () => items.length === 0,
    items: () => items,
    /** @param {Attachment[]} other */
    replace: other => {
      items = other
      draw()
    },
    /**
     * The ids of all files once they are up, or nothing when one of them is not.
     * @returns {Promise<string[] | undefined>}
     */
    ids: async () => {
      const all = [...items]
      await Promise.all(all.map(item => item.going ?? (item.done ? undefined : upload(item))))
      const ids = all.flatMap(item => (item.done ? [item.done.id] : []))
      return ids.length === all.length ? ids : undefined
    },
  }
}

/**
 * @param {App} app
 * @param {Attachment} item
 * @param {() => void} onRemove
 */
const drawAttachment = (app, item, onRemove) => {
  const { file, done } = item
  const preview =
    done && file.type.startsWith('image/')
      ? h('img', { src: `/page/files/${encodeURIComponent(done.id)}`, alt: '' })
      : icon('clip')
  const title = done ? file.name : app.words.uploading(file.name)
  return h(
    'div',
    { class: `attachment${done ? '' : ' is-uploading'}`, title, testid: 'attachment' },
    preview,
    h('span', {}, file.name),
    iconButton('close', app.words.remove(file.name), onRemove),
  )
}

/**
 * Lets files be dropped anywhere on a pane.
 * @param {HTMLElement} pane
 * @param {string} hint what is said while files hover over it
 * @param {(files: File[]) => void} onFiles
 */
export const acceptDrops = (pane, hint, onFiles) => {
  pane.dataset.dropHint = hint
  const hasFiles = (/** @type {DragEvent} */ event) => event.dataTransfer?.types.includes('Files') === true
  pane.addEventListener('dragover', event => {
    if (!hasFiles(event)) return
    event.preventDefault()
    pane.classList.add('is-dropping')
  })
  pane.addEventListener('dragleave', event => {
    if (!(event.relatedTarget instanceof Node && pane.contains(event.relatedTarget)))
      pane.classList.remove('is-dropping')
  })
  pane.addEventListener('drop', event => {
    pane.classList.remove('is-dropping')
    if (!hasFiles(event)) return
    event.preventDefault()
    onFiles([...(event.dataTransfer?.files ?? [])])
  })
}
