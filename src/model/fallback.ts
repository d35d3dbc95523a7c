import { formatError, ShownError } from '../errors.ts'
import type { Log } from '../log.ts'
import type { Model } from './model.ts'

/** Kinds of a `ShownError` after which another model may answer: the server is down, limited, silent, or has the model no more. */
const outageKinds = new Set([
  'model_unreachable',
  'model_server_error',
  'model_busy',
  'model_silent',
  'model_no_quota',
  'model_unauthorized',
  'model_forbidden',
  'model_unknown',
  'model_wrong_address',
  'model_not_json',
  'model_garbled',
  'model_ended_early',
  'model_stream_error',
])

/** A model that failed so often in a row is left out. */
const failuresToOpen = 2
/** It is tried again after this long, which doubles with each trial that fails. */
const firstRestMs = 30_000
const maxRestMs = 600_000

/** Creates a circuit breaker: closed while a model works, open for a rest after failures, then half open for one trial. */
function createBreaker(now: () => number) {
  let failures = 0
  let restsUntil = 0
  return {
    get isOpen() {
      return now() < restsUntil
    },
    /** A request begins. While it tries a model that rested, others go elsewhere. */
    begin(patienceMs: number): void {
      if (failures >= failuresToOpen) restsUntil = now() + patienceMs
    },
    succeed(): void {
      failures = 0
      restsUntil = 0
    },
    /** Returns whether the model is left out from now on. */
    fail(): boolean {
      failures += 1
      if (failures < failuresToOpen) return false
      restsUntil = now() + Math.min(firstRestMs * 2 ** (failures - failuresToOpen), maxRestMs)
      return true
    },
  }
}

/** Creates a link of a chain: a model with its circuit breaker, which all chains share. */
export const createLink = (model: Model) => ({ model, breaker: createBreaker(Date.now) })

type Link = ReturnType<typeof createLink>

/**
 * Creates a model that asks the first of several, and the next one if that fails before any text came; with `isStrict`, only if its
 * server does not know it any more. One that failed twice in a row is asked again after a rest. All facts about the model are those of
 * the one that a request would go to now.
 */
export function createFallbackModel(
  links: readonly [Link, ...Link[]],
  log: Log,
  { patienceMs, isStrict = false }: { patienceMs: number; isStrict?: boolean },
): Model {
  const [{ model: first }] = links
  const current = () => (isStrict ? first : (links.find(({ breaker }) => !breaker.isOpen)?.model ?? first))
  return {
    get name() {
      return current().name
    },
    get title() {
      return current().title
    },
    get resting() {
      return links.filter(({ breaker }) => breaker.isOpen).map(({ model }) => model.title)
    },
    get inputTokens() {
      return current().inputTokens
    },
    get outputTokens() {
      return current().outputTokens
    },
    get images() {
      return current().images
    },
    get sight() {
      return current().sight
    },
    get takesFormats() {
      return current().takesFormats
    },
    price: (usage, name) => (links.find(({ model }) => model.name === name)?.model ?? current()).price(usage),
    refusesImage: dataUrl => current().refusesImage(dataUrl),
    async *stream(messages, signal, options) {
      const closed = isStrict ? links : links.filter(({ breaker }) => !breaker.isOpen)
      // When all of them rest, the first is asked all the same.
      const candidates = closed.length > 0 ? closed : links.slice(0, 1)
      let firstError: unknown
      let gone: string | undefined
      for (const [at, { model, breaker }] of candidates.entries()) {
        let hasText = false
        breaker.begin(patienceMs)
        try {
          if (model !== first) yield { kind: 'model', name: model.name, ...(gone !== undefined && { gone }) }
          for await (const piece of model.stream(messages, signal, options)) {
            hasText ||= piece.kind === 'text'
            yield piece
          }
          if (!signal.aborted) breaker.succeed()
          return
        } catch (error) {
          const isGone = error instanceof ShownError && error.kind === 'model_unknown'
          const isOutage = error instanceof ShownError && outageKinds.has(error.kind)
          if (isGone) gone ??= model.name
          if (!isOutage) {
            // It answers, if only to refuse this request.
            breaker.succeed()
            throw error
          }
          const isOut = breaker.fail()
          // That a chosen model is gone is no cure for what its substitute lacks.
          if (!isGone || at === candidates.length - 1) firstError ??= error
          if (hasText || at === candidates.length - 1 || (isStrict && !isGone)) throw hasText ? error : firstError
          const next = candidates[at + 1]?.model.title
          log.warn(
            { model: model.title, next, isOut, reason: formatError(error) },
            'model failed; the next one answers',
          )
        }
      }
    },
  }
}
