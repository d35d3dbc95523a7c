/** Emoji that people vote with, by their names in Slack. */
const ballots = new Map([
  ['+1', '👍'],
  ['thumbsup', '👍'],
  ['-1', '👎'],
  ['thumbsdown', '👎'],
  ['white_check_mark', '✅'],
  ['heavy_check_mark', '✔️'],
  ['x', '❌'],
  ['no_entry_sign', '🚫'],
  ['heavy_plus_sign', '➕'],
  ['heavy_minus_sign', '➖'],
  ...['zero', 'one', 'two', 'three', 'four', 'five', 'six', 'seven', 'eight', 'nine'].map(
    (name, at) => [name, `${at}\uFE0F\u20E3`] as const,
  ),
])

/** Formats the votes among reactions (`:+1: 3, :eyes: 1`) as `3 👍`, with the skin tones of one emoji added up. */
export function formatVotes(reactions = ''): string | undefined {
  const counts = new Map<string, number>()
  for (const [, name = '', count] of reactions.matchAll(/:([\w+-]+)(?:::skin-tone-\d)?: (\d+)/g)) {
    const ballot = ballots.get(name)
    if (ballot !== undefined) counts.set(ballot, (counts.get(ballot) ?? 0) + Number(count))
  }
  return counts.size === 0 ? undefined : [...counts].map(([ballot, count]) => `${count} ${ballot}`).join(', ')
}
