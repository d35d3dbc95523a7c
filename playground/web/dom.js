// @ts-check

/**
 * What may stand inside an element. Text always becomes a text node, so nothing that people or models write is markup.
 * @typedef {Node | string | number | false | null | undefined | Child[]} Child
 */

/**
 * Hears one kind of event. Written as a method, so that a listener may ask for the very event that its name brings.
 * @typedef {{ hear(event: Event): void }['hear']} Listener
 */

/**
 * @typedef {{ class?: string | undefined, testid?: string | undefined, on?: Record<string, Listener> }
 *   & Record<string, unknown>} Props
 */

/**
 * Makes one element: `class`, `testid` and `on` (listeners) are special, everything else is an attribute; `true` sets
 * an empty attribute, `false` and `undefined` none.
 * @template {keyof HTMLElementTagNameMap} T
 * @param {T} tag
 * @param {Props} [props]
 * @param {...Child} children
 * @returns {HTMLElementTagNameMap[T]}
 */
export const h = (tag, props = {}, ...children) => {
  const node = document.createElement(tag)
  for (const [name, value] of Object.entries(props)) setProp(node, name, value)
  append(node, children)
  return node
}

/**
 * @param {HTMLElement} node
 * @param {string} name
 * @param {unknown} value
 */
const setProp = (node, name, value) => {
  if (value === undefined || value === false || value === null) return
  if (name === 'on') listen(node, /** @type {Record<string, Listener>} */ (value))
  else if (name === 'class') node.className = String(value)
  else if (name === 'testid') node.dataset.testid = String(value)
  else node.setAttribute(name, value === true ? '' : String(value))
}

/**
 * @param {HTMLElement} node
 * @param {Record<string, Listener>} listeners
 */
const listen = (node, listeners) => {
  for (const [name, listener] of Object.entries(listeners)) node.addEventListener(name, listener)
}

/**
 * Adds children, flattening lists and skipping what is absent.
 * @param {Node} node
 * @param {Child[]} children
 */
export const append = (node, children) => {
  for (const child of children) {
    if (child === undefined || child === null || child === false) continue
    if (Array.isArray(child)) append(node, child)
    else node.appendChild(child instanceof Node ? child : document.createTextNode(String(child)))
  }
}

/**
 * Makes `node` contain exactly these children.
 * @param {Element} node
 * @param {...Child} children
 */
export const fill = (node, ...children) => {
  const refocus = keepFocusIn(node)
  node.replaceChildren()
  append(node, children)
  refocus(node)
}

/**
 * Remembers which control has the focus, so that its successor gets it when a part of the page is drawn anew.
 * @param {Element} part
 * @returns {(fresh: Element) => void}
 */
export const keepFocusIn = part => {
  const focused = document.activeElement
  if (!(focused instanceof HTMLElement) || !part.contains(focused)) return () => undefined
  const { testid } = focused.dataset
  return fresh => {
    const next = testid ? fresh.querySelector(`[data-testid="${CSS.escape(testid)}"]`) : null
    if (next instanceof HTMLElement) next.focus({ preventScroll: true })
  }
}

/** Line drawings, 20 × 20, by name. */
const drawings = {
  back: 'M12 4 6 10l6 6',
  close: 'M5 5l10 10M15 5 5 15',
  plus: 'M10 4v12M4 10h12',
  send: 'M3 10h13M11 5l5 5-5 5',
  clip: 'M15 9l-5.2 5.2a3 3 0 0 1-4.3-4.3L11.200 4.3a2 2 0 0 1 2.900 2.900l-5.600 5.600a1 1 0 0 1-1.400-1.400L12 6.500',
  bolt: 'M11 2 4.500 11H10l-1 7 6.500-9H10z',
  smile: 'M10 17a7 7 0 1 0 0-14 7 7 0 0 0 0 14zM7 12c1.500 2 4.500 2 6 0M7.500 8v.5M12.500 8v.5',
  reply: 'M4 5h12v8H9l-4 3v-3H4z',
  more: 'M4.500 10h.01M10 10h.01M15.500 10h.01',
  wire: 'M3 6h11l-3-3M17 14H6l3 3',
  sun: 'M10 13.500a3.500 3.500 0 1 0 0-7 3.500 3.500 0 0 0 0 7zM10 2v2M10 16v2M2 10h2M16 10h2M4.500 4.500l1.400 1.400M14.100 14.100l1.400 1.400M4.500 15.500l1.400-1.400M14.100 5.900l1.400-1.400',
  moon: 'M16 12A7 7 0 0 1 8 4a6.500 6.500 0 1 0 8 8z',
  home: 'M3.500 9.500 10 4l6.500 5.500M5.500 8.500V16h9V8.500',
  person: 'M10 10a3 3 0 1 0 0-6 3 3 0 0 0 0 6zM4 17c.5-4 3-5.500 6-5.500s5.500 1.500 6 5.500',
  down: 'M5 8l5 5 5-5',
  stop: 'M6 6h8v8H6z',
  trash: 'M4 6h12M8 6V4h4v2M6 6l.7 10h6.600L14 6',
  up: 'M7 17V9l3.500-6c1.500 0 2 1.200 1.700 2.500L11.700 8H16l-1.300 8H7zM4 9h3v8H4z',
  thumbdown: 'M7 3v8l3.500 6c1.500 0 2-1.200 1.700-2.500l-.5-2.500H16l-1.300-9H7zM4 3h3v8H4z',
  link: 'M8 12l4-4M9 6l1.500-1.500a3.200 3.200 0 0 1 4.500 4.500L13.500 10.500M11 14l-1.500 1.500A3.200 3.200 0 0 1 5 11l1.500-1.500',
}

/** @typedef {keyof typeof drawings} IconName */

/**
 * A small line drawing that takes the colour of the text around it and is hidden from screen readers.
 * @param {IconName} name
 * @returns {SVGSVGElement}
 */
export const icon = name => {
  const svg = document.createElementNS('http://www.w3.org/2000/svg', 'svg')
  svg.setAttribute('viewBox', '0 0 20 20')
  svg.setAttribute('class', `icon icon-${name}`)
  svg.setAttribute('aria-hidden', 'true')
  const path = document.createElementNS('http://www.w3.org/2000/svg', 'path')
  path.setAttribute('d', drawings[name])
  svg.appendChild(path)
  return svg
}

/**
 * A button that shows a drawing and says its name to screen readers and in a tooltip.
 * @param {IconName} name
 * @param {string} label
 * @param {(event: MouseEvent) => void} onClick
 * @param {Props} [props]
 * @returns {HTMLButtonElement}
 */
export const iconButton = (name, label, onClick, props = {}) =>
  h(
    'button',
    {
      type: 'button',
      title: label,
      'aria-label': label,
      ...props,
      class: `icon-button ${props.class ?? ''}`.trim(),
      on: { click: onClick },
    },
    icon(name),
  )

/**
 * Changes `old` into `fresh` with the fewest touches, so that a text that grows keeps its nodes, its selection and its
 * place on the screen. Only for trees without listeners.
 * @param {Node} old
 * @param {Node} fresh
 * @returns {Node} the node that now stands in the page
 */
export const morph = (old, fresh) => {
  if (old instanceof Text && fresh instanceof Text) {
    if (old.data !== fresh.data) old.data = fresh.data
    return old
  }
  if (!(old instanceof Element) || !(fresh instanceof Element) || old.tagName !== fresh.tagName) {
    old.parentNode?.replaceChild(fresh, old)
    return fresh
  }
  copyAttributes(old, fresh)
  morphChildren(old, fresh)
  return old
}

/**
 * @param {Element} old
 * @param {Element} fresh
 */
const copyAttributes = (old, fresh) => {
  for (const name of old.getAttributeNames()) if (!fresh.hasAttribute(name)) old.removeAttribute(name)
  for (const name of fresh.getAttributeNames()) {
    const value = fresh.getAttribute(name) ?? ''
    if (old.getAttribute(name) !== value) old.setAttribute(name, value)
  }
}

/**
 * @param {Element} old
 * @param {Element} fresh
 */
const morphChildren = (old, fresh) => {
  const wanted = [...fresh.childNodes]
  const present = [...old.childNodes]
  for (const [index, child] of wanted.entries()) {
    const match = present[index]
    if (match) morph(match, child)
    else old.appendChild(child)
  }
  for (const extra of present.slice(wanted.length)) extra.remove()
}
