import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { catalogs, i18nFor } from '../../src/i18n/catalog.ts'

type Message = string | ((...args: unknown[]) => unknown)

/** Lists the messages of a catalogue by their path, such as `labels.sheet.empty`. */
function listMessages(group: object, path: string[] = []): [string, Message][] {
  return Object.entries(group).flatMap(([key, value]) =>
    typeof value === 'object' && value !== null
      ? listMessages(value, [...path, key])
      : [[[...path, key].join('.'), value as Message] satisfies [string, Message]],
  )
}

/** Values of every type that messages take: names of time zones as texts, days, numbers on both sides of each boundary, a moment, weekdays. */
const samples = [
  'UTC',
  'Asia/Tokyo',
  '2026-11-28',
  '2026-11-29',
  '',
  0,
  1,
  2,
  60,
  90,
  12_345,
  1_800_040_000_000,
  true,
  false,
  ['UTC'],
  [0, 6],
  [1, 2, 3, 4, 5],
]

/** Lists arguments of every type, those at even places of one and those at odd places of another. */
function listArguments(length: number): unknown[][] {
  const listOthers = (one: unknown) => (length > 1 ? samples : [one])
  return samples.flatMap(one =>
    listOthers(one).map(other => Array.from({ length }, (_, at) => (at % 2 === 0 ? one : other))),
  )
}

/** Calls a message; undefined if it does not take arguments of these types. */
function call(message: Message, args: unknown[]): string | undefined {
  if (typeof message === 'string') return message
  try {
    const said = message(...args)
    return typeof said === 'string' ? said : JSON.stringify(said)
  } catch {
    return undefined
  }
}

/** Returns the places of the arguments that change the message. */
function findUsed(message: Message, length: number): number[] {
  const lists = listArguments(length)
  return Array.from({ length }, (_, at) => at).filter(at =>
    lists.some(args => {
      const texts = samples.map(sample => call(message, args.with(at, sample))).filter(text => text !== undefined)
      return new Set(texts).size > 1
    }),
  )
}

const patterns = listMessages(catalogs.en)
const pattern = new Map(patterns)
const languages = Object.entries(catalogs).map(([language, i18n]) => ({ language, messages: listMessages(i18n) }))
const others = languages.filter(({ language }) => language !== 'en')

/** Messages that are the same in every language: names, marks, and words that the parser of requests reads. */
const sameEverywhere =
  /^(?:home\.title|summary\.(?:verb|newWord|missed\.request|colon|comma|elapsed|span|tokens|votes|moments\..*)|labels\.sheet\.heads\..*|prompts\.list)$/

const mostCharacters = {
  24: [
    'ask.title',
    'ask.submit',
    'ask.close',
    'labels.settings.title',
    'labels.settings.titleWithoutName',
    'labels.settings.save',
    ...['workspace', 'channel', 'person'].map(key => `policy.title.${key}`),
  ],
  30: ['home.forgetConfirm', 'home.forgetDeny'],
  75: [
    ...['stop', 'again', 'retry', 'good', 'bad', 'editedAgain'].map(key => `controls.${key}`),
    'policy.preview',
    ...['labels.post', 'labels.undo', 'labels.report.csv', 'labels.settings.watch', 'labels.settings.card'],
    ...['summary.post', 'summary.postToThread', 'home.ask', 'home.missed', 'home.forget', 'controls.againLabel'],
    ...['wrong', 'too_long', 'off_thread', 'other'].map(key => `controls.reasons.${key}`),
  ],
  100: ['home.forgetTitle'],
  150: ['policy.placeholder', 'policy.choose', 'ask.placeholder', 'labels.correct', 'home.title'],
  300: ['home.forgetText'],
}

describe('the catalogues', () => {
  it.each([
    ['en-GB', catalogs.en],
    ['zh-CN', catalogs.zh],
    ['zh-Hant-TW', catalogs.zh],
    ['ja-JP', catalogs.ja],
    ['JA', catalogs.ja],
    ['jam', catalogs.en],
    ['constructor', catalogs.en],
    ['de-DE', catalogs.en],
    [undefined, catalogs.en],
  ])('The locale %s has its sentences.', (locale, i18n) => expect(i18nFor(locale)).toBe(i18n))

  it.each(languages)(
    'Every message exists in $language, as a text or a function alike, and is filled.',
    ({ messages }) => {
      const formOf = ([path, message]: [string, Message]) => `${path}: ${typeof message}`
      expect(messages.map(formOf).sort()).toEqual(patterns.map(formOf).sort())
      expect(messages.filter(([, message]) => message === '').map(([path]) => path)).toEqual([])
    },
  )

  it.each(languages)('Every message of $language says all that it is given.', ({ messages }) => {
    const missing = messages.flatMap(([path, message]) => {
      const { length } = pattern.get(path) ?? ''
      if (typeof message === 'string') return []
      return findUsed(message, length).length === length ? [] : [path]
    })
    expect(missing).toEqual([])
  })

  it.each(others)('No sentence of $language was left in English.', ({ messages }) => {
    const quoted = /`[^`]*`|「[^」]*」|“[^”]*”|\/[a-z]+[ -~]*/g
    const isEnglish = (text: string) => {
      const bare = text.replace(quoted, '')
      const isTranslated = /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}]/u.test(bare)
      return /\b[a-z]{2,}[ ,]+[a-z]{2,}\b/.test(bare) || (/[a-z]/i.test(bare) && !isTranslated)
    }
    const left = messages.filter(([path, message]) => {
      if (sameEverywhere.test(path)) return false
      const texts =
        typeof message === 'string' ? [message] : listArguments(message.length).map(args => call(message, args))
      return texts.some(
        text => text !== undefined && isEnglish(text.replace(/UTC|Asia\/Tokyo|undefined|true|false|NaN/g, '')),
      )
    })
    expect(left.map(([path]) => path)).toEqual([])
  })

  it.each(languages)('The texts of $language are as short as Slack wants them.', ({ messages }) => {
    const byPath = new Map(messages)
    for (const [most, paths] of Object.entries(mostCharacters))
      for (const path of paths) {
        const text = call(byPath.get(path) ?? '', ['general'])
        expect(text, path).not.toBe('')
        expect(text?.length, path).toBeLessThanOrEqual(Number(most))
      }
  })

  it('Every message is used.', () => {
    const root = join(import.meta.dirname, '../../src')
    const files = readdirSync(root, { recursive: true, encoding: 'utf8' })
      .filter(name => name.endsWith('.ts') && !name.startsWith('i18n'))
      .map(name => readFileSync(join(root, name), 'utf8'))
    const isIn = (pattern: string) => files.some(text => new RegExp(pattern).test(text))
    const isUsed = (path: string) => {
      const [key = '', group = ''] = path
        .split('.')
        .filter(part => !/^\d+$/.test(part))
        .reverse()
      const named = new RegExp(String.raw`[.{,]\s*${key}\b`)
      if (files.some(text => named.test(text) && text.includes(group))) return true
      if (isIn(String.raw`Object\.(?:entries|values)\([\w.]*\b${group}\)`)) return true
      return isIn(String.raw`\b${group}\[`) && isIn(String.raw`\b${key}\b`)
    }
    expect(patterns.map(([path]) => path).filter(path => !isUsed(path))).toEqual([])
  })
})
