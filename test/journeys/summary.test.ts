import { mkdtemp } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import type { WorkspaceOptions } from '../../playground/slack-emulator/workspace.ts'
import { parseAskedSummary } from '../../src/features/summarize/request.ts'
import { blockStore } from '../block-store.ts'
import type { Exchange } from '../scripted-model.ts'
import { openToOutsiders } from '../settings-story.ts'
import { type Story, toSeen } from '../story.ts'
import {
  command,
  directOf,
  formatOf,
  hasButton,
  idOf,
  isWhole,
  json,
  linkOf,
  open,
  point,
  press,
  untilDirect,
  untilTold,
} from '../summary-story.ts'

describe('“summarize” in a thread', () => {
  test('is answered there: the upshot, decisions, questions and tasks, each with the link of its message', async () => {
    const story = await open()
    const { slack, model, say, untilReply } = story
    const { dana, lee, general } = { ...slack.people, ...slack.channels }
    const first = await say(dana, general, 'When do we ship?')
    const second = await say(lee, general, 'On Wednesday at 10:00. Who writes the notes?', first)
    await say(dana, general, 'I will, by Tuesday.', first)
    await say(dana, general, `<@${slack.botUserId}> summarize this thread`, first)
    const { prompt, reply, body } = await model.next()
    expect(formatOf({ body } as Exchange)).toMatchObject({ type: 'json_schema', json_schema: { strict: true } })
    expect(prompt).toContain('Write in English')
    expect(idOf(prompt, 'On Wednesday')).toBe('2')
    reply(
      json({
        upshot: point('They ship on Wednesday.', 2),
        decisions: [point('Shipping is on Wednesday at 10:00.', 2)],
        tasks: [{ who: 'Dana', what: 'writes the notes.', due: 'Tuesday', sources: ['3'] }],
      }),
    )
    const summary = await untilReply(general, first, isWhole, 'the summary')
    const link = `${slack.url}/archives/${general}/p${second.replace('.', '')}?thread_ts=${first}&cid=${general}`
    const seen = toSeen(summary)
    expect(seen).toMatch(/^They ship on Wednesday\. \[Lee\]\(/)
    expect(seen).toContain(link)
    expect(seen).toContain('**Decisions**\n- Shipping is on Wednesday at 10:00. [Lee')
    expect(seen).toContain('**To do**\n- **Dana**: writes the notes, by Tuesday [Dana')
    expect(seen).not.toContain('Open questions')
    expect(seen).toContain('read 3 messages in 1 thread, gpt-4o')
    expect(await linkOf(slack, general, second)).toBe(link)
  })

  test('in Chinese is answered in Chinese words', async () => {
    const { slack, model, say, untilReply } = await open()
    const { mei, general } = { ...slack.people, ...slack.channels }
    const first = await say(mei, general, '我们周三上线。')
    await say(mei, general, `<@${slack.botUserId}> 总结一下`, first)
    const exchange = await model.next()
    expect(exchange.prompt).toMatch(/\[Now: .*\] Write in Chinese[^\n]*$/)
    exchange.reply(json({ decisions: [point('周三上线。', 1)] }))
    const seen = toSeen(await untilReply(general, first, isWhole, 'the summary'))
    expect(seen).toContain('**决定**\n- 周三上线。')
    expect(seen).toContain('已读 1 个消息列的 1 条消息')
  })

  test('drops what names no message that was read, or quotes what nobody wrote, and says how many', async () => {
    const { slack, model, say, untilReply } = await open()
    const { dana, general } = { ...slack.people, ...slack.channels }
    const first = await say(dana, general, 'Let us keep the “blue banner” for now.')
    await say(dana, general, `<@${slack.botUserId}> summarize`, first)
    ;(await model.next()).reply(
      json({
        upshot: point('Mars is next.', 99),
        decisions: [
          point('The “blue banner” stays.', 1),
          point('Dana said “we move to the moon next year”.', 1),
          point('Nobody knows whence.'),
          point('Invented.', '1732600000.000100', 'x'),
        ],
      }),
    )
    const seen = toSeen(await untilReply(general, first, isWhole, 'the summary'))
    expect(seen).toContain('The “blue banner” stays.')
    expect(seen).not.toMatch(/Mars|moon|whence|Invented/)
    expect(seen).toContain('4 points were left out')
  })

  test('pings nobody and links nowhere but to what was read, whatever the model writes', async () => {
    const { slack, model, say, untilReply } = await open()
    const { dana, lee, general } = { ...slack.people, ...slack.channels }
    const first = await say(dana, general, `<@${lee}> will do it`)
    await say(dana, general, `<@${slack.botUserId}> summarize`, first)
    const exchange = await model.next()
    expect(exchange.prompt).toContain('@Lee will do it')
    exchange.reply(json({ decisions: [point(`<!channel> <@${lee}> [click](https://evil.example/x) does it`, 1)] }))
    const summary = await untilReply(general, first, isWhole, 'the summary')
    expect(JSON.stringify(summary)).not.toMatch(/<!channel>|<@U|evil\.example/)
    expect(toSeen(summary)).toContain('click does it')
  })

  test('can be asked for in a form of one’s own, whose every line still needs its source', async () => {
    const { slack, model, say, untilReply } = await open()
    const { dana, general } = { ...slack.people, ...slack.channels }
    const first = await say(dana, general, 'We ship on Wednesday.')
    await say(dana, general, `<@${slack.botUserId}> summarize this thread as a table for the customer`, first)
    const part = await model.next()
    expect(part.prompt).toContain('<wish>as a table for the customer</wish>')
    part.reply(json({ decisions: [point('Shipping is on Wednesday.', 1)] }))
    const form = await model.next()
    form.reply(
      '# For you\n\n| what | |\n|---|---|\n| Shipping on Wednesday | [1] |\n| A free car | [7] |\n| Free beer | |\n',
    )
    const seen = toSeen(await untilReply(general, first, isWhole, 'the summary'))
    expect(seen).toMatch(/# For you\n\n\| what \| \|\n\|---\|---\|\n\| Shipping on Wednesday \| \[Dana\]\(http/)
    expect(seen).not.toMatch(/car|beer/)
    expect(seen).toContain('2 points were left out')
  })

  test('gives only the decisions when only they are wanted, at no further cost', async () => {
    const { slack, model, say, untilReply } = await open()
    const { mei, general } = { ...slack.people, ...slack.channels }
    const first = await say(mei, general, '周三上线。谁来测试？')
    await say(mei, general, `<@${slack.botUserId}> 总结一下，只要决定`, first)
    ;(await model.next()).reply(json({ decisions: [point('周三上线。', 1)], questions: [point('谁来测试？', 1)] }))
    const seen = toSeen(await untilReply(general, first, isWhole, 'the summary'))
    expect(seen).toContain('**决定**')
    expect(seen).not.toContain('谁来测试')
    expect(model.requests).toHaveLength(1)
  })

  test('stops at once by its button, and goes on from what it had when it is asked for again', async () => {
    const { slack, model, say, untilReply } = await open()
    const { dana, general } = { ...slack.people, ...slack.channels }
    const first = await say(dana, general, 'We ship on Wednesday.')
    await say(dana, general, `<@${slack.botUserId}> summarize`, first)
    const exchange = await model.next()
    const growing = await untilReply(general, first, reply => hasButton(reply, 'stop_reply'), 'the button')
    await press(slack, growing, 'stop_reply', dana)
    const stopped = await untilReply(general, first, reply => toSeen(reply).includes('Stopped'), 'the note')
    expect(toSeen(stopped)).not.toContain('Writing')
    await slack.until(() => exchange.isAborted(), 'the model to be left')
  })

  test('of four hundred messages reads every one', async () => {
    const { slack, model, say, untilReply } = await open()
    const { dana, lee, general } = { ...slack.people, ...slack.channels }
    const first = await say(dana, general, 'message 0 of the long thread')
    for (let at = 1; at < 400; at += 1)
      await say(at % 2 === 0 ? dana : lee, general, `message ${at} of the long thread`, first)
    await say(dana, general, `<@${slack.botUserId}> summarize`, first)
    model.answerAll(({ reply }) => reply(json({ facts: [point('It is long.', 1)] })))
    const seen = toSeen(await untilReply(general, first, isWhole, 'the summary'))
    expect(seen).toContain('read 400 messages in 1 thread')
    const prompts = model.requests.map(({ prompt }) => prompt).join('\n')
    for (let at = 0; at < 400; at += 1) expect(prompts.split(`>message ${at} of`)).toHaveLength(2)
  })
})

describe('/summarize', () => {
  test('tells the person alone what was said in the channel since yesterday, replies included, until they post it', async () => {
    const story = await open()
    const { slack, model, say } = story
    const { dana, lee, mei, general } = { ...slack.people, ...slack.channels }
    const root = await say(lee, general, 'The mail lands in spam.')
    await say(mei, general, 'I fix it by Tuesday.', root)
    await say(dana, general, 'Lunch?')
    await command(story, dana, general, '')
    const exchange = await model.next()
    expect(exchange.prompt).toMatch(
      /<thread>\n<message id="1" from="Lee"[^>]*>The mail lands in spam\.<\/message>\n<message id="2" from="小梅"/,
    )
    expect(exchange.prompt).toContain('>Lunch?<')
    exchange.reply(json({ tasks: [{ who: '小梅', what: 'fixes the mail', due: 'Tuesday', sources: ['2'] }] }))
    const summary = await untilDirect(story, dana, isWhole, 'the summary')
    expect(toSeen(summary)).toContain('read 3 messages in 1 thread')
    const own = () => slack.snapshot(dana).messages.filter(({ ephemeralTo }) => ephemeralTo === dana)
    const echo = await slack.until(() => own().find(message => toSeen(message).includes('fixes the mail')), 'the echo')
    // The notice that the summary comes by direct message stays above it.
    expect(own()).toHaveLength(2)
    const ofBot = (as: string) =>
      slack.snapshot(as).messages.filter(({ user, channel }) => user === slack.botUserId && channel === general)
    expect(ofBot(lee)).toEqual([])
    await press(slack, echo, 'post_summary', dana)
    const posted = await slack.until(() => ofBot(lee)[0], 'the posted summary')
    expect(toSeen(posted)).toContain('Dana asked for this summary:')
    expect(toSeen(posted)).toContain('fixes the mail')
    expect(posted.threadTs).toBeUndefined()
    await slack.until(() => own().find(({ text }) => text.startsWith('I posted <')), 'the notice')
  })

  test('that cannot be saved is not begun, once or regularly, and the person is told', async () => {
    const dataDir = await mkdtemp(join(tmpdir(), 'threadwise-'))
    const story = await open({ dataDir })
    const { slack, model, store, say } = story
    const { dana, lee, mei, general } = { ...slack.people, ...slack.channels }
    const ts = await say(lee, general, 'We ship on Wednesday.')
    const unblock = blockStore(store, dataDir)
    await command(story, dana, general, 'last 2')
    await untilTold(story, dana, text => text.includes('I couldn’t save that'))
    await command(story, lee, general, 'every weekday 9:00')
    await untilTold(story, lee, text => text.includes('I couldn’t save that'))
    await slack.do({ do: 'message_shortcut', as: mei, channel: general, ts, callbackId: 'summarize_thread' })
    await untilTold(story, mei, text => text.includes('没能保存你的消息'))
    expect(await store.digests.of(lee)).toEqual([])
    expect(model.requests).toEqual([])
    await unblock()
    await command(story, dana, general, 'last 2')
    ;(await model.next()).reply(json({ decisions: [point('Shipping is on Wednesday.', 1)] }))
    await untilDirect(story, dana, isWhole, 'the summary')
  })

  test('posts from the direct messages, too, once', async () => {
    const story = await open()
    const { slack, model, say } = story
    const { dana, lee, general } = { ...slack.people, ...slack.channels }
    await say(lee, general, 'We ship on Wednesday.')
    await command(story, dana, general, 'only decisions')
    ;(await model.next()).reply(json({ decisions: [point('Shipping is on Wednesday.', 1)] }))
    const summary = await untilDirect(story, dana, isWhole, 'the summary')
    await press(slack, summary, 'post_summary', dana)
    await untilDirect(story, dana, reply => !hasButton(reply, 'post_summary'), 'the button to go')
    expect(slack.messages(general).filter(({ user }) => user === slack.botUserId)).toHaveLength(1)
  })

  test.each([
    ['last 2', ['three', 'four'], ['one', 'two']],
    ['最近2条', ['three', 'four'], ['one', 'two']],
    ['since yesterday', ['one', 'two', 'three', 'four'], []],
    ['最近三天', ['one', 'two', 'three', 'four'], []],
  ])('takes “%s”', async (words, there, gone) => {
    const story = await open()
    const { slack, model, say } = story
    const { dana, general } = { ...slack.people, ...slack.channels }
    const root = await say(dana, general, 'one')
    await say(dana, general, 'two')
    await say(dana, general, 'three', root)
    await say(dana, general, 'four')
    await command(story, dana, general, words)
    const { prompt, reply } = await model.next()
    for (const word of there) expect(prompt).toContain(`>${word}<`)
    for (const word of gone) expect(prompt).not.toContain(`>${word}<`)
    reply(json({ facts: [point('Counting.', 1)] }))
    await untilDirect(story, dana, isWhole, 'the summary')
  })

  test('of another channel, or of a thread by its link', async () => {
    const story = await open()
    const { slack, model, say } = story
    const { dana, lee, general, feedback } = { ...slack.people, ...slack.channels }
    const root = await say(lee, feedback, 'The export is slow.')
    const reply = await say(dana, feedback, 'Since when?', root)
    await say(lee, feedback, 'Something else.')
    await command(story, dana, general, '#feedback')
    const channel = await model.next()
    expect(channel.prompt).toContain('Something else.')
    channel.reply(json({ questions: [point('Since when is it slow?', 2)] }))
    await untilDirect(story, dana, isWhole, 'the summary')
    await command(story, dana, general, `${await linkOf(slack, feedback, reply)}`)
    const thread = await model.next()
    expect(thread.prompt).toContain('The export is slow.')
    expect(thread.prompt).not.toContain('Something else.')
    thread.reply(json({ questions: [point('Since when is it slow?', 2)] }))
    const summary = await untilDirect(story, dana, one => isWhole(one) && toSeen(one).includes('read 2 messages'), 'it')
    await press(slack, summary, 'post_summary', dana)
    await slack.until(
      () => slack.messages(feedback, root).find(({ user }) => user === slack.botUserId),
      'the post in the thread',
    )
  })

  test('knows what the person was told, by place, and says when nothing is new', async () => {
    const story = await open()
    const { slack, model, say } = story
    const { dana, lee, mei, general } = { ...slack.people, ...slack.channels }
    await say(lee, general, 'old news')
    await command(story, dana, general, 'last 200')
    ;(await model.next()).reply(json({ facts: [point('Old.', 1)] }))
    await untilDirect(story, dana, isWhole, 'the summary of all that there is')
    await command(story, dana, general, 'new')
    await untilDirect(story, dana, one => toSeen(one).includes('Nothing new since'), 'that there is nothing')
    expect(model.requests).toHaveLength(1)
    await say(lee, general, 'fresh news')
    await command(story, dana, general, 'what is new since I last asked')
    const fresh = await model.next()
    expect(fresh.prompt).toContain('fresh news')
    expect(fresh.prompt).not.toContain('old news')
    fresh.reply(json({ facts: [point('Fresh.', 1)] }))
    await command(story, mei, general, '上次之后有什么新的')
    const other = await model.next()
    expect(other.prompt).toContain('old news')
    other.reply(json({ facts: [point('都是新的。', 1)] }))
    await untilDirect(story, mei, isWhole, 'the summary')
  })

  test('of a channel that the bot is not in, or the person may not read, says so with the cure', async () => {
    const story = await open()
    const { slack, model } = story
    const { dana, mei, random, general } = { ...slack.people, ...slack.channels }
    await command(story, dana, random, '')
    await untilTold(story, dana, text => text.includes('/invite'))
    await command(story, mei, general, '#nowhere')
    await untilTold(story, mei, text => text.includes('找不到'))
    expect(model.requests).toEqual([])
  })

  test('of other bots reads what stands in blocks and attachments, of files the names', async () => {
    const story = await open()
    const { slack, model, say } = story
    const { dana, general } = { ...slack.people, ...slack.channels }
    const { id } = slack.upload(dana, 'plan.pdf', Buffer.from('x'))
    await slack.do({ do: 'say', as: dana, channel: general, text: 'see the plan', files: [id] })
    await say(dana, general, 'anchor')
    const page = {
      messages: [
        {
          type: 'message',
          ts: (Date.now() / 1000).toFixed(6),
          bot_id: 'B999',
          bot_profile: { name: 'Deployer' },
          text: 'Slack shows the blocks instead of this',
          attachments: [{ fields: [{ title: 'Service', value: 'billing' }] }],
          blocks: [{ type: 'section', text: { type: 'mrkdwn', text: 'at step 3' } }],
        },
      ],
      has_more: false,
      ok: true,
    }
    slack.fault({ method: 'conversations.history', status: 200, body: JSON.stringify(page) })
    await command(story, dana, general, '')
    const { prompt, reply } = await model.next()
    expect(prompt).toMatch(/from="Deployer"[^>]*>at step 3\nService: billing</)
    reply(json({ facts: [point('It failed.', 1)] }))
    await untilDirect(story, dana, isWhole, 'the summary')
    await command(story, dana, general, '')
    const again = await model.next()
    expect(again.prompt).toContain('see the plan<file name="plan.pdf"/>')
    again.reply(json({ facts: [point('There is a plan.', 1)] }))
    await untilDirect(story, dana, one => toSeen(one).includes('1 file not read'), 'the files in the footer')
  })
})

describe('“Summarize this thread”', () => {
  test('sums it up for whoever chose it, privately', async () => {
    const story = await open()
    const { slack, model, say } = story
    const { mei, lee, general } = { ...slack.people, ...slack.channels }
    const root = await say(lee, general, 'Do we move?')
    const ts = await say(lee, general, 'Yes, in May.', root)
    await slack.do({ do: 'message_shortcut', as: mei, channel: general, ts, callbackId: 'summarize_thread' })
    const { prompt, reply } = await model.next()
    expect(prompt).toContain('Write in Chinese')
    expect(prompt).toContain('Do we move?')
    reply(json({ decisions: [point('五月搬家。', 2)] }))
    const summary = await untilDirect(story, mei, isWhole, 'the summary')
    expect(toSeen(summary)).toContain('五月搬家')
    expect(slack.messages(general, root).filter(({ user }) => user === slack.botUserId)).toEqual([])
  })
})

describe('a digest', () => {
  const everyMinute = { pattern: '* * * * *', timeZone: 'UTC', title: 'every minute' }

  test('is kept, listed and ended by the same command, in the person’s time zone', async () => {
    const story = await open()
    const { slack, store } = story
    const { dana, mei, general } = { ...slack.people, ...slack.channels }
    await command(story, dana, general, 'every weekday 9:00 only decisions')
    await untilTold(story, dana, text => text.includes('every weekday at 9:00') && text.includes('/summarize stop 1'))
    const [kept] = await store.digests.of(dana)
    expect(kept?.pattern).toBe('0 9 * * 1-5')
    expect(kept?.timeZone).toBe(slack.snapshot(dana).people.find(({ id }) => id === dana) && kept?.timeZone)
    expect(new Date(kept?.nextAt ?? 0).toLocaleTimeString('sv-SE', { timeZone: kept?.timeZone ?? '' })).toBe('09:00:00')
    await command(story, dana, general, 'list')
    await untilTold(story, dana, text => text.startsWith('Your digests:\n1. every weekday 9:00'))
    await command(story, mei, general, '每周一 14:30')
    await untilTold(story, mei, text => text.includes('/summarize 停止 1'))
    await command(story, dana, general, 'stop 7')
    await untilTold(story, dana, text => text.startsWith('You don’t have a digest with the number 7'))
    await command(story, dana, general, 'stop 1')
    await untilTold(story, dana, text => text.startsWith('Stopped your weekday digest of #general'))
    expect(await store.digests.of(dana)).toEqual([])
    expect(await store.digests.of(mei)).toHaveLength(1)
    await command(story, dana, general, 'every banana')
    await untilTold(story, dana, text => text.startsWith('When should I send it?'))
  })

  test('comes when it is due', async () => {
    const story = await open()
    const { slack, model, store, say } = story
    const { dana, lee, general } = { ...slack.people, ...slack.channels }
    await say(lee, general, 'We ship on Wednesday.')
    const question = `summarize <#${general}|general> new`
    const nextAt = Date.now() + 700
    await store.digests.add({ id: 'd1', user: dana, question, nextAt, ...everyMinute, pattern: '0 9 * * *' })
    // Whoever adds a digest has the bot look when the next one is due.
    await command(story, lee, general, 'every day 9:00')
    const exchange = await model.next()
    expect(Date.now()).toBeGreaterThanOrEqual(nextAt)
    exchange.reply(json({ decisions: [point('Shipping is on Wednesday.', 1)] }))
    await untilDirect(story, dana, isWhole, 'the digest')
    expect((await store.digests.of(dana))[0]?.nextAt).toBeGreaterThan(nextAt)
  })

  test('that came due while the bot was away comes once, also when it restarts again', async () => {
    const story = await open({ dataDir: await mkdtemp(join(tmpdir(), 'threadwise-')) })
    const { slack, model, store, say } = story
    const { dana, lee, general } = { ...slack.people, ...slack.channels }
    await say(lee, general, 'We ship on Wednesday.')
    const question = `summarize <#${general}|general> new`
    await store.digests.add({
      id: 'd1',
      user: dana,
      question,
      nextAt: Date.now() - 60_000,
      ...everyMinute,
      pattern: '0 9 * * *',
    })
    await story.app.stop()
    const again = await story.reconnect()
    ;(await model.next()).reply(json({ decisions: [point('Shipping is on Wednesday.', 1)] }))
    const summary = await untilDirect(story, dana, isWhole, 'the digest')
    expect(toSeen(summary)).toContain('Shipping is on Wednesday.')
    await again.stop()
    await story.reconnect()
    await command(story, dana, general, 'list')
    await untilTold(story, dana, text => text.startsWith('Your digests:'))
    const asked = slack
      .messages(directOf(story, dana))
      .filter(({ threadTs, ts }) => threadTs === undefined || threadTs === ts)
    expect(asked).toHaveLength(1)
  })

  test('that is written down but not asked yet is asked by the next process, once', async () => {
    const story = await open({ dataDir: await mkdtemp(join(tmpdir(), 'threadwise-')) })
    const { slack, model, store, say } = story
    const { dana, lee, general } = { ...slack.people, ...slack.channels }
    await say(lee, general, 'We ship on Wednesday.')
    const digest = {
      id: 'd1',
      user: dana,
      question: `summarize <#${general}|general> new`,
      nextAt: 1_000,
      ...everyMinute,
    }
    await store.digests.add({ ...digest, pattern: '0 9 * * *' })
    const payload = { user: dana, question: digest.question }
    const asked = { id: 'digest:d1:1000', kind: 'ask', payload, savedAt: Date.now() }
    const next = Date.now() + 3_600_000
    expect(await store.digests.ask(digest, next, asked)).toBe(true)
    expect(await store.digests.ask(digest, next, asked)).toBe(false)
    await story.app.stop()
    await story.reconnect()
    ;(await model.next()).reply(json({ decisions: [point('Shipping is on Wednesday.', 1)] }))
    await untilDirect(story, dana, isWhole, 'the digest')
    expect(slack.messages(directOf(story, dana)).filter(({ threadTs, ts }) => (threadTs ?? ts) === ts)).toHaveLength(1)
  })
})

describe('what a summary rests on', () => {
  test('has the bot’s answers for context, and rests on none of them', async () => {
    const { slack, model, say, untilReply } = await open()
    const { dana, general } = { ...slack.people, ...slack.channels }
    const first = await say(dana, general, `<@${slack.botUserId}> which date is best?`)
    ;(await model.next()).reply('Wednesday the 5th.')
    await untilReply(general, first, isWhole, 'the answer')
    await say(dana, general, `<@${slack.botUserId}> summarize`, first)
    const exchange = await model.next()
    expect(exchange.prompt).toMatch(/<answer from="threadwise"[^>]*>Wednesday the 5th\.<\/answer>/)
    exchange.reply(json({ decisions: [point('It is the 5th.', 2)], questions: [point('Which date is best?', 1)] }))
    const seen = toSeen(
      await untilReply(general, first, reply => isWhole(reply) && toSeen(reply).includes('Which date'), 'the summary'),
    )
    expect(seen).not.toContain('It is the 5th')
    await say(dana, general, `<@${slack.botUserId}> summarize only decisions`, first)
    const summary = await untilReply(
      general,
      first,
      reply => isWhole(reply) && toSeen(reply).includes('No decisions'),
      'another',
    )
    expect(toSeen(summary)).toContain('read 2 messages')
  })

  test('names decisions, owners and dates that a source supports, and no others', async () => {
    const { slack, model, say, untilReply } = await open()
    const { dana, lee, general } = { ...slack.people, ...slack.channels }
    const first = await say(dana, general, 'I owe you the numbers, tomorrow.')
    await say(lee, general, '我周五前给 Dana 报告', first)
    await say(lee, general, 'We are planning the edits, Bobby and I, in two weeks.', first)
    await say(lee, general, 'Does the staging server stay frozen over the weekend?', first)
    await say(dana, general, `<@${slack.botUserId}> summarize`, first)
    const day = (days: number) => new Date(Date.now() + days * 86_400_000).toISOString().slice(0, 10)
    const tasks = [
      { who: 'bob', what: 'Sends the figures', due: day(9), sources: ['1'] },
      { who: 'Dana', what: 'Sends the numbers', due: 'tomorrow', sources: ['1'] },
      { who: 'Lee', what: 'Gives the report', due: '周五前', sources: ['2'] },
      { who: 'Ann', what: 'Plans', due: '', sources: ['3'] },
      { who: 'Bob', what: 'Checks', due: '', sources: ['3'] },
      { who: 'Ed', what: 'Edits', due: '', sources: ['3'] },
      { who: 'Lee', what: 'Thaws the server', due: '', sources: ['4'] },
      { who: 'Lee and Bobby', what: 'Change the text', due: 'in two weeks', sources: ['3'] },
    ]
    // A question decides nothing and gives no task to whoever asks it: as Qwen2.5-Coder-1.5B understood one.
    const decisions = [point('The staging server stays frozen over the weekend.', 4), point('Bobby helps.', 3, 4)]
    ;(await model.next()).reply(json({ decisions, tasks }))
    const seen = toSeen(await untilReply(general, first, isWhole, 'the summary'))
    expect(seen).toContain('Bobby helps.')
    expect(seen).not.toMatch(/stays frozen|Thaws/)
    expect(seen).toMatch(/- Sends the figures \[/)
    const tomorrow = { weekday: 'short', month: 'short', day: 'numeric', timeZone: 'UTC' } as const
    const shown = new Intl.DateTimeFormat('en', tomorrow).format(new Date(day(1)))
    expect(seen).toContain(`**Dana**: Sends the numbers, by ${shown} [`)
    expect(seen).toContain('**Lee**: Gives the report, by 周五前 [')
    expect(seen).not.toMatch(/\*\*(?:Ann|Bob|Ed)\*\*/)
    const later = new Intl.DateTimeFormat('en', tomorrow).format(new Date(day(14)))
    expect(seen).toContain(`**Lee and Bobby**: Change the text, by ${later} [`)
  })

  test('is told when all of it was made up', async () => {
    const { slack, model, say, untilReply } = await open()
    const { dana, general } = { ...slack.people, ...slack.channels }
    const first = await say(dana, general, 'hello')
    await say(dana, general, `<@${slack.botUserId}> summarize`, first)
    ;(await model.next()).reply(json({ decisions: [point('Mars.', 9), point('Venus.')] }))
    const seen = toSeen(await untilReply(general, first, isWhole, 'the summary'))
    expect(seen).toContain('nothing worth reporting')
    expect(seen).toContain('2 points were left out')
  })

  test('has the addresses that people wrote, and no others', async () => {
    const { slack, model, say, untilReply } = await open()
    const { dana, general } = { ...slack.people, ...slack.channels }
    const first = await say(dana, general, 'The plan is at https://plan.example/a_b')
    await say(dana, general, `<@${slack.botUserId}> summarize in three bullets`, first)
    const answer = json({
      facts: [point('See https://plan.example/a_b, or log in at https://evil.example/login now', 1)],
    })
    ;(await model.next()).reply(answer)
    const form =
      '**Dana was fired on Monday for stealing the company car**\n' +
      '- The office burns. Everybody left the building. The plan is at https://plan.example/a_b [1]\n' +
      '- [Log in](https://evil.example) [c [d]](slack://evil) www.evil.example at once [1]'
    ;(await model.next()).reply(form)
    const summary = await untilReply(general, first, isWhole, 'the summary')
    expect(JSON.stringify(summary)).not.toMatch(/evil\.example|\(slack:|fired|burns|Everybody/)
    expect(toSeen(summary)).toContain('- The plan is at https://plan.example/a_b [Dana')
  })

  test('is asked of the model as a question when it is none of people’s messages', async () => {
    const { slack, model, say } = await open()
    const { dana, general } = { ...slack.people, ...slack.channels }
    for (const text of ['summarize the plot of Hamlet', '总结一下三国演义', "what's new in Python 3.13?"]) {
      await say(dana, general, `<@${slack.botUserId}> ${text}`)
      const exchange = await model.next()
      expect(exchange.prompt).toContain('You are threadwise, an assistant')
      exchange.reply('A story.')
    }
  })
})

describe('what is new', () => {
  const told = async (story: Story, text: string, answer: string) => {
    const { dana, general } = { ...story.slack.people, ...story.slack.channels }
    await command(story, dana, general, text)
    const exchange = await story.model.next()
    exchange.reply(json({ facts: [point(answer, 1)] }))
    const summary = await untilDirect(story, dana, one => isWhole(one) && toSeen(one).includes(answer), answer)
    return { exchange, summary }
  }

  test('stays what it was when another answer is wanted', async () => {
    const story = await open()
    const { slack, model, say } = story
    const { dana, lee, general } = { ...slack.people, ...slack.channels }
    await say(lee, general, 'old')
    await told(story, '', 'Old.')
    await say(lee, general, 'fresh')
    const { summary } = await told(story, 'new', 'Fresh.')
    // The turn ends when the command has its answer, too.
    await untilTold(story, dana, text => text.includes('Fresh.'))
    await command(story, dana, general, 'list')
    await untilTold(story, dana, text => text.startsWith('You have no digests'))
    await press(slack, summary, 'regenerate_reply', dana)
    const again = await model.next()
    expect(again.prompt).toContain('>fresh<')
    expect(again.prompt).not.toContain('>old<')
    again.reply(json({ facts: [point('Fresh again.', 1)] }))
    await untilDirect(story, dana, one => toSeen(one).includes('Fresh again.'), 'the other answer')
  })

  test('is not forgotten over a summary that did not have it', async () => {
    const story = await open()
    const { slack, model, say } = story
    const { dana, lee, general } = { ...slack.people, ...slack.channels }
    await say(lee, general, 'unread')
    await say(lee, general, 'last')
    await told(story, 'last 1', 'Last.')
    await command(story, dana, general, 'new')
    const exchange = await model.next()
    expect(exchange.prompt).toContain('>unread<')
    exchange.reply(json({ facts: [point('Unread.', 1)] }))
    // What was known of the last message is joined with it.
    ;(await model.next()).reply(json({ facts: [point('Unread.', 1), point('Last.', 2)] }))
    await untilDirect(story, dana, one => toSeen(one).includes('Unread.'), 'what was not told')
  })

  test('comes with a digest in its form, too', async () => {
    const story = await open()
    const { slack, store } = story
    const { dana, general } = { ...slack.people, ...slack.channels }
    await command(story, dana, general, 'every weekday 9:00 only decisions')
    await untilTold(story, dana, text => text.includes('/summarize stop 1'))
    const [kept] = await store.digests.of(dana)
    const asked = await parseAskedSummary(kept?.question ?? '', Date.now(), 'UTC')
    expect(asked).toEqual({
      place: { of: 'channel', id: general },
      span: { kind: 'new' },
      form: { sections: ['decisions'] },
    })
  })
})

describe('a private channel', () => {
  test('is summed up for its members, and where only they read', async () => {
    const story = await open()
    const { slack, model, say, untilReply } = story
    const { dana, lee, general, leads } = { ...slack.people, ...slack.channels }
    await say(dana, leads, 'We buy them.')
    await command(story, lee, general, `<#${leads}|leads>`)
    await untilTold(story, lee, text => text.includes('one of us isn’t in it'))
    const asked = await say(dana, general, `<@${slack.botUserId}> summarize <#${leads}|leads>`)
    await untilReply(general, asked, one => toSeen(one).includes('Not everyone here can read that'), 'the refusal')
    expect(model.requests).toEqual([])
    await command(story, dana, general, `<#${leads}|leads>`)
    ;(await model.next()).reply(json({ decisions: [point('They buy.', 1)] }))
    const summary = await untilDirect(story, dana, isWhole, 'the summary')
    await press(slack, summary, 'post_summary', dana)
    await slack.until(
      () => slack.messages(leads).find(({ user }) => user === slack.botUserId),
      'the post where it belongs',
    )
    expect(JSON.stringify(slack.messages(general))).not.toContain('They buy')
  })
})

describe('a public channel', () => {
  const ours = { enterpriseId: 'E0OURS' }
  const plans = async (options: WorkspaceOptions) => {
    const story = await open({ workspace: options })
    const { slack, say } = story
    const { dana, lee, general } = { ...slack.people, ...slack.channels }
    const { channel } = await slack.do({ do: 'create_channel', as: dana, name: 'plans' })
    await slack.do({ do: 'invite', as: dana, channel: String(channel), user: slack.botUserId })
    await say(dana, String(channel), 'We ship on Monday.')
    for (const id of [general, String(channel)]) await openToOutsiders(story, id)
    await command(story, lee, general, `<#${channel}|plans>`)
    return { story, channel: String(channel), ...slack.people, general }
  }

  test.each<[string, WorkspaceOptions]>([
    ['the bot’s own workspace', {}],
    [
      'another workspace of the same Enterprise Grid',
      { ...ours, otherTeams: { lee: { id: 'T0B', enterprise: 'E0OURS' } } },
    ],
  ])('that a person is not in is summarized for a member of %s', async (_, options) => {
    const { story, lee } = await plans(options)
    ;(await story.model.next()).reply(json({ decisions: [point('They ship on Monday.', 1)] }))
    await untilDirect(story, lee, isWhole, 'the summary')
  })

  test.each<[string, WorkspaceOptions]>([
    ['another organization', { otherTeams: { lee: { id: 'T0THEIRS' } } }],
    ['another Enterprise Grid', { ...ours, otherTeams: { lee: { id: 'T0B', enterprise: 'E0THEIRS' } } }],
  ])('is not summarized for a person of %s until they are in it', async (_, options) => {
    const { story, channel, dana, lee, general } = await plans(options)
    await untilTold(story, lee, text => text.includes('one of us isn’t in it'))
    expect(story.model.requests).toEqual([])
    await story.slack.do({ do: 'invite', as: dana, channel, user: lee })
    await command(story, lee, general, `<#${channel}|plans>`)
    ;(await story.model.next()).reply(json({ decisions: [point('They ship on Monday.', 1)] }))
    await untilDirect(story, lee, isWhole, 'the summary')
  })
})

describe('a summary that is posted', () => {
  test('is posted once, from wherever it is pressed, also out of a thread of the direct messages', async () => {
    const story = await open()
    const { slack, model, say } = story
    const { dana, lee, general } = { ...slack.people, ...slack.channels }
    await say(lee, general, 'We ship.')
    const direct = directOf(story, dana)
    const root = await say(dana, direct, 'hello')
    ;(await model.next()).reply('Hello.')
    await untilDirect(story, dana, isWhole, 'the greeting')
    await say(dana, direct, `summarize <#${general}|general>`, root)
    ;(await model.next()).reply(json({ decisions: [point('They ship.', 1)] }))
    const summary = await untilDirect(story, dana, one => hasButton(one, 'post_summary'), 'the summary')
    await press(slack, summary, 'post_summary', dana)
    const posts = () => slack.messages(general).filter(({ user }) => user === slack.botUserId)
    await slack.until(() => posts().length === 1, 'the post')
    await press(slack, summary, 'post_summary', dana)
    await untilDirect(story, dana, one => !hasButton(one, 'post_summary'), 'the button to go')
    expect(posts()).toHaveLength(1)
  })
})

describe('a model that fails', () => {
  test('for good is asked no more than it takes to see that, however long the channel', async () => {
    const story = await open({ model: { contextTokens: 8_192 } })
    const { slack, model, say } = story
    const { dana, general } = { ...slack.people, ...slack.channels }
    for (let at = 0; at < 60; at += 1) await say(dana, general, `${at} ${'word '.repeat(300)}`)
    model.answerAll(exchange => exchange.status(401, { error: { message: 'no' } }))
    await command(story, dana, general, '')
    await untilTold(story, dana, text => text.includes('rejected my API key'))
    expect(model.requests.length).toBeLessThanOrEqual(4)
  })

  test('to answer one does not keep another summary from being stopped', async () => {
    const story = await open({ config: { stopMs: 0 } })
    const { slack, model, say, untilReply } = story
    const { dana, general } = { ...slack.people, ...slack.channels }
    const threads = []
    for (let at = 0; at < 6; at += 1) {
      const first = await say(dana, general, `thread ${at}`)
      await say(dana, general, `<@${slack.botUserId}> summarize`, first)
      threads.push(first)
    }
    for (let at = 0; at < 4; at += 1) await model.next()
    const last = threads.at(-1) ?? ''
    const growing = await untilReply(general, last, one => toSeen(one).startsWith('Writing'), 'the last one to wait')
    const pressedAt = Date.now()
    await press(slack, growing, 'stop_reply', dana)
    await untilReply(general, last, one => toSeen(one).includes('Stopped'), 'the note')
    expect(Date.now() - pressedAt).toBeLessThan(2_000)
  })
})
