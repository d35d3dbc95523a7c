import { spawn } from 'node:child_process'
import { mkdtemp } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { onTestFinished } from 'vitest'
import { createWorkspace, type Workspace, type WorkspaceOptions } from '../playground/slack-emulator/workspace.ts'
import { createScriptedModel, type ScriptedModel } from './scripted-model.ts'
import { freePort } from './story.ts'

/** What a child process inherits of this one's environment. */
export const childEnv = { PATH: process.env.PATH ?? '', NODE_COMPILE_CACHE: process.env.NODE_COMPILE_CACHE ?? '' }

/** The bot as a process of its own, as its installer starts it. */
export interface BotProcess {
  /** Its exit code, when it has ended; null when it was killed. */
  exit: Promise<number | null>
  pid: number
  kill(signal: NodeJS.Signals): void
  /** All that it printed. */
  says(): string
  errors(): string
  untilSays(word: string): Promise<void>
}

/** A workspace, a model, and the bot between them. */
export interface World {
  slack: Workspace
  model: ScriptedModel
  port: number
  /** In which it is started. */
  folder: string
  bot: BotProcess
  /** Another process on the same folder. */
  start(): Promise<BotProcess>
  /** The same, when it is ready. */
  restart(): Promise<BotProcess>
  /** `kill -9`, and the end of the process. */
  crash(bot: BotProcess): Promise<void>
  dana: string
  general: string
}

/** What a test does when it ends; tests that run side by side each have their own. */
export type AtEnd = (clean: () => void | Promise<void>) => unknown

/** Opens a world; everything in it ends with the test. */
export async function openWorld(
  transport: 'socket' | 'http',
  env: Record<string, string> = {},
  options: WorkspaceOptions = {},
  atEnd: AtEnd = onTestFinished,
): Promise<World> {
  const slack = await createWorkspace(options)
  const model = await createScriptedModel()
  const port = await freePort()
  const folder = await newFolder()
  atEnd(async () => {
    await Promise.all([slack.close(), model.close()])
  })
  const begin = () =>
    startBot(
      {
        SLACK_BOT_TOKEN: slack.botToken,
        ...(transport === 'socket'
          ? { SLACK_APP_TOKEN: slack.appToken }
          : { SLACK_SIGNING_SECRET: slack.signingSecret }),
        SLACK_API_URL: slack.apiUrl,
        OPENAI_BASE_URL: model.baseUrl,
        OPENAI_API_KEY: 'sk-secret',
        OPENAI_MODEL: 'gpt-4o',
        PORT: String(port),
        ...env,
      },
      folder,
      atEnd,
    )
  return {
    slack,
    model,
    port,
    folder,
    bot: await begin(),
    start: begin,
    async restart() {
      const bot = await begin()
      await bot.untilSays('ready')
      return bot
    },
    async crash(bot) {
      bot.kill('SIGKILL')
      await bot.exit
    },
    dana: slack.people.dana,
    general: slack.channels.general,
  }
}

/** The bot that stories start: bundled, unless the tests run without their setup. */
const main = process.env.BOT_MAIN ?? resolve('src/main.ts')

/** Starts the bot in a folder of its own, so that no .env of this checkout is read. */
export async function startBot(
  env: Record<string, string>,
  folder?: string,
  atEnd: AtEnd = onTestFinished,
): Promise<BotProcess> {
  const child = spawn(process.execPath, [main], {
    cwd: folder ?? (await newFolder()),
    env: { ...childEnv, ...env },
  })
  let out = ''
  let errors = ''
  const watchers = new Set<() => void>()
  child.stdout.on('data', data => {
    out += data
    for (const watcher of watchers) watcher()
  })
  child.stderr.on('data', data => {
    errors += data
  })
  const exit = new Promise<number | null>(done => child.on('close', done))
  atEnd(() => void child.kill('SIGKILL'))
  return {
    exit,
    pid: child.pid ?? 0,
    kill: signal => void child.kill(signal),
    says: () => out + errors,
    errors: () => errors,
    untilSays: word =>
      new Promise<void>((done, fail) => {
        const look = () => out.includes(word) && done()
        watchers.add(look)
        void exit.then(code => fail(new Error(`ended with ${code} before it said “${word}”: ${errors}`)))
        look()
      }),
  }
}

const newFolder = () => mkdtemp(join(tmpdir(), 'threadwise-'))
