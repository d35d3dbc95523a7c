/** A notice that comes sooner would mostly be followed by the result at once. */
const lateMs = 2_500

/**
 * Runs the work behind a command, and tells the person that it goes on if it takes longer than 2.5 s. Slack replaces no such notice: its
 * `response_url` replaces only what was clicked. Source: bolt-js #2287.
 */
export async function runWithLateNotice(work: Promise<void>, tell: () => Promise<unknown>): Promise<void> {
  // A notice that cannot be given is no loss: the result comes all the same.
  const timer = setTimeout(() => void tell().catch(() => {}), lateMs)
  await work.finally(() => clearTimeout(timer))
}
