import type { I18n } from '../i18n/catalog.ts'

/** Formats a model's name or title; only the playground's engine, which is no model, is named in words. */
export const formatModelTitle = (name: string, i18n: I18n): string =>
  /^built-in.engine(?!-brief)/.test(name) ? i18n.builtInEngine : name
