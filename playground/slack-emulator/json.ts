import type { SlackJson } from '../protocol.ts'

/** Whether a value from outside is a JSON object. */
export function isObject(value: unknown): value is SlackJson {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** The objects of a JSON array; none when it is no array. */
export function objectsOf(value: unknown): SlackJson[] {
  return Array.isArray(value) ? value.filter(isObject) : []
}

/** The object under a key; an empty one when there is none. */
export function objectAt(from: SlackJson, key: string): SlackJson {
  const value = from[key]
  return isObject(value) ? value : {}
}

/** The string under a key; an empty one when there is none. */
export function textAt(from: SlackJson, key: string): string {
  const value = from[key]
  return typeof value === 'string' ? value : ''
}

/** JSON from text, `undefined` when it is none. */
export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
