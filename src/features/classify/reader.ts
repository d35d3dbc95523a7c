import { i18nFor } from '../../i18n/catalog.ts'
import type { Services } from '../context.ts'

/** Returns the words for the labels, cards and tables of a reader: those of their Slack, not of the feedback. */
export function createReader(locale: string) {
  return { i18n: i18nFor(locale), language: locale.split('-', 1)[0]?.toLowerCase() ?? '' }
}

/** Fetches the words for a person. */
export async function fetchReader({ users }: Pick<Services, 'users'>, user: string) {
  const { locale, timeZone } = await users.read(user)
  return { ...createReader(locale), timeZone }
}
