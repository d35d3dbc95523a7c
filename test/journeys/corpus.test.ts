import { expect, test } from 'vitest'
import { shape, toDocx, toOle, toOpenDocument, toPptx, toXlsx, wordParagraph } from '../slack/office.ts'
import { toChinesePdf, toPdf } from '../slack/pdf.ts'
import { openStory, toSeen } from '../story.ts'

/** One file of each kind, with words of its own or the reason why there are none. */
const corpus: [name: string, bytes: Uint8Array | string, shown: string][] = [
  ['plan.docx', toDocx(wordParagraph('Ship in June')), 'Ship in June'],
  ['计划.odt', toOpenDocument('text', '<text:p>六月发布</text:p>'), '六月发布'],
  ['销售.xlsx', toXlsx({ 销售额: '<row r="1"><c r="A1" t="s"><v>0</v></c></row>' }, ['季度收入']), '季度收入'],
  ['pitch.pptx', toPptx([{ shapes: shape('Why us', 'title'), notes: 'Smile here' }]), 'Smile here'],
  ['book.pdf', toPdf({ pages: ['(Hello)', '(second page)'] }), '[Page 2]\n\nsecond page'],
  ['说明.pdf', toChinesePdf('保修两年'), '保修两年'],
  ['letter.rtf', String.raw`{\rtf1\ansi Dear \b Ann\b0\par}`, 'Dear Ann'],
  ['talk.vtt', 'WEBVTT\n\n00:01.000 --> 00:02.000\n大家好\n', '[00:00:01] 大家好'],
  ['half.docx', toDocx(wordParagraph('Hi')).subarray(0, 400), 'it’s damaged'],
  ['secret.docx', toOle('EncryptedPackage'), 'it’s password-protected'],
]

test('files of all kinds go through a mention and a follow-up, and requests to classify and to summarize their thread are answered', async () => {
  const { slack, model, say, untilReply } = await openStory()
  const { dana, general } = { ...slack.people, ...slack.channels }
  const bot = `<@${slack.botUserId}>`
  const files = corpus.map(([name, bytes]) => slack.upload(dana, name, Buffer.from(bytes as Uint8Array)).id)
  const asked = await slack.do({ do: 'say', as: dana, channel: general, text: `${bot} what do they say?`, files })
  const threadTs = String(asked.ts)
  const first = await model.next()
  first.reply('A lot.')
  await untilReply(general, threadTs, reply => toSeen(reply).includes('A lot.'), 'the answer')
  await say(dana, general, 'and in short?', threadTs)
  const second = await model.next()
  second.reply('Little.')
  await untilReply(general, threadTs, reply => toSeen(reply).includes('Little.'), 'the second answer')
  for (const { prompt } of [first, second]) {
    expect(corpus.flatMap(([name, , shown]) => (prompt.includes(shown) ? [] : [name]))).toEqual([])
  }
  model.answerAll(exchange => exchange.reply('{}'))
  for (const words of ['classify this', 'summarize this thread']) {
    const before = slack.messages(general, threadTs).length
    await say(dana, general, `${bot} ${words}`, threadTs)
    await slack.until(() => slack.messages(general, threadTs).length > before + 1, `a reply to ${words}`)
  }
  await slack.until(() => slack.calls.every(({ endedAt }) => endedAt !== undefined), 'a pause')
})
