import type { Log } from '../log.ts'
import type { Limiter, Urgency } from '../rate-limit/limiter.ts'
import type { SlackReader } from '../slack/reader.ts'
import type { Control } from './body.ts'
import type { Progress } from './checkpoint.ts'
import { growReply } from './grow-reply.ts'
import { createPresenter, type Ending } from './presenter.ts'
import { type Body, createWriter, type Place } from './writer.ts'

export type { Ending } from './presenter.ts'

/** One Slack message, or a chain of them, that is kept in sync with a growing text. */
export interface Reply {
  /** Everything written so far, as the model wrote it. */
  readonly text: string
  /** Slack has accepted some of the text in this attempt. */
  readonly hasShown: boolean
  /** The ts of its messages in Slack, in order. */
  readonly messages: readonly string[]
  /**
   * Shows the text while it is written: the first as soon as there is any, then the newest whenever it may be edited. Ends with the
   * stream, before the last of it is surely shown. Throws what the stream threw.
   */
  write(pieces: AsyncIterable<string>): Promise<void>
  /** Shows a progress text in place of the one before, if it may be edited now. Returns whether that landed. */
  show(text: string): Promise<boolean>
  /** Adds a text that is complete; the completing edit shows it. */
  say(text: string): void
  /** Makes the completing edit and removes messages that are no longer needed. Resolves when Slack has accepted it. */
  finish(ending?: Ending): Promise<void>
  /** Replaces the text so far. */
  replace(text: string): void
  /** Removes all messages but the first `count`. */
  keepFirst(count: number): Promise<void>
  /** Releases its share of the limits. Safe to call twice. */
  close(): void
}

interface ReplyDeps {
  limiter: Limiter
  reader: SlackReader
  log: Log
  /** Called once, when Slack has accepted the first text. */
  onFirstText: () => void
  /** Buttons below it while it grows. */
  controls: Control[]
  progress: Progress
}

/** Opens a reply. Nothing is sent before there is text; one that is resumed is not made shorter while it grows. */
export function openReply(deps: ReplyDeps, place: Place): Reply {
  const writer = createWriter(deps, place, deps.progress)
  const clock = createEditClock()
  /** Aborts when the text is complete: a first part of it that still waits for its turn need not be shown any more. */
  const complete = new AbortController()
  let grownMs: number | undefined

  const send = async (body: () => Body, urgency: Urgency): Promise<boolean> => {
    // A reply that grows has to be completed, also one that is resumed.
    if (urgency === 'interim' || urgency === 'first') writer.begin()
    clock.sending()
    const landed = await writer.put(body, urgency, urgency === 'first' ? complete.signal : undefined)
    if (landed && clock.landed()) deps.onFirstText()
    return landed
  }
  const presenter = createPresenter({ writer, checkpoint: deps.progress, controls: deps.controls, send })

  return {
    get text() {
      return presenter.text
    },
    get hasShown() {
      return clock.hasShown
    },
    messages: writer.messages,
    async write(pieces) {
      const resumeAt = deps.progress.shown
      grownMs = await growReply(pieces, { writer, presenter, clock, complete, resumeAt })
    },
    async show(newText) {
      writer.onlyEdit()
      presenter.replace(newText)
      return presenter.put(writer.isPosted ? 'interim' : 'first')
    },
    say: text => presenter.add(text),
    async finish(ending = {}) {
      presenter.end()
      while (presenter.head().isFull) await presenter.put('final')
      await presenter.put(ending.note?.kind === 'error' ? 'error' : 'final', ending)
      if (ending.isUnfinished !== true) await writer.keepFirst(writer.index + 1)
    },
    replace: newText => presenter.replace(newText),
    keepFirst: count => writer.keepFirst(count),
    close: () => writer.close(grownMs),
  }
}

/** Keeps the times of a reply's edits. */
function createEditClock() {
  let firstAt = 0
  let lastAt = 0
  return {
    /** When an edit was begun last, in milliseconds since 1970; 0 before the first. */
    get lastAt() {
      return lastAt
    },
    get hasShown() {
      return firstAt !== 0
    },
    /** How long ago the first text was shown. */
    get ageMs() {
      return Date.now() - firstAt
    },
    sending(): void {
      lastAt = Date.now()
    },
    /** Returns true for the first text. */
    landed(): boolean {
      if (firstAt !== 0) return false
      firstAt = lastAt
      return true
    },
  }
}
