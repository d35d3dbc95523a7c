import { describe, expect, test } from 'vitest'
import { ja } from '../../src/i18n/ja.ts'
import { openStory, type Story } from '../story.ts'
import { directOf } from '../summary-story.ts'

const workspace = {
  commands: ['/summarize', '/classify', '/threadwise'].map(command => ({
    command,
    description: '',
    usageHint: '',
    shouldEscape: true,
  })),
}

/** Opens a workspace in which Dana's Slack is in Japanese. */
async function open(): Promise<Story> {
  const story = await openStory({ workspace })
  const { dana } = story.slack.people
  const profile = { display_name: 'Dana' }
  const user = { id: dana, team_id: 'T0LOCAL001', name: 'dana', locale: 'ja-JP', tz: 'Asia/Tokyo', profile }
  for (let calls = 0; calls < 40; calls += 1)
    story.slack.fault({ method: 'users.info', status: 200, body: JSON.stringify({ ok: true, user }) })
  return story
}

const command = ({ slack }: Story, as: string, name: string, text: string) =>
  slack.do({ do: 'command', as, channel: slack.channels.general, command: name, text })

const untilTold = ({ slack }: Story, user: string, words: string) =>
  slack.until(
    () => slack.snapshot(user).messages.find(({ ephemeralTo, text }) => ephemeralTo === user && text.includes(words)),
    words,
  )

describe('in Japanese', () => {
  test('a mention without words is answered with help', async () => {
    const story = await open()
    const { slack, model, say, untilReply } = story
    const ts = await say(slack.people.dana, slack.channels.general, `<@${slack.botUserId}>`)
    await untilReply(slack.channels.general, ts, ({ text }) => text.includes('スレッド'), 'the help')
    expect(model.requests).toEqual([])
  })

  test('a person whose Slack is Japanese is told of commands in words of their language, and can use them', async () => {
    const story = await open()
    const { dana } = story.slack.people
    await command(story, dana, '/summarize', 'ヘルプ')
    await untilTold(story, dana, 'このチャンネルの過去 24 時間を要約し')
    await command(story, dana, '/summarize', '一覧')
    await untilTold(story, dana, '定期要約はありません')
    await command(story, dana, '/summarize', '平日 9:00 決定事項だけ')
    await untilTold(story, dana, '設定しました。平日 9:00')
    await command(story, dana, '/summarize', '停止 1')
    await untilTold(story, dana, '定期要約（#general、平日）を停止しました')
    await command(story, dana, '/threadwise', 'ヘルプ')
    await untilTold(story, dana, '`/threadwise 設定 自分`')
    await command(story, dana, '/threadwise', '設定 自分')
    const own = await story.slack.until(() => story.slack.snapshot(dana).modals[0], 'the settings')
    expect(JSON.stringify(own)).toContain('自分の設定')
  })

  test('a summary has Japanese headings and counts, and the model writes Japanese', async () => {
    const story = await open()
    const { slack, model, say, untilReply } = story
    const { dana, lee, general } = { ...slack.people, ...slack.channels }
    const root = await say(lee, general, 'We ship by December 1.')
    await say(dana, general, `<@${slack.botUserId}> summarize`, root)
    const { prompt, reply } = await model.next()
    expect(prompt).toContain('Write in Japanese')
    const task = { who: 'Lee', what: 'リリースする', due: '2026-12-01', sources: ['1'] }
    reply(JSON.stringify({ upshot: null, decisions: [], questions: [], tasks: [task], facts: [] }))
    const summary = await untilReply(general, root, ({ text }) => text.includes('リリースする'), 'the summary')
    expect(summary.text).toContain('やること')
    expect(summary.text).toContain('12月1日(火)')
    const shown = await untilReply(general, root, one => JSON.stringify(one).includes('1 件'), 'the footer')
    expect(JSON.stringify(shown)).toContain('メッセージ 1 件')
  })

  test('a person who asks in Japanese is answered in Japanese, also when their Slack is English', async () => {
    const story = await openStory({ workspace })
    const { lee } = story.slack.people
    await command(story, lee, '/summarize', '火星計画の件')
    await untilTold(story, lee, '「火星計画の件」を理解できませんでした')
  })

  test('a person whose Slack is Japanese gets a card in Japanese', async () => {
    const story = await open()
    const { dana } = story.slack.people
    await command(story, dana, '/classify', 'アプリが落ちます')
    ;(await story.model.next()).reply(
      JSON.stringify({ items: [{ kind: 'bug', quote: '落ちます', reason: '', confidence: 0.9 }] }),
    )
    await untilTold(story, dana, '[バグ]-[問題:')
  })

  test('the button of App Home asks in words that the bot understands', async () => {
    const { slack } = await open()
    const { dana } = slack.people
    await slack.do({ do: 'open_home', as: dana, tab: 'home' })
    const home = await slack.until(() => slack.snapshot(dana).home, 'the home')
    const action = { type: 'button', action_id: 'show_missed' }
    await slack.do({ do: 'act_in_view', as: dana, viewId: home.id, blockId: 'ask', action })
    await slack.until(
      () => slack.snapshot(dana).messages.find(message => JSON.stringify(message).includes('見逃した内容はありません')),
      'the answer',
    )
  })

  test('each suggested prompt is understood and answered in Japanese', async () => {
    const story = await open()
    const { slack, model, say, untilReply } = story
    const { dana, lee } = slack.people
    await say(lee, slack.channels.general, 'We ship by December 1.')
    const direct = directOf(story, dana)
    const { missed, channel, feedback, abilities } = ja.prompts.list
    const press = async (words: string, answer: string) => {
      const asked = await say(dana, direct, words)
      await untilReply(direct, asked, message => JSON.stringify(message).includes(answer), answer)
    }
    const summary = press(channel.message.replace('{channel}', 'general'), 'その他')
    const { prompt, reply } = await model.next()
    expect(prompt).toContain('Write in Japanese')
    const fact = { text: '12 月 1 日にリリースする', sources: ['1'] }
    reply(JSON.stringify({ upshot: null, decisions: [], questions: [], tasks: [], facts: [fact] }))
    await summary
    await press(feedback.message, '分類済みのフィードバックはありません')
    await press(abilities.message, 'エクスポートできない')
    // The summary has told everything.
    await press(missed.message, '見逃した内容はありません')
  })
})
