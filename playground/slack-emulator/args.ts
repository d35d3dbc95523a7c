import type { SlackJson } from '../protocol.ts'
import { isObject, parseJson } from './json.ts'
import { Refusal } from './refusal.ts'

/** The arguments that hold JSON; in a form body they come as text. */
const jsonNames = new Set([
  'attachments',
  'blocks',
  'chunks',
  'files',
  'loading_messages',
  'metadata',
  'prompts',
  'users',
  'view',
])

/** Form fields as the method sees them: JSON arguments parsed, broken ones left as text. */
export function toArgs(fields: Iterable<[string, unknown]>): SlackJson {
  const args: SlackJson = {}
  for (const [name, value] of fields) {
    const parsed = typeof value === 'string' && jsonNames.has(name) ? parseJson(value) : undefined
    args[name] = parsed ?? value
  }
  return args
}

/** An argument as text; numbers and booleans too. `undefined` when it is absent. */
export function text(args: SlackJson, name: string): string | undefined {
  const value = args[name]
  if (typeof value === 'string') return value
  return typeof value === 'number' || typeof value === 'boolean' ? String(value) : undefined
}

/** An argument that the method cannot do without. */
export function need(args: SlackJson, name: string, error = 'invalid_arguments'): string {
  const value = text(args, name)
  if (!value) throw new Refusal(error, missing(name))
  return value
}

/** What Slack adds to `invalid_arguments`. */
export function missing(name: string): SlackJson {
  return { response_metadata: { messages: [`[ERROR] missing required field: ${name}`] } }
}

/** A yes-or-no argument, in any of the forms that Slack takes. */
export function flag(args: SlackJson, name: string): boolean {
  return ['true', '1'].includes(text(args, name) ?? '')
}

/** A count, kept between 1 and `most`. */
export function count(args: SlackJson, name: string, usual: number, most: number): number {
  const value = Number(text(args, name) ?? usual)
  if (!Number.isFinite(value) || value < 1) return usual
  return Math.min(Math.floor(value), most)
}

/** An argument that holds an array of objects; `undefined` when it is absent or empty text. */
export function objects(args: SlackJson, name: string, error: string): SlackJson[] | undefined {
  const value = args[name]
  if (value === undefined || value === null || value === '') return undefined
  if (!Array.isArray(value) || !value.every(isObject)) throw new Refusal(error)
  return value
}

/** An argument that holds one object. */
export function object(args: SlackJson, name: string, error: string): SlackJson | undefined {
  const value = args[name]
  if (value === undefined || value === null || value === '') return undefined
  if (!isObject(value)) throw new Refusal(error)
  return value
}
