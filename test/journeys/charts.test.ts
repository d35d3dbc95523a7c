import { describe, expect, test } from 'vitest'
import type { PageMessage, SlackJson } from '../../playground/protocol.ts'
import { parseChartRequest } from '../../src/features/charts/request.ts'
import { openStory, type Story, toSeen } from '../story.ts'

const asked = (text: string) => parseChartRequest({ question: { text } } as never) !== undefined

describe('words', () => {
  test.each([
    'chart this',
    '<@U1> Chart this, please',
    'can you plot these numbers as a line chart?',
    'make a bar chart of the votes',
    'turn this into a pie chart',
    'show it as a stacked chart',
    'draw me a chart of sales by region',
    'as a pie chart please',
    'visualize the data by month',
    '画个图',
    '把上面的数据做成柱状图',
    '用折线图展示每个月的销售额',
    '帮我生成一个饼图',
    '请把这些数据可视化一下',
    'グラフにして',
    'この表を棒グラフにしてください',
    '売上を折れ線グラフで表示してください',
  ])('that ask for a chart: %s', text => expect(asked(text)).toBe(true))

  test.each([
    'what does this chart show?',
    'who is in charge of this?',
    'draw a cat',
    'make a plan for the launch',
    'show me the org structure',
    '画一只猫',
    '图里是什么？',
    '这个柱状图是什么意思？',
    'グラフの意味は？',
    'give me the numbers as a table',
    '画重点',
    '画一张流程图',
  ])('that ask for something else: %s', text => expect(asked(text)).toBe(false))
})

const table =
  '| Month | Sales | Returns |\n|---|---:|---:|\n| Jan | 1,200 | 30 |\n| Feb | 900 | 25 |\n| Total | 2,100 | 55 |'
const choice = (more: object = {}) =>
  JSON.stringify({
    title: 'Sales and returns',
    kind: 'line',
    unit: '',
    table: 1,
    labels: 'Month',
    columns: ['Sales', 'Returns'],
    take: 'rows',
    only: [],
    without: ['Total'],
    swap: false,
    points: [],
    ...more,
  })

const hasChart = ({ blocks = [] }: PageMessage) => blocks.some(({ type }) => type === 'data_visualization')
const filesIn = ({ slack }: Story, threadTs: string) =>
  slack.messages(slack.channels.general, threadTs).filter(({ files = [] }) => files.length > 0)
const untilChart = (story: Story, threadTs: string, count = 1) =>
  story.slack.until(
    () => story.replies(story.slack.channels.general, threadTs).filter(hasChart)[count - 1],
    'the chart',
  )
const chartOf = ({ blocks = [] }: PageMessage) => blocks.find(({ type }) => type === 'data_visualization') as SlackJson
const download = async ({ slack }: Story, id = '') =>
  Buffer.from(await (await fetch(`${slack.url}/page/files/${id}`)).arrayBuffer())
const notices = ({ slack }: Story, as: string) =>
  slack.snapshot(as).messages.filter(({ ephemeralTo }) => ephemeralTo === as)

/** Makes a Slack that knows no charts. */
function refuseCharts({ slack }: Story): void {
  const when = ({ blocks }: SlackJson) => JSON.stringify(blocks ?? '').includes('data_visualization')
  slack.fault({ method: 'chat.postMessage', error: 'invalid_blocks', times: Number.POSITIVE_INFINITY, when })
}

describe('a table in an answer', () => {
  test('becomes a chart of its own numbers for everybody who presses Chart this, with its data as CSV', async () => {
    const story = await openStory()
    const { slack, model, say } = story
    const { dana, lee, general } = { ...slack.people, ...slack.channels }
    const ts = await say(dana, general, `<@${slack.botUserId}> how did we sell?`)
    ;(await model.next()).reply(`Here it is:\n\n${table}`)
    const hasRow = (one: PageMessage) => JSON.stringify(one.blocks).includes('rate_reply')
    const reply = await story.untilReply(general, ts, hasRow, 'the answer')
    const press = (as: string) =>
      slack.do({
        do: 'act',
        as,
        channel: general,
        ts: reply.ts,
        blockId: 'chart_reply',
        action: { action_id: 'chart_reply' },
      })
    await press(dana)
    const request = await model.next()
    await press(lee)
    expect(request.prompt).toContain('<table id="1">\nMonth | Sales | Returns\nJan | 1,200 | 30')
    request.reply(choice())
    const message = await untilChart(story, ts)
    const data = (values: number[]) => values.map((value, at) => ({ label: ['Jan', 'Feb'][at], value }))
    expect(chartOf(message)).toMatchObject({
      title: 'Sales and returns',
      chart: {
        type: 'line',
        series: [
          { name: 'Sales', data: data([1200, 900]) },
          { name: 'Returns', data: data([30, 25]) },
        ],
        axis_config: { categories: ['Jan', 'Feb'] },
      },
    })
    expect(message.text).toContain('Sales: Jan 1200, Feb 900; Returns: Jan 30, Feb 25')
    const csvBlock = message.blocks?.find(({ type }) => type === 'actions')
    const pressCsv = (as: string) => {
      const at = { channel: general, ts: message.ts, blockId: String(csvBlock?.block_id) }
      return slack.do({ do: 'act', as, ...at, action: { action_id: 'chart_csv' } })
    }
    await pressCsv(lee)
    const csv = await slack.until(() => filesIn(story, ts)[0], 'the CSV')
    expect((await download(story, csv.files?.[0]?.id)).toString()).toBe(
      '\uFEFF,Sales,Returns\nJan,1200,30\nFeb,900,25\n',
    )

    // Lee pressed it while the chart was being drawn; now it is there.
    await press(lee)
    await slack.until(() => notices(story, lee).find(({ text }) => /already|已经有/.test(text)), 'the notice')
    expect(model.requests.length).toBe(2)
    await pressCsv(dana)
    const link = `/archives/${general}/p${csv.ts.replace('.', '')}`
    await slack.until(() => notices(story, dana).find(({ text }) => text.includes(link)), 'the way to the CSV')
    expect(filesIn(story, ts).length).toBe(1)

    await slack.do({ do: 'delete', as: dana, channel: general, ts })
    await slack.until(() => story.replies(general, ts).length === 0, 'the end of all that was made for the question')
    expect(slack.calls.filter(({ method }) => method === 'files.delete').length).toBe(1)
  })

  test('without numbers has no such button', async () => {
    const story = await openStory()
    const { slack, model, say } = story
    const ts = await say(slack.people.dana, slack.channels.general, `<@${slack.botUserId}> who does what?`)
    ;(await model.next()).reply('| Who | What |\n|---|---|\n| Lee | tests |\n| Mei | docs |')
    const isWhole = (one: PageMessage) => JSON.stringify(one.blocks).includes('rate_reply')
    const reply = await story.untilReply(slack.channels.general, ts, isWhole, 'the answer')
    expect(JSON.stringify(reply.blocks)).not.toContain('chart_reply')
  })
})

describe('“chart this” in a thread', () => {
  test('sums the rows of a CSV file itself, and uploads picture and data as one message where Slack has no charts', async () => {
    const story = await openStory()
    const { slack, model, say } = story
    const { dana, general } = { ...slack.people, ...slack.channels }
    refuseCharts(story)
    const rows = Array.from({ length: 40 }, (_, at) => `${['东区', '西区'][at % 2]},${at}.5,"注 ""${at}"""`)
    const bytes = Buffer.from(['地区,销售额（元）,备注', ...rows].join('\n'))
    const { id } = slack.upload(dana, '销售.csv', bytes)
    const said = await slack.do({ do: 'say', as: dana, channel: general, text: '销售数据', files: [id] })
    const ts = String(said.ok && said.ts)
    const asked = await say(dana, general, `<@${slack.botUserId}> 按地区做成柱状图`, ts)
    const request = await model.next()
    expect(request.prompt).toContain('<table id="1" file="销售.csv">')
    request.reply(
      choice({
        title: '各地区销售额',
        kind: 'bar',
        unit: '元',
        labels: '地区',
        columns: ['销售额（元）'],
        take: 'sum',
        without: [],
      }),
    )
    const message = await slack.until(
      () => filesIn(story, ts).find(({ user }) => user === slack.botUserId),
      'the chart',
    )
    const [png, csv] = message.files ?? []
    expect([png?.mimetype, csv?.mimetype]).toEqual(['image/png', 'text/csv'])
    expect(message.text).toBe('40 行数据求和，来源：销售.csv。')
    expect((await download(story, csv?.id)).toString()).toBe('\uFEFF,销售额（元）\n东区,390\n西区,410\n')
    const upload = slack.calls.find(({ method, args }) => method === 'files.getUploadURLExternal' && args.alt_txt)
    expect(upload?.args.alt_txt).toBe('各地区销售额 (元). 东区 390, 西区 410')
    expect((await download(story, png?.id)).subarray(1, 4).toString()).toBe('PNG')
    const mend = slack.fault({
      method: 'conversations.replies',
      error: 'missing_scope',
      times: Number.POSITIVE_INFINITY,
    })
    await slack.do({ do: 'delete', as: dana, channel: general, ts: asked })
    const { turns } = story.store
    const soon = Date.now() + 7_200_000
    await expect
      .poll(async () => (await turns.takeDueForRecheck(soon)).map(({ state }) => state))
      .toEqual(['withdrawn'])
    expect(filesIn(story, ts).length).toBe(2)
    mend()
    const again = `${slack.teamId}:${general}:${asked}`
    await turns.update(again, { checkAt: Date.now() })
    await slack.until(() => story.replies(general, ts).length === 0, 'the end of the chart', 10_000)
    expect(slack.calls.filter(({ method }) => method === 'files.delete').length).toBe(2)
  })

  test('draws numbers that stand in sentences, refuses any that nobody wrote, listens to nothing, and tells of a model that is gone', async () => {
    const story = await openStory({ listed: [{ id: 'gpt-4o' }] })
    const { slack, model, say, store } = story
    const { dana, lee, general } = { ...slack.people, ...slack.channels }
    const ts = await say(dana, general, 'Signups: 40 in May, and in June we had 55.')
    const { id } = slack.upload(dana, 'meeting.mp3', Buffer.from('ID3'))
    await slack.do({ do: 'say', as: dana, channel: general, text: 'And this.', threadTs: ts, files: [id] })
    await store.threadModels.choose({ channel: general, threadTs: ts }, { model: 'gpt-gone', person: dana })
    await say(lee, general, `<@${slack.botUserId}> chart this`, ts)
    const point = (label: string, value: number, quote: string) => ({ label, series: '', value, quote })
    const may = point('May', 40, '40 in May')
    const invented = { table: 0, points: [may, point('June', 60, 'in June we had 55')] }
    ;(await model.next()).reply(choice(invented))
    const again = await model.next()
    expect(again.prompt).toContain('That can’t be used')
    again.reply(choice(invented))
    const refused = await story.untilReply(general, ts, ({ text }) => text.includes('⚠️'), 'the refusal')
    expect(refused.text).toContain('couldn’t match every number')
    await say(lee, general, 'chart this as bars: as a bar chart', ts)
    ;(await model.next()).reply(
      choice({ kind: 'bar', table: 0, points: [may, point('June', 55, 'in June we had 55')] }),
    )
    const message = await untilChart(story, ts)
    expect(toSeen(message)).toContain('gpt-gone is no longer available, so gpt-4o answered')
    expect(slack.calls.some(({ method, args }) => method === 'file' && args.file === id)).toBe(false)
    expect(chartOf(message)).toMatchObject({
      chart: {
        type: 'bar',
        series: [
          {
            data: [
              { label: 'May', value: 40 },
              { label: 'June', value: 55 },
            ],
          },
        ],
      },
    })
  })
})
