// @ts-check
/** @import { Suggestion, Suggestions } from './suggest.js' */
/** @import { Ref } from 'preact' */
import { html } from 'htm/preact'
import { useId, useLayoutEffect, useRef, useState } from 'preact/hooks'
import { toSuggestions } from './suggest.js'

/** The key code of a key press that belongs to an input method; some browsers say it only so. */
const imeKeyCode = 229

/** Browsers that grow a text box by themselves need no help. */
const growsByItself = CSS.supports('field-sizing', 'content')

/**
 * @typedef {object} EditorProps
 * @property {string} label
 * @property {string} testid
 * @property {string} value
 * @property {(value: string) => void} onValue
 * @property {() => void} onSend
 * @property {boolean} [withCommands]
 * @property {() => void} [onUpWhenEmpty]
 * @property {(files: File[]) => void} [onFiles]
 * @property {{ current: HTMLTextAreaElement | null }} box
 */

/** Gives the focus to a text box, with the caret at the end. @param {HTMLTextAreaElement | null} box */
export const focusEnd = box => {
  box?.focus()
  box?.setSelectionRange(box.value.length, box.value.length)
}

/**
 * A box to write in: Enter sends, Shift+Enter begins a new line, `@` and `/` suggest. While an input method composes a
 * word, Enter belongs to the input method.
 * @param {EditorProps} props
 */
export const Editor = props => {
  const { label, testid, value, box, onValue } = props
  const list = useRef(/** @type {HTMLElement | null} */ (null))
  const [suggestions, setSuggestions] = useState(/** @type {Suggestions | undefined} */ (undefined))
  const [chosen, setChosen] = useState(0)
  const id = useId()

  useLayoutEffect(() => {
    if (growsByItself || !box.current) return
    box.current.style.height = 'auto'
    box.current.style.height = `${box.current.scrollHeight}px`
  }, [value])
  useLayoutEffect(() => list.current?.children[chosen]?.scrollIntoView({ block: 'nearest' }), [chosen, suggestions])

  const suggest = (/** @type {Suggestions | undefined} */ next) => {
    setSuggestions(next)
    setChosen(0)
  }
  const before = () => box.current?.value.slice(0, box.current.selectionStart) ?? ''
  const onInput = () => {
    onValue(box.current?.value ?? '')
    suggest(toSuggestions(before(), props.withCommands === true))
  }
  const complete = (/** @type {Suggestion | undefined} */ item) => {
    if (!item || !suggestions || !box.current) return
    box.current.setRangeText(`${item.insert} `, suggestions.from, box.current.selectionStart, 'end')
    box.current.focus()
    onInput()
  }
  /** Whether a key was meant for the list. @param {KeyboardEvent} event */
  const onListKey = event => {
    if (!suggestions || event.altKey) return false
    const count = suggestions.items.length
    const item = suggestions.items[chosen]
    const isWhole = item !== undefined && before().toLowerCase().endsWith(item.insert.toLowerCase())
    if (event.key === 'ArrowDown') setChosen((chosen + 1) % count)
    else if (event.key === 'ArrowUp') setChosen((chosen - 1 + count) % count)
    else if (event.key === 'Escape') suggest(undefined)
    else if (event.key === 'Tab' || (event.key === 'Enter' && !isWhole)) complete(item)
    else return false
    if (event.key === 'Escape') event.stopPropagation()
    return true
  }
  const onKeyDown = (/** @type {KeyboardEvent} */ event) => {
    if (event.isComposing || event.keyCode === imeKeyCode) return
    if (onListKey(event)) return event.preventDefault()
    const isUp = event.key === 'ArrowUp' && !event.altKey && box.current?.value === '' && props.onUpWhenEmpty
    if (isUp || (event.key === 'Enter' && !event.shiftKey)) {
      event.preventDefault()
      suggest(undefined)
      if (isUp) isUp()
      else props.onSend()
    }
  }
  const onPaste = (/** @type {ClipboardEvent} */ event) => {
    const files = [...(event.clipboardData?.files ?? [])]
    if (files.length === 0 || !props.onFiles) return
    event.preventDefault()
    props.onFiles(files)
  }
  const option = (/** @type {Suggestion} */ item, /** @type {number} */ index) => html`
    <div role="option" id=${`${id}-${index}`} class="suggestion" data-testid=${item.testid} aria-selected=${index === chosen}
      onPointerDown=${(/** @type {Event} */ event) => event.preventDefault()} onClick=${() => complete(item)}>
      ${item.picture}<span>${item.label}</span><small>${item.hint}</small>
    </div>`

  return html`<div class="editor">
    <div class="suggestions" role="listbox" id=${id} hidden=${!suggestions} aria-label=${suggestions?.title}
      data-testid="suggestions" ref=${list}>${suggestions?.items.map(option)}</div>
    <textarea rows="1" aria-label=${label} placeholder=${label} data-testid=${testid} spellcheck="true" value=${value}
      aria-autocomplete="list" aria-controls=${id} aria-activedescendant=${suggestions && `${id}-${chosen}`} ref=${box}
      onInput=${onInput} onKeyDown=${onKeyDown} onPaste=${onPaste} onBlur=${() => suggest(undefined)}></textarea>
  </div>`
}
