import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, readFile, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { beforeAll, describe, expect, test } from 'vitest'
import type { PageMessage, Snapshot } from '../../playground/protocol.ts'
import { createLog } from '../../src/log.ts'
import { openStore } from '../../src/store/open-sqlite-store.ts'
import { childEnv } from '../process.ts'
import { freePort } from '../story.ts'
import { openPlayground } from './open-playground.ts'

async function runToEnd(args: string[], env: Record<string, string> = {}) {
  const child = spawn(process.execPath, args, { env: { ...childEnv, ...env } })
  let said = ''
  for (const stream of [child.stdout, child.stderr])
    stream.on('data', data => {
      said += data
    })
  const [code] = await once(child, 'close')
  return { said, code }
}

const readSnapshot = async (url: string, as = '') =>
  (await (await fetch(`${url}/page/snapshot?as=${as}`)).json()) as Snapshot

const post = async (url: string, path: string, body: object = {}) =>
  (await (await fetch(url + path, { method: 'POST', body: JSON.stringify(body) })).json()) as {
    ok: boolean
    ts?: string
  }

/** Waits until the workspace is as the test says. */
async function until<T>(url: string, as: string, find: (snapshot: Snapshot) => T | undefined): Promise<T> {
  for (;;) {
    const found = find(await readSnapshot(url, as))
    if (found !== undefined) return found
    await new Promise(done => setTimeout(done, 20))
  }
}

const isEnded = (child: ChildProcess) => child.exitCode !== null || child.signalCode !== null

describe('a playground', () => {
  let playground: Awaited<ReturnType<typeof openPlayground>>
  beforeAll(async () => {
    playground = await openPlayground({}, { atEnd: () => undefined })
    return () => void playground.child.kill('SIGKILL')
  })

  test('the playground is inhabited: four days of talk in two languages, with threads and reactions, and weeks of feedback', async () => {
    const { url } = playground
    const { messages, channels } = await readSnapshot(url)
    const talked = channels.filter(({ id }) => messages.filter(({ channel }) => channel === id).length > 2)
    expect(talked.map(({ name }) => name).sort()).toEqual(['feedback', 'general', 'launch', 'leads', 'random'])
    const now = Date.now() / 1000
    const days = (least: number, most: number) =>
      messages.filter(({ ts }) => now - Number(ts) >= least * 86_400 && now - Number(ts) < most * 86_400)
    for (const day of [0, 1, 2, 3]) expect(days(day, day + 1).length).toBeGreaterThan(4)
    expect(days(14, 22).length).toBeGreaterThan(10)
    expect(messages.filter(({ ts }) => Number(ts) > now)).toEqual([])
    expect(messages.filter(({ text }) => /\p{Script=Han}/u.test(text)).length).toBeGreaterThan(10)
    expect(messages.filter(({ reactions }) => reactions !== undefined).length).toBeGreaterThan(10)
    expect(messages.some(({ text }) => /[{}]/.test(text))).toBe(false)
  })

  test('“When do we ship?” finds its answer in both languages', async () => {
    const { url } = playground
    const { messages, channels, people, botUserId } = await readSnapshot(url)
    const as = people[0]?.id ?? ''
    const launch = channels.find(({ name }) => name === 'launch')?.id
    const weekday = (locale: string, style: 'long' | 'short', days: number) =>
      new Intl.DateTimeFormat(locale, { weekday: style }).format(Date.now() + days * 86_400_000)
    const ask = async (root: PageMessage | undefined, question: string) => {
      const { channel = '', ts = '' } = root ?? {}
      await post(url, '/page/gesture', { do: 'say', as, channel, text: `@Threadwise ${question}`, threadTs: ts })
      return until(url, as, ({ messages: all }) => {
        const reply = all.find(({ user, threadTs }) => user === botUserId && threadTs === ts)
        return reply !== undefined && JSON.stringify(reply).includes('feedback_buttons') ? reply.text : undefined
      })
    }
    const english = messages.find(({ text }) => text.startsWith('When do we ship'))
    const chinese = messages.find(({ text, channel }) => channel === launch && text.includes('什么时候发布'))
    expect(await ask(english, 'when do we ship?')).toContain(`we ship on ${weekday('en', 'long', 2)} at 10:00`)
    expect(await ask(chinese, '我们什么时候发布？')).toContain(`${weekday('zh-CN', 'short', 5)}上午十点发布`)
  })

  test('a bot that is killed in mid-answer finishes its answer in the same message', async () => {
    const { url } = playground
    const { messages, people, botUserId } = await readSnapshot(url)
    const as = people[0]?.id ?? ''
    const root = messages.find(({ text }) => text.startsWith('The plan for the launch'))
    const { channel = '', ts = '' } = root ?? {}
    await post(url, '/page/gesture', { do: 'say', as, channel, text: '@Threadwise what did Dana say?', threadTs: ts })
    const replies = (snapshot: Snapshot) =>
      snapshot.messages.filter(({ user, threadTs }) => user === botUserId && threadTs === ts)
    const growing = await until(url, as, snapshot => replies(snapshot).find(({ text }) => text.length > 20))
    expect(JSON.stringify(growing)).not.toContain('feedback_buttons')
    expect(await post(url, '/page/kill-bot')).toEqual({ ok: true })
    const whole = await until(url, as, snapshot =>
      replies(snapshot).find(reply => JSON.stringify(reply).includes('feedback_buttons')),
    )
    expect(whole.ts).toBe(growing.ts)
    expect(replies(await readSnapshot(url, as))).toHaveLength(1)
  })

  test('a bot that somebody else kills is started again', async () => {
    const { child, url } = playground
    const findBot = async () => Number(await readFile(`/proc/${child.pid}/task/${child.pid}/children`, 'utf8'))
    const first = await findBot()
    process.kill(first, 'SIGKILL')
    await until(url, '', ({ botConnected }) => (botConnected ? undefined : true))
    await until(url, '', ({ botConnected }) => botConnected || undefined)
    expect(await findBot()).not.toBe(first)
  })

  test('the playground and its bot end together, also when one of them is killed', async () => {
    const { child, url } = playground
    child.kill('SIGKILL')
    // Its output is inherited by the bot: it closes when both are gone.
    await once(child, 'close')
    await expect(fetch(url)).rejects.toThrow()
  })
})

test('the playground keeps what the bot keeps in DATA_DIR, for report, eval and backup to be tried on it', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'threadwise-demo-'))
  const env = { DATA_DIR: join(folder, 'data') }
  const { child } = await openPlayground(env)
  child.kill('SIGTERM')
  await once(child, 'exit')
  const report = await runToEnd(['src/cli/report.ts'], env)
  expect(report.said).toContain('39')
  const copy = join(folder, 'copy.sqlite')
  expect(await runToEnd(['src/cli/backup.ts', copy], env)).toMatchObject({ code: 0 })
  // Nothing is labelled twice when the playground opens on the same folder again.
  const again = await openPlayground(env)
  again.child.kill('SIGTERM')
  await once(again.child, 'exit')
  expect((await runToEnd(['src/cli/report.ts'], env)).said).toBe(report.said)
})

test('SIGTERM to npm run playground ends the page and the bot', async () => {
  const { child, url } = await openPlayground({}, { command: 'npm', args: ['run', 'playground'] })
  child.kill('SIGTERM')
  await expect
    .poll(
      () =>
        fetch(url).then(
          () => 'open',
          () => 'closed',
        ),
      { timeout: 30_000 },
    )
    .toBe('closed')
  await expect.poll(() => isEnded(child), { timeout: 30_000 }).toBe(true)
})

test('the playground leaves the data of a real bot alone, also when a .env file names it', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'threadwise-real-'))
  const store = await openStore(folder, 0, createLog('silent'))
  await store.close()
  const { said, code } = await runToEnd(['playground/main.ts'], { DATA_DIR: folder, PORT: String(await freePort()) })
  expect(code).toBe(2)
  expect(said).toContain('DATA_DIR')
  const read = await openStore(folder, 0, createLog('silent'))
  expect(await read.labels.between({ from: 0, to: Date.now() }, undefined, undefined)).toEqual([])
  await read.close()
  const elsewhere = await mkdtemp(join(tmpdir(), 'threadwise-env-'))
  await writeFile(join(elsewhere, '.env'), `DATA_DIR=${folder}\n`)
  await openPlayground({}, { args: [resolve('playground/main.ts')], cwd: elsewhere })
})
