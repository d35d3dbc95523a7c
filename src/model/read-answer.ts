import type { createAnswerText } from './answer-text.ts'
import { createEventError } from './api-errors.ts'
import { parseDelta, parseFinish } from './delta.ts'
import type { Piece, Usage } from './model.ts'
import type { readEvents } from './response-formats.ts'
import { toolMark } from './thought-marks.ts'

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
  /** The server sent JSON, but in no form of the chat API. */
  isForeign: boolean
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
  let hasMessages = false
  let hasChunks = false
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
    hasChunks ||= delta.isChunk
    const mayRepeat = written.length >= minRepeat || (written !== '' && !hasMessages)
    const isRepeat = delta.isMessage && mayRepeat && delta.text.startsWith(written)
    hasMessages ||= delta.isMessage
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
  ending.isForeign = given.length > 0 && !hasChunks
  const isHidden = written.trim() !== '' && text.visible.trim() === ''
  ending.callsTools ||= isHidden && toolMark.test(written)
  ending.hasThought ||= isHidden && !text.isMarks
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
    isForeign: false,
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
  const { errors, object, type, choices, detail, ...rest } = value as Record<string, unknown>
  const { success, base_resp } = rest as { base_resp?: { status_code?: unknown } } & typeof rest
  const { errcode, error_code = errcode, code = error_code, errmsg, error_msg = errmsg, msg = error_msg } = rest
  const { message, error = findChoiceError(choices) } = rest
  const isCoded = Boolean(code) && Number(code) !== 200 && typeof (message ?? msg) === 'string'
  const isFailed = success === false || (rest.status === 'error' && typeof message === 'string')
  const isFailure = isFailed || isCoded || Boolean(base_resp?.status_code)
  const isOther = choices == null && (detail != null || Array.isArray(errors) || isFailure)
  if (!isSaid(error) && event !== 'error' && object !== 'error' && type !== 'error' && !isOther) return
  const told = error ?? (Array.isArray(errors) ? errors[0] : undefined)
  const isObject = typeof told === 'object' && told !== null
  const body = isObject ? told : { message: told ?? detail ?? msg, ...(value as object) }
  const number = Number('code' in body ? body.code : code)
  const status = number >= 400 && number < 600 ? number : undefined
  throw createEventError(status, body)
}

/** Finds the error of a choice, by which some gateways tell that their provider failed. */
function findChoiceError(choices: unknown): unknown {
  const [first] = Array.isArray(choices) ? choices : []
  return typeof first === 'object' && first !== null && 'error' in first ? first.error : undefined
}

/** Returns false for an error that is none: `false`, an empty text or object, the code 0. */
function isSaid(error: unknown): boolean {
  if (typeof error !== 'object' || error === null) return error !== undefined && error !== null && Boolean(error)
  return Object.values(error).some(Boolean)
}
