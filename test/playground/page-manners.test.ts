import type { Page } from 'playwright-core'
import { expect, test } from 'vitest'
import { createWorkspace } from '../../playground/slack-emulator/workspace.ts'
import { createPageRoutes } from '../../playground/static.ts'
import { describeInChromium } from './browser.ts'

const messages = (page: Page) => page.getByTestId('messages').getByTestId('message')
/** How far anything that is seen stands out of the screen on the right, or the page could be scrolled sideways. */
const overflow = (page: Page) => page.evaluate<number>(overflowInPage)
const focused = (page: Page) => page.evaluate<string>('document.activeElement.dataset.testid')

const wide = [
  '| column one | column two | column three | column four |',
  '|---|---|---|---|',
  `| ${'wide '.repeat(8)} | b | c | d |`,
  '',
  '```',
  'code '.repeat(60),
  '```',
  '',
  `https://example.com/${'long'.repeat(60)}`,
].join('\n')

const overflowInPage = `
  const seen = [...document.querySelectorAll('.top > *, .pane > *, .pane-foot > *, .composer-bar > *, .body')]
  const edges = seen.filter(node => node.offsetWidth > 0).map(node => node.getBoundingClientRect().right)
  Math.max(document.documentElement.scrollWidth, ...edges.map(Math.floor)) - innerWidth
`
const scroller = 'document.querySelector("[data-testid=messages]")'
const countTouchedRows = `
  window.touched = new Set()
  const rowOf = node => (node.closest ? node : node.parentElement)?.closest('.row')
  new MutationObserver(all => all.map(one => rowOf(one.target)).filter(Boolean).forEach(row => window.touched.add(row)))
    .observe(document.querySelector('.rows'), { subtree: true, childList: true, characterData: true })
`

describeInChromium(
  'the page: manners',
  begin => {
    test('times are by the reader’s clock, a deleted message says so, and /invite brings somebody in', async () => {
      const { page, slack, api, complaints } = await begin()
      const { general: channel } = slack.channels
      const token = `<!date^${Math.floor(Date.now() / 1000)}^{date_short_pretty} {time}|Sat, Nov 28 01:19 UTC>`
      const blocks = [
        { type: 'markdown', text: `It was decided ${token}.` },
        { type: 'section', text: { type: 'mrkdwn', text: `It was said ${token}.` } },
      ]
      await api('chat.postMessage', { channel, text: 'x', blocks })
      for (const words of [/It was decided Today \d\d:\d\d\./, /It was said Today \d\d:\d\d\./])
        await messages(page).getByText(words).waitFor()

      const asked = await slack.do({ do: 'say', as: slack.people.lee, channel, text: 'not this' })
      await slack.do({ do: 'say', as: slack.people.mei, channel, text: 'a reply', threadTs: String(asked.ts) })
      await slack.do({ do: 'delete', as: slack.people.lee, channel, ts: String(asked.ts) })
      const stone = messages(page).filter({ hasText: 'This message was deleted.' })
      await stone.getByText('Slackbot').waitFor()
      await stone.locator('.avatar-place .icon-trash').waitFor()

      await slack.do({ do: 'remove', as: slack.people.lee, channel, user: slack.botUserId })
      await page.getByTestId('composer').fill('/invite @Threadwise ')
      await page.keyboard.press('Enter')
      const isIn = () =>
        slack
          .snapshot(slack.people.lee)
          .channels.some(({ id, members }) => id === channel && members.includes(slack.botUserId))
      await expect.poll(isIn).toBe(true)
      expect(complaints).toEqual([])
    })

    test('nothing that people, bots or models write becomes markup, runs, or is fetched', async () => {
      const { page, slack, api, complaints } = await begin()
      const asked: string[] = []
      page.on('request', request => !request.url().startsWith(slack.url) && asked.push(request.url()))
      const channel = slack.channels.general
      const evil = '<img src=x onerror="document.title=\'owned\'"><script>document.title="owned"</script>'
      await slack.do({ do: 'say', as: slack.people.lee, channel, text: evil })
      const image = { type: 'image', image_url: 'https://example.com/spy.png', alt_text: 'a picture' }
      const markdown = `${evil}\n\n[click](javascript:alert(1)) [data](data:text/html,x) ![spy](https://example.com/spy.png)\n\n<b>bold</b> <!channel>`
      const blocks = [
        { type: 'markdown', text: markdown },
        { type: 'section', text: { type: 'mrkdwn', text: '<javascript:alert(1)|press> <https://example.com|fine>' } },
        image,
      ]
      await api('chat.postMessage', { channel, text: 'x', blocks })
      await messages(page).nth(1).getByText('a picture').waitFor()
      expect(await messages(page).first().locator('.body').textContent()).toBe(evil)
      expect(await messages(page).locator('script, .body img, .body b').count()).toBeLessThanOrEqual(0)
      const links = await messages(page)
        .locator('.body a')
        .evaluateAll(all => all.map(a => `${a.getAttribute('href')} ${a.getAttribute('rel')}`))
      expect(links).toEqual([
        'https://example.com/spy.png noopener noreferrer',
        'https://example.com/ noopener noreferrer',
        'https://example.com/spy.png noopener noreferrer',
      ])
      expect(await messages(page).locator('.ping-all').textContent()).toBe('@channel')
      expect(await page.title()).toBe('Threadwise playground')
      expect(asked).toEqual([])
      expect(complaints).toEqual([])
    })

    test('Enter belongs to the input method while it composes', async () => {
      const { page, slack } = await begin({ as: 'mei' })
      const box = page.getByTestId('composer')
      await box.fill('你好')
      for (const composing of ['isComposing: true', 'keyCode: 229']) {
        await page.evaluate(
          `document.activeElement.dispatchEvent(new KeyboardEvent('keydown', { key: 'Enter', bubbles: true, ${composing} }))`,
        )
      }
      expect(slack.messages(slack.channels.general)).toEqual([])
      expect(await box.inputValue()).toBe('你好')
      await box.press('Enter')
      await messages(page).getByText('你好').waitFor()
    })

    test('everything is done by keyboard: channels, messages, menus, threads', async () => {
      const { page, slack } = await begin()
      await slack.do({ do: 'say', as: slack.people.lee, channel: slack.channels.general, text: 'First' })
      await messages(page).getByText('First').waitFor()
      await page.getByTestId('composer').focus()
      await page.keyboard.press('Alt+ArrowUp')
      await page.locator('h1').getByText('feedback').waitFor()
      expect(await focused(page)).toBe('composer')
      await page.keyboard.press('Alt+ArrowDown')
      await page.locator('h1').getByText('general').waitFor()
      await page.keyboard.type('Second')
      await page.keyboard.press('Enter')
      await messages(page).nth(1).waitFor()
      for (let press = 0; press < 9 && (await focused(page)) !== 'message'; press++)
        await page.keyboard.press('Shift+Tab')
      await page.keyboard.press('ArrowUp')
      expect(await page.evaluate('document.activeElement.textContent')).toContain('First')
      await page.keyboard.press('Tab')
      for (let press = 0; press < 4 && (await focused(page)) !== 'more-actions'; press++)
        await page.keyboard.press('Tab')
      await page.keyboard.press('Enter')
      await page.getByTestId('menu').waitFor()
      await page.keyboard.press('ArrowDown')
      expect(await focused(page)).toBe('copy-link')
      await page.keyboard.press('Escape')
      expect(await focused(page)).toBe('more-actions')
      await page.keyboard.press('Shift+Tab')
      await page.keyboard.press('Enter')
      expect(await focused(page)).toBe('thread-composer')
      await page.keyboard.press('Escape')
      expect(await focused(page)).toBe('composer')
    })

    test('at a phone’s width one pane is seen at a time and nothing is wider than the screen, in light, dark, English, Chinese', async () => {
      for (const isDark of [false, true]) {
        const { page, slack, api } = await begin({ width: 360, isDark, as: isDark ? 'mei' : 'dana' })
        const channel = slack.channels.general
        const root = await slack.do({ do: 'say', as: slack.people.dana, channel, text: `wide${'r'.repeat(200)}` })
        await api('chat.postMessage', {
          channel,
          thread_ts: root.ts,
          text: 'wide',
          blocks: [{ type: 'markdown', text: wide }],
        })
        await page.getByTestId('thread-link').waitFor()
        expect(await overflow(page)).toBeLessThanOrEqual(0)
        await page.getByTestId('thread-link').click()
        await page.getByTestId('thread').locator('table').waitFor()
        expect(await overflow(page)).toBeLessThanOrEqual(0)
        expect(await page.getByTestId('composer').isVisible()).toBe(false)
        await page.getByTestId('wire-toggle').click()
        await page.getByTestId('wire-entry').first().waitFor()
        expect(await overflow(page)).toBeLessThanOrEqual(0)
        await page.getByTestId('wire-toggle').click()
        await page.getByTestId('back-to-nav').click()
        await page.getByTestId('speak-as').waitFor()
        expect(await overflow(page)).toBeLessThanOrEqual(0)
        const paper = await page.evaluate('getComputedStyle(document.body).backgroundColor')
        expect(paper).toBe(isDark ? 'rgb(23, 25, 27)' : 'rgb(255, 253, 249)')
      }
    })

    test('the page speaks the language of the person, or the one that was chosen', async () => {
      const { page, slack } = await begin()
      await page.getByTestId('speak-as').click()
      await page.getByTestId(`speak-as-${slack.people.mei}`).click()
      await page.getByTestId('home').getByText('应用主页').waitFor()
      expect(await page.locator('html').getAttribute('lang')).toBe('zh-CN')
      await page.getByTestId('language').click()
      await page.getByTestId('home').getByText('App Home').waitFor()
      const before = await page.locator('html').getAttribute('data-theme')
      await page.getByTestId('theme').click()
      expect([before, await page.locator('html').getAttribute('data-theme')]).toEqual(['auto', 'dark'])
    })

    test('when the server goes away the page says so, keeps what was typed, and reads everything again', async () => {
      const { page, slack } = await begin()
      await page.getByTestId('composer').fill('Half a sentence')
      const port = Number(new URL(slack.url).port)
      await slack.close()
      await page.getByTestId('reconnecting').waitFor()
      await page.getByTestId('composer').press('Enter')
      await page.getByTestId('toast').waitFor()
      expect(await page.getByTestId('composer').inputValue()).toBe('Half a sentence')
      const again = await createWorkspace({ port, routes: createPageRoutes() })
      await again.do({ do: 'say', as: again.people.lee, channel: again.channels.general, text: 'I am back' })
      await messages(page).getByText('I am back').waitFor()
      await page.getByTestId('reconnecting').waitFor({ state: 'hidden' })
      await page.getByTestId('composer').press('Enter')
      await messages(page).getByText('Half a sentence').waitFor()
      await page.context().close()
      await again.close()
    })

    test('in a channel of a thousand messages a change touches one row, and a reader is not moved', async () => {
      const { page, slack, api } = await begin()
      const channel = slack.channels.random
      for (let n = 0; n < 1000; n++)
        await slack.do({ do: 'say', as: slack.people.lee, channel, text: `Message ${n} with *some* text` })
      await slack.do({ do: 'invite', as: slack.people.dana, channel, user: slack.botUserId })
      const posted = await api('chat.postMessage', { channel, text: 'grows' })
      await page.getByTestId('channel-random').click()
      await messages(page).last().getByText('grows').waitFor()
      await page.evaluate(countTouchedRows)
      const grown = `grows ${'and grows '.repeat(80)}to the end`
      await api('chat.update', { channel, ts: posted.ts, text: grown })
      await messages(page).last().getByText('to the end').waitFor()
      expect(await page.evaluate('window.touched.size')).toBe(1)
      const gap = () => page.evaluate(`${scroller}.scrollHeight - ${scroller}.scrollTop - ${scroller}.clientHeight`)
      await expect.poll(gap).toBeLessThan(2)
      // An answer that is written anew after a press begins shorter, and is followed again.
      await messages(page).last().getByText('to the end').click()
      for (const text of ['thinking', grown]) {
        await api('chat.update', { channel, ts: posted.ts, text })
        await messages(page).last().getByText(text).waitFor()
        await expect.poll(gap).toBeLessThan(2)
      }
      await page.getByTestId('messages').hover()
      await page.mouse.wheel(0, -3000)
      await page.getByRole('button', { name: 'Newest messages' }).waitFor()
      const top = await page.evaluate(`${scroller}.scrollTop`)
      await api('chat.update', { channel, ts: posted.ts, text: 'shrunk' })
      await messages(page).last().getByText('shrunk').waitFor({ state: 'attached' })
      expect(await page.evaluate(`${scroller}.scrollTop`)).toBe(top)
    })
  },
  true,
)
