import { existsSync } from 'node:fs'
import { App, LogLevel } from '@slack/bolt'
import type { Browser, Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, describe, expect } from 'vitest'
import { createWorkspace, type Workspace, type WorkspaceOptions } from '../../playground/slack-emulator/workspace.ts'
import { createPageRoutes } from '../../playground/static.ts'
import { executablePath, openChromium } from './chromium.ts'

/** Opens the page in a workspace of its own; the story before it, if it still goes on, ends. */
export type Begin = (options?: StoryOptions) => Promise<Story>

/**
 * Stories told in a real browser, which they share; each is closed when its test ends, and must have met no complaint of the
 * page unless it is about one. Where there is no browser they are skipped, and their title says so.
 */
export function describeInChromium(title: string, stories: (begin: Begin) => void, mayComplain = false): void {
  const isHere = existsSync(executablePath)
  describe.skipIf(!isHere)(isHere ? title : `${title} (skipped: no Chromium at ${executablePath})`, () => {
    let browser: Browser
    let story: Story | undefined
    const end = async () => {
      const ended = story
      story = undefined
      await ended?.close()
      if (!mayComplain) expect(ended?.complaints ?? []).toEqual([])
    }
    beforeAll(async () => {
      browser = await openChromium()
    })
    afterEach(end)
    afterAll(() => browser.close())
    stories(async options => {
      await end()
      story = await openStory(browser, options)
      return story
    })
  })
}

/** How one story begins. */
interface StoryOptions {
  workspace?: WorkspaceOptions
  /** The person that the page speaks as, Dana unless told. */
  as?: 'dana' | 'lee' | 'mei' | 'admin'
  width?: number
  isDark?: boolean
  /** What the bot listens for; without it no bot is connected. */
  bot?: (app: App) => void
}

/** A workspace, a bot or none, and the page that a person has open. */
interface Story {
  slack: Workspace
  page: Page
  /** Everything that went wrong in the page: errors, and whatever the security policy refused. */
  complaints: string[]
  /** Calls the Web API as the bot. */
  api(method: string, body: object): Promise<Record<string, unknown>>
  /** Opens a further page as somebody else. */
  openAs(person: keyof Workspace['people']): Promise<Page>
  close(): Promise<void>
}

const commands = [
  { command: '/threadwise', description: 'Ask a question', usageHint: '[question]' },
  { command: '/classify', description: 'Bug, usability or complaint?', usageHint: '<text>' },
]
const shortcuts = [
  {
    callbackId: 'classify',
    name: 'Classify this',
    description: 'What kind of feedback is it?',
    type: 'message' as const,
  },
  { callbackId: 'ask', name: 'Ask a question', description: 'Opens a box', type: 'global' as const },
]

/** Begins a story: the page is open, and what it shows is drawn. */
async function openStory(browser: Browser, options: StoryOptions = {}): Promise<Story> {
  const slack = await createWorkspace({
    commands,
    shortcuts,
    limits: 'off',
    model: 'a model of this test',
    routes: createPageRoutes(),
    ...options.workspace,
  })
  const bot = options.bot ? await startBot(slack, options.bot) : undefined
  const complaints: string[] = []
  const opened: Page[] = []
  const openAs = async (person: keyof Workspace['people']) => {
    const page = await openPage(browser, slack, slack.people[person], options, complaints)
    opened.push(page)
    return page
  }
  return {
    slack,
    page: await openAs(options.as ?? 'dana'),
    complaints,
    openAs,
    api: (method, body) => callApi(slack, method, body),
    async close() {
      await Promise.all(opened.map(page => page.context().close()))
      await bot?.stop()
      await slack.close()
    },
  }
}

async function startBot(slack: Workspace, listen: (app: App) => void): Promise<App> {
  const app = new App({
    token: slack.botToken,
    appToken: slack.appToken,
    socketMode: true,
    logLevel: LogLevel.ERROR,
    clientOptions: { slackApiUrl: slack.apiUrl },
  })
  listen(app)
  await app.start()
  return app
}

async function openPage(browser: Browser, slack: Workspace, as: string, options: StoryOptions, complaints: string[]) {
  const context = await browser.newContext({
    viewport: { width: options.width ?? 1280, height: 800 },
    colorScheme: options.isDark ? 'dark' : 'light',
    reducedMotion: 'reduce',
  })
  await context.addInitScript(
    id => localStorage.setItem('threadwise.as', localStorage.getItem('threadwise.as') ?? id),
    as,
  )
  const page = await context.newPage()
  page.setDefaultTimeout(45_000)
  page.on('pageerror', error => complaints.push(error.message))
  page.on('console', line => line.type() === 'error' && complaints.push(line.text()))
  await page.goto(slack.url)
  await page.getByTestId('channel-general').waitFor({ state: 'attached' })
  return page
}

async function callApi(slack: Workspace, method: string, body: object): Promise<Record<string, unknown>> {
  const response = await fetch(slack.apiUrl + method, {
    method: 'POST',
    headers: { authorization: `Bearer ${slack.botToken}`, 'content-type': 'application/json; charset=utf-8' },
    body: JSON.stringify(body),
  })
  const answer = (await response.json()) as Record<string, unknown>
  if (answer.ok !== true) throw new Error(`${method}: ${JSON.stringify(answer)}`)
  return answer
}
