import { readdir, readFile } from 'node:fs/promises'
import { dirname, join, normalize } from 'node:path'
import { beforeAll, describe, expect, test } from 'vitest'

/** The folders that a folder may import from, besides itself: the arrows of the design. */
const mayImport: Record<string, string[]> = {
  features: ['queue', 'reply', 'threads', 'slack', 'rate-limit', 'model', 'store', 'text', 'i18n'],
  queue: ['reply', 'threads', 'slack', 'rate-limit', 'store', 'text', 'i18n'],
  reply: ['slack', 'rate-limit', 'text', 'i18n'],
  threads: ['slack', 'model', 'text'],
  slack: ['text'],
  'rate-limit': ['slack'],
  model: ['i18n'],
  store: ['slack', 'rate-limit', 'text'],
  text: [],
  i18n: [],
  cli: ['features', 'model', 'store', 'slack', 'text', 'i18n'],
}

/** Files of the root that every folder may import; they import nothing that imports them. */
const ground = ['abort.ts', 'config.ts', 'errors.ts', 'health.ts', 'log.ts', 'lru.ts', 'metrics.ts', 'semaphore.ts']

/** Packages whose values one file alone imports, so that each can be replaced in one place. */
const onlyIn: Record<string, string> = {
  croner: 'features/summarize/digest-schedule.ts',
  'chrono-node': 'text/free-dates.ts',
  tldts: 'text/true-host.ts',
  unhomoglyph: 'text/true-host.ts',
  openai: 'model/client.ts, model/api-errors.ts, model/speech.ts',
  'intl-messageformat': 'i18n/message.ts',
  'lru-cache': 'lru.ts',
  'csv-parse': 'text/csv-records.ts',
  htmlparser2: 'slack/documents/markup.ts',
  fflate: 'slack/documents/archive.ts',
  'postal-mime': 'slack/documents/mail.ts',
  unpdf: 'slack/documents/pdf.ts',
  mediabunny: 'slack/recordings/cut.ts',
  jschardet: 'slack/files/legacy-encoding.ts',
  '@slack/bolt': 'slack/receiver.ts',
  '@slack/web-api': 'slack/client.ts',
  'gpt-tokenizer': 'model/tokens.ts',
  'prom-client': 'metrics.ts',
  pino: 'log.ts',
  'node:sqlite': 'store/sqlite.ts',
  pg: 'store/postgres.ts',
  'pg-boss': 'queue/postgres-driver.ts',
}

/** Files outside `text/` that only convert: nothing outside reaches them but their arguments. */
const pure = [
  'queue/turn.ts',
  'queue/parse-event.ts',
  'queue/addressee.ts',
  'model/prompts.ts',
  'model/tokens.ts',
  'model/catalog.ts',
  'rate-limit/edit-interval.ts',
  'reply/body.ts',
  'threads/truncate.ts',
  'features/classify/taxonomy.ts',
  'features/classify/prompt.ts',
  'features/classify/parse-answer.ts',
  'features/summarize/request.ts',
  'features/summarize/prompt.ts',
  'features/summarize/check-points.ts',
  'features/summarize/render.ts',
  'features/summarize/digest-schedule.ts',
]
const doesIO = /^(node:(?!util)|openai|undici|ws|@slack\/(bolt|web-api))/

interface Import {
  from: string
  target: string
  isType: boolean
}

let imports: Import[]
let files: string[]

beforeAll(async () => {
  files = (await readdir('src', { recursive: true })).filter(name => name.endsWith('.ts'))
  imports = (await Promise.all(files.map(readImports))).flat()
})

describe('imports point one way', () => {
  test('from folder to folder as the design draws it', () => {
    const wrong = imports.filter(({ from, target }) => isRelative(target) && !isAllowed(from, resolve(from, target)))
    expect(wrong.map(show)).toEqual([])
  })

  test('nothing imports main or bot, and src never imports the playground', () => {
    const wrong = imports.filter(({ from, target }) => {
      const to = isRelative(target) ? resolve(from, target) : ''
      return (to === 'bot.ts' && from !== 'main.ts') || to === 'main.ts' || to.startsWith('..')
    })
    expect(wrong.map(show)).toEqual([])
  })

  test('features never import each other', () => {
    const featureOf = (file: string) => /^features\/([^/]+)\//.exec(file)?.[1]
    const wrong = imports.filter(({ from, target }) => {
      const own = featureOf(from)
      const other = isRelative(target) ? featureOf(resolve(from, target)) : undefined
      return own !== undefined && other !== undefined && own !== other
    })
    expect(wrong.map(show)).toEqual([])
  })

  test('a package that could be exchanged is imported in one place', () => {
    const wrong = imports.filter(({ from, target, isType }) => {
      const home = onlyIn[toPackage(target)]
      return home !== undefined && !isType && !home.split(', ').includes(from)
    })
    expect(wrong.map(show)).toEqual([])
  })

  test('pure files import nothing that reaches outside', () => {
    const wrong = imports.filter(
      ({ from, target, isType }) => (pure.includes(from) || from.startsWith('text/')) && !isType && doesIO.test(target),
    )
    expect(wrong.map(show)).toEqual([])
  })
})

test('a file that is imported does nothing by itself', async () => {
  const starts = ['main.ts', ...files.filter(name => name.startsWith('cli/'))]
  const acting: string[] = []
  for (const file of files.filter(name => !starts.includes(name))) {
    const source = await readFile(join('src', file), 'utf8')
    if (/^(await |void |[a-z][A-Za-z.]*\()/m.test(source)) acting.push(file)
  }
  expect(acting).toEqual([])
})

test('no file has grown beyond what one can read at a sitting', async () => {
  const long: string[] = []
  // The catalogues are lists of sentences, and a language is one file.
  for (const file of files.filter(name => !/^i18n\/[a-z]{2}\.ts$/.test(name))) {
    const lines = (await readFile(join('src', file), 'utf8')).split('\n').length
    // Catalogues are looked up, not read.
    if (lines > 400 && !/^i18n.(?:en|ja|zh)\.ts$/.test(file)) long.push(`${file}: ${lines}`)
  }
  expect(long).toEqual([])
})

async function readImports(file: string): Promise<Import[]> {
  const source = await readFile(join('src', file), 'utf8')
  const found = source.matchAll(/^(?:import|export)\s+(type\s+)?[^'"]*?from\s+'([^']+)'|import\('([^']+)'\)/gm)
  return [...found].map(match => ({
    from: file,
    target: (match[2] ?? match[3]) as string,
    isType: match[1] !== undefined,
  }))
}

function isAllowed(from: string, to: string): boolean {
  const folder = from.split('/')[0] ?? ''
  const other = to.split('/')[0] ?? ''
  // `main.ts` and `bot.ts` wire everything.
  if (!from.includes('/')) return !ground.includes(from) || ground.includes(to) || other === 'i18n'
  return folder === other || ground.includes(to) || (mayImport[folder] ?? []).includes(other)
}

const isRelative = (target: string) => target.startsWith('.')
const resolve = (from: string, target: string) => normalize(join(dirname(from), target))
const toPackage = (target: string) =>
  target
    .split('/')
    .slice(0, target.startsWith('@') ? 2 : 1)
    .join('/')
const show = ({ from, target }: Import) => `${from} → ${target}`
