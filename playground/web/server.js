/** @import { Change, Gesture, PageFile, Snapshot } from '../protocol.ts' */

/** How long the page waits before it tries again to reach a server that went away, first and at most. */
const firstRetryMs = 500
const longestRetryMs = 5_000

/** @typedef {{ ok: true } & Record<string, unknown>} Done */

/** @param {string} path @param {BodyInit} body @param {string} type @returns {Promise<Done>} */
const post = async (path, body, type) => {
  const init = { method: 'POST', headers: { 'content-type': type }, body }
  const response = await fetch(path, init).catch(() => undefined)
  const answer = await response?.json().catch(() => undefined)
  if (answer?.ok === true) return answer
  throw new Error(typeof answer?.error === 'string' ? answer.error : '')
}

/** Sends one thing that a person does. Rejects with the sentence that says what to do. @param {Gesture} gesture */
export const sendGesture = gesture => post('/page/gesture', JSON.stringify(gesture), 'application/json')

/** Kills the bot's process; resolves when another has taken its place. */
export const killBot = () => post('/page/kill-bot', '', 'text/plain')

/** Uploads a file, which nobody sees before a message names it. @param {string} as @param {File} file */
export const uploadFile = async (as, file) => {
  const query = new URLSearchParams({ as, name: file.name || 'pasted' })
  const answer = await post(`/page/upload?${query}`, file, file.type || 'application/octet-stream')
  return /** @type {PageFile} */ (answer.file)
}

/**
 * The workspace as one person sees it. Somebody who is not known here, after a restart for instance, becomes the first
 * of those whom the server names in its refusal.
 * @param {string} as @returns {Promise<Snapshot>}
 */
const readSnapshot = async as => {
  const response = await fetch(`/page/snapshot?as=${encodeURIComponent(as)}`)
  const answer = await response.json()
  if (response.ok) return answer
  const [first] = /\bU[A-Z0-9]+\b/.exec(String(answer.error)) ?? []
  if (!first || first === as) throw new Error(`snapshot: ${response.status}`)
  return readSnapshot(first)
}

/**
 * @typedef {{ onSnapshot: (snapshot: Snapshot) => void, onChange: (change: Change) => void,
 *   onLive: (isLive: boolean) => void }} Hooks
 */

/**
 * Follows the workspace as one person until told to stop. Whatever happens to the server, it keeps trying, and after
 * each return it reads the whole snapshot again, so that nothing that happened in between is missed.
 * @param {string} as @param {Hooks} hooks @returns {() => void} stops following
 */
export const follow = (as, hooks) => {
  const stop = new AbortController()
  const run = async () => {
    let retryMs = firstRetryMs
    while (!stop.signal.aborted) {
      const wasLive = await followOnce(as, hooks, stop.signal)
      if (stop.signal.aborted) return
      hooks.onLive(false)
      retryMs = wasLive ? firstRetryMs : Math.min(retryMs * 2, longestRetryMs)
      await new Promise(resolve => setTimeout(resolve, retryMs))
    }
  }
  void run()
  return () => stop.abort()
}

/**
 * Follows the workspace until the server goes away, and tells whether it was there. The stream opens before the snapshot
 * is read: what changes in between waits, and is applied after it.
 * @param {string} as @param {Hooks} hooks @param {AbortSignal} signal
 */
const followOnce = async (as, hooks, signal) => {
  const first = await readSnapshot(as).catch(() => undefined)
  if (!first || signal.aborted) return false
  const lost = Promise.withResolvers()
  const source = new EventSource(`/page/changes?as=${encodeURIComponent(first.as)}`)
  /** @type {Change[] | undefined} */
  let waiting = []
  source.onmessage = event => {
    const change = JSON.parse(event.data)
    if (waiting) waiting.push(change)
    else hooks.onChange(change)
  }
  source.onopen = async () => {
    const snapshot = await readSnapshot(first.as).catch(lost.resolve)
    if (!snapshot || source.readyState === EventSource.CLOSED) return
    hooks.onSnapshot(snapshot)
    waiting?.forEach(hooks.onChange)
    waiting = undefined
    hooks.onLive(true)
  }
  source.onerror = lost.resolve
  signal.addEventListener('abort', lost.resolve)
  await lost.promise
  source.close()
  return waiting === undefined
}
