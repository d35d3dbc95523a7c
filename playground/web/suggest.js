// @ts-check
/** @import { App } from './app.js' */
import { h } from './dom.js'
import { drawAvatar } from './people.js'

/** More than these would cover the conversation. */
const mostShown = 8

/**
 * @typedef {{ insert: string, label: string, hint: string, picture: Node | undefined, testid: string }} Suggestion
 * @typedef {{ from: number, query: string, title: string, items: Suggestion[] }} Suggestions
 */

/**
 * What could be meant by the word before the caret: a person behind an `@`, a command behind a `/` at the beginning.
 * @param {App} app
 * @param {string} text
 * @param {number} caret
 * @param {boolean} withCommands
 * @returns {Suggestions | undefined}
 */
export const toSuggestions = (app, text, caret, withCommands) => {
  const before = text.slice(0, caret)
  const command = withCommands ? /^[/／](\S*)$/.exec(before) : null
  if (command) return offer(0, command[1] ?? '', app.words.commands, commandsLike(app, command[1] ?? ''))
  const mention = /(?<![A-Za-z0-9])[@＠]([^\s@＠]{0,30})$/.exec(before)
  if (!mention) return undefined
  return offer(mention.index, mention[1] ?? '', app.words.people, peopleLike(app, mention[1] ?? ''))
}

/**
 * @param {number} from
 * @param {string} query
 * @param {string} title
 * @param {Suggestion[]} items
 * @returns {Suggestions | undefined}
 */
const offer = (from, query, title, items) =>
  items.length > 0 ? { from, query, title, items: items.slice(0, mostShown) } : undefined

/**
 * @param {App} app
 * @param {string} query
 * @returns {Suggestion[]}
 */
const commandsLike = (app, query) =>
  app.store.state.commands
    .filter(({ command }) => command.slice(1).toLowerCase().startsWith(query.toLowerCase()))
    .map(({ command, usageHint, description }) => ({
      insert: command,
      label: `${command} ${usageHint}`.trim(),
      hint: description,
      picture: undefined,
      testid: `suggest-${command.slice(1)}`,
    }))

/**
 * People whose name begins with the query, the bot first, then everybody else whom it fits.
 * @param {App} app
 * @param {string} query
 * @returns {Suggestion[]}
 */
const peopleLike = (app, query) => {
  const wanted = query.toLowerCase()
  const everyone = [...app.store.state.people.values()].filter(person => person.id !== app.store.state.as)
  const fits = everyone.filter(({ name, realName }) =>
    [name, realName].some(one => one.toLowerCase().startsWith(wanted)),
  )
  const broadcasts = ['here', 'channel'].filter(name => wanted !== '' && name.startsWith(wanted))
  return [
    ...fits
      .sort((a, b) => Number(b.isBot) - Number(a.isBot))
      .map(person => ({
        insert: `@${person.name}`,
        label: person.name,
        hint: person.isBot ? app.words.botTag : person.realName === person.name ? '' : person.realName,
        picture: drawAvatar(person, person.id),
        testid: `suggest-${person.id}`,
      })),
    ...broadcasts.map(name => ({
      insert: `@${name}`,
      label: `@${name}`,
      hint: '',
      picture: undefined,
      testid: `suggest-${name}`,
    })),
  ]
}

let nextList = 0

/**
 * The list of suggestions above a text box.
 * @param {(item: Suggestion) => void} onChoose
 */
export const createSuggestionList = onChoose => {
  const id = `suggestions-${nextList++}`
  const node = h('div', { class: 'suggestions', role: 'listbox', id, hidden: true, testid: 'suggestions' })
  /** @type {Suggestion[]} */
  let items = []
  let chosen = 0

  const mark = () => {
    for (const [index, child] of [...node.children].entries())
      child.setAttribute('aria-selected', String(index === chosen))
    node.children[chosen]?.scrollIntoView({ block: 'nearest' })
  }
  const draw = (/** @type {Suggestion} */ item, /** @type {number} */ index) =>
    h(
      'div',
      {
        role: 'option',
        id: `${id}-${index}`,
        class: 'suggestion',
        testid: item.testid,
        on: {
          pointerdown: (/** @type {Event} */ event) => event.preventDefault(),
          click: () => onChoose(item),
        },
      },
      item.picture,
      h('span', {}, item.label),
      h('small', {}, item.hint),
    )

  return {
    node,
    id,
    /** @param {Suggestions | undefined} suggestions */
    show: suggestions => {
      items = suggestions?.items ?? []
      chosen = 0
      node.hidden = items.length === 0
      node.setAttribute('aria-label', suggestions?.title ?? '')
      node.replaceChildren(...items.map(draw))
      mark()
    },
    isOpen: () => !node.hidden,
    chosen: () => items[chosen],
    activeId: () => (node.hidden ? '' : `${id}-${chosen}`),
    /** @param {number} step */
    move: step => {
      chosen = (chosen + step + items.length) % items.length
      mark()
    },
  }
}
