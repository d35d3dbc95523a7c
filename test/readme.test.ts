import { access, readdir, readFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { calcPrice } from '@pydantic/genai-prices'
import { describe, expect, test } from 'vitest'
import { environment } from '../src/config.ts'
import { gestures } from './pictures/gestures.ts'

const names = ['README.md', 'README.zh-CN.md'] as const
const read = (file: string) => readFile(file, 'utf8')

describe('the README and its Chinese edition are in step:', () => {
  const parts: [what: string, find: (text: string) => unknown][] = [
    ['the levels of their headings', text => [...withoutCode(text).matchAll(/^(#+) /gm)].map(match => match[1])],
    [
      'the commands in their code blocks',
      text => [...text.matchAll(/^ *```sh\n(.*?)^ *```/gms)].map(match => match[1]),
    ],
    ['the environment variables and their default values', text => settingsOf(text)],
    ['the scopes', text => [...text.matchAll(/^\| `([a-z_]+:[a-z.]+|commands)` \|/gm)].map(match => match[1])],
    ['the rows of each table', text => countRows(text)],
    ['the pages they link to', text => linksOf(text).filter(isForBoth)],
    ['the models and their prices', text => pricesOf(text)],
    ['the figures of use', text => usesOf(text)],
    [
      'the slash commands',
      text => [...new Set(Array.from(text.matchAll(/`(\/[a-z]+)\b/g), match => match[1]))].toSorted(),
    ],
    [
      'the settings and addresses in the text',
      text => [...text.matchAll(/`([A-Z_]{4,}|\/[a-z]+z)`/g)].map(m => m[1]).toSorted(),
    ],
  ]

  test.for(parts)('%s', async ([, find]) => {
    const [english, chinese] = await Promise.all(names.map(read))
    expect(find(chinese ?? '')).toEqual(find(english ?? ''))
  })
})

describe.for(names)('%s', name => {
  test('gives the default value that each environment variable has in the code', async () => {
    for (const [variable, shown] of settingsOf(await read(name))) {
      const { data, success } = environment.shape[variable as keyof typeof environment.shape].safeParse(undefined)
      if (!success || data === undefined) continue
      const value = typeof data === 'boolean' ? (data ? 'on' : 'off') : String(data)
      expect([variable, shown]).toEqual([variable, `\`${value}\``])
    }
  })

  test('quotes sentences as the bot says them, and log lines as it writes them', async () => {
    const rows = (await read(name)).split('\n## ').find(part => /^(Troubleshooting|常见问题)/.test(part)) ?? ''
    const seen = [...rows.matchAll(/^\| (.*?) \|/gm)].map(match => match[1] ?? '').join('\n')
    const [quotes, catalogue] =
      name === 'README.md' ? ([/"(.*?)"/g, 'src/i18n/en.ts'] as const) : ([/“(.*?)”/g, 'src/i18n/zh.ts'] as const)
    const said = await read(catalogue)
    const quoted = [...seen.matchAll(quotes)]
      .flatMap(match => (match[1] ?? '').split(/“?…+”?/))
      .filter(part => part !== '')
    expect(quoted.length).toBeGreaterThan(7)
    expect(quoted.filter(part => !said.includes(part.trim()))).toEqual([])
    const logged = [...seen.matchAll(/`(?:DATA_DIR: )?([a-z]+ [^`]*)`/g)].map(match => match[1] ?? '')
    const files = (await readdir('src', { recursive: true })).filter(file => file.endsWith('.ts'))
    const source = (await Promise.all(files.map(file => read(join('src', file))))).join('\n')
    expect(logged.length).toBeGreaterThan(5)
    expect(logged.filter(line => line !== 'npm start' && !source.includes(line))).toEqual([])
  })

  test('names, under what people can do, exactly the gestures that `npm run pictures` does', async () => {
    const rows = (await read(name)).split('\n## ').find(part => /^(What people can do|能做什么)/.test(part)) ?? ''
    const named = [...rows.matchAll(/^\| (.*?) \|/gm)].map(match => match[1]).slice(1)
    expect(gestures.map(({ names }) => names[name === 'README.md' ? 'en' : 'zh'])).toEqual(named)
  })

  test('says what the assumed use costs at today’s list prices', async () => {
    const text = await read(name)
    const use = usesOf(text)
    const sum = (price: (tokensIn: number, tokensOut: number) => number) =>
      use.reduce((total, [times = 0, tokensIn = 0, tokensOut = 0]) => total + times * price(tokensIn, tokensOut), 0)
    const timestamp = new Date(/\b20\d\d-\d\d-\d\d\b/.exec(text)?.[0] ?? '')
    for (const [model = '', shownIn, shownOut, shownTotal] of pricesOf(text)) {
      const cost = (input_tokens: number, output_tokens: number) =>
        calcPrice({ input_tokens, output_tokens }, model, { providerId: 'openai', timestamp })?.total_price ??
        Number.NaN
      // Below the size from which long requests cost more.
      const million = [cost(100_000, 0) * 10, cost(0, 100_000) * 10].map(price => price.toFixed(2))
      expect([model, shownIn, shownOut, shownTotal]).toEqual([model, ...million, sum(cost).toFixed(0)])
    }
    expect(pricesOf(text).length).toBeGreaterThan(3)
    expect(use).toHaveLength(3)
    const times = use.reduce((total, [each = 0]) => total + each, 0)
    expect(text).toMatch(new RegExp(`add ${Math.round(times / 1_000)} million|多出 ${Math.round(times / 1_000)}00 万`))
  })
})

test('every link in a page of the documentation leads to a file and a heading that exist', async () => {
  const docs = (await readdir('docs')).filter(file => file.endsWith('.md')).map(file => `docs/${file}`)
  const broken: string[] = []
  for (const page of [...names, 'SECURITY.md', ...docs]) {
    for (const link of linksOf(await read(page))) {
      const [path = '', anchor] = link.split('#')
      const file = path === '' ? page : join(dirname(page), path)
      const isThere = await access(file).then(
        () => true,
        () => false,
      )
      if (!isThere || (anchor !== undefined && !anchorsOf(await read(file)).includes(anchor)))
        broken.push(`${page}: ${link}`)
    }
  }
  expect(broken).toEqual([])
})

test('the pictures move, and are small enough to load at once', async () => {
  for (const name of names) {
    const picture = /!\[[^\]]+\]\(([^)]+)\)/.exec(await read(name))?.[1] ?? ''
    const bytes = await readFile(picture)
    expect(bytes.includes('acTL')).toBe(true)
    expect(bytes.length).toBeLessThan(1_000_000)
  }
})

test('every page of the documentation is linked from the README', async () => {
  const links = linksOf(await read('README.md'))
  const pages = (await readdir('docs')).filter(file => file.endsWith('.md')).map(file => `docs/${file}`)
  expect(pages.filter(page => !links.includes(page))).toEqual([])
})

test('every npm command of package.json is explained, and no other is named', async () => {
  const { scripts } = JSON.parse(await read('package.json')) as { scripts: Record<string, string> }
  const commands = await read('docs/commands.md')
  const hooks = ['postinstall', 'types', 'lint', 'format', 'unused']
  const missing = Object.keys(scripts).filter(
    name => !hooks.includes(name) && !new RegExp(`npm (run )?${name}\``).test(commands),
  )
  expect(missing).toEqual([])
  const pages = await Promise.all(
    [...names, 'SECURITY.md', 'docs/commands.md', 'docs/feedback.md', 'docs/replicas.md'].map(read),
  )
  const named = pages.flatMap(text => [...text.matchAll(/npm run ([a-z:]+)/g)].map(match => match[1] ?? ''))
  expect(named.filter(name => scripts[name] === undefined)).toEqual([])
})

test('every test that SECURITY.md names is there', async () => {
  const files = [...(await read('SECURITY.md')).matchAll(/`(test\/[^`]+)`/g)].map(match => match[1] ?? '')
  expect(files.length).toBeGreaterThan(10)
  for (const file of files) await expect(access(file), file).resolves.toBeUndefined()
})

test('every row of the threat model names a test', async () => {
  const rows = (await read('SECURITY.md')).split('\n').filter(line => /^\| (?!who |---)/.test(line))
  expect(rows.filter(row => !row.includes('`test/'))).toEqual([])
})

function withoutCode(text: string): string {
  return text.replaceAll(/^ *```.*?^ *```/gms, '')
}

/** Lists variables with their defaults; a default in words is left out, as each language has its own. */
function settingsOf(text: string): (readonly [name: string, value: string])[] {
  return [...text.matchAll(/^\| `([A-Z_]+)` \| ([^|]*) \|/gm)].map(
    ([, name = '', value = '']) => [name, /^(`[^`]*`)?$/.test(value.trim()) ? value.trim() : 'words'] as const,
  )
}

function countRows(text: string): number[] {
  return text
    .split(/\n(?!\|)/)
    .map(block => block.split('\n|').length - 1)
    .filter(count => count > 1)
}

function linksOf(text: string): string[] {
  return [...withoutCode(text).matchAll(/\]\(([^)\s]+)\)/g)]
    .map(match => match[1] ?? '')
    .filter(link => !/^https?:/.test(link))
}

/** Each edition links to the other, shows its own picture, and may name its own headings. */
function isForBoth(link: string): boolean {
  return !/^(README|#|docs\/growing-answer)/.test(link)
}

function pricesOf(text: string): string[][] {
  const rows = text.matchAll(/^\| `([^`]+)`[^|]*\| \$([\d.]+) \/ \$([\d.]+) \| \$(\d+) \|/gm)
  return [...rows].map(match => match.slice(1))
}

/** Reads how often something is done a month, and the tokens in and out of each time. */
function usesOf(text: string): number[][] {
  const rows = text.matchAll(/^\|[^|]+\| ([\d,]+) \| ([\d,]+) \| ([\d,]+) \|$/gm)
  return [...rows].map(match => match.slice(1).map(figure => Number(figure.replaceAll(',', ''))))
}

/** The anchors that GitHub gives to headings. */
function anchorsOf(text: string): string[] {
  return [...withoutCode(text).matchAll(/^#+ (.*)$/gm)].map(([, title = '']) =>
    title
      .toLowerCase()
      .replaceAll(/[^\p{L}\p{N}\s_-]/gu, '')
      .replaceAll(' ', '-'),
  )
}
