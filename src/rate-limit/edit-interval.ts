/** What is known when it is decided how long a reply waits for its next edit. */
export interface Pace {
  /** Since its first text was shown. */
  ageMs: number
  /** Edits in between that this reply may still spend, its share of the minute; may be a fraction. */
  edits: number
  /** How long replies usually grow. */
  typicalMs: number
}

/** People do not read faster, and Slack's clients show no more. */
export const shortestMs = 252
/** Longer than usual, a reply is edited so many times in each multiple of its age by e: 45 edits in the first minute alone. */
const editsAnE = 10

/**
 * How long a reply waits between two edits, in milliseconds: its share of the minute is spread evenly over the time that it is
 * expected to grow yet, so that no text waits much longer than another; a reply that grows on is edited less and less often.
 */
export function betweenMs({ ageMs, edits, typicalMs }: Pace): number {
  const isLong = ageMs >= typicalMs
  const expectedMs = isLong ? ageMs / 2 : typicalMs - ageMs
  const evenMs = expectedMs / (Math.max(0, edits) + 1)
  return Math.max(shortestMs, evenMs, isLong ? ageMs / editsAnE : 0)
}
