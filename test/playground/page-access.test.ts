import axe from 'axe-core'
import type { Page } from 'playwright-core'
import { expect, test } from 'vitest'
import { describeInChromium } from './browser.ts'

const engine = 'built-in engine (no language model)'
const plain = (text: string) => ({ type: 'plain_text', text })
const options = ['a', 'b'].map(value => ({ text: plain(value), value }))
const blocks = [
  { type: 'header', text: plain('Report') },
  {
    type: 'markdown',
    text: '## Parts\n- [x] done\n- `code` and [a link](https://example.com)\n\n| a | b |\n|---|---|\n| 1 | 2 |',
  },
  { type: 'context', elements: [{ type: 'mrkdwn', text: 'AI can be *wrong*' }] },
  { type: 'data_visualization', title: 'Parts', chart: { type: 'pie', segments: [{ label: 'a', value: 1 }] } },
  {
    type: 'actions',
    elements: [
      { type: 'button', action_id: 'go', text: plain('Go'), style: 'primary' },
      { type: 'static_select', action_id: 'pick', options },
      { type: 'checkboxes', action_id: 'ticks', options },
      { type: 'datepicker', action_id: 'day' },
    ],
  },
]

/** What axe finds wrong, as rule and place. */
const findingsIn = (page: Page) =>
  page.evaluate<string[]>(
    'axe.run().then(({ violations }) => violations.flatMap(({ id, nodes }) => nodes.map(node => id + " " + node.html)))',
  )

/** Looks other than the one that each page is opened in: the other theme, and both on a phone. */
const otherLooks = (isDark: boolean) =>
  [
    { width: 1280, isDark: !isDark },
    { width: 390, isDark },
    { width: 390, isDark: !isDark },
  ] as const

describeInChromium(
  'the page: access',
  begin => {
    test.each([
      {
        as: 'dana',
        isDark: false,
        title: engine,
        only: 'Only visible to you',
        secret: 'private',
        skip: 'Skip to messages',
      },
      {
        as: 'mei',
        isDark: true,
        title: '内置引擎（未连接语言模型）',
        only: '仅你可见',
        secret: '私有',
        skip: '跳到消息',
      },
    ] as const)('axe finds nothing in the page of $as, and what only she sees is said in words', async one => {
      const { page, slack, api, complaints } = await begin({
        as: one.as,
        isDark: one.isDark,
        workspace: { model: engine },
      })
      const channel = slack.channels.general
      const person = slack.people[one.as]
      const root = await slack.do({
        do: 'say',
        as: person,
        channel,
        text: 'A *question* for <https://example.com|you> :tada:',
      })
      await slack.do({ do: 'react', as: slack.people.lee, channel, ts: String(root.ts), name: 'tada' })
      await api('chat.postMessage', { channel, thread_ts: root.ts, text: 'x', blocks })
      await api('chat.postEphemeral', { channel, user: person, text: 'Just for you' })
      await slack.do({ do: 'invite', as: slack.people.dana, channel: slack.channels.leads, user: slack.people.mei })
      await page.getByText(one.only).waitFor()
      await page.getByTestId('model').getByText(one.title).waitFor()
      await page.getByTestId('channel-leads').getByText(one.secret).waitFor({ state: 'attached' })
      await page.getByTestId('wire-toggle').click()
      await page.getByTestId('wire-entry').first().click()
      await page.getByTestId('thread-link').click()
      await page.getByTestId('speak-as').click()
      // axe copies nodes with their styles, which the page's policy refuses, so complaints after this are its own.
      expect(complaints).toEqual([])
      await page.evaluate(axe.source)
      expect(await findingsIn(page)).toEqual([])
      await page.keyboard.press('Escape')
      for (const { width, isDark } of otherLooks(one.isDark)) {
        await page.setViewportSize({ width, height: 800 })
        await page.emulateMedia({ colorScheme: isDark ? 'dark' : 'light' })
        expect({ width, isDark, found: await findingsIn(page) }).toEqual({ width, isDark, found: [] })
      }
      await page.setViewportSize({ width: 1280, height: 800 })
      await page.getByTestId('home').click()
      await page.reload()
      await page.getByTestId('home-view').waitFor()
      await page.keyboard.press('Tab')
      const skip = page.getByText(one.skip)
      expect(await skip.evaluate('document.activeElement.textContent')).toBe(one.skip)
      expect((await skip.boundingBox())?.width).toBeGreaterThan(40)
    })

    test('the skip link leads to the messages, arrows from one to the next, and an answer that grows moves neither focus nor menu', async () => {
      const { page, slack, api, complaints } = await begin()
      for (const text of ['First', 'Second', 'Third'])
        await slack.do({ do: 'say', as: slack.people.lee, channel: slack.channels.general, text })
      await page.getByTestId('messages').getByText('Third').waitFor()
      const row = () =>
        page.evaluate<string>('document.activeElement.closest(".row")?.querySelector(".body").textContent')
      await page.keyboard.press('Tab')
      await page.keyboard.press('Enter')
      const walk = []
      for (const key of ['ArrowUp', 'Home', 'ArrowDown', 'End', 'ArrowDown']) {
        walk.push(await row())
        await page.keyboard.press(key)
      }
      expect(walk).toEqual(['Third', 'Second', 'First', 'Second', 'Third'])
      expect(await row()).toBe('Third')
      expect(await page.getByTestId('messages').locator('[tabindex="0"].row').count()).toBe(1)
      const posted = await api('chat.postMessage', { channel: slack.channels.general, text: 'Fourth' })
      await page.getByTestId('messages').getByText('Fourth').waitFor()
      expect(await row()).toBe('Third')
      await page.getByTestId('messages').getByTestId('more-actions').last().click()
      await page.keyboard.press('ArrowDown')
      await api('chat.update', { channel: slack.channels.general, ts: posted.ts, text: 'Fourth, and more' })
      await page.getByTestId('messages').getByText('Fourth, and more').waitFor()
      expect(await page.evaluate('document.activeElement.dataset.testid')).toBe('copy-link')
      expect(complaints).toEqual([])
    })
  },
  true,
)
