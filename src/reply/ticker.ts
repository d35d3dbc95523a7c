/** Something that tells how far it has come. */
export interface Ticker {
  /** Tells no more. Resolves when what is on its way has arrived: whatever is said next is said in the same message. */
  close(): Promise<void>
}

/** Tells at once, and then now and again, never twice at a time. A word that does not land is overtaken by the next. */
export function openTicker(tell: () => Promise<unknown>, everyMs: number): Ticker {
  let telling: Promise<unknown> | undefined
  const next = () => {
    telling ??= tell()
      .catch(() => {})
      .finally(() => {
        telling = undefined
      })
  }
  next()
  const timer = setInterval(next, everyMs)
  return {
    async close() {
      clearInterval(timer)
      await telling
    },
  }
}
