import { describe, expect, test } from 'vitest'
import { toPdf } from '../slack/pdf.ts'
import { openStory, toSeen } from '../story.ts'

/** Asks about one file, and gives the prompt and the whole answer. */
async function ask(name: string, bytes: Uint8Array): Promise<{ prompt: string; seen: string }> {
  const { slack, model, untilReply } = await openStory()
  const { dana, general } = { ...slack.people, ...slack.channels }
  const { id } = slack.upload(dana, name, bytes)
  const text = `<@${slack.botUserId}> what does it say?`
  const { ts } = await slack.do({ do: 'say', as: dana, channel: general, text, files: [id] })
  const exchange = await model.next()
  exchange.reply('Answered.')
  const isWhole = (reply: { text: string }) => /Answered\.(?:$|\n)/.test(toSeen(reply)) && model.requests.length === 1
  await untilReply(general, String(ts), isWhole, 'the answer')
  // The footer comes with the last edit.
  await slack.until(() => slack.calls.every(({ endedAt }) => endedAt !== undefined), 'a pause')
  const reply = await untilReply(general, String(ts), isWhole, 'the answer')
  return { prompt: exchange.prompt, seen: toSeen(reply) }
}

const bytesOf = (hex: string) => Buffer.from(hex.replaceAll(' ', ''), 'hex')

describe('a text file', () => {
  test.each([
    ['Windows-1252', bytesOf('69 64 3b 4b 0d 0a 31 3b 47 72 f6 df 65'), 'id;K\r\n1;Größe'],
    ['Shift-JIS', bytesOf('94 d4 8d 86 2c 83 52 0d 0a 31 2c 89 e6 96 ca'), '番号,コ\r\n1,画面'],
    ['GBK', bytesOf('c4 da c8 dd 0a d3 d6 c9 c1 cd cb c1 cb'), '内容\n又闪退了'],
    ['Big5', bytesOf('a4 ba ae 65 0a ad b6 ad b1 a4 d3 ba 43 a4 46'), '內容\n頁面太慢了'],
    ['EUC-KR', bytesOf('c0 c7 b0 df 0a b4 c0 b7 c1 bf e4'), '의견\n느려요'],
    ['UTF-16 without a mark', Buffer.from('内容\n一', 'utf16le'), '内容\n一'],
    ['UTF-16 without a mark, high byte first', Buffer.from('id\n一', 'utf16le').swap16(), 'id\n一'],
    ['ISO-2022-JP', bytesOf('1b 24 42 46 7c 4b 5c 1b 28 42 0a'), '日本\n'],
    ['UTF-8 whose last character was halved', Buffer.from('这个应用太慢了，总是闪退').subarray(0, -1), '总是闪\ufffd'],
  ])('in %s is read', async (_, bytes, text) => {
    const { prompt, seen } = await ask('notes.txt', bytes)
    expect(prompt).toContain(text)
    expect(seen).not.toContain('couldn’t read')
  })

  test('in an encoding that cannot be told names those that were tried, and the cure', async () => {
    const { prompt, seen } = await ask('notes.txt', bytesOf('b1 b2 b3 2c 8f 9d 0a 81 ff 8d'))
    expect(prompt).toMatch(/<file name="notes.txt" missing=/)
    expect(seen).toContain(
      'I couldn’t read notes.txt: I can’t tell its encoding (tried UTF-8, UTF-16, Windows-1252, Shift-JIS',
    )
    expect(seen).toContain('save it as UTF-8')
  })
})

describe('a file that cannot be read has a sentence of its own:', () => {
  const zip = (entry: string) => Buffer.from(`PK\x03\x04${'\0'.repeat(26)}${entry}`, 'latin1')
  test.each([
    ['a HEIC photo', 'I.HEIC', Buffer.from('\0\0\0\x1cftypheic', 'latin1'), 'HEIC photos; send JPEG'],
    ['a Photoshop file', 'a.psd', Buffer.from('8BPS\0\x01', 'latin1'), 'this type of image; send JPEG'],
    ['an archive', 'all.zip', zip('feedback.csv'), 'archives; send the files'],
    ['a program', 'tool', Buffer.from('\x7fELF\x02\x01\x01\0', 'latin1'), 'I can’t read this type'],
  ])('%s', async (_, name, bytes, sentence) => {
    const { seen } = await ask(name, bytes)
    expect(seen).toContain(`I couldn’t read ${name}: `)
    expect(seen).toContain(sentence)
  })
})

test('a PDF with more pages than are read says so below the answer', async () => {
  const book = toPdf({ pages: Array.from({ length: 1_001 }, (_, index) => `(p${index + 1})`) })
  const { prompt, seen } = await ask('book.pdf', book)
  expect(prompt).toContain('[The first 1000 of 1001 pages]')
  expect(seen).toContain('read the first 1,000 of 1,001 pages of book.pdf')
})

test('files that cannot be read are named once, above the answer, in one line for each reason', async () => {
  const story = await openStory()
  const { slack, model, replies } = story
  const { dana, general } = { ...slack.people, ...slack.channels }
  const attach = (name: string, head: string) => slack.upload(dana, name, Buffer.from(head, 'latin1')).id
  const heic = '\0\0\0\x1cftypheic'
  const files = [attach('a_1.heic', heic), attach('b.heic', heic), attach('old.zip', 'Rar!\x1a\x07')]
  const text = `<@${slack.botUserId}> what do they show?`
  const { ts } = await slack.do({ do: 'say', as: dana, channel: general, text, files })
  const thoughts = await model.next()
  thoughts.say('Hm, nothing to see. ')
  await story.untilReply(general, String(ts), reply => toSeen(reply).includes('Hm'), 'the beginning')
  thoughts.reply('\n</think>\n\nNothing.')
  const isDone = () => slack.calls.every(({ endedAt }) => endedAt !== undefined)
  const seen = await story.untilReply(
    general,
    String(ts),
    reply => isDone() && /\n\nNothing\.$/.test(toSeen(reply)),
    'the answer',
  )
  expect(toSeen(seen)).toMatch(
    /^I couldn’t read a\\_1\.heic or b\.heic: .*HEIC.*JPEG or PNG\.\n\nI couldn’t read old\.zip: .*\n\nNothing\.$/,
  )
  const broken = slack.upload(dana, 'broken.png', Buffer.from('\x89PNG\r\n\x1a\n', 'latin1')).id
  await slack.do({ do: 'say', as: dana, channel: general, text: 'and this?', threadTs: String(ts), files: [broken] })
  ;(await model.next()).reply('Neither.')
  await slack.until(() => isDone() && replies(general, String(ts)).length === 2, 'the second answer')
  const second = await story.untilReply(
    general,
    String(ts),
    reply => /Neither/.test(toSeen(reply)),
    'the second answer',
  )
  expect(toSeen(second)).toMatch(/^I couldn’t read broken\.png: it’s damaged; export it again\.\n\nNeither\.$/)
})
