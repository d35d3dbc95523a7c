import { existsSync } from 'node:fs'
import type { Page } from 'playwright-core'
import { describe, expect, onTestFinished, test } from 'vitest'
import { executablePath, openChromium } from './chromium.ts'
import { openPlayground } from './open-playground.ts'

/** Opens a fresh playground in a browser, as somebody who has never been there. */
async function openPage(locale = 'en-US') {
  const { url } = await openPlayground()
  const browser = await openChromium()
  onTestFinished(() => browser.close())
  const page = await browser.newPage({ viewport: { width: 1440, height: 900 }, locale, reducedMotion: 'reduce' })
  const complaints: string[] = []
  onTestFinished(() => expect(complaints).toEqual([]))
  page.on('pageerror', error => complaints.push(error.message))
  page.on('console', line => line.type() === 'error' && complaints.push(line.text()))
  page.setDefaultTimeout(45_000)
  await page.goto(url)
  await page.getByTestId('try-card').waitFor()
  return page
}

const faceWidth =
  "(async picture => (await picture.decode(), picture.naturalWidth))(document.querySelector('.avatar:not(.avatar-bot) img'))"

const shipDay = (locale: string, style: 'long' | 'short', days: number) =>
  new Intl.DateTimeFormat(locale, { weekday: style }).format(Date.now() + days * 86_400_000)

const thread = (page: Page) => page.getByTestId('thread-messages').getByTestId('message')

/** The newest message of the thread, when it is whole: people can rate it. */
const lastAnswer = async (page: Page, count: number) => {
  const answer = thread(page).nth(count)
  await answer
    .getByRole('button', { name: /Good answer|回答得好|👍/ })
    .first()
    .waitFor()
  return (await answer.textContent()) ?? ''
}

describe.skipIf(!existsSync(executablePath))('a fresh playground with the built-in engine', () => {
  test('the first two minutes go well: ask, summarize, 总结一下, /classify, report', async () => {
    const page = await openPage()
    const say = async (box: string, text: string) => {
      await page.getByTestId(box).fill(text)
      await page.getByTestId(box).press('Enter')
    }
    await page.getByText('4 replies').click()
    await say('thread-composer', '@Threadwise when do we ship?')
    expect(await lastAnswer(page, 6)).toContain(`we ship on ${shipDay('en', 'long', 2)} at 10:00`)
    await say('thread-composer', '@Threadwise summarize this thread')
    const english = await lastAnswer(page, 8)
    expect(english).toMatch(/Decisions[\s\S]*Agreed: we ship on/)
    await say('thread-composer', '@Threadwise 总结一下')
    expect(await lastAnswer(page, 10)).toContain('Agreed: we ship on')
    await page.getByTestId('channel-feedback').click()
    await page.getByLabel('Message #feedback').waitFor()
    await say('composer', '/classify 这个页面不太好看')
    await page.getByTestId('messages').getByText('这个页面不太好看').last().waitFor()
    await page
      .getByTestId('messages')
      .locator('strong')
      .getByText(/user experience problem|用户体验问题/i)
      .waitFor()
    await say('composer', '/classify report')
    await page.getByTestId('dm').click()
    const table = page.getByTestId('messages').locator('table').last()
    await table.waitFor()
    const rows = await table.locator('tr').allInnerTexts()
    const weeks = rows.slice(1, -1).map(row => row.split('\t').slice(1).map(Number))
    const total = (list: number[][], kind: number) => list.reduce((sum, counts) => sum + (counts[kind] ?? 0), 0)
    const [before, since] = [weeks.slice(0, -2), weeks.slice(-2)]
    // Bugs become fewer, and what is hard to use becomes more.
    expect(total(before, 0)).toBeGreaterThan(total(since, 0))
    expect(total(before, 1)).toBeLessThan(total(since, 1))
  })

  test('the card runs six steps by a press each, and the last one kills the bot and shows it finish', async () => {
    const page = await openPage()
    await page.getByTestId('try-ask').click()
    expect(await lastAnswer(page, 6)).toContain('at 10:00')
    await page.getByTestId('try-chinese').click()
    expect(await lastAnswer(page, 7)).toContain('上午十点发布')
    await page.getByTestId('try-summary').click()
    await lastAnswer(page, 7)
    await page.getByTestId('try-classify').click()
    await page.getByTestId('messages').getByText('The settings page is confusing').last().waitFor()
    await page.getByTestId('try-report').click()
    await page.getByTestId('messages').locator('table').last().waitFor()
    await page.getByTestId('try-kill').click()
    await page.getByTestId('bot-state').getByText('Bot not connected').waitFor()
    expect(await lastAnswer(page, 6)).toContain('busiest of the year')
    await page.getByTestId('bot-state').getByText('Bot connected').waitFor()
    expect(await thread(page).count()).toBe(7)
  })

  test('channels with news are marked, people have faces, and emoji of the taxonomy are drawn', async () => {
    const page = await openPage()
    await page.getByTestId('channel-launch').getByTestId('unread').waitFor()
    expect(await page.evaluate(faceWidth)).toBeGreaterThan(0)
    for (const [name, picture] of Object.entries({ beetle: '🪲', art: '🎨', speech_balloon: '💬' })) {
      await page.getByTestId('composer').fill(`this is :${name}:`)
      await page.getByTestId('composer').press('Enter')
      await page.getByTestId('messages').getByText(picture).waitFor()
    }
  })

  test('the panel of what goes over the wire says what it shows: What Slack sees', async () => {
    const page = await openPage()
    await page.getByTestId('wire-toggle').getByText('What Slack sees').click()
    await page.getByTestId('wire').getByText('auth.test').first().waitFor()
  })
})
