import { betweenMs } from './edit-interval.ts'

/** What one reply in progress may take of the workspace's edits. */
export interface Share {
  /**
   * Keeps back the edit that will complete the reply, once. Answers false when there is none to keep: whatever is begun now
   * could not be completed in time, and is better posted once, whole.
   */
  begin(): boolean
  /** An edit in between is made. */
  spend(): void
  /** The kept edit is made. */
  complete(): void
  /** How long to wait between the last edit and the next, for a text that was first shown so long ago. */
  nextMs(ageMs: number): number
  /** Gives back what is kept. `grownMs` is how long the text grew, when it is whole. Safe to call twice. */
  close(grownMs?: number): void
}

/** The shares of all replies in progress. */
export interface Shares {
  open(): Share
  /** Completing edits that are kept back. */
  readonly kept: number
  /** How long replies usually grow. */
  readonly typicalMs: number
}

/** How long a reply grows, until it is known better: 300 tokens at 60 a second. */
const usualMs = 5_000
const [leastMs, mostMs] = [2_000, 30_000]
/** How much the last reply counts. */
const weight = 0.2
/** Over this time the questions of a minute are counted. */
const rateOverMs = 600_000
const minuteMs = 60_000
/** Questions within this time come together: somebody has asked everybody something. */
const togetherMs = 1_000
/**
 * One reply takes so much of what the minute has left, however alone it is: whoever asks a question after question in one thread
 * sees each answer grow.
 */
const mostOfOne = 0.4
/** One that grows longer than usual takes an edit more for each of these. */
const moreEveryMs = 2_500
/** Of the edits of a minute, so much at most is left for questions that are likely to come. */
const mostLeft = 0.5

/**
 * Nothing is kept yet. `left` tells how many edits the minute still has, `perMinute` how many there are in all, and `sure` how many are
 * left whatever other processes do.
 */
export function createShares(
  left: () => number,
  perMinute: () => number,
  now: () => number,
  sure: () => number = left,
): Shares {
  let kept = 0
  let typicalMs = usualMs
  let asked: number[] = []

  /** Each question that is likely in the next minute needs an edit, too: as many as came lately, one after the other. */
  const likely = () => {
    asked = asked.filter(at => at > now() - rateOverMs)
    const lately = asked.filter(at => at > now() - minuteMs)
    const apart = lately.filter((at, index) => index > 0 && at - (lately[index - 1] ?? at) > togetherMs).length
    return Math.min(perMinute() * mostLeft, Math.max(apart, (asked.length * minuteMs) / rateOverMs))
  }

  /** Where several have just come, as many more are likely to come at once. */
  const coming = () => Math.max(0, asked.filter(at => at > now() - togetherMs).length - 1)

  return {
    get kept() {
      return kept
    },
    get typicalMs() {
      return typicalMs
    },
    open() {
      asked.push(now())
      let isKept = false
      let isOpen = true
      let allotted = 0
      let spent = 0
      const drop = () => {
        if (isKept) kept -= 1
        isKept = false
      }
      return {
        begin() {
          if (isKept) return true
          if (!isOpen || sure() - kept < 1) return false
          allotted = mostOfOne * (left() - kept - 1)
          spent = 0
          kept += 1
          isKept = true
          return true
        },
        spend() {
          spent += 1
        },
        complete: drop,
        nextMs(ageMs) {
          const own = allotted + Math.max(0, ageMs - typicalMs) / moreEveryMs - spent
          const even = (left() - kept - likely()) / Math.max(1, kept + coming())
          const edits = Math.max(0, Math.min(own, even))
          return betweenMs({ ageMs, edits, typicalMs })
        },
        close(grownMs) {
          if (!isOpen) return
          isOpen = false
          drop()
          if (grownMs === undefined) return
          const grown = Math.min(Math.max(grownMs, leastMs), mostMs)
          typicalMs += weight * (grown - typicalMs)
        },
      }
    },
  }
}
