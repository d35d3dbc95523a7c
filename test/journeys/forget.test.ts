import { execFile } from 'node:child_process'
import { chmod, mkdir, mkdtemp, readdir, readFile, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { describe, expect, onTestFinished, test } from 'vitest'
import type { Config } from '../../src/config.ts'
import type { LabelRecord } from '../../src/store/labels.ts'
import { openDatabase, withPostgres } from '../postgres.ts'
import { childEnv } from '../process.ts'
import { connect, openStory, type Story, type StoryOptions } from '../story.ts'

const workspace = { commands: [{ command: '/classify', description: '', usageHint: '', shouldEscape: false }] }
const open = (options: StoryOptions = {}) => openStory({ workspace, ...options })
const label = (quote: string) =>
  JSON.stringify({ items: [{ kind: 'bug', quote, reason: `It ${quote}.`, confidence: 1 }] })

describe('a message that is deleted', () => {
  test('takes its label, its card and its place in reports with it', async () => {
    const story = await open()
    const { slack, model, say, store } = story
    const { lee, general } = { ...slack.people, ...slack.channels }
    await watch(story)
    const ts = await say(lee, general, 'The zebra crashes.')
    ;(await model.next()).reply(label('crashes'))
    const id = `${slack.teamId}:${general}:${ts}`
    await slack.until(() => story.replies(general, ts).length === 1, 'the card')
    expect(await store.labels.read(id)).toMatchObject({ author: lee })
    await slack.do({ do: 'delete', as: lee, channel: general, ts })
    await expect.poll(() => store.labels.read(id)).toBeUndefined()
    expect(await store.labels.between({ from: 0, to: Date.now() }, general, undefined)).toEqual([])
    await slack.until(() => story.replies(general, ts).length === 0, 'the end of the card')
  })

  test('while it is being labelled leaves nothing, and neither does one that comes back in an old command', async () => {
    const story = await open()
    const { slack, model, say, store } = story
    const { lee, general } = { ...slack.people, ...slack.channels }
    await watch(story)
    const ts = await say(lee, general, 'The zebra crashes.')
    const exchange = await model.next()
    await slack.do({ do: 'delete', as: lee, channel: general, ts })
    // Deliveries are in order: when the next message is heard, so is the deletion.
    const next = await say(lee, general, 'The giraffe crashes.')
    const later = await model.next()
    exchange.reply(label('crashes'))
    later.reply(label('crashes'))
    const idOf = (at: string) => `${slack.teamId}:${general}:${at}`
    await slack.until(() => story.replies(general, next).length === 1, 'the next card')
    expect(await store.labels.read(idOf(ts))).toBeUndefined()
    expect(story.replies(general, ts)).toEqual([])
    const late = { ...record(slack, 'The zebra crashes.'), id: idOf(ts), ts, heardAt: Date.now() + 60_000 }
    expect(await store.labels.save(late)).toBe(false)
    expect(await store.labels.read(idOf(ts))).toBeUndefined()
  })

  test('takes the labels of what it asked to have classified with it', async () => {
    const story = await open()
    const { slack, model, say, store } = story
    const { lee, general } = { ...slack.people, ...slack.channels }
    const ts = await say(lee, general, `<@${slack.botUserId}> classify: The zebra crashes.`)
    ;(await model.next()).reply(label('crashes'))
    const id = `ask:${slack.teamId}:${general}:${ts}`
    await expect.poll(() => store.labels.read(id)).toBeDefined()
    const rows = [`ask:${slack.teamId}:${general}:${ts}#1`, `${slack.teamId}:${general}:${ts}#2`]
    for (const row of rows) await store.labels.save({ ...record(slack, 'row'), id: row })
    const other = `${slack.teamId}:${general}:${ts}1`
    await store.labels.save({ ...record(slack, 'other'), id: other })
    await slack.do({ do: 'delete', as: lee, channel: general, ts })
    for (const one of [id, ...rows]) await expect.poll(() => store.labels.read(one)).toBeUndefined()
  })
})

test('a message that is reworded keeps nothing of its old text, and is labelled anew', async () => {
  const story = await open()
  const { slack, model, say, store } = story
  const { lee, general } = { ...slack.people, ...slack.channels }
  await watch(story)
  const ts = await say(lee, general, 'The zebra crashes.')
  ;(await model.next()).reply(label('crashes'))
  await slack.until(() => story.replies(general, ts).length === 1, 'the card')
  await slack.do({ do: 'edit', as: lee, channel: general, ts, text: 'The giraffe hangs.' })
  const again = await model.next()
  expect(again.prompt).toContain('The giraffe hangs.')
  expect(again.prompt).not.toContain('zebra')
  // The words are edited once more while the model thinks: only the newest are kept.
  await slack.do({ do: 'edit', as: lee, channel: general, ts, text: 'The lion sleeps too long.' })
  const newest = await model.next()
  newest.reply(label('sleeps'))
  again.reply(label('hangs'))
  const id = `${slack.teamId}:${general}:${ts}`
  await expect.poll(() => store.labels.read(id)).toMatchObject({ text: 'The lion sleeps too long.' })
  await slack.until(() => story.replies(general, ts).some(({ text }) => text.includes('sleeps')), 'the new card')
  await slack.until(() => story.replies(general, ts).length === 1, 'one card only')
  expect(await store.labels.read(id)).toMatchObject({ labels: [{ quote: 'sleeps' }] })
})

describe('a person', () => {
  test('deletes what is kept of them in the app’s home, and no running turn brings it back', async () => {
    const dataDir = await newFolder()
    const story = await open({ dataDir })
    const { slack, model, say, store } = story
    const { mei, lee, general } = { ...slack.people, ...slack.channels }
    await fill(story, mei)
    const others = { ...record(slack, 'lion of others'), id: 'others', author: lee }
    await store.labels.save(others)
    const ts = await say(mei, general, `<@${slack.botUserId}> summarize this platypus`)
    const running = await model.next()
    running.say('Half ')
    await say(mei, general, `<@${slack.botUserId}> classify: The okapi crashes.`)
    const labelling = await model.next()

    await slack.do({ do: 'open_home', as: mei, tab: 'home' })
    const home = await slack.until(() => slack.snapshot(mei).home, 'the home')
    expect(JSON.stringify(home.view)).toContain('"confirm"')
    const action = { type: 'button', action_id: 'forget_me' }
    await slack.do({ do: 'act_in_view', as: mei, viewId: home.id, blockId: 'forget', action })
    await slack.until(() => /已删除 \d+ 条/.test(JSON.stringify(slack.snapshot(mei).home?.view)), 'the count')

    labelling.reply(label('crashes'))
    running.reply('an answer.')
    await story.untilReply(general, ts, ({ text }) => text.includes('an answer.'), 'the answer')
    await story.app.stop()
    expect(await findBytes(dataDir, ['zebra', 'platypus', 'okapi', mei, 'lion of others'])).toEqual(['lion of others'])
  })

  test('is told when it did not work', async () => {
    const { slack, store } = await open({ isMute: true })
    const { dana } = slack.people
    await slack.do({ do: 'open_home', as: dana, tab: 'home' })
    const home = await slack.until(() => slack.snapshot(dana).home, 'the home')
    await store.close()
    const action = { type: 'button', action_id: 'forget_me' }
    await slack.do({ do: 'act_in_view', as: dana, viewId: home.id, blockId: 'forget', action })
    const shown = () => JSON.stringify(slack.snapshot(dana).home?.view)
    await slack.until(() => shown().includes('couldn’t delete your data'), 'the failure')
  })
})

describe('npm run forget', () => {
  test('counts first, then erases a person while the bot runs, also from the bytes of the files', async () => {
    const dataDir = await newFolder()
    const story = await open({ dataDir })
    const { slack, model, say, store } = story
    const { mei, lee, general } = { ...slack.people, ...slack.channels }
    await fill(story, mei)
    await store.labels.save({ ...record(slack, 'The zebra of another.'), id: 'example', author: mei })
    await store.labels.correct('example', lee, [{ kind: 'bug', reason: 'x' }])
    expect(await store.labels.corrected(10)).toHaveLength(1)
    const env = { DATA_DIR: dataDir }

    const counted = await forget(['--user', mei, '--dry-run'], env)
    expect(counted.stdout).toMatch(/labels: 2\n/)
    expect(counted.stdout).toContain('would be erased')
    expect(await store.labels.read('example')).toBeDefined()
    const erased = await forget(['--user', mei], env)
    expect(erased.stdout).toBe(counted.stdout.replace('would be erased', 'erased'))
    expect(await findBytes(dataDir, ['zebra', mei])).toEqual([])

    // What the bot remembers of it goes, too: nobody else’s prompt has it as an example.
    await say(lee, general, `<@${slack.botUserId}> classify: The zebra crashes on start.`)
    const exchange = await model.next()
    expect(exchange.prompt).not.toContain('of another')
    exchange.reply(label('crashes'))
    await mkdir(join(dataDir, 'backups'))
    await writeFile(join(dataDir, 'backups', 'of-last-week.sqlite'), '')
    const { stdout } = await forget(['--user', mei], env)
    expect(stdout).toContain(`${mei}: 0 erased.\nNothing is kept about ${mei}. Check the ID`)
    expect(stdout).toContain(
      `Copies in ${join(dataDir, 'backups')} still hold what was kept then: delete old ones (1).`,
    )
  })

  test.each([
    [['--user', 'mei'], 'npm run usage -- --by person'],
    [['--user', 'U1%'], 'give the member ID'],
    [[], 'give the member ID'],
    [['--user', 'U1'], 'doesn’t exist'],
  ])('with %j erases nothing and says what is wrong', async (args, sentence) => {
    const { stderr, code } = await forget(args, { DATA_DIR: join(await newFolder(), 'none') })
    expect({ code, isSaid: stderr.includes(sentence) }).toEqual({ code: 1, isSaid: true })
  })
})

withPostgres('npm run forget on PostgreSQL', () => {
  test('erases a person while two replicas run', async () => {
    const databaseUrl = await openDatabase()
    const story = await open({ databaseUrl })
    const { slack, store, model } = story
    const { mei, lee } = slack.people
    const other = await connect(slack, model, { databaseUrl })
    onTestFinished(() => other.app.stop())
    await fill(story, mei)
    await store.labels.correct('own', lee, [{ kind: 'bug', reason: 'x' }])
    expect(await other.store.labels.corrected(10)).toHaveLength(1)
    const { stdout } = await forget(['--user', mei], { DATABASE_URL: databaseUrl })
    expect(stdout).toMatch(/labels: 1\n[\s\S]*digests: 1\n[\s\S]*erased/)
    expect(await other.store.labels.corrected(10)).toEqual([])
    expect(await other.store.digests.of(mei)).toEqual([])
  })
})

describe('what is old', () => {
  test('goes after its time, in small steps, and leaves no bytes', async () => {
    const dataDir = await newFolder()
    const retention: Config['retention'] = { labelDays: 30, turnDays: 2 }
    const story = await open({ dataDir })
    const { slack, store } = story
    const dayMs = 86_400_000
    const saved = [29, 31].map(days => ({
      ...record(slack, `zebra${days}`),
      id: `d${days}`,
      saidAt: Date.now() - days * dayMs,
    }))
    for (const one of saved) await store.labels.save(one)
    for (let at = 0; at < 600; at += 1)
      await store.labels.save({ ...record(slack, 'many'), id: `many${at}`, saidAt: at })
    await store.forgetting.prune(retention)
    expect(await store.labels.between({ from: 0, to: 1_000 }, undefined, undefined)).toHaveLength(100)
    await store.forgetting.prune(retention)
    expect((await store.labels.between({ from: 0, to: Date.now() }, undefined, undefined)).map(({ id }) => id)).toEqual(
      ['d29'],
    )
    expect(await findBytes(dataDir, ['zebra29', 'zebra31'])).toEqual(['zebra29'])
  })
})

test('the store’s folder and files are this user’s alone, also those that were open before', async () => {
  const dataDir = await newFolder()
  const modes = async () => {
    const files = await readdir(dataDir)
    return Promise.all(['.', ...files].map(async name => ((await stat(join(dataDir, name))).mode & 0o777).toString(8)))
  }
  const first = await open({ dataDir })
  await first.app.stop()
  await chmod(dataDir, 0o755)
  for (const name of await readdir(dataDir)) await chmod(join(dataDir, name), 0o644)
  await first.reconnect()
  const [folder, ...files] = await modes()
  expect(folder).toBe('700')
  expect(files.length).toBeGreaterThan(1)
  expect(new Set(files)).toEqual(new Set(['600']))
})

/** Labels every message of #general, with a card in its thread. */
async function watch({ slack }: Story): Promise<void> {
  const { dana, general } = { ...slack.people, ...slack.channels }
  await slack.do({ do: 'command', as: dana, channel: general, command: '/classify', text: 'settings' })
  const view = await slack.until(() => slack.snapshot(dana).modals.at(-1), 'the dialogue')
  const state = {
    watch: { choice: { type: 'checkboxes', selected_options: [{ value: 'watch' }, { value: 'card' }] } },
    reaction: { name: { type: 'plain_text_input', value: '' } },
  }
  await slack.do({ do: 'submit_view', as: dana, viewId: view.id, state })
}

/** Saves something of a person in every table. */
async function fill({ slack, store }: Story, user: string): Promise<void> {
  const { general } = slack.channels
  const turn = { id: `T9:${general}:1.5`, channel: general, threadTs: '1.5', ts: '1.5' }
  await store.turns.save({ ...turn, turn: JSON.stringify({ user, text: 'zebra' }) })
  await store.turns.update(turn.id, { state: 'done' })
  await store.ratings.rate(turn.id, user, 'up')
  await store.labels.save({ ...record(slack, 'zebra'), id: 'own', author: user })
  await store.digests.add({
    id: 'digest',
    user,
    pattern: '0 9 * * *',
    timeZone: 'UTC',
    question: 'zebra?',
    title: 'zebra',
    nextAt: Date.now() + 86_400_000,
  })
  await store.digests.writeTold(user, general, turn.id, (Date.now() / 1000 + 60).toFixed(6))
  await store.digests.writePosted(turn.id, general, '1.6')
  await store.outbox.save({ id: 'pending', kind: 'none', payload: { user, text: 'zebra' }, savedAt: 0 })
  const points = { scope: 's', result: '"zebra"', channel: general }
  await store.parts.keep({ ...points, id: 'part', covers: [['1.5', 'f']], authors: [user] })
  await store.parts.keep({ ...points, id: 'join', covers: [['part', '']] })
}

function record({ channels }: Story['slack'], text: string): LabelRecord {
  const labels = [{ kind: 'bug', quote: text, reason: text, confidence: 1 }]
  const fixed = { state: 'done' as const, version: '1', model: 'm', saidAt: Date.now(), isShared: true }
  return { ...fixed, id: text, channel: channels.general, text, labels }
}

const newFolder = () => mkdtemp(join(tmpdir(), 'threadwise-'))

/** Finds words in the bytes of all files of a folder. */
async function findBytes(folder: string, words: string[]): Promise<string[]> {
  const files = await Promise.all((await readdir(folder)).map(name => readFile(join(folder, name), 'latin1')))
  return words.filter(word => files.some(file => file.includes(word)))
}

function forget(args: string[], env: Record<string, string>) {
  return new Promise<{ stdout: string; stderr: string; code: number }>(done =>
    execFile(
      process.execPath,
      [resolve('src/cli/forget.ts'), ...args],
      { cwd: tmpdir(), env: { ...childEnv, ...env } },
      (error, stdout, stderr) => done({ stdout, stderr, code: Number(error?.code ?? 0) }),
    ),
  )
}
