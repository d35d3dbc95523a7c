import type { createAnswerText } from './answer-text.ts'
import { createEventError } from './api-errors.ts'
import { parseDelta, parseFinish } from './delta.ts'
import type { Piece, Usage } from './model.ts'
import type { readEvents } from './response-formats.ts'

type Delta = ReturnType<typeof parseDelta>
type WireEvents = ReturnType<typeof readEvents>
type DataEvent = Extract<Awaited<ReturnType<WireEvents['next']>>['value'], { kind: 'data' }>

/** How an answer ended. */
export interface Ending {
  /** Undefined if the server gave no reason. */
  finish: ReturnType<typeof parseFinish> | undefined
  /** The server said that the stream is over. */
  isDone: boolean
  usage: Usage | undefined
  hasThought: boolean
  refusal: string
  callsTools: boolean
  /** It was ended because it ran on. */
  isOverrun: boolean
}

/** An answer of more than this many times the output limit, by an estimate, is ended: the server does not keep to the limit. */
const overrun = 2
/** A whole message that repeats what its pieces said is told from a piece by so many characters. */
const minRepeat = 20

/**
 * Yields the text of an answer as it can be shown, and returns how it ended. `onLife` is called for everything that the model has
 * written, thoughts included; pings and empty deltas are none.
 */
export async function* readAnswer(
  events: WireEvents,
  text: ReturnType<typeof createAnswerText>,
  { outputTokens, onLife }: { outputTokens: number; onLife: () => void },
): AsyncGenerator<Piece, Ending> {
  const ending = createEnding()
  let written = ''
  const given: { delta: Delta; form: DataEvent['form'] }[] = []
  for await (const event of events) {
    if (event.kind === 'done') {
      ending.isDone = true
      break
    }
    throwIfError(event)
    const delta = parseDelta(event.value)
    if (given.length < 2) given.push({ delta, form: event.form })
    note(ending, delta)
    if (isLife(delta)) onLife()
    const isRepeat = delta.isMessage && written.length >= minRepeat && delta.text.startsWith(written)
    const piece = isRepeat ? delta.text.slice(written.length) : delta.text
    written += piece
    text.think(delta.thinking)
    const visible = text.push(piece)
    if (visible !== '') yield { kind: 'text', text: visible }
    ending.isOverrun = text.tokens > overrun * outputTokens
    if (ending.isOverrun) break
  }
  // One JSON message is a whole answer, whether it gives a reason or not.
  const [only, second] = given
  if (second === undefined && only?.form === 'json' && only.delta.isMessage) ending.finish ??= 'done'
  // Lines of JSON have no mark of their end.
  if (only?.form === 'json') ending.isDone = true
  const rest = text.end()
  ending.hasThought ||= written.trim() !== '' && text.visible.trim() === ''
  if (rest !== '') yield { kind: 'text', text: rest }
  return ending
}

function createEnding(): Ending {
  return {
    finish: undefined,
    isDone: false,
    usage: undefined,
    hasThought: false,
    refusal: '',
    callsTools: false,
    isOverrun: false,
  }
}

function note(ending: Ending, { thinking, refusal, callsTools, finish, usage }: Delta): void {
  ending.hasThought ||= thinking > 0
  ending.refusal += refusal
  ending.callsTools ||= callsTools
  if (finish !== undefined) ending.finish = parseFinish(finish)
  // Some servers count on with every piece: the last count is the whole.
  ending.usage = usage ?? ending.usage
}

const isLife = ({ text, thinking, refusal, callsTools, finish }: Delta): boolean =>
  text !== '' || thinking > 0 || refusal !== '' || callsTools || finish !== undefined

/** Throws the error that an event tells of, with the status that it names, as if it had come in place of the stream. */
function throwIfError({ event, value }: DataEvent): void {
  const { error, errors, object, type, code, choices, detail, ...rest } = value as Record<string, unknown>
  const { success, message, msg, base_resp } = rest as { base_resp?: { status_code?: unknown } } & typeof rest
  const isCoded = Boolean(code) && Number(code) !== 200 && typeof (message ?? msg) === 'string'
  const isFailure = success === false || isCoded || Boolean(base_resp?.status_code)
  const isOther = choices == null && (detail != null || Array.isArray(errors) || isFailure)
  if (!isSaid(error) && event !== 'error' && object !== 'error' && type !== 'error' && !isOther) return
  const told = error ?? (Array.isArray(errors) ? errors[0] : undefined)
  const isObject = typeof told === 'object' && told !== null
  const body = isObject ? told : { message: told ?? detail ?? msg, ...(value as object) }
  const number = Number('code' in body ? body.code : code)
  const status = number >= 400 && number < 600 ? number : undefined
  throw createEventError(status, body)
}

/** Returns false for an error that is none: `false`, an empty text or object, the code 0. */
function isSaid(error: unknown): boolean {
  if (typeof error !== 'object' || error === null) return error !== undefined && error !== null && Boolean(error)
  return Object.values(error).some(Boolean)
}
