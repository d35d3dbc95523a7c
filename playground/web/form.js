/** @import { TargetedEvent } from 'preact' */
/** @import { PageView, SlackJson } from '../protocol.ts' */
import { html } from 'htm/preact'
import { h } from 'preact'
import { useEffect, useLayoutEffect, useRef, useState } from 'preact/hooks'
import { drawBlocks } from './blocks.js'
import { labelOf, toObjects } from './json.js'
import { keepFocus } from './menu.js'
import { act, home, modals, words } from './state.js'
import { empty, iconButton } from './ui.js'
import { fieldKey, findErrors, toViewState } from './values.js'

/** The values of the fields of each open modal. @type {Map<string, Map<string, SlackJson>>} */
const heldByView = new Map()

/** @param {PageView} view */
const close = view => act({ do: 'close_view', viewId: view.id })

let giveBack = () => {}

/** @param {HTMLDialogElement | null | undefined} dialog */
const openDialog = dialog => {
  if (!dialog || dialog.open) return
  giveBack = keepFocus()
  dialog.showModal()
}

/** One view as a form: its blocks, its buttons, and which of its fields are wrong. @param {{ view: PageView }} props */
const Form = ({ view }) => {
  const node = useRef(/** @type {HTMLFormElement | null} */ (null))
  const [errors, setErrors] = useState(/** @type {Record<string, string>} */ ({}))
  const [isBusy, setBusy] = useState(false)
  const held = heldByView.get(view.id) ?? new Map()
  heldByView.set(view.id, held)
  const { title, blocks, submit, close: closeLabel } = view.view
  const focus = (/** @type {string[]} */ ...selectors) => {
    const found = selectors.map(selector => node.current?.querySelector(selector)).find(Boolean)
    if (found instanceof HTMLElement) found.focus()
  }

  useLayoutEffect(() => {
    openDialog(node.current?.closest('dialog'))
    focus('[autofocus]', '.modal-body :is(input, textarea, select, summary, button, a)', 'footer button')
  }, [])
  useEffect(() => view.errors && setErrors(view.errors), [view])
  useLayoutEffect(() => focus('[aria-invalid]'), [errors])

  const onSubmit = async (/** @type {TargetedEvent} */ event) => {
    event.preventDefault()
    if (isBusy) return
    const state = toViewState(blocks, held)
    const found = findErrors(blocks, state)
    setErrors(found)
    if (Object.keys(found).length > 0) return
    setBusy(true)
    await act({ do: 'submit_view', viewId: view.id, state })
    setBusy(false)
  }
  /** @type {import('./blocks.js').Surface} */
  const surface = {
    act: (blockId, action) =>
      void act({ do: 'act_in_view', viewId: view.id, blockId, action, state: toViewState(blocks, held) }),
    held: (blockId, element) => held.get(fieldKey(blockId, element)),
    hold: (blockId, element, state) => void held.set(fieldKey(blockId, element), state),
    errors,
  }
  const { close: closeWord, cancel, submit: submitWord } = words.value
  const submitLabel = labelOf(submit) || (toObjects(blocks).some(({ type }) => type === 'input') ? submitWord : '')
  return html`<form class="modal-form" novalidate aria-busy=${isBusy ? 'true' : undefined} onSubmit=${onSubmit} ref=${node}>
    <header>
      <h2>${labelOf(title)}</h2>${iconButton('close', closeWord, () => close(view), { 'data-testid': 'modal-x' })}
    </header>
    <div class="modal-body">${drawBlocks(blocks, surface)}</div>
    <footer>
      <button type="button" class="button" data-testid="modal-close" onClick=${() => close(view)}>
        ${labelOf(closeLabel) || cancel}
      </button>
      ${submitLabel && html`<button type="submit" class="button primary" data-testid="modal-submit">${submitLabel}</button>`}
    </footer>
  </form>`
}

/** The bot's modals, one on top of the other: only the top one is seen, those below keep what was typed. */
export const Modals = () => {
  const dialog = useRef(/** @type {HTMLDialogElement | null} */ (null))
  const view = modals.value.at(-1)
  for (const id of heldByView.keys()) if (!modals.value.some(open => open.id === id)) heldByView.delete(id)

  useLayoutEffect(() => {
    if (view || !dialog.current?.open) return
    dialog.current.close()
    giveBack()
  }, [view])
  const onCancel = (/** @type {Event} */ event) => {
    event.preventDefault()
    if (view) void close(view)
  }
  const label = view && labelOf(view.view.title)
  return html`<dialog class="modal" data-testid="modal" aria-label=${label} onCancel=${onCancel} ref=${dialog}>
    ${view && h(Form, { view, key: view.id })}
  </dialog>`
}

/** The view that the bot draws on its Home tab for the spoken-as person. */
export const Home = () => {
  const view = home.value
  /** @type {import('./blocks.js').Surface} */
  const surface = {
    act: (blockId, action) => void (view && act({ do: 'act_in_view', viewId: view.id, blockId, action })),
  }
  return html`<section class="home" data-testid="home-view" aria-label=${words.value.appHome}>
    <div class="home-inside">${view ? drawBlocks(view.view.blocks, surface) : empty(words.value.noHome)}</div>
  </section>`
}
