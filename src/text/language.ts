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
 * Returns the locale to answer a request in: that of its words, or the person's own where it has none. A person whose Slack is
 * Japanese is always answered in Japanese, since Han characters alone can be Japanese.
 */
export function localeOf(text: string, locale: string): string {
  const language = detectLanguage(text)
  const own = locale.toLowerCase().split('-', 1)[0]
  if (language === undefined || own === language || own === 'ja') return locale
  return { en: 'en-US', zh: 'zh-CN', ja: 'ja-JP' }[language]
}
