interface Pace {
  /** The time since its first text was shown. */
  ageMs: number
  /** Interim edits that the reply may still make, its share of the minute; may be a fraction. */
  edits: number
  /** How long replies usually grow. */
  typicalMs: number
}

/** The shortest interval: people do not read faster, and Slack's clients show no more. */
const shortestMs = 252
/** Edits of a longer reply while its age grows by the factor e: 45 edits in its first minute. */
const editsAnE = 10

/**
 * Returns how long a reply waits between two edits, in milliseconds: its share of the minute is spread evenly over the time that it
 * is expected to grow yet; one that grows on is edited less and less often.
 */
export function betweenMs({ ageMs, edits, typicalMs }: Pace): number {
  const isLong = ageMs >= typicalMs
  const expectedMs = isLong ? ageMs / 2 : typicalMs - ageMs
  const evenMs = expectedMs / (Math.max(0, edits) + 1)
  return Math.max(shortestMs, evenMs, isLong ? ageMs / editsAnE : 0)
}
