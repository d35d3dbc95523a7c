import { en } from './en.ts'
import { zh } from './zh.ts'

/** The bot's own sentences in one language. English is the pattern; every other language has the same keys. */
export type I18n = typeof en

/**
 * The catalog for a person's Slack locale (`zh-CN`, `en-GB`). Simplified Chinese serves every Chinese locale, English
 * everybody else.
 */
export function i18nFor(locale: string | undefined): I18n {
  return locale?.toLowerCase().startsWith('zh') ? zh : en
}
