import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { type MessageFormatElement, parse, TYPE } from '@formatjs/icu-messageformat-parser'
import { describe, expect, it } from 'vitest'
import { catalogs, i18nFor } from '../../src/i18n/catalog.ts'
import { createMessages } from '../../src/i18n/message.ts'

/** Lists the messages of a catalogue by their path, such as `labels.sheet.empty`. */
function listMessages(group: object, path: string[] = []): [string, string][] {
  return Object.entries(group).flatMap(([key, value]) =>
    typeof value === 'object' ? listMessages(value, [...path, key]) : [[[...path, key].join('.'), value]],
  )
}

type Node = MessageFormatElement
const parseMessage = (text: string) => parse(text, { ignoreTag: true })

/** The branches of a plural or select by their selectors; none of anything else. */
const branchesOf = (node: Node) =>
  node.type === TYPE.select || node.type === TYPE.plural ? Object.entries(node.options) : []

/** Lists a message's parts and those of its branches. */
const listNodes = (nodes: Node[]): Node[] =>
  nodes.flatMap(node => [node, ...branchesOf(node).flatMap(([, { value }]) => listNodes(value))])

const kinds = new Map<TYPE, string>([
  [TYPE.argument, 'text'],
  [TYPE.number, 'number'],
  [TYPE.plural, 'number'],
  [TYPE.date, 'date'],
  [TYPE.select, 'select'],
])

/** Lists arguments with their kinds: `{ messages: 'number' }`. An argument of two kinds has both. */
function argumentsOf(text: string): Record<string, string> {
  const found: Record<string, string> = {}
  for (const node of listNodes(parseMessage(text))) {
    const kind = kinds.get(node.type)
    if (kind !== undefined && 'value' in node && typeof node.value === 'string')
      found[node.value] = [...new Set([...(found[node.value]?.split('|') ?? []), kind])].sort().join('|')
  }
  return found
}

/** Writes out a message in every way that its branches allow, with `say` for its arguments. */
function writeOut(nodes: Node[], say: (name: string) => string): string[] {
  return nodes.reduce<string[]>(
    (texts, node) => {
      const ways =
        node.type === TYPE.literal
          ? [node.value]
          : node.type === TYPE.pound
            ? [say('#')]
            : node.type === TYPE.plural || node.type === TYPE.select
              ? branchesOf(node).flatMap(([, { value }]) => writeOut(value, say))
              : [say('value' in node && typeof node.value === 'string' ? node.value : '')]
      return texts.flatMap(text => ways.map(way => text + way))
    },
    [''],
  )
}

const patterns = listMessages(catalogs.en ?? {})
const languages = Object.entries(catalogs).map(([language, texts]) => ({ language, messages: listMessages(texts) }))
const others = languages.filter(({ language }) => language !== 'en')

/** Messages that are the same in every language: names, marks, and words that the parser of requests reads. */
const sameEverywhere =
  /^(?:home\.title|summary\.(?:verb|newWord|missed\.request|dialog\.spans\.\w+\.words|colon|comma|span|votes)|labels\.sheet\.heads\..*|summary\.digest\.weekday|prompts\.list\..*\.message)$/

/** Arguments that a language may leave out: Chinese says how sure a label is without a number. */
const mayLeaveOut: Record<string, string[]> = { 'labels.confidence': ['percent'] }

const mostCharacters = {
  24: [
    'ask.title',
    'ask.submit',
    'ask.close',
    'labels.settings.title',
    'labels.settings.titleWithoutName',
    'labels.settings.save',
    ...['title', 'submit', 'close'].map(key => `labels.dialog.${key}`),
    ...['title', 'submit'].map(key => `summary.dialog.${key}`),
    ...['workspace', 'channel', 'person'].map(key => `policy.title.${key}`),
  ],
  30: ['home.forgetConfirm', 'home.forgetDeny'],
  75: [
    ...['stop', 'again', 'retry', 'good', 'bad', 'editedAgain'].map(key => `controls.${key}`),
    'policy.preview',
    ...['labels.post', 'labels.undo', 'labels.report.csv', 'labels.settings.watch', 'labels.settings.card'],
    ...['summary.post', 'summary.postThere', 'summary.postToThread', 'home.ask', 'home.missed', 'home.forget'],
    ...['home.export', 'home.slackLanguage'],
    ...['day', 'week', 'new'].map(key => `summary.dialog.spans.${key}.title`),
    ...['feedback', 'abilities'].map(key => `prompts.list.${key}.title`),
    ...['controls.againLabel', 'labels.otherKind'],
    ...['listen', 'clips'].map(key => `speech.${key}`),
    ...['wrong', 'too_long', 'off_thread', 'other'].map(key => `controls.reasons.${key}`),
  ],
  100: ['home.forgetTitle'],
  150: [
    'policy.placeholder',
    'policy.choose',
    'ask.placeholder',
    'labels.correct',
    'home.title',
    'home.own',
    'home.admins',
    'labels.dialog.placeholder',
  ],
  300: ['home.forgetText'],
}

describe('the catalogues', () => {
  it.each([
    ['en-GB', 'en'],
    ['zh-CN', 'zh'],
    ['zh-Hant-TW', 'zh'],
    ['ja-JP', 'ja'],
    ['JA', 'ja'],
    ['jam', 'en'],
    ['constructor', 'en'],
    ['de-DE', 'en'],
    [undefined, 'en'],
  ])('The locale %s has its sentences.', (locale, language) => {
    expect(i18nFor(locale)).toBe(i18nFor(language))
    expect(i18nFor(locale).thinking).toBe(catalogs[language]?.thinking)
  })

  it.each(languages)('Every message exists in $language, and is filled.', ({ messages }) => {
    expect(messages.map(([path]) => path).sort()).toEqual(patterns.map(([path]) => path).sort())
    expect(messages.filter(([, text]) => text.trim() === '').map(([path]) => path)).toEqual([])
  })

  it.each(languages)('Every message of $language has the arguments of the English one, of the same kinds.', all => {
    const texts = new Map(all.messages)
    for (const [path, english] of patterns) {
      const wanted = Object.entries(argumentsOf(english))
      const own = argumentsOf(texts.get(path) ?? '')
      const expected = wanted.filter(([name]) => name in own || !mayLeaveOut[path]?.includes(name))
      expect({ path, has: own }).toEqual({ path, has: Object.fromEntries(expected) })
    }
  })

  it.each(languages)(
    'Every plural of $language has a branch for each form that the language has, and no other.',
    all => {
      const { pluralCategories } = new Intl.PluralRules(all.language).resolvedOptions()
      for (const [path, text] of all.messages)
        for (const node of listNodes(parseMessage(text))) {
          if (node.type !== TYPE.plural) continue
          const forms = branchesOf(node).map(([selector]) => selector)
          expect({ path, forms: forms.filter(form => !form.startsWith('=')).sort() }).toEqual({
            path,
            forms: [...pluralCategories].sort(),
          })
          expect([node.offset, node.pluralType], path).toEqual([0, 'cardinal'])
        }
    },
  )

  it.each(languages)('Every choice of $language is among the same cases as in English.', ({ messages }) => {
    const listCases = (text: string) =>
      listNodes(parseMessage(text)).flatMap(node =>
        node.type === TYPE.select ? [[node.value, ...Object.keys(node.options).sort()].join(' ')] : [],
      )
    const english = new Map(patterns)
    for (const [path, text] of messages)
      expect({ path, cases: listCases(text) }).toEqual({ path, cases: listCases(english.get(path) ?? '') })
  })

  it('English branches are more than a word, which the types would take for an argument.', () => {
    for (const [path, text] of patterns)
      for (const [, { location }] of listNodes(parse(text, { ignoreTag: true, captureLocation: true })).flatMap(
        branchesOf,
      )) {
        const branch = text.slice(location?.start.offset, location?.end.offset)
        expect(branch, path).toMatch(/^\{\}$|^\{[^{}]*[ #{]/)
        expect(branch, path).not.toMatch(/^\{\w+, (?:number|plural|select|date)/)
      }
  })

  it.each(languages)(
    'No text of $language has straight apostrophes, which quote in ICU, or signs that ICU drops.',
    all => {
      for (const [path, text] of all.messages) {
        expect(text, path).not.toMatch(/['"]/)
        expect(text, path).toBe(text.toWellFormed())
        if (!text.includes('{')) expect(writeOut(parseMessage(text), String), path).toEqual([text])
      }
    },
  )

  it.each(languages)('What people wrote comes out of the messages of $language as it is.', ({ language, messages }) => {
    const written = `it's {count} '{' #1 <b>x</b> {n, plural, other{#}} \\u007b`
    const texts = Object.fromEntries(messages)
    const said: Record<string, unknown> = createMessages(texts, language)
    for (const [path, text] of messages) {
      const types = Object.entries(argumentsOf(text))
      const say = said[path] as string | ((values: object) => string)
      expect(typeof say, path).toBe(types.length === 0 ? 'string' : 'function')
      if (typeof say === 'string') continue
      const values = types.map(([name, kind]) => [
        name,
        { text: written, select: 'other', number: 5, date: new Date(0) }[kind] ?? kind,
      ])
      const shown = say(Object.fromEntries(values))
      for (const [, kind] of types) if (kind === 'text') expect(shown, path).toContain(written)
      for (const [name] of types)
        expect(
          () => say(Object.fromEntries(values.filter(([one]) => one !== name))),
          `${path} without ${name}`,
        ).toThrow(name)
    }
  })

  it.each(others)('No sentence of $language was left in English.', ({ messages }) => {
    const quoted = /`[^`]*`|「[^」]*」|“[^”]*”|\/[a-z]+[ -~]*/g
    const isEnglish = (text: string) => {
      const bare = text.replace(quoted, '')
      const isTranslated = /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}]/u.test(bare)
      return /\b[a-z]{2,}[ ,]+[a-z]{2,}\b/.test(bare) || (/[a-z]/i.test(bare) && !isTranslated)
    }
    const left = messages.filter(
      ([path, text]) => !sameEverywhere.test(path) && writeOut(parseMessage(text), () => '1').some(isEnglish),
    )
    expect(left.map(([path]) => path)).toEqual([])
  })

  it.each(languages)('The texts of $language are as short as Slack wants them.', ({ messages }) => {
    const byPath = new Map(messages)
    for (const [most, paths] of Object.entries(mostCharacters))
      for (const path of paths)
        for (const text of writeOut(parseMessage(byPath.get(path) ?? ''), () => 'general')) {
          expect(text, path).not.toBe('')
          expect(text.length, path).toBeLessThanOrEqual(Number(most))
        }
  })

  it('Every message is used.', () => {
    const root = join(import.meta.dirname, '../../src')
    const files = readdirSync(root, { recursive: true, encoding: 'utf8' })
      .filter(name => name.endsWith('.ts') && !name.startsWith('i18n'))
      .map(name => readFileSync(join(root, name), 'utf8'))
    const isIn = (pattern: string) => files.some(text => new RegExp(pattern).test(text))
    const isUsed = (path: string) => {
      const [key = '', group = ''] = path.split('.').reverse()
      const named = new RegExp(String.raw`[.{,]\s*${key}\b`)
      if (files.some(text => named.test(text) && text.includes(group))) return true
      if (isIn(String.raw`Object\.(?:entries|values)\([\w.]*\b${group}\)`)) return true
      return isIn(String.raw`\b${group}\[`) && isIn(String.raw`\b${key}\b`)
    }
    expect(patterns.map(([path]) => path).filter(path => !isUsed(path))).toEqual([])
  })
})

describe.each(Object.entries(catalogs))('in %s', (_, { fileReasons }) => {
  it('each reason why a file cannot be read has a sentence of its own', () => {
    const sentences = Object.values(fileReasons)
    expect(sentences.filter((sentence, index) => sentences.indexOf(sentence) !== index)).toEqual([])
  })
})
