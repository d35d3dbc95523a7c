/** Aborts a request when its caller does, or when the server has been silent for too long. */
interface IdleTimeout {
  /** Aborts in both cases. */
  readonly signal: AbortSignal
  readonly controller: AbortController
  /** Returns the same response, observed: every byte restarts the timeout, comments and keep-alives included. */
  follow(response: Response): Response
  /** Returns whether the stream was closed by `[DONE]`. */
  isDone(): boolean
  /** Returns whether silence aborted the request, not the caller. */
  isSilent(): boolean
  close(): void
}

const doneMark = 'data: [DONE]'

/** A server that sends only keep-alives counts as silent after this many idle timeouts. */
const keepAliveLimits = 10

/** Starts the timeout. It limits silence only: an answer may take as long as it flows. */
export function startIdleTimeout(idleMs: number, caller: AbortSignal): IdleTimeout {
  const controller = new AbortController()
  const signal = AbortSignal.any([caller, controller.signal])
  let silent = false
  const giveUp = () => {
    silent = true
    controller.abort(new Error('silent'))
  }
  let timer = setTimeout(giveUp, idleMs)
  let lastDataAt = Date.now()
  let tail = ''
  const onBytes = (bytes: Uint8Array) => {
    // `[DONE]` may arrive in two pieces.
    tail = (tail.slice(-doneMark.length) + Buffer.from(bytes).toString('latin1')).slice(-2 * doneMark.length)
    if (!isKeepAlive(bytes)) lastDataAt = Date.now()
    if (Date.now() - lastDataAt > keepAliveLimits * idleMs) return giveUp()
    clearTimeout(timer)
    timer = setTimeout(giveUp, idleMs)
  }

  return {
    signal,
    controller,
    follow: response => new Response(response.body?.pipeThrough(tap(onBytes), { signal }) ?? null, response),
    isDone: () => tail.includes(doneMark),
    isSilent: () => silent,
    close: () => clearTimeout(timer),
  }
}

function tap(onBytes: (bytes: Uint8Array) => void): TransformStream<Uint8Array, Uint8Array> {
  return new TransformStream({
    transform(bytes, controller) {
      onBytes(bytes)
      controller.enqueue(bytes)
    },
  })
}

/** Returns whether bytes are a server-sent comment (`: still here`) or blank lines. */
function isKeepAlive(bytes: Uint8Array): boolean {
  const first = bytes.find(byte => byte !== 0x0a && byte !== 0x0d)
  return first === undefined || first === 0x3a
}
