import { i18nFor } from '../../i18n/catalog.ts'
import type { Services } from '../context.ts'

const languageNames = new Intl.DisplayNames('en', { type: 'language' })

/**
 * Returns the words for the labels, cards and tables of a reader: those of their Slack, not of the feedback. `languageName` is for
 * prompts: “Chinese”; undefined if Slack gave no locale.
 */
export function createReader(locale: string) {
  const language = /^[a-z]{2,3}(?![a-z])/i.exec(locale)?.[0].toLowerCase()
  const languageName = language && languageNames.of(language)
  return { i18n: i18nFor(locale), language: language ?? 'en', languageName }
}

/** Fetches the words for a person. */
export async function fetchReader({ users }: Pick<Services, 'users'>, user: string) {
  const { locale, timeZone } = await users.read(user)
  return { ...createReader(locale), timeZone }
}
