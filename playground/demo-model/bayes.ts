/** What was learned from texts whose kinds are known. */
export interface Bayes {
  /** How likely each kind is for a text with these signs, the likeliest first; they add up to 1. */
  judge(signs: readonly string[]): { kind: string; share: number }[]
  /** How much a sign speaks for a kind against all others; 0 for a sign that was never seen. */
  weigh(sign: string, kind: string): number
}

/** A text to learn from. */
export interface Lesson {
  signs: readonly string[]
  kinds: readonly string[]
  /** So many times as much as another lesson. */
  weight?: number
}

/** Signs that were never seen with a kind count as seen this often; the best of 0.1 to 1 in cross-validation. */
const smoothing = 1

/**
 * Signs are not independent, so naive Bayes is far surer than it is right; its odds are drawn together by this root. With 4
 * the mean confidence in cross-validation is about the share of right answers.
 */
const temperature = 4

/** Naive Bayes over signs. A text of several kinds counts as a part of each. */
export function learn(lessons: readonly Lesson[]): Bayes {
  const kinds = [...new Set(lessons.flatMap(({ kinds }) => kinds))]
  const seen = new Map(kinds.map(kind => [kind, { texts: 0, signs: 0, of: new Map<string, number>() }]))
  const vocabulary = new Set<string>()
  let texts = 0
  for (const { signs, kinds: own, weight = 1 } of lessons) {
    texts += weight
    for (const sign of signs) vocabulary.add(sign)
    for (const kind of own) {
      const tally = seen.get(kind)
      if (tally === undefined) continue
      const part = weight / own.length
      tally.texts += part
      tally.signs += part * signs.length
      for (const sign of signs) tally.of.set(sign, (tally.of.get(sign) ?? 0) + part)
    }
  }
  const logOf = (sign: string, kind: string): number => {
    const tally = seen.get(kind)
    if (tally === undefined) return 0
    return Math.log(((tally.of.get(sign) ?? 0) + smoothing) / (tally.signs + smoothing * vocabulary.size))
  }
  return {
    judge(signs) {
      const known = signs.filter(sign => vocabulary.has(sign))
      const scores = kinds.map(kind => {
        const prior = Math.log((seen.get(kind)?.texts ?? 0) / texts)
        return known.reduce((sum, sign) => sum + logOf(sign, kind), prior)
      })
      const most = Math.max(...scores)
      const odds = scores.map(score => Math.exp((score - most) / temperature))
      const all = odds.reduce((sum, one) => sum + one, 0)
      return kinds.map((kind, index) => ({ kind, share: (odds[index] ?? 0) / all })).sort((a, b) => b.share - a.share)
    },
    weigh(sign, kind) {
      if (!vocabulary.has(sign)) return 0
      const others = kinds.filter(other => other !== kind).map(other => logOf(sign, other))
      return logOf(sign, kind) - others.reduce((sum, one) => sum + one, 0) / Math.max(1, others.length)
    },
  }
}
