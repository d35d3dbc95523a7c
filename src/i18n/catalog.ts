import { en } from './en.ts'
import { createFormats } from './formats.ts'
import { ja } from './ja.ts'
import { createMessages } from './message.ts'
import { zh } from './zh.ts'

/** A catalogue: ICU messages with the keys of English. */
type Catalog<Texts = typeof en> = Texts extends string ? string : { readonly [Key in keyof Texts]: Catalog<Texts[Key]> }

/** The catalogues by language. Another language is a file like these and its name here. */
export const catalogs: Record<string, Catalog> = { en, zh, ja }

/** The bot's own sentences in one language, and its formats of times and lists. */
export type I18n = ReturnType<typeof createI18n>

const createI18n = (texts: Catalog, language: string) => ({
  ...createMessages(texts as typeof en, language),
  formats: createFormats(language),
})

/** The sentences of each catalogue, created when a language is first spoken. */
const spoken = new WeakMap<Catalog, I18n>()

/** Returns the sentences for a Slack locale (`zh-CN`, `ja-JP`), by its language; English for a language that has none. */
export function i18nFor(locale: string | undefined): I18n {
  const wanted = locale?.toLowerCase().split('-', 1)[0] ?? ''
  const language = Object.hasOwn(catalogs, wanted) ? wanted : 'en'
  const texts = catalogs[language] ?? en
  const i18n = spoken.get(texts) ?? createI18n(texts, language)
  spoken.set(texts, i18n)
  return i18n
}
