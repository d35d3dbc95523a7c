import { execFile } from 'node:child_process'
import { mkdtemp, readFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { promisify } from 'node:util'
import { describe, expect, test } from 'vitest'
import type { PageMessage, SlackJson } from '../../playground/protocol.ts'
import { parseReportRequest } from '../../src/features/classify/report-command.ts'
import { asksForReport } from '../../src/features/classify/report-handler.ts'
import type { LabelRecord } from '../../src/store/labels.ts'
import { parseDateRange } from '../../src/text/date-range.ts'
import { blockStore } from '../block-store.ts'
import { childEnv } from '../process.ts'
import type { Exchange } from '../scripted-model.ts'
import { openStory, type Story, type StoryOptions, toSeen } from '../story.ts'

const workspace = { commands: [{ command: '/classify', description: '', usageHint: '', shouldEscape: false }] }
const open = (options: StoryOptions = {}) => openStory({ workspace, ...options })

describe('words behind /classify', () => {
  test.each([
    'report',
    'report last 30 days',
    'report since monday in #feedback',
    '报告 最近三十天',
    'report #general',
    'report <#C0GENERAL1|general>',
  ])('that ask for a report: %s', words => expect(parseReportRequest(words)?.of).toBe('labels'))
  test.each([
    'last 7 days in #feedback',
    '最近七天',
    '最近三天 #feedback',
    '从周一开始',
    'since 2026-11-01',
    'yesterday',
    'last week in <#C1|x>',
  ])('that name messages: %s', words => expect(parseReportRequest(words)?.of).toBe('messages'))
  test.each([
    'report button is broken',
    '最近三天一直闪退',
    'last week it crashed',
    'since monday nothing works',
    '报告页面打不开',
    'yesterday I paid twice',
  ])('that are feedback: %s', words => expect(parseReportRequest(words)).toBeUndefined())
})

describe('questions', () => {
  test.each([
    'What feedback came in this week?',
    'what feedback did we get since monday in #feedback?',
    'Which feedback have we received?',
    '本周收到了哪些反馈？',
    '这周有什么新反馈',
    '今週のフィードバックは？',
    '#feedback に先週どんなフィードバックがありましたか？',
    '昨日届いたフィードバックを教えて',
    '過去7日間のフィードバックは',
  ])('that ask for a report: %s', words => expect(asksForReport(words)).toBe(true))
  test.each([
    'What feedback did Lee give on the draft?',
    'give me feedback on this text',
    'what feedback came in? The export crashes. What shall I do about it?',
    '你对这段文字有什么反馈？',
    '怎么提反馈',
    'フィードバックの送り方は？',
    'この文章にフィードバックをください',
    '今週のフィードバックはどこに書けばいいですか？',
  ])('that are for the model: %s', words => expect(asksForReport(words)).toBe(false))
})

test.each([
  ['last 7 days', '2026-11-18T02:00'],
  ['past week', '2026-11-18T02:00'],
  ['最近三十天', '2026-10-26T02:00'],
  ['过去十二小时', '2026-11-24T14:00'],
  ['since monday', '2026-11-22T16:00'],
  ['从周一开始', '2026-11-22T16:00'],
  ['since 2026-11-01', '2026-10-31T16:00'],
  ['yesterday', '2026-11-23T16:00'],
  ['今天', '2026-11-24T16:00'],
])('“%s” begins at %s for a person in Shanghai', (words, from) => {
  const now = Date.UTC(2026, 10, 25, 2)
  expect(new Date(parseDateRange(words, now, 'Asia/Shanghai')?.from ?? 0).toISOString().slice(0, 16)).toBe(from)
})

describe('a report', () => {
  test('arrives without its chart when that cannot be uploaded, and says so', async () => {
    const story = await open()
    const { slack, store } = story
    await store.labels.save(toRecord(slack, { text: '页面不好看', kind: 'usability', quote: '不好看' }))
    refuseCharts(story)
    slack.fault({ method: 'files.getUploadURLExternal', error: 'missing_scope', times: Number.POSITIVE_INFINITY })
    await classify(story, 'report last 30 days')
    await slack.until(() => ephemeral(story).find(({ text }) => text.includes('couldn’t add the chart')), 'the notice')
  })

  test('quotes people as they wrote, whatever marks are in it', async () => {
    const story = await open()
    const { slack, store } = story
    const quote = '*x* <!channel> [a](http://evil.example) `b`\n> c | d'
    await store.labels.save(toRecord(slack, { text: quote, kind: 'bug', quote }))
    await classify(story, 'report last 30 days')
    const dm = slack.snapshot(slack.people.dana).channels.find(({ kind }) => kind === 'im')?.id ?? ''
    const message = await slack.until(() => slack.messages(dm).find(({ blocks }) => blocks !== undefined), 'the report')
    const shown = '“\\*x\\* \\<!channel> \\[a](http\\://evil.example) \\`b\\` > c \\| d”'
    expect(toSeen(message).replaceAll('\u2060', '')).toContain(shown)
  })

  test('comes by direct message: numbers, quotes with links, a chart, and a CSV on demand; a notice links to it', async () => {
    const story = await open()
    const { slack, store, say } = story
    const { dana, lee, general } = { ...slack.people, ...slack.channels }
    const ts = await say(lee, general, 'The export crashes.')
    await store.labels.save(toRecord(slack, { ts, text: 'The export crashes.', kind: 'bug', quote: 'export crashes' }))
    await store.labels.save(toRecord(slack, { text: '页面不好看', kind: 'usability', quote: '不好看' }))
    await classify(story, 'report last 30 days')
    const dm = slack.snapshot(dana).channels.find(({ kind }) => kind === 'im')?.id ?? ''
    const own = () => slack.messages(dm).filter(({ user }) => user === slack.botUserId)
    const message = await slack.until(() => own().find(({ blocks }) => blocks !== undefined), 'the report')
    expect(toSeen(message)).toMatch(/^\*\*Feedback in #general, \w{3} \d.* 2 items\*\*/)
    expect(toSeen(message)).toContain('| Week of | Bug | User experience problem | Complaint | Other |')
    expect(toSeen(message)).toContain('| Total | 1 | 1 | 0 | 0 |')
    expect(toSeen(message).match(/^\| \w{3} \d{1,2} \| 0 \| 0 \| 0 \| 0 \|$/gm)?.length).toBeGreaterThanOrEqual(4)
    expect(toSeen(message)).toContain(`“export crashes” [↗](${slack.url}/archives/${general}/p${ts.replace('.', '')})`)
    expect(toSeen(message)).toContain('“不好看”')
    const chart = message.blocks?.find(({ type }) => type === 'data_visualization')
    expect(chart?.title).toBe('Feedback by week')
    const isNotice = ({ text }: PageMessage) => /in <[^|]*\|your direct messages>/.test(text)
    const notice = await slack.until(() => ephemeral(story).find(isNotice), 'the notice')
    expect(notice.text).toContain(`${slack.url}/archives/${dm}/p${message.ts.replace('.', '')}`)
    expect(slack.messages(dm, message.ts).flatMap(({ files }) => files ?? [])).toEqual([])

    const block = message.blocks?.find(({ type }) => type === 'actions')
    const place = { channel: dm, ts: message.ts, blockId: String(block?.block_id) }
    await slack.do({ do: 'act', as: dana, ...place, action: { action_id: 'label_csv' } })
    const csv = (await untilFile(story, dm, message.ts, /^feedback-\w+\.csv$/)).toString()
    expect(csv.split('\n').filter(line => line !== '')).toHaveLength(3)
    expect(csv).toContain(`,${general},general,The export crashes.,Bug,export crashes`)
    await slack.do({ do: 'act', as: dana, ...place, action: { action_id: 'label_csv' } })
    await slack.until(
      () => ephemeral(story).find(({ text }) => /\|The CSV file> .*already in this thread/.test(text)),
      'the way to it',
    )
    expect(slack.messages(dm, message.ts).flatMap(({ files }) => files ?? []).length).toBe(1)
  })

  test('has its words and the columns of its CSV in the Slack language of its reader, with names beside ids', async () => {
    const story = await open()
    const { slack, store } = story
    const { dana, mei, general } = { ...slack.people, ...slack.channels }
    const record = toRecord(slack, { text: 'The page is ugly.', kind: 'bug', quote: 'ugly' })
    await store.labels.save(record)
    await store.labels.correct(record.id, dana, [{ kind: 'usability', quote: 'ugly', reason: '', confidence: 1 }])
    await classify(story, '报告', mei)
    const dm = slack.snapshot(mei).channels.find(({ kind }) => kind === 'im')?.id ?? ''
    const message = await slack.until(() => slack.messages(dm).find(({ blocks }) => blocks !== undefined), 'the report')
    expect(toSeen(message)).toMatch(/^\*\*#general 的反馈（.*）：共 1 条\*\*/)
    expect(toSeen(message)).toContain('| 周 | bug类型 | 用户体验问题 | 用户吐槽 | 其他 |')
    expect(toSeen(message)).toContain('| 合计 | 0 | 1 | 0 | 0 |')
    expect(toSeen(message)).toContain('“ugly”')
    const block = message.blocks?.find(({ type }) => type === 'actions')
    expect(JSON.stringify(block)).toContain('下载 CSV')
    const place = { channel: dm, ts: message.ts, blockId: String(block?.block_id) }
    await slack.do({ do: 'act', as: mei, ...place, action: { action_id: 'label_csv' } })
    const [head, row] = (await untilFile(story, dm, message.ts, /^feedback-\w+\.csv$/)).toString().split('\n')
    expect(head).toBe('\uFEFF时间,频道 ID,频道,原文,类别,原文依据,理由,可信度,更正者 ID,更正者,分类体系版本')
    expect(row).toMatch(new RegExp(`,${general},general,The page is ugly.,用户体验问题,ugly,,1.00,${dana},Dana,1$`))
  })

  test('has a picture for a chart where Slack takes no charts, wide enough for both modes to read', async () => {
    const story = await open()
    const { slack, store } = story
    await store.labels.save(toRecord(slack, { text: '页面不好看', kind: 'usability', quote: '不好看' }))
    refuseCharts(story)
    await classify(story, 'report last 30 days')
    const dm = slack.snapshot(slack.people.dana).channels.find(({ kind }) => kind === 'im')?.id ?? ''
    const message = await slack.until(() => slack.messages(dm).find(({ blocks }) => blocks !== undefined), 'the report')
    const picture = await untilFile(story, dm, message.ts, /^feedback\.png$/)
    expect(picture.subarray(1, 4).toString()).toBe('PNG')
    expect(picture.readUInt32BE(16)).toBe(720)
    expect(picture.byteLength).toBeGreaterThan(5_000)
    await slack.until(() => ephemeral(story).find(({ text }) => text.includes(`${dm}/p`)), 'the notice')
  })

  test('has a CSV for nobody who was removed from the channel while its names were looked up', async () => {
    const story = await open()
    const { slack, store } = story
    const { dana, lee, admin, leads } = { ...slack.people, ...slack.channels }
    const record = { ...toRecord(slack, { text: 'A secret.', kind: 'bug', quote: 'secret' }), channel: leads }
    await store.labels.save(record)
    await store.labels.correct(record.id, lee, [{ kind: 'bug', quote: 'secret', reason: '', confidence: 1 }])
    await slack.do({ do: 'command', as: dana, channel: leads, command: '/classify', text: 'report' })
    const dm = slack.snapshot(dana).channels.find(({ kind }) => kind === 'im')?.id ?? ''
    const message = await slack.until(() => slack.messages(dm).find(({ blocks }) => blocks !== undefined), 'the report')
    let release = () => {}
    const hold = new Promise<void>(done => (release = done))
    slack.fault({ method: 'users.info', hold, when: ({ user }) => user === lee })
    const block = message.blocks?.find(({ type }) => type === 'actions')
    const place = { channel: dm, ts: message.ts, blockId: String(block?.block_id) }
    await slack.do({ do: 'act', as: dana, ...place, action: { action_id: 'label_csv' } })
    await slack.until(
      () => slack.calls.some(({ method, args }) => method === 'users.info' && args.user === lee),
      'names',
    )
    await slack.do({ do: 'remove', as: admin, channel: leads, user: dana })
    release()
    const told = () => slack.snapshot(dana).messages.filter(({ ephemeralTo }) => ephemeralTo === dana)
    await slack.until(() => told().find(({ text }) => text.includes('can no longer read that channel')), 'the refusal')
    expect(slack.messages(dm, message.ts).flatMap(({ files }) => files ?? [])).toEqual([])
  })

  test('holds nothing that somebody else had classified for themselves, until they post it', async () => {
    const story = await open()
    const { slack, model } = story
    const { lee, general } = { ...slack.people, ...slack.channels }
    await classify(story, 'My manager crashes')
    const labels = [{ kind: 'bug', quote: 'manager crashes', reason: 'It fails.', confidence: 1 }]
    ;(await model.next()).reply(JSON.stringify({ items: labels }))
    await slack.until(() => ephemeral(story).find(({ text }) => text.startsWith('[Bug]')), 'the card')
    const report = { do: 'command' as const, as: lee, channel: general, command: '/classify', text: 'report' }
    await slack.do(report)
    const told = () => slack.snapshot(lee).messages.filter(({ ephemeralTo }) => ephemeralTo === lee)
    await slack.until(() => told().some(({ text }) => text.includes('No labeled feedback')), 'an empty report')

    const card = ephemeral(story).find(({ text }) => text.startsWith('[Bug]'))
    const block = card?.blocks?.find(({ type }) => type === 'actions')
    const place = { channel: general, ts: String(card?.ts), blockId: String(block?.block_id) }
    await slack.do({ do: 'act', as: slack.people.dana, ...place, action: { action_id: 'post_label' } })
    await slack.until(() => ephemeral(story).some(({ text }) => text === 'Posted.'), 'the post')
    await slack.do(report)
    const dm = slack.snapshot(lee).channels.find(({ kind }) => kind === 'im')?.id ?? ''
    await slack.until(
      () => slack.messages(dm).find(message => toSeen(message).includes('manager crashes')),
      'the report',
    )
  })

  test('comes by asking for it: of the channel where somebody asks, in a direct message of those with feedback that they may see', async () => {
    const story = await open()
    const { slack, store, model, say, untilReply, replies } = story
    const { dana, mei, general } = { ...slack.people, ...slack.channels }
    const direct = slack.snapshot(mei).channels.find(({ kind }) => kind === 'im')?.id ?? ''
    const none = await say(mei, direct, '本周收到了哪些反馈？')
    await untilReply(direct, none, reply => toSeen(reply).includes('没有已分类的反馈'), 'what to do')
    await store.labels.save(toRecord(slack, { text: '页面不好看', kind: 'usability', quote: '不好看' }))
    const slow = toRecord(slack, { text: '导出太慢', kind: 'performance', quote: '太慢' })
    await store.labels.save({ ...slow, channel: slack.channels.feedback })
    await store.labels.save({ ...slow, id: 'x:direct', channel: direct })
    const unwatched = await say(mei, direct, '本周收到了哪些反馈？')
    await untilReply(
      direct,
      unwatched,
      reply => /^反馈报告：[^\n]*#feedback[^\n]*$/.test(toSeen(reply)),
      'one sentence about the channels that nobody watches',
    )
    const [notice] = replies(direct, unwatched).map(toSeen)
    expect(notice).toMatch(/#general/)
    expect(notice).toMatch(/[^#]私信[>\]]/)
    const asked = await say(dana, general, `<@${slack.botUserId}> what feedback came in during the last 7 days?`)
    await untilReply(general, asked, reply => toSeen(reply).includes('your direct messages'), 'the answer')
    await watch(story)
    const again = await say(mei, direct, '最近七天收到了哪些反馈？')
    await untilReply(direct, again, reply => toSeen(reply).includes('反馈报告'), 'the answer in Chinese')
    const isReport = (message: PageMessage) => toSeen(message).includes('“不好看”')
    await slack.until(() => slack.messages(direct).filter(isReport).length === 2, 'both reports')
    expect(model.requests).toEqual([])
  })

  test('says what to do when there is nothing to report, and that it is not in a channel', async () => {
    const story = await open()
    await classify(story, 'report')
    const { slack } = story
    await slack.until(() => ephemeral(story).find(({ text }) => text.includes('No labeled feedback')), 'the cure')
    await classify(story, 'report #nowhere')
    await slack.until(
      () => ephemeral(story).find(({ text }) => text.includes('not in a channel called “nowhere”')),
      'the cure',
    )
  })

  test('of a public channel is not made for a person of another organization who is not in it', async () => {
    const story = await open({ workspace: { ...workspace, otherTeams: { lee: { id: 'T0THEIRS' } } } })
    const { slack, store } = story
    const { dana, lee, general } = { ...slack.people, ...slack.channels }
    const { channel } = await slack.do({ do: 'create_channel', as: dana, name: 'plans' })
    await slack.do({ do: 'invite', as: dana, channel: String(channel), user: slack.botUserId })
    const record = toRecord(slack, { text: 'The plan crashes.', kind: 'bug', quote: 'crashes' })
    await store.labels.save({ ...record, channel: String(channel) })
    const text = `report <#${channel}|plans>`
    await slack.do({ do: 'command', as: lee, channel: general, command: '/classify', text })
    const told = () => slack.snapshot(lee).messages.filter(({ ephemeralTo }) => ephemeralTo === lee)
    await slack.until(() => told().find(one => one.text.includes('I’m not in a channel')), 'the refusal')
    const dm = slack.snapshot(lee).channels.find(({ kind }) => kind === 'im')?.id ?? ''
    expect(slack.messages(dm)).toEqual([])
  })

  test('of what was said labels it first, each message once', async () => {
    const story = await open()
    const { slack, model, say } = story
    const { dana, lee, general } = { ...slack.people, ...slack.channels }
    await say(lee, general, 'It crashes, one.')
    await say(lee, general, 'It crashes, two.')
    const asked: string[] = []
    model.answerAll(exchange => {
      asked.push(textOf(exchange))
      exchange.reply(JSON.stringify({ items: [{ kind: 'bug', quote: 'crashes', reason: 'It fails.', confidence: 1 }] }))
    })
    const dm = slack.snapshot(dana).channels.find(({ kind }) => kind === 'im')?.id ?? ''
    const reports = () => slack.messages(dm).filter(message => toSeen(message).includes('2 items'))
    await classify(story, 'last 7 days in #general')
    await slack.until(() => reports().length === 1, 'the report')
    expect(asked.toSorted()).toEqual(['It crashes, one.', 'It crashes, two.'])
    await classify(story, '最近七天')
    await slack.until(() => reports().length === 2, 'the second report')
    expect(asked).toHaveLength(2)
  })

  test('that was asked for comes after a restart, and what was labelled before it is not labelled again', async () => {
    const dataDir = await mkdtemp(join(tmpdir(), 'threadwise-'))
    const story = await open({ dataDir })
    const { slack, model, say } = story
    const { dana, lee, general } = { ...slack.people, ...slack.channels }
    await say(lee, general, 'It crashes, one.')
    await say(lee, general, 'It crashes, two.')
    await classify(story, 'last 7 days')
    const answer = JSON.stringify({ items: [{ kind: 'bug', quote: 'crashes', reason: 'It fails.', confidence: 1 }] })
    const first = await model.next()
    await model.next()
    first.reply(answer)
    await expect
      .poll(async () => (await story.store.labels.between({ from: 0, to: Date.now() }, general, undefined)).length)
      .toBe(1)
    await story.app.stop()
    model.answerAll(exchange => exchange.reply(answer))
    await story.reconnect()
    const dm = slack.snapshot(dana).channels.find(({ kind }) => kind === 'im')?.id ?? ''
    await slack.until(() => slack.messages(dm).find(message => toSeen(message).includes('2 items')), 'the report')
    expect(model.requests.filter(exchange => textOf(exchange) === textOf(first))).toHaveLength(1)
  })

  test('that cannot be saved is not begun, and the person is told', async () => {
    const dataDir = await mkdtemp(join(tmpdir(), 'threadwise-'))
    const story = await open({ dataDir })
    const { slack, store } = story
    const unblock = blockStore(store, dataDir)
    await classify(story, 'report last 30 days')
    await slack.until(() => ephemeral(story).some(({ text }) => text.includes('I couldn’t save that')), 'the cure')
    expect(
      ephemeral(story)
        .map(({ text }) => text)
        .filter(text => text.includes('direct messages')),
    ).toEqual([])
    await unblock()
    await classify(story, 'report last 30 days')
    await slack.until(() => ephemeral(story).some(({ text }) => text.includes('No labeled feedback')), 'the report')
  })

  test('is the same from the command line, also while the bot runs', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'threadwise-'))
    const story = await open({ dataDir: folder })
    await story.store.labels.save(toRecord(story.slack, { text: '页面不好看', kind: 'usability', quote: '不好看' }))
    const args = ['--since', '最近七天', '--language', 'zh', '--png', 'chart.png', '--csv', 'all.csv']
    const run = promisify(execFile)(process.execPath, [resolve('src/cli/report.ts'), ...args], {
      cwd: folder,
      env: { ...childEnv, DATA_DIR: folder },
    })
    const { stdout } = await run
    expect(stdout).toMatch(/^\*\*反馈（.*）：共 1 条\*\*/)
    expect(stdout).toContain('“不好看”')
    expect((await readFile(join(folder, 'chart.png'))).subarray(1, 4).toString()).toBe('PNG')
    expect(await readFile(join(folder, 'all.csv'), 'utf8')).toContain('页面不好看,用户体验问题,不好看')
  })
})

const textOf = (exchange: Exchange) => /<text>([^<]*)<\/text>\s*$/.exec(exchange.prompt)?.[1] ?? ''

function toRecord(
  slack: Story['slack'],
  { ts, text, kind, quote }: { ts?: string; text: string; kind: string; quote: string },
): LabelRecord {
  const labels = [{ kind, quote, reason: 'Because.', confidence: 0.9 }]
  const fixed = { version: '1', model: 'm', saidAt: Date.now() - 1_000, isShared: true }
  return { id: `x:${text}`, state: 'done', channel: slack.channels.general, ts, text, labels, ...fixed }
}

async function classify({ slack }: Story, text: string, as = slack.people.dana): Promise<void> {
  await slack.do({ do: 'command', as, channel: slack.channels.general, command: '/classify', text })
}

/** Makes a Slack that knows no charts. */
function refuseCharts({ slack }: Story): void {
  const when = ({ blocks }: SlackJson) => JSON.stringify(blocks ?? '').includes('data_visualization')
  slack.fault({ method: 'chat.postMessage', error: 'invalid_blocks', times: Number.POSITIVE_INFINITY, when })
}

/** Watches #general by the dialogue of `/classify settings`. */
async function watch(story: Story): Promise<void> {
  const { slack } = story
  await classify(story, 'settings')
  const { id } = await slack.until(() => slack.snapshot(slack.people.dana).modals.at(-1), 'the dialogue')
  const choice = { type: 'checkboxes', selected_options: [{ value: 'watch' }] }
  const state = { watch: { choice }, reaction: { name: { type: 'plain_text_input', value: '' } } }
  await slack.do({ do: 'submit_view', as: slack.people.dana, viewId: id, state })
}

const ephemeral = ({ slack }: Story): PageMessage[] =>
  slack.snapshot(slack.people.dana).messages.filter(({ ephemeralTo }) => ephemeralTo !== undefined)

/** The bytes of a file that the bot shared in a thread. */
async function untilFile({ slack }: Story, channel: string, threadTs: string, name: RegExp): Promise<Buffer> {
  const find = () =>
    slack
      .messages(channel, threadTs)
      .flatMap(({ files }) => files ?? [])
      .find(file => name.test(file.name))
  const { id } = await slack.until(find, `the file ${name}`)
  const headers = { authorization: `Bearer ${slack.botToken}`, 'content-type': 'application/json' }
  const info = await fetch(`${slack.apiUrl}files.info`, { method: 'POST', headers, body: JSON.stringify({ file: id }) })
  const { file } = (await info.json()) as { file: SlackJson }
  return Buffer.from(await (await fetch(String(file.url_private), { headers })).arrayBuffer())
}
