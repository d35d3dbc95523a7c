/** @import { Child } from './ui.js' */
import { html } from 'htm/preact'
import { useId, useLayoutEffect, useRef, useState } from 'preact/hooks'
import { as, commands, people, words } from './state.js'
import { avatar } from './ui.js'

/** The key code of a key press that belongs to an input method; some browsers say it only so. */
const imeKeyCode = 229

/** Browsers that grow a text box by themselves need no help. */
const growsByItself = CSS.supports('field-sizing', 'content')

/**
 * @typedef {{ label: string, testid: string, value: string, box: { current: HTMLTextAreaElement | null },
 *   withCommands?: boolean, onValue: (value: string) => void, onSend: () => void, onUpWhenEmpty?: () => void,
 *   onFiles?: (files: File[]) => void }} EditorProps
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
  /** Returns true if a key was meant for the list. @param {KeyboardEvent} event */
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

/** More than these would cover the conversation. */
const mostShown = 8

/**
 * @typedef {{ insert: string, label: string, hint: string, picture?: Child, testid: string }} Suggestion
 * @typedef {{ from: number, title: string, items: Suggestion[] }} Suggestions
 */

/**
 * What could be meant by the word before the caret: a person behind an `@`, a command behind a `/` at the beginning.
 * @param {string} before the text before the caret @param {boolean} withCommands @returns {Suggestions | undefined}
 */
const toSuggestions = (before, withCommands) => {
  const command = withCommands ? /^[/／](\S*)$/.exec(before) : null
  const mention = /(?<![A-Za-z0-9])[@＠]([^\s@＠]{0,30})$/.exec(before)
  const match = command ?? mention
  if (!match) return undefined
  const query = (match[1] ?? '').toLowerCase()
  const items = (command ? commandsLike(query) : peopleLike(query)).slice(0, mostShown)
  return items.length > 0
    ? { from: match.index, title: command ? words.value.commands : words.value.people, items }
    : undefined
}

/** @param {string} query @returns {Suggestion[]} */
const commandsLike = query =>
  commands.value
    .filter(({ command }) => command.slice(1).toLowerCase().startsWith(query))
    .map(({ command, usageHint, description }) => ({
      insert: command,
      label: `${command} ${usageHint}`.trim(),
      hint: words.value.translate(description),
      testid: `suggest-${command.slice(1)}`,
    }))

/** People by their names, the bot first, and whole channels. @param {string} query @returns {Suggestion[]} */
const peopleLike = query => {
  const fits = [...people.value.values()].filter(
    ({ id, name, realName }) => id !== as.value && [name, realName].some(one => one.toLowerCase().startsWith(query)),
  )
  const ranges = ['here', 'channel'].filter(range => query !== '' && range.startsWith(query))
  return [
    ...fits
      .sort((a, b) => Number(b.isBot) - Number(a.isBot))
      .map(({ id, name, realName, isBot }) => ({
        insert: `@${name}`,
        label: name,
        hint: isBot ? words.value.botTag : realName === name ? '' : realName,
        picture: avatar(id),
        testid: `suggest-${id}`,
      })),
    ...ranges.map(range => ({ insert: `@${range}`, label: `@${range}`, hint: '', testid: `suggest-${range}` })),
  ]
}
