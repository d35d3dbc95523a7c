import { expect, onTestFinished } from 'vitest'
import type { PageMessage, SlackJson } from '../playground/protocol.ts'
import { createWorkspace, type Workspace, type WorkspaceOptions } from '../playground/slack-emulator/workspace.ts'
import { startBot } from '../src/bot.ts'
import type { Config, ModelConfig } from '../src/config.ts'
import { loadTaxonomies } from '../src/features/classify/taxonomy-files.ts'
import type { Log } from '../src/log.ts'
import { createModels } from '../src/model/models.ts'
import { createTranscriber } from '../src/model/transcription.ts'
import { openMemoryStore, openStore } from '../src/store/open-sqlite-store.ts'
import { openSharedStore } from '../src/store/postgres-store.ts'
import type { Store } from '../src/store/store.ts'
import { createScriptedModel, type ScriptedModel } from './scripted-model.ts'

type RunningBot = Awaited<ReturnType<typeof startBot>>

/** The real bot in a workspace on this machine, with a model whose words the test chooses. */
export interface Story {
  slack: Workspace
  model: ScriptedModel
  store: Store
  app: RunningBot
  /** The warnings and errors in the bot's log. */
  warnings: readonly string[]
  /** Another bot in the place of the one that was stopped. */
  reconnect(): Promise<RunningBot>
  /** The bot's messages in a thread now, oldest first. */
  replies(channel: string, threadTs: string): PageMessage[]
  /** Waits until the thread's last reply of the bot satisfies the test, and gives it. */
  untilReply(channel: string, threadTs: string, is: (reply: PageMessage) => boolean, what: string): Promise<PageMessage>
  /** Says something as a person and gives its ts. */
  say(as: string, channel: string, text: string, threadTs?: string): Promise<string>
}

export interface StoryOptions {
  transport?: 'socket' | 'http'
  workspace?: WorkspaceOptions
  model?: Partial<ModelConfig>
  config?: Partial<Config>
  /** Where the bot keeps what must outlive it; without it, in memory. */
  dataDir?: string
  /** The database that several bots share. */
  databaseUrl?: string
  taxonomyFile?: string
  /** The models that the server lists; without it, it has no list. */
  listed?: object[]
  recognize?: NonNullable<Parameters<typeof startBot>[0]['recognize']>
  /** The story is about a Slack that takes nothing, not even a word about what went wrong. */
  isMute?: boolean
}

/** What is wrong with the bot itself, whatever the world did to it. */
const defects = /"unexpected"|listener failed|nobody waited for/
const untold = /could not be told|notice failed|completing edit failed|response to the command failed/

/** Opens a story; it is closed when its test ends. */
export async function openStory(options: StoryOptions = {}): Promise<Story> {
  const slack = await createWorkspace(options.workspace)
  const model = await createScriptedModel()
  if (options.listed !== undefined) model.list(options.listed)
  const { app, store, warnings } = await connect(slack, model, options)
  onTestFinished(async () => {
    // A question that nobody answered any more ends with its model.
    await model.close()
    await app.stop()
    await slack.close()
  })

  const replies = (channel: string, threadTs: string) =>
    slack.messages(channel, threadTs).filter(message => message.user === slack.botUserId)
  return {
    slack,
    model,
    store,
    app,
    warnings,
    async reconnect() {
      const next = await connect(slack, model, options)
      onTestFinished(() => next.app.stop())
      return next.app
    },
    replies,
    untilReply: (channel, threadTs, is, what) =>
      slack.until(() => {
        const last = replies(channel, threadTs).at(-1)
        return last !== undefined && is(last) ? last : undefined
      }, what),
    async say(as, channel, text, threadTs) {
      const result = await slack.do({ do: 'say', as, channel, text, ...(threadTs !== undefined && { threadTs }) })
      if (!result.ok) throw new Error(result.error)
      return String(result.ts)
    },
  }
}

/** Starts a bot of its own in a workspace that is there already. */
export async function connect(
  slack: Workspace,
  model: ScriptedModel,
  options: StoryOptions = {},
): Promise<{ app: RunningBot; store: Store; warnings: readonly string[] }> {
  const port = options.config?.port ?? (options.transport === 'http' ? await freePort() : 0)
  const warnings: string[] = []
  const log = createWatchedLog(warnings, options.isMute === true)
  const config = {
    botToken: slack.botToken,
    transport:
      options.transport === 'http'
        ? { kind: 'http' as const, signingSecret: slack.signingSecret }
        : { kind: 'socket' as const, appToken: slack.appToken },
    slackApiUrl: slack.apiUrl,
    port,
    stopMs: 5_000,
    cacheTokens: 1_000_000,
    readsPerMinute: 1_000_000,
    ...options.config,
  }
  const modelConfig = { apiKey: 'sk-test', baseUrl: model.baseUrl, name: 'gpt-4o', idleMs: 10_000, ...options.model }
  const store = await openStoreOf(options, log)
  const taxonomies = await loadTaxonomies(options.taxonomyFile)
  const transcriber = createTranscriber(options.config?.transcription ?? { name: 'gpt-transcribe' }, modelConfig, log)
  const bot = await startBot({
    config,
    models: createModels(modelConfig, log),
    transcriber,
    ...(options.recognize !== undefined && { recognize: options.recognize }),
    store,
    taxonomies,
    log,
  })
  const app = {
    async stop() {
      await bot.stop()
      await store.close()
    },
  }
  if (options.transport === 'http') slack.connectHttp(`http://127.0.0.1:${port}/slack/events`)
  return { app, store, warnings }
}

function openStoreOf({ dataDir, databaseUrl }: StoryOptions, log: Log): Promise<Store> {
  if (databaseUrl !== undefined) return openSharedStore(databaseUrl, log)
  return dataDir === undefined ? openMemoryStore(log) : openStore(dataDir, 0, log)
}

const buttons = new Set(['actions', 'context_actions'])

/** What a reader reads of a message: its blocks where it has any, without the buttons and the line with the model's name, else its text. */
export function toSeen(message: { text: string; blocks?: SlackJson[] }): string {
  if (message.blocks === undefined || message.blocks.length === 0) return message.text
  return message.blocks
    .filter(({ type, block_id }) => !buttons.has(String(type)) && block_id !== 'answer_author')
    .map(toBlockText)
    .join('\n')
}

function toBlockText(block: SlackJson): string {
  if (typeof block.text === 'string') return block.text
  const inner = block.text as { text?: string } | undefined
  if (inner?.text !== undefined) return inner.text
  const elements = (block.elements ?? []) as { text?: string | { text?: string } }[]
  return elements.map(({ text }) => (typeof text === 'string' ? text : (text?.text ?? ''))).join(' ')
}

/** The next port that a test of this process may use, below those that systems give to outgoing connections. */
let nextPort = 20_000 + (process.pid % 240) * 50

/** A port that is free now, and that no connection takes by chance before the bot does. */
export async function freePort(): Promise<number> {
  const { createServer } = await import('node:net')
  for (;;) {
    nextPort += 1
    const port = nextPort
    const server = createServer()
    const isFree = await new Promise<boolean>(done => {
      server.once('error', () => done(false))
      server.listen(port, '127.0.0.1', () => done(true))
    })
    await new Promise(done => server.close(done))
    if (isFree) return port
  }
}

/** A log that keeps quiet, and fails the test when the bot met a defect of its own. */
function createWatchedLog(met: string[], isMute: boolean): Log {
  const keep = (facts: unknown, sentence?: string) => void met.push(`${JSON.stringify(facts)} ${sentence ?? ''}`)
  onTestFinished(() => expect(met.filter(line => defects.test(line) || (!isMute && untold.test(line)))).toEqual([]))
  return { debug() {}, info() {}, warn: keep, error: keep } as unknown as Log
}

/** A PNG of one pixel, in base64. */
export const onePixel =
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=='
