import type { KnownBlock } from '@slack/types'
import { catalogs, type I18n } from '../../i18n/catalog.ts'
import { buildMenu, buildOption } from './elements.ts'

/** Stands for the language of the person's Slack. */
const slackValue = 'slack'

/** Builds the menu of languages, each under its own name. */
export function buildLanguage({ home }: I18n, chosen = slackValue): KnownBlock[] {
  const languages = Object.keys(catalogs).map(language => buildOption(nameOf(language), language))
  const options = [buildOption(home.slackLanguage, slackValue), ...languages]
  return [buildMenu('set_language', home.language, { options, chosen })]
}

const nameOf = (language: string): string =>
  new Intl.DisplayNames(language, { type: 'language' }).of(language) ?? language

/** Parses the chosen language; a change to undefined follows Slack again. Returns undefined for a language that there is not. */
export function parseLanguage(value: string | undefined): { language: string | undefined } | undefined {
  if (value === slackValue) return { language: undefined }
  return value !== undefined && Object.hasOwn(catalogs, value) ? { language: value } : undefined
}
