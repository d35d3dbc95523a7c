/** Words are searched for dates this far, in UTF-16 units. */
const longestText = 2_000

/** Letters and words that are Japanese, not Chinese. */
const inJapanese = /[\p{Script=Hiragana}\p{Script=Katakana}曜]|午[前後]|\d時|昨日|明日/u

/** Parses the dates in free words, English, Chinese or Japanese: "tomorrow", "Friday at 9", 下周一. Loads its library on first use: 9 MB. */
export async function parseFreeDates(
  words: string,
  reference: { instant: Date; timezone: number },
  options: { forwardDate?: boolean } = {},
) {
  const [english, chinese, japanese] = await Promise.all([
    import('chrono-node/en'),
    import('chrono-node/zh'),
    import('chrono-node/ja'),
  ])
  const isHan = /\p{Script=Han}/u.test(words)
  const parser = isHan && inJapanese.test(words) ? japanese : isHan ? chinese.hans : english
  return parser.parse(words.slice(0, longestText), reference, options)
}
