// @ts-check
/** @import { App } from './app.js' */
import { h } from './dom.js'
import { createSuggestionList, toSuggestions } from './suggest.js'

/** The key code of a key press that belongs to an input method; some browsers say it only so. */
const imeKeyCode = 229

/**
 * @typedef {object} EditorOptions
 * @property {string} label
 * @property {string} testid
 * @property {boolean} withCommands
 * @property {() => void} onSend
 * @property {() => void} [onChange]
 * @property {() => void} [onUpWhenEmpty]
 * @property {(files: File[]) => void} [onFiles]
 */

/**
 * A box to write in: Enter sends, Shift+Enter begins a new line, `@` and `/` suggest. While an input method composes a
 * word, Enter belongs to the input method.
 * @param {App} app
 * @param {EditorOptions} options
 */
export const createEditor = (app, options) => {
  const box = h('textarea', {
    rows: 1,
    'aria-label': options.label,
    placeholder: options.label,
    testid: options.testid,
    'aria-autocomplete': 'list',
    spellcheck: 'true',
  })
  const list = createSuggestionList(item => complete(item.insert))

  const suggest = () => {
    const suggestions = toSuggestions(app, box.value, box.selectionStart, options.withCommands)
    list.show(suggestions)
    linkList()
  }
  const linkList = () => {
    box.setAttribute('aria-controls', list.id)
    box.setAttribute('aria-activedescendant', list.activeId())
  }
  const complete = (/** @type {string} */ insert) => {
    const suggestions = toSuggestions(app, box.value, box.selectionStart, options.withCommands)
    if (!suggestions) return
    box.setRangeText(`${insert} `, suggestions.from, box.selectionStart, 'end')
    box.focus()
    onInput()
  }
  const onInput = () => {
    grow(box)
    suggest()
    options.onChange?.()
  }
  const isAlreadyWhole = () => {
    const word = list.chosen()?.insert.toLowerCase()
    return word !== undefined && box.value.slice(0, box.selectionStart).toLowerCase().endsWith(word)
  }
  const onKey = (/** @type {KeyboardEvent} */ event) => {
    if (event.isComposing || event.keyCode === imeKeyCode) return
    if (list.isOpen() && onListKey(event)) return event.preventDefault()
    if (event.key === 'Enter' && !event.shiftKey) {
      event.preventDefault()
      options.onSend()
    } else if (event.key === 'ArrowUp' && !event.altKey && box.value === '' && options.onUpWhenEmpty) {
      event.preventDefault()
      options.onUpWhenEmpty()
    }
  }
  const onListKey = (/** @type {KeyboardEvent} */ event) => {
    if (event.altKey) return false
    if (event.key === 'ArrowDown' || event.key === 'ArrowUp') list.move(event.key === 'ArrowDown' ? 1 : -1)
    else if (event.key === 'Escape') list.show(undefined)
    else if (event.key === 'Tab' || (event.key === 'Enter' && !isAlreadyWhole())) complete(list.chosen()?.insert ?? '')
    else return false
    if (event.key === 'Escape') event.stopPropagation()
    linkList()
    return true
  }
  const onPaste = (/** @type {ClipboardEvent} */ event) => {
    const files = [...(event.clipboardData?.files ?? [])]
    if (files.length === 0 || !options.onFiles) return
    event.preventDefault()
    options.onFiles(files)
  }

  box.addEventListener('input', onInput)
  box.addEventListener('keydown', onKey)
  box.addEventListener('paste', onPaste)
  box.addEventListener('blur', () => list.show(undefined))
  return {
    node: h('div', { class: 'editor' }, list.node, box),
    value: () => box.value,
    /** @param {string} text */
    setValue: text => {
      box.value = text
      list.show(undefined)
      grow(box)
    },
    /** @param {string} label */
    setLabel: label => {
      box.placeholder = label
      box.setAttribute('aria-label', label)
    },
    focus: () => {
      box.focus()
      box.setSelectionRange(box.value.length, box.value.length)
    },
    /** Writes something at the caret, as if it had been typed. @param {string} text */
    type: text => {
      box.setRangeText(text, box.selectionStart, box.selectionEnd, 'end')
      box.focus()
      onInput()
    },
  }
}

/** Browsers that grow a text box by themselves need no help. */
const growsByItself = CSS.supports('field-sizing', 'content')

/** @param {HTMLTextAreaElement} box */
const grow = box => {
  if (growsByItself) return
  box.style.height = 'auto'
  box.style.height = `${box.scrollHeight}px`
}
