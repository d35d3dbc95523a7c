import { en } from './en.ts'
import { zh } from './zh.ts'

/** The bot's own sentences in one language. English is the pattern; every other language has the same keys. */
export type I18n = typeof en

/** Returns the sentences for a Slack locale (`zh-CN`, `en-GB`): simplified Chinese for every Chinese locale, else English. */
export function i18nFor(locale: string | undefined): I18n {
  return locale?.toLowerCase().startsWith('zh') ? zh : en
}
