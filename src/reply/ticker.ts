/** Shows progress now and again. */
interface Ticker {
  /** Stops. Resolves when the call in flight has landed: the next text goes into the same message. */
  close(): Promise<void>
}

/** Shows progress at once and then every `everyMs`, one call at a time. A call that fails is overtaken by the next. */
export function openTicker(show: () => Promise<unknown>, everyMs: number): Ticker {
  let showing: Promise<unknown> | undefined
  const next = () => {
    showing ??= show()
      .catch(() => {})
      .finally(() => {
        showing = undefined
      })
  }
  next()
  const timer = setInterval(next, everyMs)
  return {
    async close() {
      clearInterval(timer)
      await showing
    },
  }
}
