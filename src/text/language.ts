/** Mentions, links, names of channels and emoji, which are of no language. */
const noWords = /<[^<>]*>|https?:\/\/\S+|[#@]\S+|:[\w+-]+:/g

/**
 * Detects whether words are Japanese, which has kana, Chinese or English; undefined if there are none. A name in another script
 * does not count.
 */
export function detectLanguage(text: string): 'ja' | 'zh' | 'en' | undefined {
  const words = text.replace(noWords, ' ')
  const kana = words.match(/[\p{Script=Hiragana}\p{Script=Katakana}]/gu)?.length ?? 0
  const han = words.match(/\p{Script=Han}/gu)?.length ?? 0
  const latin = words.match(/[a-z]{2,}/gi)?.length ?? 0
  const isEastAsian = kana + han > latin || /^\P{L}*[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}]/u.test(words)
  if (kana + han > 0 && isEastAsian) return kana > 0 ? 'ja' : 'zh'
  return latin > 0 ? 'en' : undefined
}

/**
 * Returns the locale to answer words in: theirs, or the reader's own if they are of no language. Requests are understood in English and
 * Chinese alone, so a Japanese reader's words are taken for Japanese whatever they are.
 */
export function localeOf(text: string, locale: string): string {
  const language = detectLanguage(text)
  const own = locale.toLowerCase().split('-', 1)[0]
  return language === undefined || language === own || own === 'ja' ? locale : language
}
