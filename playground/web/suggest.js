// @ts-check
/** @import { Child } from './ui.js' */
import { as, commands, people, words } from './state.js'
import { avatar } from './ui.js'

/** More than these would cover the conversation. */
const mostShown = 8

/**
 * @typedef {{ insert: string, label: string, hint: string, picture?: Child, testid: string }} Suggestion
 * @typedef {{ from: number, title: string, items: Suggestion[] }} Suggestions
 */

/**
 * What could be meant by the word before the caret: a person behind an `@`, a command behind a `/` at the beginning.
 * @param {string} before the text before the caret
 * @param {boolean} withCommands
 * @returns {Suggestions | undefined}
 */
export const toSuggestions = (before, withCommands) => {
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
      hint: description,
      testid: `suggest-${command.slice(1)}`,
    }))

/**
 * People whose name begins with the query, the bot first, and whole channels.
 * @param {string} query
 * @returns {Suggestion[]}
 */
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
