/** Mentions, links, names of channels and emoji, which are of no language. */
const noWords = /<[^<>]*>|https?:\/\/\S+|[#@]\S+|:[\w+-]+:/g

/** Detects whether words are Chinese or English; undefined if there are none. A name in the other script does not count. */
export function detectLanguage(text: string): 'zh' | 'en' | undefined {
  const words = text.replace(noWords, ' ')
  const han = words.match(/\p{Script=Han}/gu)?.length ?? 0
  const latin = words.match(/[a-z]{2,}/gi)?.length ?? 0
  if (han > 0 && (han > latin || /^\P{L}*\p{Script=Han}/u.test(words))) return 'zh'
  return latin > 0 ? 'en' : undefined
}
