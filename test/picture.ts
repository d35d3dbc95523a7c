import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { resolve } from 'node:path'
import { chromium } from 'playwright-core'

/** Takes the README's picture: the playground as a stranger first sees it, a question asked and answered. */
const output = resolve('docs/playground.png')
const question = '@Threadwise summarize this thread'

const playground = spawn(process.execPath, ['playground/main.ts'], { stdio: ['ignore', 'pipe', 'inherit'] })
const [said] = await once(playground.stdout, 'data')
const address = /http:\S+/.exec(String(said))?.[0] ?? ''
const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM_PATH ?? '/usr/bin/chromium',
  args: ['--no-sandbox', '--disable-gpu', '--no-first-run', '--disable-background-networking', '--disable-sync'],
})
try {
  const page = await browser.newPage({ viewport: { width: 1280, height: 900 }, deviceScaleFactor: 1.5 })
  await page.goto(address)
  await page.getByText('4 replies').click()
  const composer = page.getByTestId('thread-composer')
  await composer.fill(question)
  await composer.press('Enter')
  await page.getByTestId('thread').getByText('built-in engine, no language model').waitFor({ timeout: 30_000 })
  // Away from the messages, so that no toolbar stands over them.
  await page.mouse.move(640, 300)
  await page.screenshot({ path: output })
} finally {
  await browser.close()
  playground.kill('SIGTERM')
}
