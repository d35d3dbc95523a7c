/** Words are searched for dates this far, in UTF-16 units. */
const longestText = 2_000

/** Parses the dates in free words, English or Chinese: "tomorrow", "Friday at 9", 下周一. Loads its library on first use: 9 MB. */
export async function parseFreeDates(
  words: string,
  reference: { instant: Date; timezone: number },
  options: { forwardDate?: boolean } = {},
) {
  const [english, chinese] = await Promise.all([import('chrono-node/en'), import('chrono-node/zh')])
  const parser = /\p{Script=Han}/u.test(words) ? chinese.hans : english
  return parser.parse(words.slice(0, longestText), reference, options)
}
