import { describe, expect, test } from 'vitest'
import type { PageMessage } from '../../playground/protocol.ts'
import { callBug as answer, dropSheet as drop, textOf, untilTable } from '../labelled-sheet.ts'
import { openWorld } from '../process.ts'
import { bySoak } from '../soak.ts'
import { openStory, toSeen } from '../story.ts'

describe('a CSV file in a thread', () => {
  test.each([
    ['classify this file', ',', 'id,Feedback\n1,"crashes, often"\n2,又闪退了\n3,\n4,=SUM(A1)\n'],
    ['分类这个文件', ';', 'id;内容\n1;crashes, often\n2;又闪退了\n3;\n4;=SUM(A1)\n'],
    [
      'classify this file, column “what they said”',
      '\t',
      'comment\tWhat they said\n1\tcrashes, often\n2\t又闪退了\n3\t\n4\t=SUM(A1)\n',
    ],
  ])('comes back with a label on each row: %s', async (words, delimiter, csv) => {
    const story = await openStory()
    const { slack, model } = story
    const { dana, general } = { ...slack.people, ...slack.channels }
    model.answerAll(answer)
    const ts = await drop(story, csv, { words })
    const result = await untilTable(story, ts, { delimiter })
    const [header, ...rows] = result
    expect(header?.slice(2)).toEqual(['kind', 'confidence', 'quote', 'reason', 'error'])
    expect(rows.map(row => row.slice(2))).toEqual([
      ['Bug', '0.90', 'crashes,', 'It fails.', ''],
      ['Bug', '0.90', '又闪退了', 'It fails.', ''],
      ['', '', '', '', 'There’s no text to classify here.'],
      // What would be a formula in a spreadsheet is none.
      ['Bug', '0.90', "'=SUM(A1)", 'It fails.', ''],
    ])
    const isSummary = (reply: PageMessage) => toSeen(reply).includes('Classified 3 of 4')
    const summary = await slack.until(() => story.replies(general, ts).find(isSummary), 'the summary')
    expect(toSeen(summary)).toContain('- Bug: 3')
    expect(slack.snapshot(dana).messages.filter(({ ephemeralTo }) => ephemeralTo !== undefined)).toEqual([])
  })

  test('has its columns and labels in the Slack language of whoever asks; quotes stay as they were written', async () => {
    const story = await openStory()
    const { slack, model } = story
    model.answerAll(answer)
    const csv = 'id,内容\n1,"crashes, often"\n2,又闪退了\n3,\n'
    const chinese = await untilTable(story, await drop(story, csv, { as: slack.people.mei }))
    expect(chinese.map(row => row.slice(2))).toEqual([
      ['类别', '可信度', '原文依据', '理由', '错误'],
      ['bug类型', '0.90', 'crashes,', 'It fails.', ''],
      ['bug类型', '0.90', '又闪退了', 'It fails.', ''],
      ['', '', '', '', '这里没有可以分类的文字。'],
    ])
    const english = await untilTable(story, await drop(story, csv, { words: '分类这个文件' }))
    expect(english.map(row => row[2])).toEqual(['kind', 'Bug', 'Bug', ''])
    expect(english[3]?.[6]).toBe('There’s no text to classify here.')
  })

  test.each([
    [
      'with a column that is not there names those that are',
      'a,b\n1,2\n',
      'classify this file, column c',
      'There’s no column called “c”. Ask again with one of these: a, b',
    ],
    ['without rows says so', 'feedback\n', 'classify this file', 'no rows below its header'],
    ['that is no CSV says so', 'feedback\n"open\n', 'classify this file', 'I can’t read this as CSV'],
    [
      'that is too long says how much it takes',
      `feedback\n${'x\n'.repeat(2_001)}`,
      'classify this file',
      '2,001 rows. I can classify up to 2,000',
    ],
    [
      'that is too wide says how much it takes',
      `feedback${',x'.repeat(30_000)}\n${'crashes\n'.repeat(2_000)}`,
      'classify this file',
      '30,001 columns. I can read up to 500. Remove the columns you don’t need and send the file again.',
    ],
    [
      'with one row that is too wide says how much it takes',
      `feedback\ncrashes${','.repeat(1_000_000)}\n`,
      'classify this file',
      'columns. I can read up to 500',
    ],
    [
      'that has too many cells says how much it takes',
      `feedback${',x'.repeat(499)}\n${`crashes${',1'.repeat(499)}\n`.repeat(2_000)}`,
      'classify this file',
      '1,000,000 cells. I can read up to 300,000. Remove the columns you don’t need or split the file, then send it again.',
    ],
  ])('%s', async (_, csv, words, sentence) => {
    const story = await openStory()
    const ts = await drop(story, csv, { words })
    await story.untilReply(story.slack.channels.general, ts, reply => toSeen(reply).includes(sentence), sentence)
    expect(story.model.requests).toEqual([])
  })

  test('comes back with every cell of its rows, however many each has', async () => {
    const story = await openStory()
    story.model.answerAll(answer)
    const ts = await drop(story, 'feedback,a,b\ncrashes\ncrashes,1,2,extra\ncrashes,1\n')
    const rows = await untilTable(story, ts)
    expect(rows.map(row => row.slice(0, 5))).toEqual([
      ['feedback', 'a', 'b', '', 'kind'],
      ['crashes', '', '', '', 'Bug'],
      ['crashes', '1', '2', 'extra', 'Bug'],
      ['crashes', '1', '', '', 'Bug'],
    ])
  })

  test('stays when the question for another table is deleted, though its name was made to look like that one’s', async () => {
    const story = await openStory()
    const { slack, model } = story
    const { general } = slack.channels
    model.answerAll(answer)
    const csv = 'feedback\ncrashes\n'
    const own = () => story.replies(general, root).flatMap(({ files = [] }) => files.map(({ name }) => name))
    const root = await story.say(slack.people.dana, general, 'tables')
    const first = await drop(story, csv, { threadTs: root })
    const [name = ''] = await slack.until(() => (own().length === 1 ? own() : undefined), 'the first table')
    await drop(story, csv, { threadTs: root, name: `${name.replace('.csv', '')}.y.csv` })
    await slack.until(() => own().length === 2, 'the second table')
    await slack.do({ do: 'delete', as: slack.people.dana, channel: general, ts: first })
    await slack.until(() => own().length < 2, 'the end of the first table')
    const stateOf = async () => (await story.store.turns.load(`${slack.teamId}:${general}:${first}`))?.state
    await expect.poll(stateOf).toBe('withdrawn')
    expect(own().map(one => /[-.]y-/.test(one))).toEqual([true])
    expect(slack.calls.filter(({ method }) => method === 'files.delete')).toHaveLength(1)
  })

  test('in a Slack that is slow to take the first word has one message for its progress', async () => {
    const story = await openStory()
    const { slack, model } = story
    slack.fault({ method: 'chat.postMessage', delayMs: 4_500 })
    const ts = await drop(story, 'feedback\ncrashes\n')
    const exchange = await model.next()
    // A tick of the progress passes while the first word is on its way.
    const posts = () => slack.calls.filter(({ method }) => method === 'chat.postMessage')
    const areTaken = () => posts().length > 0 && posts().every(({ endedAt }) => endedAt !== undefined)
    await slack.until(areTaken, 'the first word')
    answer(exchange)
    await untilTable(story, ts)
    const words = () => story.replies(slack.channels.general, ts).filter(({ files }) => files === undefined)
    await slack.until(() => words().some(reply => toSeen(reply).includes('Classified 1 of 1')), 'the summary')
    expect(words()).toHaveLength(1)
  })

  test('however long holds up no single text', async () => {
    const story = await openStory({ workspace: { commands: [classify] } })
    const { slack, model } = story
    const { dana, general } = { ...slack.people, ...slack.channels }
    await drop(story, `feedback\n${'crashes\n'.repeat(50)}`)
    for (let row = 0; row < 6; row += 1) expect(textOf(await model.next())).toBe('crashes')
    await slack.do({ do: 'command', as: dana, channel: general, command: '/classify', text: 'a single text' })
    expect(textOf(await model.next())).toBe('a single text')
  })

  test('that is not there is asked for', async () => {
    const story = await openStory()
    const { slack, say } = story
    const ts = await say(slack.people.dana, slack.channels.general, `<@${slack.botUserId}> classify this file`)
    await story.untilReply(
      slack.channels.general,
      ts,
      reply => toSeen(reply).includes('There’s no CSV file'),
      'the cure',
    )
  })

  test('of many rows is finished though the model fails for a tenth of them and the process is killed', {
    timeout: 120_000,
  }, async () => {
    const world = await openWorld('socket', {}, { limits: 'off' })
    const { slack, model, bot, dana, general } = world
    await bot.untilSays('ready')
    const rowCount = bySoak(400, 2_000)
    let asked = 0
    let isDead = false
    model.answerAll(exchange => {
      asked += 1
      if (asked === rowCount * 0.35) {
        isDead = true
        bot.kill('SIGKILL')
      }
      if (Number(textOf(exchange).split(' ')[1]) % 10 === 3) exchange.status(400, { error: { message: 'no' } })
      else answer(exchange)
    })
    const csv = `feedback\n${Array.from({ length: rowCount }, (_, row) => `crashes ${row}`).join('\n')}\n`
    const { id } = slack.upload(dana, 'feedback.csv', Buffer.from(csv))
    const said = { channel: general, text: `<@${slack.botUserId}> classify this file`, files: [id] }
    const { ts } = await slack.do({ do: 'say', as: dana, ...said })
    await bot.exit
    expect(isDead).toBe(true)
    await world.restart()
    const rows = await untilTable({ slack }, String(ts), { patienceMs: 90_000 })
    expect(rows).toHaveLength(rowCount + 1)
    const wrong = rows.slice(1).filter((row, index) => {
      const isRefused = index % 10 === 3
      return row[0] !== `crashes ${index}` || (row[1] === 'Bug') === isRefused || (row[5] !== '') !== isRefused
    })
    expect(wrong).toEqual([])
    // What was labelled before the kill is not asked again; what failed is tried twice.
    expect(asked).toBeLessThan(rowCount * 1.2 + 150)
    const replies = slack.messages(general, String(ts)).filter(({ user, files }) => user === slack.botUserId && !files)
    await slack.until(() => toSeen(replies[0] ?? { text: '' }) !== '', 'the summary')
    expect(replies).toHaveLength(1)
  })
})

const classify = { command: '/classify', description: '', usageHint: '', shouldEscape: false }
