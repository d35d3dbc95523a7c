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
  let isStopped = false
  let retryMs = firstRetryMs
  /** @type {EventSource | undefined} */
  let source
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let timer

  const retry = () => {
    source?.close()
    if (isStopped) return
    hooks.onLive(false)
    clearTimeout(timer)
    timer = setTimeout(connect, retryMs)
    retryMs = Math.min(retryMs * 2, longestRetryMs)
  }
  const onLive = (/** @type {boolean} */ isLive) => {
    retryMs = firstRetryMs
    hooks.onLive(isLive)
  }
  const connect = async () => {
    const first = await readSnapshot(as).catch(() => undefined)
    if (isStopped) return
    if (first) source = openChanges(first.as, { ...hooks, onLive }, retry)
    else retry()
  }

  void connect()
  return () => {
    isStopped = true
    clearTimeout(timer)
    source?.close()
  }
}

/**
 * Opens the stream before it reads the snapshot: what changes in between waits, and is applied after it.
 * @param {string} as @param {Hooks} hooks @param {() => void} onLost
 */
const openChanges = (as, hooks, onLost) => {
  const source = new EventSource(`/page/changes?as=${encodeURIComponent(as)}`)
  /** @type {Change[] | undefined} */
  let waiting = []
  source.onmessage = event => {
    const change = JSON.parse(event.data)
    if (waiting) waiting.push(change)
    else hooks.onChange(change)
  }
  source.onerror = onLost
  source.onopen = async () => {
    const snapshot = await readSnapshot(as).catch(() => undefined)
    if (source.readyState === EventSource.CLOSED) return
    if (!snapshot) return onLost()
    hooks.onSnapshot(snapshot)
    const missed = waiting ?? []
    waiting = undefined
    for (const change of missed) hooks.onChange(change)
    hooks.onLive(true)
  }
  return source
}
