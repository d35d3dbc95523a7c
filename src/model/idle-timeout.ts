/** Aborts a request when its caller does, or when the model has written nothing for too long. */
interface IdleTimeout {
  /** Aborts in both cases. */
  readonly signal: AbortSignal
  /** The model has written something: the timeout begins anew. */
  touch(): void
  /** Returns whether silence aborted the request, not the caller. */
  isSilent(): boolean
  close(): void
}

/** Starts the timeout. It limits silence only: an answer may take as long as it flows. */
export function startIdleTimeout(idleMs: number, caller: AbortSignal): IdleTimeout {
  const controller = new AbortController()
  const giveUp = () => controller.abort(new Error('silent'))
  let timer = setTimeout(giveUp, idleMs)
  return {
    signal: AbortSignal.any([caller, controller.signal]),
    touch() {
      clearTimeout(timer)
      if (!controller.signal.aborted) timer = setTimeout(giveUp, idleMs)
    },
    isSilent: () => controller.signal.aborted,
    close: () => clearTimeout(timer),
  }
}
