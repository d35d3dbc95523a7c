import type { Purpose } from '../model/model.ts'
import type { Job } from '../queue/job.ts'

type NoteSpent = NonNullable<Purpose['onSpent']>

/** Creates the function that adds what each request of a turn took to the turn's facts, for those who ask why. */
export function noteSpent(job: Pick<Job, 'facts'>): NoteSpent {
  return ({ tokensIn = 0, tokensOut = 0, tokensCached = 0, tokensReasoning = 0, redacted = 0, cost, isEstimate }) => {
    const sum = job.facts.usage
    job.facts.usage = {
      tokensIn: (sum?.tokensIn ?? 0) + tokensIn,
      tokensCached: (sum?.tokensCached ?? 0) + tokensCached,
      tokensOut: (sum?.tokensOut ?? 0) + tokensOut,
      tokensReasoning: (sum?.tokensReasoning ?? 0) + tokensReasoning,
      // Each request of a turn holds the same values.
      redacted: Math.max(sum?.redacted ?? 0, redacted),
      cost: cost === undefined || sum?.cost === null ? null : (sum?.cost ?? 0) + cost,
      isEstimate: isEstimate || sum?.isEstimate === true,
    }
  }
}
