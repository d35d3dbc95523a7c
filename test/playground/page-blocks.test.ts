import type { BlockAction, ViewSubmitAction } from '@slack/bolt'
import type { Page } from 'playwright-core'
import { expect, test } from 'vitest'
import { describeInChromium } from './browser.ts'

const messages = (page: Page) => page.getByTestId('messages').getByTestId('message')
const plain = (text: string) => ({ type: 'plain_text' as const, text })
const option = (value: string) => ({ text: plain(value), value })
const input = (block_id: string, element: { type: string }, more: object = {}) => ({
  type: 'input',
  block_id,
  label: plain(block_id),
  element: { action_id: block_id, ...element },
  ...more,
})
const modal = (title: string, blocks: object[]) =>
  ({ type: 'modal', callback_id: title, title: plain(title), submit: plain('Save'), blocks }) as never

const allInputs = [
  input('name', { type: 'plain_text_input' }),
  input('story', { type: 'plain_text_input', multiline: true } as never, { optional: true }),
  input('count', { type: 'number_input', is_decimal_allowed: false } as never),
  input('mail', { type: 'email_text_input' }),
  input('link', { type: 'url_text_input' }, { optional: true }),
  input('one', { type: 'static_select', options: [option('a'), option('b')] } as never),
  input('many', { type: 'multi_static_select', options: [option('x'), option('y'), option('z')] } as never),
  input('who', { type: 'users_select' }),
  input('where', { type: 'conversations_select' }),
  input('there', { type: 'channels_select' }),
  input('boxes', { type: 'checkboxes', options: [option('p'), option('q')] } as never),
  input('round', { type: 'radio_buttons', options: [option('r'), option('s')], initial_option: option('r') } as never),
  input('day', { type: 'datepicker' }),
  input('hour', { type: 'timepicker', initial_time: '09:30' } as never),
]

describeInChromium('the page: what the bot draws', begin => {
  test('charts are drawn as bars, lines or a pie, and say their numbers to whoever cannot see them', async () => {
    const { page, slack, api } = await begin()
    const series = (name: string, ...values: number[]) => ({
      name,
      data: values.map((value, at) => ({ label: `Nov ${at + 1}`, value })),
    })
    const numbers = {
      series: [series('Bug', 2, 0), series('Other', 1, 3)],
      axis_config: { categories: ['Nov 1', 'Nov 2'] },
    }
    const segments = [
      { label: 'Bug', value: 3 },
      { label: 'Other', value: 1 },
    ]
    for (const chart of [
      { type: 'bar', ...numbers },
      { type: 'line', ...numbers },
      { type: 'pie', segments },
    ]) {
      const blocks = [{ type: 'data_visualization', title: `A ${chart.type}`, chart }]
      await api('chat.postMessage', { channel: slack.channels.general, text: 'chart', blocks })
    }
    const pictureOf = (title: string) => messages(page).locator('figure').filter({ hasText: title }).getByRole('img')
    const sizeOf = async (title: string, part: string) => {
      const box = await pictureOf(title).locator(part).boundingBox()
      return [box?.width, box?.height].map(side => Math.round(side ?? -1))
    }
    await pictureOf('A pie').waitFor()
    for (const title of ['A bar', 'A line'])
      expect(await pictureOf(title).getAttribute('aria-label')).toBe('Bug: Nov 1 2, Nov 2 0; Other: Nov 1 1, Nov 2 3')
    const heights = ['Bug 2', 'Other 1', 'Bug 0'].map(async name => (await sizeOf('A bar', `[title="${name}"]`))[1])
    expect(await Promise.all(heights)).toEqual([107, 53, 0])
    const [width = 0, height = 0] = await sizeOf('A line', 'svg')
    expect(await sizeOf('A line', 'polyline >> nth=1')).toEqual(
      [width / 2, (height * 2) / 3].map(side => expect.closeTo(side, -1)),
    )
    expect(await pictureOf('A pie').locator('circle').count()).toBe(2)
    expect(await pictureOf('A pie').getAttribute('aria-label')).toBe('Bug 3, Other 1')
  })

  test('a modal holds every kind of field, says what is wrong beside it, and hands over what was put in', async () => {
    const submitted: ViewSubmitAction['view'][] = []
    const { page, slack } = await begin({
      bot: app => {
        app.shortcut('classify', async ({ ack, client, shortcut }) => {
          await ack()
          await client.views.open({ trigger_id: shortcut.trigger_id, view: modal('Settings', allInputs) })
        })
        app.view('Settings', async ({ ack, view }) => {
          submitted.push(view)
          if (submitted.length > 1) return ack()
          await ack({ response_action: 'errors', errors: { name: 'That name is taken.' } })
        })
      },
    })
    await slack.do({ do: 'say', as: slack.people.lee, channel: slack.channels.general, text: 'It crashed' })
    await messages(page).first().hover()
    await page.getByTestId('more-actions').click()
    await page.getByTestId('shortcut-classify').click()
    const field = (name: string) => page.getByTestId(`element-${name}`)
    await page.getByTestId('modal').getByText('Settings').waitFor()
    await page.getByTestId('modal-submit').click()
    await page.getByText('Please complete this required field.').first().waitFor()
    expect(submitted).toEqual([])
    await field('name').fill('Ann')
    await field('count').fill('3')
    await field('mail').fill('ann@example.com')
    await field('one').selectOption('b')
    await field('many').click()
    await page.getByTestId('boxes-many').getByLabel('x').check()
    await page.getByTestId('boxes-many').getByLabel('z').check()
    await field('who').selectOption(slack.people.mei)
    await field('where').selectOption(slack.channels.feedback)
    await field('there').selectOption(slack.channels.random)
    await page.getByTestId('boxes-boxes').getByLabel('q').check()
    await field('day').fill('2026-03-04')
    await page.getByTestId('modal-submit').click()
    await page.getByTestId('field-error').getByText('That name is taken.').waitFor()
    expect(await field('name').inputValue()).toBe('Ann')
    await field('name').fill('Anna')
    await page.getByTestId('modal-submit').click()
    await page.getByTestId('modal').waitFor({ state: 'hidden' })
    expect(submitted[1]?.state.values).toMatchObject({
      name: { name: { type: 'plain_text_input', value: 'Anna' } },
      story: { story: { value: null } },
      count: { count: { value: '3' } },
      mail: { mail: { value: 'ann@example.com' } },
      one: { one: { selected_option: { value: 'b' } } },
      many: { many: { selected_options: [{ value: 'x' }, { value: 'z' }] } },
      who: { who: { selected_user: slack.people.mei } },
      where: { where: { selected_conversation: slack.channels.feedback } },
      there: { there: { selected_channel: slack.channels.random } },
      boxes: { boxes: { selected_options: [{ value: 'q' }] } },
      round: { round: { selected_option: { value: 'r' } } },
      day: { day: { selected_date: '2026-03-04' } },
      hour: { hour: { selected_time: '09:30' } },
    })
  })

  test('modals stand on each other: Escape takes the top one away, what was typed below stays, the focus returns', async () => {
    const { page, slack } = await begin({
      bot: app => {
        const more = {
          type: 'actions',
          block_id: 'more',
          elements: [{ type: 'button', action_id: 'more', text: plain('More') }],
        }
        app.shortcut('ask', async ({ ack, client, shortcut }) => {
          await ack()
          await client.views.open({
            trigger_id: shortcut.trigger_id,
            view: modal('First', [input('q', { type: 'plain_text_input' }), more]),
          })
        })
        app.action<BlockAction>('more', async ({ ack, client, body }) => {
          await ack()
          await client.views.push({
            trigger_id: body.trigger_id,
            view: modal('Second', [input('z', { type: 'plain_text_input' })]),
          })
        })
      },
    })
    await page.getByTestId('composer-shortcuts').click()
    await page.getByTestId('shortcut-ask').click()
    await page.getByTestId('element-q').fill('kept')
    await page.getByTestId('element-more').click()
    await page.getByTestId('modal').getByText('Second').waitFor()
    for (let press = 0; press < 8; press++) {
      await page.keyboard.press('Tab')
      const isInside = await page.evaluate(
        'document.activeElement === document.body || document.activeElement.closest("dialog") !== null',
      )
      expect(isInside).toBe(true)
    }
    await page.keyboard.press('Escape')
    await page.getByTestId('modal').getByText('First').waitFor()
    expect(await page.getByTestId('element-q').inputValue()).toBe('kept')
    await page.keyboard.press('Escape')
    await page.getByTestId('modal').waitFor({ state: 'hidden' })
    expect(await page.evaluate('document.activeElement.dataset.testid')).toBe('composer-shortcuts')
    expect(slack.snapshot(slack.people.dana).modals).toEqual([])
  })

  test('whatever can be pressed in a message reaches the bot with its new state, and stays so until the bot changes it', async () => {
    const actions: Record<string, unknown>[] = []
    const { page, slack, api } = await begin({
      bot: app =>
        app.action(/.*/, async ({ ack, action }) => {
          await ack()
          actions.push({ ...action })
        }),
    })
    const sure = { title: plain('Sure?'), text: plain('Really?'), confirm: plain('Yes, do'), deny: plain('No') }
    const elements = [
      { type: 'button', action_id: 'press', text: plain('Press'), value: 'v1', confirm: sure },
      { type: 'static_select', action_id: 'pick', options: [option('a'), option('b')] },
      { type: 'overflow', action_id: 'dots', options: [option('later'), option('never')] },
      { type: 'checkboxes', action_id: 'ticks', options: [option('c'), option('d')] },
      { type: 'radio_buttons', action_id: 'rounds', options: [option('e'), option('f')] },
      { type: 'datepicker', action_id: 'date' },
    ]
    const thumb = (value: string) => ({ text: plain(value), value })
    const feedback = [
      { type: 'feedback_buttons', action_id: 'thumbs', positive_button: thumb('good'), negative_button: thumb('bad') },
      { type: 'icon_button', action_id: 'bin', icon: 'trash', text: plain('Forget'), value: 'gone' },
    ]
    const blocks = [
      { type: 'actions', block_id: 'b1', elements },
      { type: 'context_actions', block_id: 'b2', elements: feedback },
    ]
    const channel = slack.channels.general
    const posted = await api('chat.postMessage', { channel, text: 'Choose', blocks })
    await page.getByTestId('element-press').click()
    await page.getByTestId('confirm-yes').click()
    await page.getByTestId('element-pick').selectOption('b')
    await page.getByTestId('element-dots').click()
    await page.getByRole('menuitem', { name: 'never' }).click()
    await page.getByTestId('boxes-ticks').getByLabel('d').check()
    await page.getByTestId('boxes-rounds').getByLabel('e').check()
    await page.getByTestId('element-date').fill('2026-05-06')
    await page.getByTestId('element-date').blur()
    await page.getByTestId('feedback-bad').click()
    await page.getByTestId('element-bin').click()
    await slack.until(() => actions.length === 8, 'eight actions')
    const named = Object.fromEntries(actions.map(action => [action.action_id, action]))
    expect(named).toMatchObject({
      press: { type: 'button', block_id: 'b1', value: 'v1' },
      pick: { type: 'static_select', selected_option: { value: 'b' } },
      dots: { type: 'overflow', selected_option: { value: 'never' } },
      ticks: { type: 'checkboxes', selected_options: [{ value: 'd' }] },
      rounds: { type: 'radio_buttons', selected_option: { value: 'e' } },
      date: { type: 'datepicker', selected_date: '2026-05-06' },
      thumbs: { type: 'feedback_buttons', block_id: 'b2', value: 'bad' },
      bin: { type: 'icon_button', value: 'gone' },
    })
    const state = () =>
      page.evaluate<unknown[]>(
        `['[data-testid=element-pick]', '[data-testid=boxes-ticks] [value=d]', '[data-testid=feedback-bad]'].map(selector => {
          const node = document.querySelector(selector)
          return node.getAttribute('aria-pressed') ?? (node.type === 'checkbox' ? node.checked : node.value)
        })`,
      )
    await page.getByTestId('element-pick').focus()
    await api('chat.update', { channel, ts: posted.ts, text: 'Choose', blocks: [...blocks, { type: 'divider' }] })
    await messages(page).locator('hr').waitFor()
    expect(await state()).toEqual(['b', true, 'true'])
    const picked = { ...elements[1], initial_option: option('a') }
    await api('chat.update', {
      channel,
      ts: posted.ts,
      text: 'x',
      blocks: [{ ...blocks[0], elements: elements.with(1, picked as never) }, blocks[1]],
    })
    await messages(page).locator('hr').waitFor({ state: 'detached' })
    expect(await state()).toEqual(['a', true, 'true'])
    expect(await page.evaluate('document.activeElement.dataset.testid')).toBe('element-pick')
  })

  test('Markdown, Slack’s own marks and rich text are drawn as what they mean', async () => {
    const { page, slack, api } = await begin()
    const markdown = [
      '## **Two** parts',
      'It is **bold**, *slanted*, ~~gone~~ and `code`; 中文**粗体**也行。',
      'See [https://a.example **now**](https://b.example), [](https://c.example), <#C0RANDOM01>, https://d.example/e，好。',
      '1. one',
      '   - nested',
      '     - deeper',
      '2. two',
      '- [x] done',
      '- [ ] open',
      '> said <@U0LEE00001>',
      '',
      '| a | b |',
      '|---|--:|',
      '| 1 | `x|y` |',
      '',
      '```ts',
      'const half = <open>',
    ].join('\n')
    const mrkdwn =
      '*bold* _slanted_ ~gone~ `a &lt; b`\n&gt; said\n<https://example.com|a link> 中文*不粗* :tada: <!here>'
    const list = (indent: number, text: string) => ({
      type: 'rich_text_list',
      style: 'bullet',
      indent,
      elements: [{ type: 'rich_text_section', elements: [{ type: 'text', text, style: { italic: true } }] }],
    })
    const blocks = [
      { type: 'markdown', text: markdown },
      { type: 'section', text: { type: 'mrkdwn', text: mrkdwn } },
      { type: 'rich_text', elements: [list(0, 'outer'), list(1, 'inner')] },
      {
        type: 'video',
        title: plain('v'),
        video_url: 'https://example.com/v',
        thumbnail_url: 'https://example.com/t',
        alt_text: 'v',
      },
    ]
    await api('chat.postMessage', { channel: slack.channels.general, text: 'x', blocks })
    await messages(page).first().waitFor()
    const texts = (selector: string) => messages(page).locator(selector).allTextContents()
    expect(await texts('.markdown .heading')).toEqual(['Two parts'])
    expect(await texts('.markdown p:not(.heading) :is(strong, em, s, code)')).toEqual([
      'bold',
      'slanted',
      'gone',
      'code',
      '粗体',
      'now',
    ])
    const links = messages(page).locator('.markdown a')
    expect(await links.evaluateAll(all => all.map(a => `${a.textContent} ${a.getAttribute('href')}`))).toEqual([
      'https://a.example now https://b.example/',
      'https://c.example https://c.example/',
      '#random #/C0RANDOM01',
      'https://d.example/e https://d.example/e',
    ])
    expect(await texts('.markdown ol > li > ul > li > ul > li')).toEqual(['deeper'])
    expect(await messages(page).locator('.markdown li.task input:checked').count()).toBe(1)
    expect(await texts('.markdown blockquote .ping')).toEqual(['@Lee'])
    expect(await texts('.markdown td')).toEqual(['1', 'x|y'])
    expect(await texts('.markdown pre')).toEqual(['const half = <open>'])
    expect(await texts('.mrkdwn :is(strong, em, s, code, a, blockquote)')).toEqual([
      'bold',
      'slanted',
      'gone',
      'a < b',
      'said',
      'a link',
    ])
    expect(await texts('.mrkdwn :is(.emoji, .ping-all)')).toEqual(['🎉', '@here'])
    expect(await texts('.rich-text ul[style*="1.6em"] em')).toEqual(['inner'])
    expect(await texts('.unknown summary')).toEqual(['This page can’t show this block: video'])
  })

  test('the Home is opened, drawn and used; its Messages tab is the DM', async () => {
    const pressed: string[] = []
    const button = { type: 'button', action_id: 'go', text: plain('Go'), value: 'now' }
    const blocks = [
      { type: 'header', text: plain('Welcome') },
      { type: 'section', text: { type: 'mrkdwn', text: 'Good *morning*' }, accessory: button },
    ]
    const { page, slack } = await begin({
      bot: app => {
        app.event('app_home_opened', async ({ event, client }) => {
          if (event.tab === 'home')
            await client.views.publish({ user_id: event.user, view: { type: 'home', blocks } as never })
        })
        app.action<BlockAction>('go', async ({ ack, body }) => {
          await ack()
          pressed.push(body.view?.type ?? '')
        })
      },
    })
    await page.getByTestId('home').click()
    await page.getByTestId('home-view').getByText('Welcome').waitFor()
    await page.getByTestId('element-go').click()
    await slack.until(() => pressed.length === 1, 'a press')
    expect(pressed).toEqual(['home'])
    await page.getByTestId('tab-messages').click()
    await page.getByText('Ask anything.').waitFor()
  })

  test('what went over the wire is folded away, then listed, filtered and opened, beside the limits', async () => {
    const { page, slack, api } = await begin({ workspace: { limits: 'published' } })
    await page.getByTestId('wire').waitFor({ state: 'hidden' })
    await page.getByTestId('wire-toggle').click()
    await api('chat.postMessage', { channel: slack.channels.general, text: 'Over the wire' })
    await api('users.info', { user: slack.people.lee })
    await page.getByTestId('wire-entry').nth(1).waitFor()
    await page.getByTestId('wire-filter').fill('postmess')
    await page.getByTestId('wire-entry').nth(1).waitFor({ state: 'detached' })
    await page.getByTestId('wire-entry').click()
    await page.getByTestId('wire-entry').getByText('"Over the wire"').waitFor()
    const meter = page.getByTestId('limits').getByRole('meter', { name: /^chat.update: 50 of 50/ })
    await meter.waitFor()
  })
})
