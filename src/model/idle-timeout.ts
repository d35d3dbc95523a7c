/** Watches over one request: it ends when its caller gives up or when the server says nothing for too long. */
export interface IdleTimeout {
  /** Aborts the request, whichever of the two it was. */
  readonly signal: AbortSignal
  readonly controller: AbortController
  /** The same response; every byte that comes counts as a sign of life, comments and keep-alives included. */
  follow(response: Response): Response
  /** The server said that its answer is whole, with the `[DONE]` that closes an event stream. */
  isDone(): boolean
  /** It was silence that ended the request, not the caller. */
  isSilent(): boolean
  close(): void
}

const doneMark = 'data: [DONE]'

/** A server that sends only keep-alives is given this many idle limits before it counts as silent all the same. */
const keepAliveLimits = 10

/** Starts to watch. The limit is on silence, never on the whole: an answer may take as long as it flows. */
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
    // The mark may arrive in two pieces.
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

/** A server-sent comment (`: still here`) or blank lines; anything else is an answer. */
function isKeepAlive(bytes: Uint8Array): boolean {
  const first = bytes.find(byte => byte !== 0x0a && byte !== 0x0d)
  return first === undefined || first === 0x3a
}
