import { readdir, readFile } from 'node:fs/promises'
import { dirname, join, normalize } from 'node:path'
import { beforeAll, describe, expect, test } from 'vitest'

/** Which folders a folder may import from, besides itself: the arrows of the design. */
const mayImport: Record<string, string[]> = {
  listeners: ['turns', 'labels', 'summaries', 'conversation', 'reply', 'model', 'store', 'words'],
  turns: ['conversation', 'reply', 'labels', 'summaries', 'model', 'store', 'words'],
  labels: ['model', 'store', 'words'],
  summaries: ['model', 'store', 'words'],
  conversation: ['model'],
  reply: [],
  model: ['words'],
  store: [],
  words: [],
}

/** Files of the root that everything may lean on: they lean on nothing that leans on them. */
const ground = [
  'abort.ts',
  'config.ts',
  'errors.ts',
  'evidence.ts',
  'log.ts',
  'marks.ts',
  'metrics.ts',
  'pool.ts',
  'range.ts',
  'respond.ts',
  'slack.ts',
  'slots.ts',
  'start-error.ts',
  'upload.ts',
]

/** Packages that one file alone imports for its values, so that each can be changed in one place. */
const onlyIn: Record<string, string> = {
  croner: 'summaries/schedule.ts',
  'chrono-node': 'range.ts',
  openai: 'model/openai.ts, model/openai-errors.ts',
  'lru-cache': 'conversation/cache.ts',
  '@slack/bolt': 'bolt.ts',
  '@slack/web-api': 'slack.ts',
  'gpt-tokenizer': 'model/tokens.ts',
  'prom-client': 'metrics.ts',
  pino: 'log.ts',
  'node:sqlite': 'store/sqlite.ts',
  pg: 'store/postgres.ts',
  'pg-boss': 'store/turn-queue.ts',
}

/** Files that only convert: nothing outside reaches them but their arguments. */
const pure = [
  'turns/turn.ts',
  'model/prompts.ts',
  'model/tokens.ts',
  'model/catalog.ts',
  'reply/markdown.ts',
  'reply/inert.ts',
  'reply/split.ts',
  'reply/pace.ts',
  'reply/message.ts',
  'conversation/plain.ts',
  'conversation/fit.ts',
  'labels/taxonomy.ts',
  'labels/question.ts',
  'labels/reading.ts',
  'evidence.ts',
  'range.ts',
  'labels/terms.ts',
  'summaries/wish.ts',
  'summaries/question.ts',
  'summaries/points.ts',
  'summaries/show.ts',
  'summaries/schedule.ts',
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

  test('nothing imports main, app or the playground', () => {
    const wrong = imports.filter(({ from, target }) => {
      const to = isRelative(target) ? resolve(from, target) : ''
      if (to === 'app.ts') return from !== 'main.ts' && from !== 'playground/main.ts'
      // The evaluation asks the built-in engine, too.
      const mayLookIn = from.startsWith('playground/') || from === 'eval.ts'
      return to === 'main.ts' || (to.startsWith('playground/') && !mayLookIn)
    })
    expect(wrong.map(show)).toEqual([])
  })

  test('a package that could be exchanged is imported in one place', () => {
    const wrong = imports.filter(({ from, target, isType }) => {
      const home = onlyIn[toPackage(target)]
      return home !== undefined && !isType && !from.startsWith('playground/') && !home.split(', ').includes(from)
    })
    expect(wrong.map(show)).toEqual([])
  })

  test('pure files import nothing that reaches outside', () => {
    const wrong = imports.filter(({ from, target, isType }) => pure.includes(from) && !isType && doesIO.test(target))
    expect(wrong.map(show)).toEqual([])
  })
})

test('a file that is imported does nothing by itself', async () => {
  const starts = ['main.ts', 'backup.ts', 'eval.ts', 'move.ts', 'report.ts', 'playground/main.ts']
  const acting: string[] = []
  for (const file of files.filter(name => !starts.includes(name))) {
    const source = await readFile(join('src', file), 'utf8')
    if (/^(await |void |[a-z][A-Za-z.]*\()/m.test(source)) acting.push(file)
  }
  expect(acting).toEqual([])
})

test('no file has grown beyond what one can read at a sitting', async () => {
  const long: string[] = []
  for (const file of files) {
    const lines = (await readFile(join('src', file), 'utf8')).split('\n').length
    if (lines > 400) long.push(`${file}: ${lines}`)
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
  // The root makes everything; the playground stands outside and looks in.
  if (!from.includes('/') || folder === 'playground')
    return !ground.includes(from) || ground.includes(to) || other === 'words' || from === 'config.ts'
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
