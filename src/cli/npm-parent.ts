/** How often the parent process is checked. */
const checkMs = 500

/** Calls back when npm is gone: it runs its scripts below a shell, and neither passes a signal on. */
export function whenNpmIsGone(stop: () => void): void {
  if (process.env.npm_lifecycle_event === undefined) return
  const parent = process.ppid
  const timer = setInterval(() => {
    if (process.ppid === parent) return
    clearInterval(timer)
    stop()
  }, checkMs).unref()
}
