import { en } from './en.ts'
import { ja } from './ja.ts'
import { zh } from './zh.ts'

/** The bot's own sentences in one language. English is the pattern; every other language has the same keys. */
export type I18n = typeof en

/** The catalogues by language. Another language is a file like these and its name here. */
export const catalogs = { en, zh, ja }

/** Returns the sentences for a Slack locale (`zh-CN`, `ja-JP`), by its language; English for a language that has none. */
export function i18nFor(locale: string | undefined): I18n {
  const language = locale?.toLowerCase().split('-', 1)[0] ?? ''
  return new Map<string, I18n>(Object.entries(catalogs)).get(language) ?? en
}
