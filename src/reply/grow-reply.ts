import { closeMarkdown } from '../text/to-mrkdwn.ts'
import type { createPresenter } from './presenter.ts'
import type { Writer } from './writer.ts'

/** A reply that found no room to begin tries again after this long. */
const retryMs = 500

/** An answer that is complete within this time is posted once; people do not notice the wait. */
const firstMs = 25

interface Growth {
  writer: Writer
  presenter: Omit<ReturnType<typeof createPresenter>, 'replace'>
  /** The reply's edits: when the last one was begun, in milliseconds since 1970, and how long ago the first text was shown. */
  clock: { readonly hasShown: boolean; readonly lastAt: number; readonly ageMs: number }
  /** Aborted when the text is complete. */
  complete: AbortController
  /** A resumed reply is not edited before it is as long as what stands. */
  resumeAt: number
}

/**
 * Adds the pieces to the text and shows it while they come. Returns how long the text grew, in milliseconds. Throws what the stream
 * threw, or the `SlackError` of a Slack that will not have the reply at all.
 */
export async function growReply(pieces: AsyncIterable<string>, growth: Growth): Promise<number | undefined> {
  const { presenter, complete } = growth
  const changes = createChanges()
  const showing = showChanges(growth, changes)
  // A failure to show ends the reading too.
  const broken = Promise.withResolvers<never>()
  broken.promise.catch(() => {})
  showing.catch(broken.reject)
  const source = pieces[Symbol.asyncIterator]()
  let begunAt: number | undefined
  let grownMs: number | undefined
  try {
    for (;;) {
      const next = await Promise.race([source.next(), broken.promise])
      if (next.done === true) break
      begunAt ??= Date.now()
      presenter.add(next.value)
      changes.notify()
    }
    grownMs = Date.now() - (begunAt ?? Date.now())
  } finally {
    presenter.end()
    changes.end()
    complete.abort()
    // The source may be in the middle of a piece: its return is not awaited.
    source.return?.().catch(() => {})
    // No edit may be in flight when the completing one is made.
    await showing.catch(() => {})
  }
  await showing
  return grownMs
}

/** Shows the newest text after each change, as often as the writer allows. */
async function showChanges(
  { writer, presenter, clock, resumeAt }: Growth,
  changes: ReturnType<typeof createChanges>,
): Promise<void> {
  /** Makes the next edit if there is anything new. Returns whether it is still to be made. */
  const showOnce = async (): Promise<boolean> => {
    if (presenter.text.length < resumeAt) return false
    while (!presenter.hasEnded && presenter.head().isFull) await presenter.put('final')
    const head = presenter.head()
    if (presenter.hasEnded || !head.isNew || closeMarkdown(head.markdown).trim() === '') return false
    return !(await presenter.put(writer.isPosted ? 'interim' : 'first'))
  }
  while (!presenter.hasEnded) {
    await changes.next()
    if (clock.hasShown) await changes.pause(clock.lastAt + writer.nextMs(clock.ageMs) - Date.now())
    else await changes.pause(firstMs)
    if (!writer.isPosted && !presenter.hasEnded && !writer.begin()) {
      // Nothing is begun that could not be completed: it is posted whole, unless there is room before.
      await changes.pause(retryMs)
      changes.notify()
    } else if (await showOnce()) changes.notify()
  }
}

/** Signals changes of the text to the one who shows them. */
function createChanges() {
  let changed = Promise.withResolvers<void>()
  const ended = Promise.withResolvers<void>()
  return {
    notify: () => changed.resolve(),
    /** Ends every wait, now and later. */
    end(): void {
      changed.resolve()
      ended.resolve()
    },
    /** Resolves at the next change. */
    async next(): Promise<void> {
      await changed.promise
      changed = Promise.withResolvers()
    },
    /** Waits, but not longer than the text grows. */
    async pause(ms: number): Promise<void> {
      if (ms <= 0) return
      const timer = Promise.withResolvers<void>()
      const handle = setTimeout(timer.resolve, ms)
      await Promise.race([timer.promise, ended.promise])
      clearTimeout(handle)
    },
  }
}
