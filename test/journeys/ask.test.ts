import { mkdtemp } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { blockStore } from '../block-store.ts'
import { openStory, type Story, toSeen } from '../story.ts'

const commands = [{ command: '/ask', description: 'Ask', usageHint: '[question]' }]
const shortcuts = [
  { callbackId: 'ask_about_message', name: 'Ask about this message', description: 'Ask', type: 'message' as const },
]

describe('/ask', () => {
  test('puts the question into the channel in the person’s name and answers it there', async () => {
    const { slack, model, untilReply } = await openStory({ workspace: { commands } })
    const { dana } = slack.people
    const { general } = slack.channels
    await slack.do({ do: 'command', as: dana, channel: general, command: '/ask', text: 'why <!channel> now?' })
    const exchange = await model.next()
    expect(exchange.prompt).toMatch(/from="Dana"[^>]*>why &lt;!channel&gt; now\?/)
    const asked = slack.messages(general).at(-1)
    expect(asked && toSeen(asked)).toContain('Dana asks:')
    expect(JSON.stringify(asked)).not.toContain('<!channel>')
    exchange.reply('Because.')
    await untilReply(general, asked?.ts ?? '', reply => toSeen(reply) === 'Because.', 'the answer')
  })

  test('shows a question as it was typed, whatever marks are in it', async () => {
    const { slack } = await openStory({ workspace: { commands } })
    const { general } = slack.channels
    const text = '*why* [bank.example](https://evil.example)?\n> # `x`'
    await slack.do({ do: 'command', as: slack.people.dana, channel: general, command: '/ask', text })
    const asked = await slack.until(
      () => slack.messages(general).find(({ text }) => text.includes('why')),
      'the question',
    )
    expect(toSeen(asked)).toBe(
      '**Dana asks:**\n\n> \\*why\\* \\[bank.example]\u2060(https\\://evil.example)?\n> \\> # \\`x\\`',
    )
  })

  test('in a channel that the bot is not in says how to invite it, to the person alone', async () => {
    const { slack, model } = await openStory({ workspace: { commands } })
    const { dana, lee } = slack.people
    const { random } = slack.channels
    await slack.do({ do: 'command', as: dana, channel: random, command: '/ask', text: 'anyone?' })
    const told = () => slack.snapshot(dana).messages.find(message => message.ephemeralTo === dana)
    const message = await slack.until(told, 'the cure')
    expect(message.text).toContain('/invite')
    expect(
      slack
        .snapshot(lee)
        .messages.filter(({ channel }) => channel === random)
        .map(toSeen)
        .join(),
    ).not.toContain('/invite')
    expect(model.requests).toEqual([])
  })

  test('without a question says what to write', async () => {
    const { slack } = await openStory({ workspace: { commands } })
    const { mei } = slack.people
    await slack.do({ do: 'command', as: mei, channel: slack.channels.general, command: '/ask', text: '  ' })
    await slack.until(
      () => slack.snapshot(mei).messages.find(({ text }) => text.includes('请把问题写在命令后面')),
      'the hint',
    )
  })
})

describe('a question that cannot be saved', () => {
  test('by /ask is not taken, the person is told, and the next one is answered', async () => {
    const dataDir = await mkdtemp(join(tmpdir(), 'threadwise-'))
    const { slack, model, store } = await openStory({ workspace: { commands }, dataDir })
    const { dana } = slack.people
    const { general } = slack.channels
    const ask = { do: 'command' as const, as: dana, channel: general, command: '/ask' }
    const unblock = blockStore(store, dataDir)
    await slack.do({ ...ask, text: 'is it saved?' })
    const own = () => slack.snapshot(dana).messages.filter(({ ephemeralTo }) => ephemeralTo === dana)
    await slack.until(() => own().some(({ text }) => text.includes('I couldn’t save that')), 'the cure')
    expect(JSON.stringify(slack.messages(general))).not.toContain('is it saved?')
    await unblock()
    await slack.do({ ...ask, text: 'is it saved now?' })
    expect((await model.next()).prompt).toContain('is it saved now?')
  })

  test('by a dialogue leaves the dialogue open, with the reason and the question', async () => {
    const dataDir = await mkdtemp(join(tmpdir(), 'threadwise-'))
    const { slack, model, store, say } = await openStory({ workspace: { shortcuts }, dataDir })
    const { mei } = slack.people
    const { general } = slack.channels
    const ts = await say(mei, general, 'The launch is on Thursday')
    await slack.do({ do: 'message_shortcut', as: mei, channel: general, ts, callbackId: 'ask_about_message' })
    const modal = await slack.until(() => slack.snapshot(mei).modals.at(-1), 'the dialogue')
    const unblock = blockStore(store, dataDir)
    const state = { question: { text: { type: 'plain_text_input', value: '哪天？' } } }
    await slack.do({ do: 'submit_view', as: mei, viewId: modal.id, state })
    expect(JSON.stringify(slack.snapshot(mei).modals.at(-1)?.errors)).toContain('没能保存你的消息')
    expect(model.requests).toEqual([])
    await unblock()
    await slack.do({ do: 'submit_view', as: mei, viewId: modal.id, state })
    expect(slack.snapshot(mei).modals).toEqual([])
    expect((await model.next()).prompt).toContain('哪天？')
  })
})

describe('a dialogue', () => {
  test('that Slack lets nobody open any more asks the person to try again, and the next one opens', async () => {
    const { slack, say } = await openStory({ workspace: { shortcuts } })
    const { dana, lee } = slack.people
    const { general } = slack.channels
    const ts = await say(lee, general, 'The launch is on Thursday')
    const open = { do: 'message_shortcut' as const, as: dana, channel: general, ts, callbackId: 'ask_about_message' }
    slack.fault({ method: 'views.open', error: 'expired_trigger_id', times: 1 })
    await slack.do(open)
    await slack.until(
      () => slack.snapshot(dana).messages.find(message => toSeen(message).includes('I was too slow')),
      'the sentence',
    )
    await slack.do(open)
    await slack.until(() => slack.snapshot(dana).modals.at(-1), 'the dialogue')
  })

  test('from a message’s shortcut asks about it in its thread, with the thread as context', async () => {
    const { slack, model, say, untilReply } = await openStory({ workspace: { shortcuts } })
    const { dana, lee } = slack.people
    const { general } = slack.channels
    const ts = await say(lee, general, 'The launch is on Thursday')
    await slack.do({ do: 'message_shortcut', as: dana, channel: general, ts, callbackId: 'ask_about_message' })
    const modal = await slack.until(() => slack.snapshot(dana).modals.at(-1), 'the dialogue')
    expect(modal.view.callback_id).toBe('ask')
    await slack.do({
      do: 'submit_view',
      as: dana,
      viewId: modal.id,
      state: { question: { text: { type: 'plain_text_input', value: 'Which day?' } } },
    })
    const exchange = await model.next()
    expect(exchange.prompt).toContain('The launch is on Thursday')
    expect(exchange.prompt).toMatch(/from="Dana"[^>]*>Which day\?<\/message>$/)
    exchange.reply('Thursday.')
    await untilReply(general, ts, reply => toSeen(reply) === 'Thursday.', 'the answer')
    expect(slack.snapshot(dana).modals).toEqual([])
  })

  test('from a message’s shortcut shows the message, shortened and as it was typed, and leads to the thread', async () => {
    const { slack, model, say } = await openStory({ workspace: { shortcuts } })
    const { dana, lee, general } = { ...slack.people, ...slack.channels }
    const text = `<!channel> <@${dana}>: *launch* on [Thursday](https://evil.example) & ${'more '.repeat(200)}`
    const ts = await say(lee, general, text)
    await slack.do({ do: 'message_shortcut', as: dana, channel: general, ts, callbackId: 'ask_about_message' })
    const { id, view } = await slack.until(() => slack.snapshot(dana).modals.at(-1), 'the dialogue')
    const [quote] = view.blocks as { type: string; elements: { type: string; elements: { text: string }[] }[] }[]
    expect(quote?.elements).toMatchObject([{ type: 'rich_text_quote', elements: [{ type: 'text' }] }])
    const shown = quote?.elements[0]?.elements[0]?.text ?? ''
    expect(shown).toMatch(/^<!channel> @Dana: \*launch\* on \[Thursday\]\(https:\/\/evil\.example\) & more .*…$/)
    expect(shown.length).toBeLessThan(400)

    const state = { question: { text: { type: 'plain_text_input', value: 'Which day?' } } }
    await slack.do({ do: 'submit_view', as: dana, viewId: id, state })
    ;(await model.next()).reply('Thursday.')
    const asked = slack.messages(general, ts).find(message => toSeen(message).includes('Which day?'))
    const link = `p${asked?.ts.replace('.', '')}?thread_ts=${ts}`
    const told = () =>
      slack.snapshot(dana).messages.find(({ ephemeralTo, text }) => ephemeralTo === dana && text.includes(link))
    expect((await slack.until(told, 'the link')).text).toMatch(/is in <[^|]*\|the thread>/)
  })

  test('about a message without words shows the names of its files', async () => {
    const { slack } = await openStory({ workspace: { shortcuts } })
    const { dana, general } = { ...slack.people, ...slack.channels }
    const { id } = slack.upload(dana, 'plan.pdf', Buffer.from('%PDF-1.4'))
    const { ts } = await slack.do({ do: 'say', as: dana, channel: general, text: '', files: [id] })
    await slack.do({
      do: 'message_shortcut',
      as: dana,
      channel: general,
      ts: String(ts),
      callbackId: 'ask_about_message',
    })
    const { view } = await slack.until(() => slack.snapshot(dana).modals.at(-1), 'the dialogue')
    expect(JSON.stringify(view.blocks)).toContain('plan.pdf')
  })

  test('from the app’s home is answered in the direct message', async () => {
    const { slack, model } = await openStory()
    const { mei } = slack.people
    await slack.do({ do: 'open_home', as: mei, tab: 'home' })
    const home = await slack.until(() => slack.snapshot(mei).home, 'the home')
    expect(JSON.stringify(home.view)).toContain('回答来自：gpt-4o at 127.0.0.1')
    await slack.do({
      do: 'act_in_view',
      as: mei,
      viewId: home.id,
      blockId: 'ask',
      action: { type: 'button', action_id: 'open_ask' },
    })
    const modal = await slack.until(() => slack.snapshot(mei).modals.at(-1), 'the dialogue')
    await slack.do({
      do: 'submit_view',
      as: mei,
      viewId: modal.id,
      state: { question: { text: { type: 'plain_text_input', value: '几点了？' } } },
    })
    const exchange = await model.next()
    expect(exchange.prompt).toContain('几点了？')
    exchange.reply('三点。')
    const dm = slack.snapshot(mei).channels.find(({ kind }) => kind === 'im')?.id ?? ''
    await slack.until(
      () => slack.snapshot(mei).messages.find(message => message.channel === dm && toSeen(message) === '三点。'),
      'the answer',
    )
  })
})

describe('the agent pane', () => {
  const suggestionsFor = async (story: Story, as: string) => {
    const { slack } = story
    await slack.do({ do: 'open_home', as, tab: 'messages' })
    return slack.until(() => {
      const { suggestedPrompts } = slack.snapshot(as)
      return suggestedPrompts.length > 0 ? suggestedPrompts : undefined
    }, 'the prompts')
  }

  test('suggests what the bot is good at, with a channel that it is in, in the person’s language', async () => {
    const story = await openStory()
    const { mei, dana } = story.slack.people
    expect((await suggestionsFor(story, mei)).map(({ message }) => message)).toEqual([
      '我错过了什么？',
      '总结 #general 从昨天开始的内容',
      '本周收到了哪些反馈？',
      '你能做什么？',
    ])
    expect((await suggestionsFor(story, dana)).map(({ title }) => title)).toEqual([
      'What did I miss?',
      'Summarize #general since yesterday',
      'What feedback came in this week?',
      'What can you do?',
    ])
  })

  test('suggests no channel when the bot’s channels cannot be read', async () => {
    const story = await openStory()
    const { slack } = story
    slack.fault({ method: 'users.conversations', error: 'fatal_error', times: Number.POSITIVE_INFINITY })
    expect((await suggestionsFor(story, slack.people.dana)).map(({ message }) => message)).toEqual([
      'What did I miss?',
      'What feedback came in this week?',
      'What can you do?',
    ])
  })

  test('suggests nothing that the model would have to answer without knowing', async () => {
    const story = await openStory()
    const { slack, model, say, untilReply } = story
    for (const person of [slack.people.dana, slack.people.mei]) {
      const direct = slack.snapshot(person).channels.find(({ kind }) => kind === 'im')?.id ?? ''
      for (const { message } of await suggestionsFor(story, person)) {
        if (/#general/.test(message)) continue
        const ts = await say(person, direct, message)
        await untilReply(direct, ts, () => true, `the answer to ${message}`)
      }
    }
    expect(model.requests).toEqual([])
  })
})
