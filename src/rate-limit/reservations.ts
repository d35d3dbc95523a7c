import { betweenMs } from './edit-interval.ts'

/** How long a reply grows, until it is learned: 300 tokens at 60 a second. */
const usualMs = 5_000
const [leastMs, mostMs] = [2_000, 30_000]
/** The weight of the last reply in the moving average. */
const weight = 0.2
/** Questions a minute are averaged over this time. */
const rateOverMs = 600_000
const minuteMs = 60_000
/** Questions within this time count as simultaneous. */
const togetherMs = 1_000
/** One reply takes at most this share of what the minute has left, so that the next questions see their answers grow too. */
const maxShare = 0.4
/** A reply that grows longer than usual takes one more edit for each of these. */
const moreEveryMs = 2_500
/** At most this share of a minute's edits is left for questions that are likely to come. */
const maxLeft = 0.5

/** Edits of the workspace: how many are left, how many of these no other replica can take first, and how many a minute has. */
interface Edits {
  left: () => number
  reliablyLeft: () => number
  perMinute: () => number
}

/** Reserves the completing edit of every reply in progress, and divides the interim edits among them. */
export function createReservations(edits: Edits, now: () => number) {
  let kept = 0
  let typicalMs = usualMs
  let asked: number[] = []

  /** Each question that is likely in the next minute needs an edit too: as many as came lately, one after the other. */
  const likely = () => {
    asked = asked.filter(at => at > now() - rateOverMs)
    const lately = asked.filter(at => at > now() - minuteMs)
    const apart = lately.filter((at, index) => index > 0 && at - (lately[index - 1] ?? at) > togetherMs).length
    return Math.min(edits.perMinute() * maxLeft, Math.max(apart, (asked.length * minuteMs) / rateOverMs))
  }

  /** Where several have just come, as many more are likely at once. */
  const coming = () => Math.max(0, asked.filter(at => at > now() - togetherMs).length - 1)

  /** Learns how long replies usually grow. */
  const learn = (grownMs: number) => {
    typicalMs += weight * (Math.min(Math.max(grownMs, leastMs), mostMs) - typicalMs)
  }

  return {
    /** Completing edits that are reserved. */
    get kept() {
      return kept
    },
    /** How long replies usually grow, in milliseconds. */
    get typicalMs() {
      return typicalMs
    },
    /** Opens the share of one reply. `onReserved` is called when its completing edit is reserved. */
    open(onReserved: () => void) {
      asked.push(now())
      const own = { isKept: false, isOpen: true, allotted: 0, spent: 0 }
      const release = () => {
        if (own.isKept) kept -= 1
        own.isKept = false
      }
      return {
        /** Reserves the completing edit, once. Returns false if there is none left: the text is then better posted once, whole. */
        begin(): boolean {
          if (own.isKept) return true
          if (!own.isOpen || edits.reliablyLeft() - kept < 1) return false
          Object.assign(own, { isKept: true, allotted: maxShare * (edits.left() - kept - 1), spent: 0 })
          kept += 1
          onReserved()
          return true
        },
        /** Counts an interim edit. */
        spend(): void {
          own.spent += 1
        },
        /** Releases the reserved edit: it is made now. */
        complete: release,
        /** Returns how long to wait between two edits of a text that was first shown this long ago, in milliseconds. */
        nextMs(ageMs: number): number {
          const allotted = own.allotted + Math.max(0, ageMs - typicalMs) / moreEveryMs - own.spent
          const even = (edits.left() - kept - likely()) / Math.max(1, kept + coming())
          return betweenMs({ ageMs, edits: Math.max(0, Math.min(allotted, even)), typicalMs })
        },
        /** Closes the share. `grownMs` is how long a complete text grew. Safe to call twice. */
        close(grownMs?: number): void {
          if (!own.isOpen) return
          own.isOpen = false
          release()
          if (grownMs !== undefined) learn(grownMs)
        },
      }
    },
  }
}
