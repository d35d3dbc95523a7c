import { describe, expect, test } from 'vitest'
import { inlineCell, toDocx, toOle, toXlsx, wordParagraph } from '../files/office.ts'
import { toPdf } from '../files/pdf.ts'
import { callBug, dropSheet, textOf, untilSheet } from '../labelled-sheet.ts'
import { openStory, toSeen } from '../story.ts'

/** Has a file classified; gives the texts that the model was asked about, and the file that came back. */
async function classify(csv: string | Uint8Array, words = 'classify this file') {
  const story = await openStory()
  story.model.answerAll(callBug)
  const ts = await dropSheet(story, csv, { words })
  const sheet = await untilSheet(story, ts)
  return { texts: story.model.requests.map(textOf).sort(), sheet }
}

/** Has a file classified that is not, and gives the answer. */
async function classifyInVain(csv: string | Uint8Array, words = 'classify this file'): Promise<string> {
  const story = await openStory()
  const ts = await dropSheet(story, csv, { words })
  const reply = await story.untilReply(
    story.slack.channels.general,
    ts,
    reply => /feedback|file/.test(toSeen(reply)),
    'it',
  )
  expect(story.model.requests).toEqual([])
  return toSeen(reply)
}

const heads = 'kind,confidence,quote,reason,error'
const bug = (quote: string) => `Bug,0.90,${quote},It fails.,`
const nothing = ',,,,There’s no text to classify here.'
const bytesOf = (hex: string) => Buffer.from(hex.replaceAll(' ', ''), 'hex')

describe('a table comes back with all that was in it, and labels:', () => {
  test.each([
    [
      'with a line that names its delimiter',
      'sep=;\r\nid;comment\r\n1;too slow',
      ['too slow'],
      `sep=;\r\nid;comment;${heads}\r\n1;too slow;${bug('too')}`.replaceAll(/,(?=[^,]*)/g, ';'),
    ],
    [
      'with empty rows',
      'comment\r\none\r\n\r\ntwo',
      ['one', 'two'],
      `comment,${heads}\r\none,${bug('one')}\r\n,${nothing}\r\ntwo,${bug('two')}`,
    ],
    [
      'with unquoted commas in the last column',
      'id,comment\n1,too slow, and it is ugly',
      ['too slow, and it is ugly'],
      `id,comment,${heads}\n1,"too slow, and it is ugly",${bug('too')}`,
    ],
    [
      'with a title above its header',
      'Export of 2026-01-01\r\n\r\nid,comment\r\n1,too slow',
      ['too slow'],
      `Export of 2026-01-01\r\n\r\nid,comment,${heads}\r\n1,too slow,${bug('too')}`,
    ],
    [
      'with pipes between its cells',
      'id|comment\r\n1|too slow, really',
      ['too slow, really'],
      `id|comment|${heads.replaceAll(',', '|')}\r\n1|too slow, really|${bug('too').replaceAll(',', '|')}`,
    ],
    [
      'of one column with commas in it',
      'comment\ntoo slow, ugly\nbad, really, bad\nfine\n',
      ['bad, really, bad', 'fine', 'too slow, ugly'],
      `comment,${heads}\n"too slow, ugly",${bug('too')}\n"bad, really, bad",${bug('"bad,"')}\nfine,${bug('fine')}\n`,
    ],
    [
      'with unquoted commas in a column in the middle',
      'id,comment,when\n1,too slow, and ugly,today\n2,fine,now\n',
      ['fine', 'too slow, and ugly'],
      `id,comment,when,${heads}\n1,"too slow, and ugly",today,${bug('too')}\n2,fine,now,${bug('fine')}\n`,
    ],
    [
      'with decimal commas, rows of any width, leading zeros, quotes and blank lines at its end',
      'nr;preis;notiz\n007;1,50;"zu ""langsam"""\n008;2,50\n009;3,50;=SUM(A1);extra\n\n\n',
      ['=SUM(A1);extra', 'zu "langsam"'],
      'nr;preis;notiz;kind;confidence;quote;reason;error\n007;1,50;"zu ""langsam""";Bug;0.90;langsam;It fails.;\n' +
        '008;2,50;;;;;;There’s no text to classify here.\n' +
        `009;3,50;"'=SUM(A1);extra";Bug;0.90;"'=SUM(A1);extra";It fails.;\n\n\n`,
    ],
    [
      'with apostrophes for quotation marks',
      "'id';'comment'\n'1';'slow; ugly'\n",
      ['slow; ugly'],
      'id;comment;kind;confidence;quote;reason;error\n1;"slow; ugly";Bug;0.90;"slow;";It fails.;\n',
    ],
    [
      'with quotation marks that are escaped by backslashes',
      'id,comment\n1,"it says \\"hi, hi\\" again"\n2,"fine"\n',
      ['fine', 'it says "hi, hi" again'],
      `id,comment,${heads}\n1,"it says ""hi, hi"" again",${bug('says')}\n2,fine,${bug('fine')}\n`,
    ],
    [
      'with a quotation mark that means itself',
      'id\tcomment\n1\t"slow\n2\tfine\n',
      ['"slow', 'fine'],
      'id\tcomment\tkind\tconfidence\tquote\treason\terror\n1\t"""slow"\tBug\t0.90\tslow\tIt fails.\t\n2\tfine\tBug\t0.90\tfine\tIt fails.\t\n',
    ],
    [
      'with cells that span lines, and both kinds of line ends',
      'id,comment\r\n1,"slow\nugly"\n2,fine\r\n',
      ['fine', 'slow\nugly'],
      `id,comment,${heads}\r\n1,"slow\nugly",${bug('slow')}\n2,fine,${bug('fine')}\r\n`,
    ],
    [
      'with a title that a spreadsheet padded, and a sum below',
      'Export 2026;;\r\n;;\r\nNr;Antwort;Datum\r\n1;zu langsam;1.1.2026\r\n2;gut;2.1.2026\r\n\r\nSumme;;\r\n',
      ['gut', 'zu langsam'],
      [
        'Export 2026;;\r\n;;\r\nNr;Antwort;Datum;kind;confidence;quote;reason;error',
        '1;zu langsam;1.1.2026;Bug;0.90;langsam;It fails.;',
        '2;gut;2.1.2026;Bug;0.90;gut;It fails.;',
        ';;;;;;;There’s no text to classify here.',
        'Summe;;;;;;;There’s no text to classify here.\r\n',
      ].join('\r\n'),
    ],
    [
      'with other columns about its comments',
      'comment_id,comment,comment date\nabcdefghijklmnop,slow,2026-01-01 10:00\n',
      ['slow'],
      `comment_id,comment,comment date,${heads}\nabcdefghijklmnop,slow,2026-01-01 10:00,${bug('slow')}\n`,
    ],
    [
      'with unquoted commas in a column that is not labelled',
      'id,title,comment\n1,Crash, when saving,It crashed\n2,Fine,ok then\n',
      ['It crashed', 'ok then'],
      `id,title,comment,${heads}\n1,"Crash, when saving",It crashed,${bug('crashed')}\n2,Fine,ok then,${bug('then')}\n`,
    ],
    [
      'with an index column',
      ',comment\n0,slow\n1,bad\n',
      ['bad', 'slow'],
      `,comment,${heads}\n0,slow,${bug('slow')}\n1,bad,${bug('bad')}\n`,
    ],
    [
      'of one column with a delimiter behind each line',
      'comment,\nslow,\nbad,\n',
      ['bad', 'slow'],
      `comment,,${heads}\nslow,,${bug('slow')}\nbad,,${bug('bad')}\n`,
    ],
    [
      'with a column without a name',
      'id,comment\n1,slow,high\n2,bad,low\n',
      ['bad,low', 'slow,high'],
      `id,comment,,${heads}\n1,slow,high,${bug('"slow,high"')}\n2,bad,low,${bug('"bad,low"')}\n`,
    ],
  ])('%s', async (_, csv, texts, sheet) => {
    const result = await classify(csv)
    expect(result.texts).toEqual(texts.sort())
    expect(result.sheet).toBe(sheet)
  })
})

describe('a table in another encoding is read:', () => {
  test.each([
    ['Windows-1252', bytesOf('69 64 3b 4b 0d 0a 31 3b 47 72 f6 df 65'), 'Größe'],
    ['Shift-JIS', bytesOf('94 d4 8d 86 2c 83 52 0d 0a 31 2c 89 e6 96 ca'), '画面'],
    ['GBK', bytesOf('c4 da c8 dd 0a d3 d6 c9 c1 cd cb c1 cb'), '又闪退了'],
    ['Big5', bytesOf('a4 ba ae 65 0a ad b6 ad b1 a4 d3 ba 43 a4 46'), '頁面太慢了'],
    ['EUC-KR', bytesOf('c0 c7 b0 df 0a b4 c0 b7 c1 bf e4'), '느려요'],
    ['UTF-16 with a mark', Buffer.from('\ufeffid\t评论\r\n1\t太慢了\r\n', 'utf16le'), '太慢了'],
    ['UTF-16 without one', Buffer.from('id\t评论\r\n1\t太慢了\r\n', 'utf16le'), '太慢了'],
  ])('%s', async (_, bytes, text) => {
    const { texts, sheet } = await classify(bytes)
    expect(texts).toEqual([text])
    expect(sheet).toContain(text)
  })
})

describe('a table that could be read in two ways is asked about:', () => {
  test('a first line that may be a title or the name of the column, and the answer is found in the thread', async () => {
    const story = await openStory()
    const { slack, model, say, untilReply } = story
    const { dana, general } = { ...slack.people, ...slack.channels }
    model.answerAll(callBug)
    const ts = await dropSheet(story, 'Note\nfine,ok\nbad,slow\n')
    const isAsked = (reply: { text: string }) =>
      toSeen(reply).includes('I can’t tell where the columns in feedback.csv begin and end.')
    expect(toSeen(await untilReply(general, ts, isAsked, 'the question'))).toContain('“fine,ok” or “Note”')
    expect(model.requests).toEqual([])
    await say(dana, general, `<@${slack.botUserId}> classify this file, column ok`, ts)
    expect(await untilSheet(story, ts)).toBe(`Note\nfine,ok,${heads}\nbad,slow,${bug('slow')}\n`)
    expect(model.requests.map(textOf)).toEqual(['slow'])
  })

  test('rows without a header', async () => {
    const answer = await classifyInVain('1,too slow\n2,crashes\n')
    expect(answer).toContain('feedback.csv has no column names: it starts with “1,too slow”.')
  })

  test('a quotation mark that swallows the next rows', async () => {
    const answer = await classifyInVain('id,comment\n1,fine\n2,"slow\n3,bad\n4,"fine"\n')
    expect(answer).toContain('the row that starts at line 3 has no clear end')
  })

  test('a quotation mark that is not closed', async () => {
    expect(await classifyInVain('feedback\nfine\n"open\n')).toContain('the row that starts at line 3 has no clear end')
  })
})

describe('a file that is no CSV is answered with the cure:', () => {
  const xlsx = toXlsx({ Feedback: `<row>${inlineCell('A1', 'slow')}</row>` })
  test.each([
    ['an Excel file', 'feedback.xlsx', xlsx, 'feedback.xlsx isn’t one. Save it as CSV'],
    ['an Excel file with another name', 'feedback.csv', xlsx, 'feedback.csv isn’t one. Save it as CSV'],
    ['an old Excel file', 'feedback.xls', toOle('Workbook'), 'feedback.xls isn’t one. Save it as CSV'],
    ['a Word file', 'feedback.docx', toDocx(wordParagraph('slow')), 'feedback.docx isn’t one. Save it as CSV'],
    ['a PDF', 'feedback.pdf', toPdf({ pages: ['(slow)'] }), 'feedback.pdf isn’t one. Save it as CSV'],
    [
      'bytes in no encoding',
      'feedback.csv',
      bytesOf('b1 b2 b3 2c 8f 9d 0a 81 ff 8d'),
      'I couldn’t read feedback.csv: I can’t tell',
    ],
  ])('%s', async (_, name, bytes, sentence) => {
    const story = await openStory()
    const ts = await dropSheet(story, bytes, { name })
    await story.untilReply(story.slack.channels.general, ts, reply => toSeen(reply).includes(sentence), sentence)
    expect(story.model.requests).toEqual([])
  })
})

test('a text file with a table in it is classified like a CSV file', async () => {
  const story = await openStory()
  story.model.answerAll(callBug)
  const ts = await dropSheet(story, 'id\tcomment\n1\tslow\n', { name: 'feedback.txt' })
  expect(await untilSheet(story, ts)).toContain('1\tslow\tBug\t0.90\tslow\t')
})

test('what a file says is shown without its marks when its columns are asked about', async () => {
  const story = await openStory()
  const { slack } = story
  const ts = await dropSheet(story, '<!channel> *x* `\nfine,ok\nbad,slow\n')
  const { general } = slack.channels
  const reply = await story.untilReply(general, ts, reply => toSeen(reply).includes('begin and end'), 'the question')
  expect(JSON.stringify(reply)).not.toContain('<!channel>')
})

test('a table is asked about in Chinese when the person reads Chinese', async () => {
  const story = await openStory()
  const ts = await dropSheet(story, '1,太慢\n2,闪退\n', { words: '分类这个文件', as: story.slack.people.mei })
  const sentence = 'feedback.csv 没有列名：第一行是“1,太慢”。'
  await story.untilReply(story.slack.channels.general, ts, reply => toSeen(reply).includes(sentence), sentence)
})
