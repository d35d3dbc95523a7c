import type { Page } from 'playwright-core'
import { expect, test } from 'vitest'
import { describeInChromium } from './browser.ts'

const messages = (page: Page) => page.getByTestId('messages').getByTestId('message')
const replies = (page: Page) => page.getByTestId('thread-messages').getByTestId('message')
const type = async (page: Page, box: string, text: string) => {
  await page.getByTestId(box).click()
  await page.keyboard.type(text)
}

const pictureWidth = `(async picture => (await picture.decode(), picture.naturalWidth))(document.querySelector('.file img'))`
/** What runs in the page: a file is dropped on a box or pasted into it. */
const handOver = `(box, kind) => {
  const data = new DataTransfer()
  data.items.add(new File(['hello'], kind + '.txt', { type: 'text/plain' }))
  const init = { bubbles: true, cancelable: true, dataTransfer: data, clipboardData: data }
  box.dispatchEvent(kind === 'drop' ? new DragEvent('drop', init) : new ClipboardEvent('paste', init))
}`

describeInChromium('the page: talking', begin => {
  test('Enter sends, Shift+Enter begins a new line, and a name becomes a mention', async () => {
    const { page, slack } = await begin()
    await type(page, 'composer', 'Hello @thr')
    await page.getByTestId('suggestions').getByText('Threadwise').waitFor()
    await page.keyboard.press('Enter')
    await page.keyboard.type('and @小')
    await page.keyboard.press('Tab')
    await page.keyboard.press('Shift+Enter')
    await page.keyboard.type('see #feedback & <this>')
    await page.keyboard.press('Enter')
    await messages(page).getByText('see').waitFor()
    const [said] = slack.messages(slack.channels.general)
    const { mei } = slack.people
    expect(said?.text).toBe(
      `Hello <@${slack.botUserId}> and <@${mei}> \nsee <#${slack.channels.feedback}|feedback> &amp; &lt;this&gt;`,
    )
    expect(await messages(page).locator('.ping').allTextContents()).toEqual(['@Threadwise', '@小梅'])
    expect(await page.getByTestId('composer').inputValue()).toBe('')
  })

  test('a reply stands in the thread, and in the channel too when that is asked for', async () => {
    const { page, slack, api } = await begin()
    await slack.do({ do: 'say', as: slack.people.lee, channel: slack.channels.general, text: 'Where is the report?' })
    await messages(page).first().hover()
    await page.getByTestId('reply').click()
    await page.keyboard.type('On its way')
    await page.keyboard.press('Enter')
    await replies(page).nth(1).getByText('On its way').waitFor()
    await messages(page).getByTestId('thread-link').getByText('1 reply').waitFor()
    await page.getByTestId('thread-composer-broadcast').check()
    await type(page, 'thread-composer', 'Here it is')
    await page.keyboard.press('Enter')
    await messages(page).getByText('Here it is').waitFor()
    const [root] = slack.messages(slack.channels.general)
    const note = {
      channel: slack.channels.general,
      user: slack.people.dana,
      thread_ts: root?.ts,
      text: 'A private note',
    }
    await api('chat.postEphemeral', note)
    await replies(page).getByText('A private note').waitFor()
    await messages(page).getByTestId('thread-link').getByText('2 replies').waitFor()
    expect(await messages(page).locator('.faces .avatar').count()).toBe(1)
    expect(await messages(page).count()).toBe(2)
    await page.keyboard.press('Escape')
    await page.getByTestId('thread').waitFor({ state: 'hidden' })
  })

  test('commands are suggested and run, refused in threads and when nobody knows them, and nothing typed is lost', async () => {
    const heard: string[] = []
    const { page, slack } = await begin({
      bot: app =>
        app.command('/threadwise', async ({ command, ack }) => {
          heard.push(command.text)
          await ack('Noted.')
        }),
    })
    await type(page, 'composer', '/thr')
    await page.getByTestId('suggest-threadwise').click()
    await page.keyboard.type('what is new?')
    await page.keyboard.press('Enter')
    await messages(page).getByText('Noted.').waitFor()
    await messages(page).getByText('Only visible to you').waitFor()
    expect(heard).toEqual(['what is new?'])
    await type(page, 'composer', '/nothing here')
    await page.keyboard.press('Enter')
    await page.getByTestId('toast').getByText('/nothing is not a valid command.').waitFor()
    expect(await page.getByTestId('composer').inputValue()).toBe('/nothing here')
    await slack.do({ do: 'say', as: slack.people.dana, channel: slack.channels.general, text: 'A root' })
    const root = messages(page).filter({ hasText: 'A root' })
    await root.hover()
    await root.getByTestId('reply').click()
    await page.keyboard.type('/threadwise x')
    await page.keyboard.press('Enter')
    await page.getByTestId('toast').getByText('/threadwise is not supported in threads. Sorry!').waitFor()
    expect(await page.getByTestId('thread-composer').inputValue()).toBe('/threadwise x')
  })

  test('a message is edited with ArrowUp, and deleted after a question', async () => {
    const { page, slack } = await begin()
    await type(page, 'composer', 'Helo @Lee')
    await page.keyboard.press('Escape')
    await page.keyboard.press('Enter')
    await messages(page).getByText('Helo').waitFor()
    await page.keyboard.press('ArrowUp')
    expect(await page.getByTestId('edit-box').inputValue()).toBe('Helo @Lee')
    expect(await messages(page).getByRole('toolbar').count()).toBe(0)
    await page.getByTestId('edit-box').fill('Hello @Lee')
    await page.getByTestId('edit-box').press('Enter')
    await messages(page).getByText('(edited)').waitFor()
    expect(slack.messages(slack.channels.general)[0]?.text).toBe(`Hello <@${slack.people.lee}>`)
    await messages(page).first().hover()
    await page.getByTestId('more-actions').click()
    await page.getByTestId('delete').click()
    await page.getByTestId('confirm-yes').click()
    await messages(page).first().waitFor({ state: 'detached' })
    expect(slack.messages(slack.channels.general)).toEqual([])
  })

  test('reactions are chosen or named, counted and taken back', async () => {
    const { page, slack } = await begin()
    await slack.do({ do: 'say', as: slack.people.lee, channel: slack.channels.general, text: 'Shipped' })
    await messages(page).first().hover()
    await page.getByTestId('react').click()
    await page.getByTestId('emoji-tada').click()
    await page.getByTestId('reaction-tada').waitFor()
    await messages(page).first().hover()
    await page.getByTestId('react').click()
    await page.getByTestId('react-name').fill(':rocket:')
    await page.getByTestId('react-name').press('Enter')
    await page.getByTestId('reaction-rocket').waitFor()
    await page.getByTestId('reaction-tada').click()
    await page.getByTestId('reaction-tada').waitFor({ state: 'detached' })
    expect(slack.messages(slack.channels.general)[0]?.reactions).toEqual([
      { name: 'rocket', users: [slack.people.dana] },
    ])
  })

  test('in the DM a prompt is sent by a click, and the thread opens when the bot is at it', async () => {
    const { page, slack, api } = await begin()
    const dm = slack.snapshot(slack.people.dana).channels.find(channel => channel.kind === 'im')?.id ?? ''
    await api('assistant.threads.setSuggestedPrompts', {
      channel_id: dm,
      prompts: [{ title: 'Plan my day', message: 'What is due today?' }],
    })
    await page.getByTestId('dm').click()
    await page.getByTestId('prompt').getByText('Plan my day').click()
    const root = await slack.until(() => slack.messages(dm)[0], 'the question')
    await api('assistant.threads.setStatus', { channel_id: dm, thread_ts: root.ts, status: 'is thinking…' })
    await page.getByTestId('thread-status').getByText('Threadwise is thinking…').waitFor()
    await api('assistant.threads.setTitle', { channel_id: dm, thread_ts: root.ts, title: 'Due today' })
    await page.getByTestId('thread-title').getByText('Due today').waitFor()
    await api('chat.postMessage', { channel: dm, thread_ts: root.ts, text: 'Two things.' })
    await replies(page).getByText('Two things.').waitFor()
    await page.getByTestId('thread-status').waitFor({ state: 'detached' })
    await messages(page).getByTestId('thread-link').getByText('1 reply').waitFor()
  })

  test('files come by button, drop and paste, and pictures are shown', async () => {
    const { page, slack } = await begin()
    const png = Buffer.from(
      'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==',
      'base64',
    )
    await page.getByTestId('composer-file').setInputFiles({ name: 'dot.png', mimeType: 'image/png', buffer: png })
    for (const event of ['drop', 'paste'] as const) {
      await page.evaluate(`(${handOver})(document.querySelector('[data-testid=composer]'), '${event}')`)
    }
    await type(page, 'composer', 'Three files')
    await page.keyboard.press('Enter')
    await messages(page).getByTestId('file').nth(2).waitFor()
    const names = slack.messages(slack.channels.general)[0]?.files?.map(file => file.name)
    expect(names).toEqual(['dot.png', 'drop.txt', 'paste.txt'])
    const width = await page.evaluate(pictureWidth)
    expect(width).toBe(1)
    expect(await page.getByTestId('attachment').count()).toBe(0)
  })

  test('each edit shows as it happens, in place; a stream shows a cursor until it ends', async () => {
    const { page, slack, api } = await begin()
    const channel = slack.channels.general
    const posted = await api('chat.postMessage', { channel, text: 'One' })
    const paragraph = await messages(page).first().locator('.body p').elementHandle()
    await api('chat.update', { channel, ts: posted.ts, text: 'One two' })
    await messages(page).getByText('One two').waitFor()
    expect(await paragraph?.textContent()).toBe('One two')
    await messages(page).getByTitle('changed once').filter({ hasText: '(edited)' }).waitFor()
    const root = await slack.do({ do: 'say', as: slack.people.dana, channel, text: 'Stream, please' })
    const ids = { recipient_user_id: slack.people.dana, recipient_team_id: slack.teamId }
    const stream = await api('chat.startStream', { channel, thread_ts: root.ts, markdown_text: '- first', ...ids })
    await page.getByTestId('thread-link').click()
    await replies(page).locator('.cursor').waitFor()
    await api('chat.appendStream', { channel, ts: stream.ts, markdown_text: ' and **second**' })
    await replies(page).locator('li strong').getByText('second').waitFor()
    await api('chat.stopStream', { channel, ts: stream.ts })
    await replies(page).locator('.cursor').waitFor({ state: 'detached' })
  })

  test('an ephemeral message is seen by one person only', async () => {
    const { page, slack, api, openAs } = await begin()
    const channel = slack.channels.general
    await api('chat.postEphemeral', { channel, user: slack.people.dana, text: 'Just for you' })
    await api('chat.postMessage', { channel, text: 'For all' })
    const other = await openAs('lee')
    await messages(page).getByText('Just for you').waitFor()
    await messages(other).getByText('For all').waitFor()
    expect(await messages(other).getByText('Just for you').count()).toBe(0)
  })

  test('channels are made, joined and filled, marked when unread, and a permalink leads to its message', async () => {
    const { page, slack, api, openAs } = await begin()
    await page.getByTestId('create-channel').click()
    await page.getByTestId('channel-name').fill('launch plan')
    await page.getByTestId('channel-create').click()
    await page.locator('h1').getByText('launch-plan').waitFor()
    await page.getByTestId('invite').click()
    await page.getByTestId(`invite-${slack.botUserId}`).click()
    await page.getByTestId('members').getByText('2 members').waitFor()
    const lee = await openAs('lee')
    await lee.getByTestId('channel-launch-plan').click()
    await lee.getByTestId('join').click()
    await lee.getByTestId('composer').waitFor()
    const posted = await api('chat.postMessage', { channel: slack.channels.feedback, text: 'Read me' })
    await page.getByTestId('channel-feedback').getByTestId('unread').waitFor()
    const { permalink } = await api('chat.getPermalink', { channel: slack.channels.feedback, message_ts: posted.ts })
    await page.goto(String(permalink))
    await page.locator('.row.is-found').getByText('Read me').waitFor()
    await page.getByTestId('channel-feedback').getByTestId('unread').waitFor({ state: 'detached' })
  })
})
