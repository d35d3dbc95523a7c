import { execFile } from 'node:child_process'
import { mkdtemp, readdir, readFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { describe, expect, onTestFinished, test } from 'vitest'
import type { Log } from '../src/log.ts'
import { openSharedStore } from '../src/store/postgres-store.ts'
import { openDatabase, withParts, withPostgres } from './postgres.ts'
import { childEnv } from './process.ts'

withPostgres('commands beside replicas', () => {
  test('the report is of what stands in PostgreSQL', async () => {
    const url = await openDatabase()
    await label(url, '登录后页面一直空白')
    const { out, errors } = await run('report', ['--since', 'last 7 days'], url)
    expect(errors).toBe('')
    expect(out).toContain('登录后页面一直空白')
    const named = await run('report', ['--channel', 'feedback'], url)
    expect(named.errors).toBe(
      'No report was made: there is no feedback of “feedback”; give a channel’s ID. The most feedback is of: C1 (1)\n',
    )
  })

  test('the evaluation counts the corrections that stand there', async () => {
    const url = await openDatabase()
    await label(url, 'The page stays blank')
    const { out } = await run('eval', ['--engine', '--most', '20'], url)
    expect(out).toMatch(/^20 texts and 1 corrections/)
  })

  test('a database that no bot has used, or that is away, is named with its cure', async () => {
    const url = await openDatabase()
    const { errors } = await run('report', [], url)
    expect(errors).toBe('No report was made: DATABASE_URL: no bot has used this database yet; start it once\n')
    const away = withParts(url, { host: '127.0.0.1:1' })
    expect((await run('report', [], away)).errors).toMatch(/^No report was made: DATABASE_URL: PostgreSQL cannot be/)
    expect((await run('eval', ['--engine'], away)).errors).toMatch(/^The evaluation stopped: DATABASE_URL: PostgreSQL/)
  })
})

describe('npm run backup', () => {
  test('with PostgreSQL says which command makes one, without the password', async () => {
    const { errors, code } = await run('backup', [], 'postgres://bot:secret@db.example/threadwise')
    expect(errors).toContain('pg_dump --format=custom --file=threadwise.dump "$DATABASE_URL"')
    expect(errors).not.toContain('secret')
    expect(code).toBe(1)
  })

  test('with an address of something else says so', async () => {
    const { errors, code } = await run('backup', [], 'mysql://bot:secret@db.example/threadwise')
    expect(errors).toMatch(/^No backup was made: DATABASE_URL is not a PostgreSQL address; write it like postgres:/)
    expect(errors).not.toContain('secret')
    expect(code).toBe(1)
  })
})

test.each([
  ['report', ['--language', 'fr'], 'No report was made: “fr” is not one of en, zh, ja\n'],
  ['backup', ['a', 'b'], 'No backup was made: name one file, not 2\n'],
])('npm run %s with %j says what it takes', async (command, args, sentence) => {
  expect(await run(command, args)).toEqual({ out: '', errors: sentence, code: 1, files: [] })
})

describe('npm run … -- --help', () => {
  const commands = ['start', 'playground', 'backup', 'forget', 'move', 'eval', 'report', 'bench', 'pictures']
  const options: Record<string, RegExp> = {
    playground: /DATA_DIR/,
    report: /--since.*--channel.*--png.*--csv.*--language/s,
    forget: /--user.*--dry-run/s,
    eval: /--model.*--texts.*--most.*--price/s,
  }

  test.for(commands)('prints how %s is used, does nothing and ends well', async command => {
    const { out, errors, code, files } = await run(command, ['--help'])
    expect({ errors, code, files }).toEqual({ errors: '', code: 0, files: [] })
    expect(out).toMatch(new RegExp(`^Usage: npm (run )?${command}`))
    expect(out).toContain('--help')
    expect(out).toMatch(options[command] ?? /^/)
  })

  test.for(['start', 'report', 'pictures'])(
    'is what %s names when it is given an option that it does not know',
    async command => {
      const { out, errors, code, files } = await run(command, ['--nonsense'])
      expect({ out, code, files }).toEqual({ out: '', code: 2, files: [] })
      expect(errors).toContain('--nonsense')
      expect(errors).toContain(`npm ${command === 'start' ? '' : 'run '}${command} -- --help`)
      expect(errors).not.toContain('    at ')
    },
  )
})

/** A text that was labelled, and corrected, of which a report can tell. */
async function label(url: string, text: string): Promise<void> {
  const store = await openSharedStore(url, { debug() {}, info() {}, warn() {}, error() {} } as unknown as Log)
  onTestFinished(() => store.close())
  const labels = [{ kind: 'bug', quote: text, reason: '' }]
  const subject = { id: 'a', channel: 'C1', ts: '1.1', text, askedBy: 'U1', isShared: true }
  const given = { state: 'done' as const, labels, version: '1', model: 'm' }
  await store.labels.save({ ...subject, ...given, saidAt: Date.now() - 60_000.5 })
  await store.labels.correct('a', 'U2', labels)
}

/** A command as its user runs it, in a folder where no .env of this checkout is read. */
async function run(command: string, args: string[], url = '') {
  const cwd = await mkdtemp(join(tmpdir(), 'threadwise-command-'))
  const env = { ...childEnv, DATABASE_URL: url }
  const { scripts } = JSON.parse(await readFile('package.json', 'utf8')) as { scripts: Record<string, string> }
  const words = (scripts[command] ?? '').split(' ').slice(1)
  // The command's paths are those of this checkout.
  const script = words.map(word => (word.includes('/') ? resolve(word) : word))
  return new Promise<{ out: string; errors: string; code: number; files: string[] }>(done => {
    execFile(process.execPath, [...script, ...args], { cwd, env, timeout: 60_000 }, async (error, out, errors) => {
      const code = error === null ? 0 : typeof error.code === 'number' ? error.code : -1
      done({ out, errors, code, files: await readdir(cwd) })
    })
  })
}
