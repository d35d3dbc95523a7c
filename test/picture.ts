import { type ChildProcess, spawn } from 'node:child_process'
import { mkdtemp, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import type { Browser, Page } from 'playwright-core'
import { createWorkspace, type Workspace } from '../playground/slack-emulator/workspace.ts'
import { createPageRoutes } from '../playground/static.ts'
import { parseCommandLine } from '../src/cli/command-line.ts'
import { joinFrames } from './animated-png.ts'
import { openChromium } from './playground/chromium.ts'
import { createScriptedModel } from './scripted-model.ts'

/**
 * Records the pictures of the READMEs: a reply that grows, the bot killed in the middle of it, and the same reply completed by the
 * next start. Everything is real and plays at its own speed, but for the model's words.
 */
const recordings = [
  {
    file: 'docs/growing-answer.png',
    language: 'en',
    model: 'words of a script',
    as: 'dana',
    channel: 'general',
    said: [
      ['dana', 'When do we ship the new sign-up page?'],
      ['lee', 'The form is done. The confirmation mail still lands in spam.'],
      ['mei', 'Let’s ship on Wednesday at 10:00, and the newsletter on Friday.'],
      ['lee', 'OK. I’ll fix the mail settings by Tuesday. Who tests it on old phones?'],
    ],
    question: '@Threadwise when do we ship, and what is still open?',
    answer:
      'You ship on **Wednesday at 10:00**; the newsletter follows on Friday.\n\nStill open:\n\n- The confirmation mail lands in spam. Lee fixes the mail settings by Tuesday.\n- Nobody has said yet who tests the form on old phones.',
    killedAt: 'Stillopen',
    captions: [
      'The answer grows as the model writes',
      'The bot is killed: kill -9',
      'Started again: the same message goes on',
    ],
  },
  {
    file: 'docs/growing-answer.zh-CN.png',
    language: 'zh',
    model: '示例文字',
    as: 'mei',
    channel: 'feedback',
    said: [
      ['mei', '有用户反馈：导出报表时页面会卡住十几秒。'],
      ['lee', '复现了，数据超过 5000 行就会这样。'],
      ['mei', '那先加进度条，下周再改成后台导出。'],
      ['dana', '进度条我来做，周五之前完成。后台导出谁负责？'],
    ],
    question: '@Threadwise 导出卡顿的问题怎么解决？还差什么？',
    answer:
      '分两步解决：**先加进度条**，下周再改成后台导出。\n\n目前的情况：\n\n- 数据超过 5000 行时，导出会卡住十几秒，已经复现。\n- 进度条由 Dana 负责，周五之前完成。\n- 后台导出还没有人负责。',
    killedAt: '目前的情况',
    captions: ['模型一边写，回答一边出现', '强制结束机器人：kill -9', '重新启动：同一条消息接着写完'],
  },
] as const

const size = { width: 940, height: 560 }
const stepMs = 380
const wordMs = 90
/** How long the last picture is seen. */
const lastMs = 3_000

parseCommandLine('Usage: npm run picture\n\nRecords the pictures of the READMEs again, in half a minute.', {})

const browser = await openChromium()
try {
  for (const recording of recordings) {
    const picture = await record(browser, recording)
    await writeFile(recording.file, picture)
    process.stdout.write(`${recording.file}: ${Math.round(picture.length / 1000)} kB\n`)
  }
} finally {
  await browser.close()
}

type Recording = (typeof recordings)[number]

async function record(browser: Browser, recording: Recording): Promise<Buffer> {
  const { channel, question, answer, captions } = recording
  const slack = await createWorkspace({ routes: createPageRoutes(), model: recording.model })
  let threadTs = ''
  for (const [speaker, text] of recording.said) {
    const place = { channel: slack.channels[channel], ...(threadTs !== '' && { threadTs }) }
    const { ts = '' } = await slack.do({ do: 'say', as: slack.people[speaker], text, ...place })
    threadTs ||= ts
  }
  const model = await createScriptedModel()
  model.answerAll(async exchange => {
    for (const word of answer.match(/\p{Script=Han}{1,2}|[^\s\p{Script=Han}]+\s*|\s+/gu) ?? []) {
      exchange.say(word)
      await pause(wordMs)
    }
    exchange.end()
  })
  const folder = await mkdtemp(join(tmpdir(), 'threadwise-picture-'))
  let bot = await startBot(slack, model.baseUrl, folder)
  const page = await openPage(browser, slack, recording)
  const shown = async () => ((await page.getByTestId('thread').textContent()) ?? '').replaceAll(/\s/g, '')
  const camera = createCamera(page)
  try {
    const composer = page.getByTestId('thread-composer')
    await composer.fill(question)
    await showCaption(page, '')
    await camera.watch(forMs(1_000))
    await composer.press('Enter')
    await showCaption(page, captions[0])
    await camera.watch(async () => (await shown()).includes(recording.killedAt))
    bot.kill('SIGKILL')
    await showCaption(page, captions[1])
    await camera.watch(forMs(1_800))
    bot = await startBot(slack, model.baseUrl, folder)
    await showCaption(page, captions[2])
    const last = answer.slice(-6)
    await camera.watch(async () => (await shown()).includes(last.replaceAll(/\s/g, '')) && !(await isGrowing(page)))
    await camera.watch(forMs(1_000))
    return camera.develop()
  } finally {
    await page.context().close()
    bot.kill('SIGKILL')
    await Promise.all([slack.close(), model.close()])
  }
}

async function startBot(slack: Workspace, baseUrl: string, folder: string): Promise<ChildProcess> {
  const env = {
    PATH: process.env.PATH ?? '',
    SLACK_BOT_TOKEN: slack.botToken,
    SLACK_APP_TOKEN: slack.appToken,
    SLACK_API_URL: slack.apiUrl,
    OPENAI_BASE_URL: baseUrl,
    OPENAI_MODEL: 'gpt-4o',
    PORT: '0',
    DATA_DIR: folder,
  }
  const bot = spawn(process.execPath, [resolve('src/main.ts')], {
    cwd: folder,
    env,
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  await new Promise<void>(done => {
    bot.stdout.on('data', line => String(line).includes('ready') && done())
  })
  return bot
}

async function openPage(browser: Browser, slack: Workspace, { as, language, channel, said }: Recording): Promise<Page> {
  const context = await browser.newContext({ viewport: size, reducedMotion: 'reduce', locale: language })
  await context.addInitScript(person => localStorage.setItem('threadwise.as', person), slack.people[as])
  const page = await context.newPage()
  await page.goto(slack.url)
  await page.getByTestId(`channel-${channel}`).click()
  await page.getByTestId('thread-link').first().click()
  await page.getByText(said.at(-1)?.[1] ?? '').waitFor()
  return page
}

/** Writes a line beside the thread's title. */
async function showCaption(page: Page, caption: string): Promise<void> {
  await page.getByTestId('thread-title').evaluate((title, text) => {
    const node = title.parentElement?.querySelector('output') ?? title.ownerDocument.createElement('output')
    node.textContent = text
    node.style.cssText =
      text &&
      'margin-inline: auto; padding: 6px 16px; border-radius: 8px; background: #1f4d3f; color: white; font-weight: 600'
    title.parentElement?.insertBefore(node, title.parentElement.lastElementChild)
  }, caption)
}

async function isGrowing(page: Page): Promise<boolean> {
  return (await page.getByTestId('stop').count()) > 0
}

/** Returns a condition that comes true after a time. */
function forMs(ms: number): () => Promise<boolean> {
  const end = performance.now() + ms
  return async () => performance.now() >= end
}

/** Takes pictures of a page: the whole of it, or of the thread while something goes on there, each that differs from the last. */
function createCamera(page: Page) {
  const taken: { png: Buffer; x: number; y: number; at: number }[] = []
  const take = async ({ x, y, width, height }: Box) => {
    const png = await page.screenshot({ clip: { x, y, width, height } })
    if (taken.at(-1)?.png.equals(png) !== true) taken.push({ png, x, y, at: performance.now() })
  }
  return {
    async watch(isOver: () => Promise<boolean>): Promise<void> {
      await take({ x: 0, y: 0, ...size })
      const thread = await page.getByTestId('thread-messages').boundingBox()
      do {
        await take(thread ?? { x: 0, y: 0, ...size })
        await pause(stepMs)
      } while (!(await isOver()))
    },
    /** Joins the pictures into a recording. */
    develop: () =>
      joinFrames(
        taken.map(({ at, ...frame }, index) => ({ ...frame, ms: (taken[index + 1]?.at ?? at + lastMs) - at })),
      ),
  }
}

interface Box {
  x: number
  y: number
  width: number
  height: number
}
