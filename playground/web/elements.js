/** @import { TargetedEvent } from 'preact' */
/** @import { SlackJson } from '../protocol.ts' */
import { html } from 'htm/preact'
import { h } from 'preact'
import { useId, useState } from 'preact/hooks'
import { labelOf, toObject, toText } from './json.js'
import { askSure, openMenu } from './menu.js'
import { as, words } from './state.js'
import { inlineOf, link, safeTarget, textOf } from './text.js'
import { icon, iconButton, popup } from './ui.js'
import { chosenIn, groupsOf, initialState, isMany, toChosen, typedKind } from './values.js'

/**
 * The place in which an element stands: who is told when it is used; in a view, what it holds that was put in, which stays
 * when the bot changes the view; and the id of the sentence that says what is wrong with it.
 * @typedef {{ label: string, act: (state: SlackJson) => void, held?: SlackJson | undefined,
 *   hold?: ((state: SlackJson) => void) | undefined, error?: string | undefined }} Field
 */

/** @typedef {{ element: SlackJson, field: Field }} Props */

/**
 * Draws one of Slack's elements: a button, a menu, a field. A person is asked first whether they are sure when the
 * element wants it.
 * @param {SlackJson} element @param {Field} field
 */
export const drawElement = (element, field) => {
  const type = toText(element.type)
  const confirm = toObject(element.confirm)
  const question = {
    title: labelOf(confirm.title),
    text: textOf(confirm.text),
    yes: labelOf(confirm.confirm) || words.value.yes,
    no: labelOf(confirm.deny) || words.value.cancel,
    isDanger: confirm.style === 'danger',
  }
  const act = async (/** @type {SlackJson} */ state) => {
    if (!element.confirm || (await askSure(question))) field.act(state)
  }
  const props = { element, field: { ...field, act }, key: `${type} ${element.action_id}` }
  if (type === 'image') return picture(element, 'thumbnail')
  if (typedKind(type)) return h(Typed, props)
  if (/^multi_\w+_select$/.test(type)) return h(Ticks, props)
  if (/_select$/.test(type)) return h(Select, props)
  const View = Object.hasOwn(views, type) ? views[type] : undefined
  return View ? h(View, props) : unknown(element)
}

/**
 * The state of an element: as a person left it, until the bot changes the element. A view that keeps what was put in
 * keeps it then too.
 * @param {Props} props @returns {[SlackJson, (next: SlackJson) => void]}
 */
const useElementState = ({ element, field }) => {
  const json = JSON.stringify(element)
  const [own, setOwn] = useState(/** @type {{ json: string, state: SlackJson } | undefined} */ (undefined))
  const held = field.held?.type === element.type ? field.held : undefined
  const isMine = own && (field.hold || own.json === json)
  const state = (isMine ? own.state : held) ?? initialState(element) ?? {}
  const set = (/** @type {SlackJson} */ next) => {
    setOwn({ json, state: next })
    field.hold?.(next)
  }
  return [state, set]
}

/** @param {Field} field */
const wrong = ({ error }) => error && { 'aria-invalid': 'true', 'aria-describedby': error }

/** @param {SlackJson} element */
const toValue = element => (typeof element.value === 'string' ? { value: element.value } : {})

/** @param {Props} props */
const Button = ({ element, field }) => {
  const style = element.style === 'primary' || element.style === 'danger' ? ` ${element.style}` : ''
  const target = typeof element.url === 'string' ? safeTarget(element.url) : undefined
  const props = {
    class: `button${style}`,
    'data-testid': `element-${element.action_id}`,
    'aria-label': element.accessibility_label,
    onClick: () => field.act({ type: element.type, text: element.text, ...toValue(element) }),
  }
  const label = html`<span>${labelOf(element.text)}</span>`
  if (!target) return html`<button type="button" ...${props}>${label}</button>`
  return html`<a ...${props} href=${target.href} target="_blank" rel="noopener noreferrer">${label}</a>`
}

/** @param {Props} props */
const IconButton = ({ element, field }) => {
  const readers = element.visible_to_user_ids
  if (Array.isArray(readers) && !readers.includes(as.value)) return html`<span hidden></span>`
  const text = labelOf(element.text)
  const label = [text, toText(element.accessibility_label)].filter(Boolean).join(': ')
  const press = () => field.act({ type: 'icon_button', text: element.text, ...toValue(element) })
  const testid = `element-${element.action_id}`
  return iconButton(element.icon === 'trash' ? 'trash' : 'more', label, press, { text, 'data-testid': testid })
}

/** Thumbs up and down. The pressed one stays marked until the bot changes them. @param {Props} props */
const Feedback = ({ element, field }) => {
  const [state, set] = useElementState({ element, field })
  const sides = /** @type {const} */ ([
    ['positive_button', 'up', words.value.good, 'good'],
    ['negative_button', 'thumbdown', words.value.bad, 'bad'],
  ])
  const buttons = sides.map(([side, drawing, fallback, testid]) => {
    const { text, value, accessibility_label: spoken } = toObject(element[side])
    const press = () => {
      set({ type: 'feedback_buttons', side })
      field.act({ type: 'feedback_buttons', text, value })
    }
    const props = { 'aria-pressed': state.side === side, 'data-testid': `feedback-${testid}` }
    return iconButton(drawing, toText(spoken) || labelOf(text) || fallback, press, props)
  })
  return html`<span class="feedback" role="group">${buttons}</span>`
}

/** The three dots, with a menu of what can be done. @param {Props} props */
const Overflow = ({ element, field }) => {
  const { moreOptions } = words.value
  const choose = (/** @type {string} */ value) => () => field.act(toChosen(element, [value]))
  const choices = groupsOf(element).flatMap(group => group.choices)
  const items = choices.map(({ value, label }) => ({ label: labelOf(label), choose: choose(value) }))
  const props = { ...popup(`element-${element.action_id}`), class: 'bordered' }
  return iconButton('more', moreOptions, event => openMenu(event.currentTarget, moreOptions, items), props)
}

/** A menu of which one thing is chosen: static, of people, of channels. @param {Props} props */
const Select = ({ element, field }) => {
  const [state, set] = useElementState({ element, field })
  const [chosen = ''] = chosenIn(state)
  const placeholder = labelOf(element.placeholder) || words.value.select
  const groups = groupsOf(element).map(({ label, choices }) => {
    const options = choices.map(
      one => html`<option value=${one.value} selected=${one.value === chosen}>${labelOf(one.label)}</option>`,
    )
    return label ? html`<optgroup label=${label}>${options}</optgroup>` : options
  })
  const onChange = (/** @type {TargetedEvent<HTMLSelectElement>} */ event) => {
    const next = toChosen(element, [event.currentTarget.value])
    set(next)
    field.act(next)
  }
  return html`<select aria-label=${field.label || placeholder} data-testid=${`element-${element.action_id}`}
    ...${wrong(field)} value=${chosen} onChange=${onChange}>
    <option value="" selected=${chosen === ''}>${placeholder}</option>${groups}
  </select>`
}

/** Boxes to tick, or round ones of which one is chosen; those of a menu are folded away. @param {Props} props */
const Ticks = ({ element, field }) => {
  const [state, set] = useElementState({ element, field })
  const name = useId()
  const chosen = chosenIn(state)
  const type = toText(element.type)
  const many = isMany(type)
  const isMenu = type.startsWith('multi_')
  const tick = (/** @type {string} */ value, /** @type {boolean} */ isOn) => {
    const others = many ? chosen.filter(other => other !== value) : []
    const next = toChosen(element, isOn ? [...others, value] : others)
    set(next)
    field.act(next)
  }
  const boxes = groupsOf(element).flatMap(({ choices }) => choices)
  const draw = (/** @type {typeof boxes[number]} */ { value, label, description }, /** @type {number} */ index) => html`
    <label>
      <input type=${many ? 'checkbox' : 'radio'} name=${name} value=${value} checked=${chosen.includes(value)}
        ...${index === 0 && !isMenu && wrong(field)}
        onChange=${(/** @type {TargetedEvent<HTMLInputElement>} */ event) => tick(value, event.currentTarget.checked)} />
      <span>${inlineOf(label)}${description ? html`<small>${inlineOf(description)}</small>` : ''}</span>
    </label>`
  const list = html`<fieldset class="boxes" data-testid=${`boxes-${element.action_id}`}>
    ${field.label && html`<legend class="hidden">${field.label}</legend>`}${boxes.map(draw)}
  </fieldset>`
  if (!isMenu) return list
  const shown = boxes.filter(({ value }) => chosen.includes(value)).map(({ label }) => labelOf(label))
  return html`<details class="multi-select">
    <summary class=${shown.length > 0 ? '' : 'is-empty'} data-testid=${`element-${element.action_id}`} ...${wrong(field)}>
      ${shown.join(', ') || labelOf(element.placeholder) || words.value.select}${icon('down')}
    </summary>
    ${list}
  </details>`
}

/** @param {string} type @param {unknown} value */
const toShown = (type, value) => {
  if (type !== 'datetime-local' || typeof value !== 'number') return String(value ?? '')
  const local = new Date(value * 1000 - new Date(value * 1000).getTimezoneOffset() * 60_000)
  return local.toISOString().slice(0, 16)
}

/** A field for text, a number, an address, a date or a time. @param {Props} props */
const Typed = ({ element, field }) => {
  const [state, set] = useElementState({ element, field })
  const kind = typedKind(toText(element.type)) ?? { type: 'text', key: 'value' }
  const isArea = element.multiline === true
  const given = [toObject(element.dispatch_action_config).trigger_actions_on ?? []].flat()
  const triggers = kind.key !== 'value' ? ['change'] : given.length > 0 ? given : ['on_enter_pressed']
  const read = (/** @type {string} */ value) => {
    const sent = kind.type === 'datetime-local' ? Math.round(new Date(value).getTime() / 1000) : value
    return { type: element.type, [kind.key]: value === '' ? null : sent }
  }
  const onInput = (/** @type {TargetedEvent<HTMLInputElement>} */ event) => {
    const next = read(event.currentTarget.value)
    set(next)
    if (triggers.includes('on_character_entered')) field.act(next)
  }
  const onChange = (/** @type {TargetedEvent<HTMLInputElement>} */ event) => field.act(read(event.currentTarget.value))
  const onKeyDown = (/** @type {KeyboardEvent & { currentTarget: HTMLInputElement }} */ event) => {
    if (event.key === 'Enter' && !event.isComposing && !isArea) field.act(read(event.currentTarget.value))
  }
  const placeholder = labelOf(element.placeholder)
  const props = {
    placeholder: placeholder || undefined,
    'data-testid': `element-${element.action_id}`,
    'aria-label': field.label || placeholder || toText(element.action_id),
    maxlength: typeof element.max_length === 'number' ? element.max_length : undefined,
    autofocus: element.focus_on_load === true || undefined,
    value: toShown(kind.type, state[kind.key]),
    onInput,
    onChange: triggers.includes('change') ? onChange : undefined,
    onKeyDown: triggers.includes('on_enter_pressed') ? onKeyDown : undefined,
    ...wrong(field),
  }
  if (isArea) return html`<textarea rows="4" ...${props}></textarea>`
  const step = kind.type === 'number' ? (element.is_decimal_allowed === false ? '1' : 'any') : undefined
  return html`<input type=${kind.type} step=${step} ...${props} />`
}

/**
 * A picture, when it comes from this server; anything else is a link that a person may follow, because the page itself
 * asks nobody else for anything.
 * @param {SlackJson} image @param {string} className
 */
export const picture = (image, className) => {
  const alt = toText(image.alt_text) || words.value.picture
  const file = toText(toObject(image.slack_file).id)
  const target = URL.parse(file ? `/page/files/${encodeURIComponent(file)}` : toText(image.image_url), location.href)
  if (target?.origin === location.origin)
    return html`<img class=${className} src=${target.href} alt=${alt} loading="lazy" />`
  return link(target?.href ?? '', alt)
}

/** JSON that the page cannot draw, folded away. @param {SlackJson} json */
export const unknown = json =>
  html`<details class="unknown">
    <summary>${icon('more')}${words.value.unknownBlock(toText(json.type) || '?')}</summary>
    <pre class="fence" tabindex="0">${JSON.stringify(json, undefined, 2)}</pre>
  </details>`

/** @type {Record<string, import('preact').FunctionComponent<Props>>} */
const views = {
  button: Button,
  workflow_button: Button,
  icon_button: IconButton,
  feedback_buttons: Feedback,
  overflow: Overflow,
  checkboxes: Ticks,
  radio_buttons: Ticks,
}
