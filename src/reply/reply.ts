import type { Log } from '../log.ts'
import { shortestMs } from '../rate-limit/edit-interval.ts'
import type { Limiter, Urgency } from '../rate-limit/limiter.ts'
import type { CallSlack } from '../slack/client.ts'
import { closeMarkdown } from '../text/to-mrkdwn.ts'
import { buildMessageBody, type Control, isNothing, type Note, sameBody } from './body.ts'
import { createChain, type Head } from './chain.ts'
import type { Progress } from './checkpoint.ts'
import { createPoster, type Place, type Shown } from './edit-transport.ts'

/** One Slack message, or a chain of them when long, that is kept in step with a growing text. */
export interface Reply {
  /** Everything written so far, as the model wrote it. */
  readonly text: string
  /** Something of it has been shown by now, beyond what stood before. */
  readonly hasShown: boolean
  /** The ts of its messages in Slack, the first one first. */
  readonly messages: readonly string[]
  /**
   * Shows the text while it comes: the first as soon as there is any, then the newest whenever it may be edited. Ends
   * with the pieces, before the last of them is surely shown; what threw while they came is thrown on.
   */
  write(pieces: AsyncIterable<string>): Promise<void>
  /** Shows this text instead of the one before, if it may be edited now; answers whether that landed. For progress. */
  show(text: string): Promise<boolean>
  /** Adds a text that is there already; it is shown with the completing edit. */
  say(text: string): void
  /**
   * The completing edit: the whole text, and below it what is to be known about it. Messages of a reply that was taken over
   * and that are no longer needed go. Resolves when Slack has accepted it.
   */
  finish(ending?: Ending): Promise<void>
  /** Shows this text instead of what came so far, of which nothing has been shown. */
  replace(text: string): void
  /** Takes all messages away but the first so many. */
  keepFirst(count: number): Promise<void>
  /** Gives its share of the budget back. Safe to call twice. */
  close(): void
}

/** What stands below a reply that has ended. */
export interface Ending {
  note?: Note
  controls?: Control[]
  /** Somebody else goes on with it later. */
  isUnfinished?: boolean
}

/** What a reply needs of the rest. */
export interface ReplyDeps {
  limiter: Limiter
  call: CallSlack
  log: Log
  /** Told once, when Slack has accepted the first text. */
  onFirstText: () => void
  /** Buttons below it while it grows. */
  controls: Control[]
  progress: Progress
}

/** Edits that are closer than this are as close as they get. */
const denseMs = 300
/** A reply that found no room to begin looks again after this long. */
const againMs = 500

/** An answer that is whole within this time is posted once, as it is to stay; people do not notice the wait. */
const firstMs = 25

/** Opens a reply. Nothing is sent before there is text; one that was taken over is not made shorter while it grows. */
export function openReply(deps: ReplyDeps, place: Place): Reply {
  const poster = createPoster(deps, place, deps.progress)
  let chain = createChain()
  let ended = false
  let changed = Promise.withResolvers<void>()
  /** Aborts when there is all of the text: a first part of it that still waits for its turn need not be shown any more. */
  const whole = new AbortController()
  /** What Slack has accepted for the newest message. */
  let stands: Shown | undefined
  let shownBefore = 0
  let firstAt = 0
  /** When there was text first, and when there was all of it. */
  let begunAt = 0
  let endedAt = 0
  let lastAt = 0
  /** Between the last two. */
  let lastGapMs = Number.POSITIVE_INFINITY

  /** Makes Slack show what stands first in the chain; answers whether that landed, or stood there already. */
  const put = async (urgency: Urgency, ending: Ending = {}): Promise<boolean> => {
    let sent = chain.head()
    let body = toBody(sent, ending)
    const newest = () => {
      sent = chain.head()
      body = toBody(sent, ending)
      return body
    }
    const isLast = urgency === 'final' || urgency === 'error'
    const stood = sameBody(body, stands) && body.isWhole === stands?.isWhole && !(isLast && poster.isUnsettled)
    if (!isNothing(body) && !stood && !(await send(newest, urgency))) return false
    stands = body
    chain.shown(sent)
    deps.progress.showing(shownBefore + sent.markdown.length, ending.isUnfinished === true)
    if (sent.isWhole) openNext(sent)
    return true
  }
  const send = async (newest: () => Shown, urgency: Urgency): Promise<boolean> => {
    // Whatever stands has to be completed, also what was taken over.
    if (urgency === 'interim' || urgency === 'first') poster.begin()
    if (lastAt > 0) lastGapMs = Date.now() - lastAt
    lastAt = Date.now()
    const landed = await poster.put(newest, urgency, urgency === 'first' ? whole.signal : undefined)
    if (landed && firstAt === 0) {
      firstAt = lastAt
      deps.onFirstText()
    }
    return landed
  }
  /** The end of a whole text stands as it was written; one that goes on, or broke off, has its open marks closed. */
  const toBody = (head: Head, { note, controls = [], isUnfinished = false }: Ending): Shown => {
    const stays = head.isWhole || (ended && note?.kind !== 'error' && !isUnfinished)
    const markdown = stays ? head.markdown : closeMarkdown(head.markdown)
    if (head.isWhole) return { ...buildMessageBody(markdown), isWhole: false }
    if (!ended) return { ...buildMessageBody(markdown, undefined, deps.controls), isWhole: false, grown: head.markdown }
    return { ...buildMessageBody(markdown, note, controls), isWhole: !isUnfinished }
  }
  const openNext = (full: Head) => {
    shownBefore += full.markdown.length
    poster.next()
    stands = undefined
  }

  /** The next edit, if there is anything new to see; answers whether it is still to be made. */
  const step = async (): Promise<boolean> => {
    if (chain.text.length < deps.progress.shown) return false
    while (!ended && chain.head().isWhole) await put('final')
    const head = chain.head()
    if (ended || !head.isNew || closeMarkdown(head.markdown).trim() === '') return false
    return !(await put(poster.isPosted ? 'interim' : 'first'))
  }

  const show = async (): Promise<void> => {
    while (!ended) {
      await changed.promise
      changed = Promise.withResolvers()
      if (firstAt === 0) await pause(firstMs)
      else await pause(lastAt + poster.nextMs(Date.now() - firstAt) - Date.now())
      if (!poster.isPosted && !ended && !poster.begin()) {
        // Nothing is begun that could not be completed: it is posted whole, unless there is room before.
        await pause(againMs)
        changed.resolve()
      } else if (await step()) changed.resolve()
    }
  }

  /** Waits, but not longer than the text grows. */
  const end = Promise.withResolvers<void>()
  const pause = async (ms: number): Promise<void> => {
    if (ms <= 0) return
    const timer = Promise.withResolvers<void>()
    const handle = setTimeout(timer.resolve, ms)
    await Promise.race([timer.promise, end.promise])
    clearTimeout(handle)
  }

  /** Alone, where edits follow each other as fast as they may, the last one keeps its distance, too. */
  const rest = async (): Promise<void> => {
    if (!poster.isPosted || lastGapMs > denseMs || deps.limiter.growing > 1) return
    const left = lastAt + shortestMs - Date.now()
    if (left > 0) await new Promise(resolve => setTimeout(resolve, left))
  }

  return {
    get text() {
      return chain.text
    },
    get hasShown() {
      return firstAt !== 0
    },
    get messages() {
      return poster.messages
    },
    async write(pieces) {
      const showing = show()
      // A Slack that will not have the reply at all ends the listening too.
      const broken = Promise.withResolvers<never>()
      broken.promise.catch(() => {})
      showing.catch(broken.reject)
      const source = pieces[Symbol.asyncIterator]()
      try {
        for (;;) {
          const next = await Promise.race([source.next(), broken.promise])
          if (next.done) {
            endedAt = Date.now()
            break
          }
          if (begunAt === 0) begunAt = Date.now()
          chain.add(next.value)
          changed.resolve()
        }
      } finally {
        ended = true
        changed.resolve()
        end.resolve()
        whole.abort()
        leave(source)
        // Whatever ended the pieces, no edit may still be on its way when the completing one is made.
        await showing.catch(() => {})
      }
      await showing
    },
    async show(newText) {
      poster.onlyEdit()
      chain = createChain()
      chain.add(newText)
      return put(poster.isPosted ? 'interim' : 'first')
    },
    say: text => chain.add(text),
    async finish(ending = {}) {
      ended = true
      await rest()
      while (chain.head().isWhole) await put('final')
      await put(ending.note?.kind === 'error' ? 'error' : 'final', ending)
      if (ending.isUnfinished !== true) await poster.keepFirst(poster.part + 1)
    },
    replace(newText) {
      chain = createChain()
      chain.add(newText)
    },
    keepFirst: count => poster.keepFirst(count),
    close: () => poster.close(endedAt === 0 ? undefined : endedAt - begunAt),
  }
}

/** Tells a source that nobody listens any more. It may be in the middle of a piece, so nobody waits for it either. */
function leave(source: AsyncIterator<string>): void {
  source.return?.().catch(() => {})
}
