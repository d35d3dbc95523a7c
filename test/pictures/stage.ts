import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import type { Locator, Page } from 'playwright-core'

const desktop = { width: 1280, height: 800 }
const looks = {
  'desktop-light': { viewport: desktop, colorScheme: 'light' },
  'desktop-dark': { viewport: desktop, colorScheme: 'dark' },
  'phone-light': { viewport: { width: 390, height: 844 }, colorScheme: 'light' },
  'phone-dark': { viewport: { width: 390, height: 844 }, colorScheme: 'dark' },
} as const

/** The page as a person uses it, by what can be read on it, in English or in Chinese. */
export function createStage(page: Page, language: 'en' | 'zh', folder: string) {
  const t = <Words>(english: Words, chinese: Words) => (language === 'en' ? english : chinese)
  const main = page.locator('.pane-main')
  const thread = page.getByRole('region', { name: /^(Thread|讨论串|消息列)$/ })
  const dialog = page.getByRole('dialog')
  const messages = (where: Locator) => where.getByRole('article')
  const button = (where: Locator | Page, name: string | RegExp) => where.getByRole('button', { name })
  const send = async (where: Locator, text: string) => {
    await where.getByRole('textbox').last().fill(text)
    await where.getByRole('textbox').last().press('Enter')
  }
  mkdirSync(folder, { recursive: true })

  return {
    t,
    page,
    main,
    thread,
    dialog,
    button,
    /** Opens a channel, the direct message ("Threadwise") or the app's home. */
    async open(name: string) {
      await page
        .getByRole('navigation')
        .getByRole('link', { name: new RegExp(`(^|\\W)${name}`) })
        .click()
    },
    async openThread(text: string) {
      await messages(main)
        .filter({ hasText: text })
        .getByRole('link', { name: /repl(y|ies)|条回复/ })
        .last()
        .click()
      await messages(thread).filter({ hasText: text }).first().waitFor()
    },
    say: (text: string) => send(main, text),
    reply: (text: string) => send(thread, text),
    /** Waits until the last message says something, scrolls to it and returns it. */
    async sees(where: Locator, text: string | RegExp) {
      const last = messages(where).last().filter({ hasText: text })
      await last.waitFor()
      await last.scrollIntoViewIfNeeded()
      return last
    },
    /** Waits until the last message of the thread is an answer that is whole. */
    async answered(text: string | RegExp) {
      const last = messages(thread).last().filter({ hasText: text })
      await button(last, t('Good answer', '回答得好')).waitFor()
      return last
    },
    /** Opens the menu of the last message with a text. */
    async openMenu(where: Locator, text: string) {
      if (await page.getByRole('menu').isVisible()) return
      const message = messages(where).filter({ hasText: text }).last()
      const more = button(message, t('More actions', '更多操作'))
      // The list may move away under the pointer.
      for (let tries = 0; tries < 5 && !(await page.getByRole('menu').isVisible()); tries += 1) {
        await message.hover()
        await more.click({ timeout: 3_000 }).catch(() => {})
      }
    },
    async choose(item: string) {
      await page.getByRole('menuitem', { name: item }).click()
    },
    async attach(where: Locator, ...files: { name: string; mimeType: string; buffer: Buffer }[]) {
      const chooser = page.waitForEvent('filechooser')
      await button(where, t('Attach files', '添加文件')).click()
      await (await chooser).setFiles(files)
    },
    /** Scrolls something into the middle of what is seen. */
    show: (what: Locator) =>
      what.evaluate((node: { scrollIntoView(how: object): void }) => node.scrollIntoView({ block: 'center' })),
    /** Takes the four pictures of what is seen now. `reopen` opens anew what a change of size closes. */
    async picture(name: string, reopen?: () => Promise<unknown>) {
      for (const [look, { viewport, colorScheme }] of Object.entries(looks)) {
        await page.emulateMedia({ colorScheme })
        await page.setViewportSize(viewport)
        await reopen?.()
        await page.evaluate('new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))')
        await page.screenshot({ path: join(folder, `${name}-${look}.png`) })
      }
      await page.emulateMedia({ colorScheme: 'light' })
      await page.setViewportSize(desktop)
    },
  }
}
