import type { Core } from './core.ts'

/** The page's limit figures follow the calls at this distance, and recover at the slower one. */
const afterCallMs = 250
const whileRecoveringMs = 1_000

/** Tells the page when the bot comes and goes and what is left of its limits. Gives the way to stop. */
export function announceNews({ changes, courier, limits }: Core, model: string): () => void {
  let connected = courier.isConnected()
  let told = ''
  let timer: NodeJS.Timeout | undefined

  function tellConnection(): void {
    if (courier.isConnected() === connected) return
    connected = !connected
    changes.emit({ type: 'bot', connected, model })
  }

  function tellLimits(): void {
    timer = undefined
    const state = limits.state()
    const now = JSON.stringify(state)
    if (now !== told) {
      told = now
      changes.emit({ type: 'limits', limits: state })
    }
    if (state.some(({ left, perMinute }) => left < perMinute)) schedule(whileRecoveringMs)
  }

  function schedule(delayMs: number): void {
    if (changes.isHeard()) timer ??= setTimeout(tellLimits, delayMs).unref()
  }

  const stopHearing = changes.onTouch(() => {
    tellConnection()
    schedule(afterCallMs)
  })
  return () => {
    stopHearing()
    clearTimeout(timer)
  }
}
