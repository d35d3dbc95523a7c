import type { SlackJson } from '../protocol.ts'
import { isObject, textAt } from './json.ts'

/** A fault of a block and where it stands, as a JSON pointer. */
export interface Issue {
  at: string
  says: string
}

/** Finds what is wrong with a block that stands at a JSON pointer. */
export type Check = (block: SlackJson, at: string) => Issue[]

/** A text of at most so many characters. */
export const most = (value: string, limit: number, at: string): Issue[] =>
  [...value].length > limit ? [{ at, says: `must be less than ${limit + 1} characters` }] : []

/** A list of at most so many items. */
export const mostItems = (value: unknown, limit: number, at: string): Issue[] =>
  Array.isArray(value) && value.length > limit ? [{ at, says: `no more than ${limit} items allowed` }] : []

/** Something that must be there. */
export const required = (present: unknown, name: string, at: string): Issue[] =>
  present === undefined || present === '' ? [{ at, says: `missing required field: ${name}` }] : []

/** A text object: present, not empty, not longer than allowed, and of the allowed kind. */
export function checkText(
  block: SlackJson,
  key: string,
  limit: number,
  at: string,
  kinds = ['plain_text', 'mrkdwn'],
): Issue[] {
  const value = block[key]
  if (value === undefined) return []
  if (!isObject(value) || !kinds.includes(textAt(value, 'type'))) {
    return [{ at: `${at}/${key}`, says: `must be a text object of type ${kinds.join(' or ')}` }]
  }
  const text = textAt(value, 'text')
  if (text === '') return [{ at: `${at}/${key}/text`, says: 'must be more than 0 characters' }]
  return most(text, limit, `${at}/${key}/text`)
}

/** A text object of plain text. */
export const plain = (block: SlackJson, key: string, limit: number, at: string) =>
  checkText(block, key, limit, at, ['plain_text'])
