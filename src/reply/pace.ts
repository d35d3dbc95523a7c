/**
 * How long to wait between two edits of one reply, in milliseconds. Alone, a reply is edited often while it is short,
 * when people watch, and more slowly as it grows long: 34 edits in its first minute, under the 50 that Slack allows the
 * whole workspace. With others, each waits its share longer.
 */
export function betweenMs(sinceFirstMs: number, replies: number): number {
  const alone = sinceFirstMs < 5_000 ? 700 : sinceFirstMs < 20_000 ? 1_200 : 2_500
  return alone * Math.max(1, replies)
}
