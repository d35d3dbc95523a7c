import {
  inlineCell,
  shape,
  toDocx,
  toOpenDocument,
  toPptx,
  toXlsx,
  wordParagraph,
  wordParts,
  wordTable,
} from './office.ts'
import { toOutlook } from './outlook.ts'
import { toBarePdf, toChinesePdf, toPdf } from './pdf.ts'

const lines = (...all: string[]) => all.join('\n')

/** Documents of each kind in English and Chinese, and the Markdown that the model is given of them. */
export const documents: [name: string, bytes: Uint8Array | string, text: string][] = [
  [
    'plan.docx',
    toDocx(
      lines(
        wordParagraph('Launch plan', '<w:pStyle w:val="1"/>'),
        '<w:p><w:r><w:t>Ship in </w:t></w:r><w:del><w:r><w:delText>May</w:delText></w:r></w:del><w:ins><w:r><w:t>June</w:t></w:r></w:ins><w:r><w:footnoteReference w:id="2"/><w:rPr><w:vanish/></w:rPr><w:t>secret</w:t></w:r></w:p>',
        wordParagraph('Tests', '<w:numPr><w:ilvl w:val="0"/><w:numId w:val="7"/></w:numPr>'),
        wordParagraph('unit', '<w:numPr><w:ilvl w:val="1"/><w:numId w:val="7"/></w:numPr>'),
        wordParagraph('whole', '<w:numPr><w:ilvl w:val="1"/><w:numId w:val="7"/></w:numPr>'),
        wordTable([
          ['Owner', 'Task'],
          ['Ann', 'a|b'],
        ]),
        '<w:p><w:hyperlink r:id="rId5"><w:r><w:t>The page</w:t></w:r></w:hyperlink></w:p>',
      ),
      wordParts,
    ),
    lines(
      '# Launch plan\n',
      'Ship in June[^2]\n',
      '- Tests',
      '  1. unit',
      '  2. whole\n',
      '| Owner | Task |',
      '| --- | --- |',
      '| Ann | a\\|b |\n',
      '[The page](https://example.com/plan)\n',
      '## Footnotes\n',
      '[^2]: Counted in May\n',
      '## Comments\n',
      'Ann Lee: Is this true?',
    ),
  ],
  [
    '计划.docx',
    toDocx(
      lines(
        wordParagraph('发布计划', '<w:pStyle w:val="1"/>'),
        wordParagraph('六月发布。'),
        wordTable([['负责人', '任务']]),
      ),
      { ...wordParts, 'word/footnotes.xml': '<w:footnotes/>', 'word/comments.xml': '<w:comments/>' },
    ),
    lines('# 发布计划\n', '六月发布。\n', '| 负责人 | 任务 |', '| --- | --- |'),
  ],
  [
    'sales.xlsx',
    toXlsx(
      {
        Sales: lines(
          '<row r="1"><c r="A1" t="s"><v>0</v></c><c r="B1" t="s"><v>1</v></c><c r="D1" t="s"><v>2</v></c></row>',
          '<row r="2"><c r="A2" s="1"><v>46000</v></c><c r="B2"><f>1+2</f><v>0.30000000000000004</v></c><c r="D2" s="3"><v>0.255</v></c></row>',
          '<row r="4"><c r="A4" s="4"><v>46000.75</v></c><c r="B4" t="b"><v>1</v></c><c r="D4" t="e"><v>#DIV/0!</v></c></row>',
          '<row r="5"><c r="A5"><f>SUM(B1:B4)</f></c><c r="B5" s="5"><v>1.5</v></c><c r="D5" t="str"><f>A1</f><v>x</v></c></row>',
        ),
        Empty: '',
        Notes: `<row>${inlineCell('A1', 'a note')}</row>`,
      },
      ['Day', 'Sum', 'Share'],
    ),
    lines(
      '## Sales\n',
      '| Day | Sum | Share |',
      '| --- | --- | --- |',
      '| 2025-12-09 | 0.3 | 25.5% |',
      '| 2025-12-09 18:00 | TRUE | #DIV/0! |',
      '| =SUM(B1:B4) | 1.5 | x |\n',
      '## Empty\n',
      '## Notes\n',
      'a note',
    ),
  ],
  [
    '销售.xlsx',
    toXlsx({ 销售额: '<row r="1"><c r="A1" t="s"><v>0</v></c><c r="B1" s="2"><v>46000</v></c></row>' }, ['日期']),
    lines('## 销售额\n', '| 日期 | 2025-12-09 |', '| --- | --- |'),
  ],
  [
    'pitch.pptx',
    toPptx([
      { shapes: shape('Fast\nCheap', 'body') + shape('Why us', 'title'), notes: 'Smile here' },
      {
        shapes:
          '<p:graphicFrame><a:tbl><a:tr><a:tc><a:txBody><a:p><a:r><a:t>Q1</a:t></a:r></a:p></a:txBody></a:tc><a:tc><a:txBody><a:p><a:r><a:t>Q2</a:t></a:r></a:p></a:txBody></a:tc></a:tr></a:tbl></p:graphicFrame>',
        isHidden: true,
        notes: '',
      },
    ]),
    lines(
      '## Slide 1\n',
      '- Fast',
      '- Cheap\n',
      '### Why us\n',
      'Notes: Smile here\n',
      '## Slide 2 (hidden)\n',
      '| Q1 | Q2 |',
      '| --- | --- |',
    ),
  ],
  [
    '介绍.pptx',
    toPptx([{ shapes: shape('为什么选我们', 'ctrTitle'), notes: '这里停顿' }]),
    lines('## Slide 1\n', '### 为什么选我们\n', 'Notes: 这里停顿'),
  ],
  [
    'plan.odt',
    toOpenDocument(
      'text',
      '<text:h text:outline-level="2">Plan</text:h><text:p>Ship<text:s text:c="2"/>in<text:line-break/>June</text:p><text:list><text:list-item><text:p>one</text:p><text:list><text:list-item><text:p>deeper</text:p></text:list-item></text:list></text:list-item></text:list><table:table table:name="T1"><table:table-row><table:table-cell><text:p>a</text:p></table:table-cell><table:table-cell><text:p>b</text:p></table:table-cell></table:table-row></table:table>',
    ),
    lines('## Plan\n', 'Ship  in', 'June\n', '- one', '  - deeper\n', '| a | b |', '| --- | --- |'),
  ],
  [
    '计划.odt',
    toOpenDocument('text', '<text:h text:outline-level="1">计划</text:h><text:p>六月发布。</text:p>'),
    lines('# 计划\n', '六月发布。'),
  ],
  [
    'sales.ods',
    toOpenDocument(
      'spreadsheet',
      '<table:table table:name="Sales"><table:table-row><table:table-cell><text:p>Day</text:p></table:table-cell><table:table-cell table:number-columns-repeated="2"><text:p>x</text:p></table:table-cell><table:table-cell table:number-columns-repeated="16000"/></table:table-row><table:table-row table:number-rows-repeated="1048000"><table:table-cell/></table:table-row><table:table-row><table:table-cell office:value-type="date" office:date-value="2026-01-02"><text:p>01/02/26</text:p></table:table-cell><table:table-cell office:value-type="date" office:date-value="2026-01-02T13:05:00"><text:p>1 pm</text:p></table:table-cell></table:table-row></table:table>',
    ),
    lines('## Sales\n', '| Day | x | x |', '| --- | --- | --- |', '| 2026-01-02 | 2026-01-02 13:05 |  |'),
  ],
  [
    '销售.ods',
    toOpenDocument(
      'spreadsheet',
      '<table:table table:name="销售"><table:table-row><table:table-cell><text:p>日期</text:p></table:table-cell><table:table-cell><text:p>金额</text:p></table:table-cell></table:table-row></table:table>',
    ),
    lines('## 销售\n', '| 日期 | 金额 |', '| --- | --- |'),
  ],
  [
    'pitch.odp',
    toOpenDocument(
      'presentation',
      '<draw:page draw:name="page1"><draw:frame presentation:class="title"><draw:text-box><text:p>Why us</text:p></draw:text-box></draw:frame><presentation:notes><draw:frame><draw:text-box><text:p>Smile</text:p></draw:text-box></draw:frame></presentation:notes></draw:page>',
    ),
    lines('## Slide 1\n', '### Why us\n', 'Notes: Smile'),
  ],
  [
    '介绍.odp',
    toOpenDocument('presentation', '<draw:page draw:name="page1"><text:p>你好</text:p></draw:page>'),
    lines('## Slide 1\n', '你好'),
  ],
  [
    'letter.rtf',
    String.raw`{\rtf1\ansi\ansicpg1252{\fonttbl{\f0 Arial;}}{\info{\title Hidden}}{\*\generator Riched20;}\pard Dear \b Ann\b0 ,\par caf\'e9 \endash  {\v secret}done\par
\trowd\cellx100\cellx200\intbl A\cell B\cell\row\trowd\intbl 1\cell 2\cell\row\pard End\par}`,
    lines('Dear Ann,\n', 'café – done\n', '| A | B |', '| --- | --- |', '| 1 | 2 |\n', 'End'),
  ],
  [
    '信.rtf',
    String.raw`{\rtf1\ansi\ansicpg936{\fonttbl{\f0\fcharset134 \'cb\'ce\'cc\'e5;}}\f0\uc1\u20320?\u22909?\'c4\'e3\par}`,
    '你好你',
  ],
  [
    'page.html',
    '<!doctype html><html><head><title>T</title><style>p{}</style></head><body><!-- note --><h1>Road&nbsp;map</h1><script>x()</script><p>Ship <b>in</b>\n  June<br>or <a href="https://example.com/">July</a>.</p><ul><li>one<ol><li>deep</li><li>er</li></ol></li></ul><p style="display: none">secret</p><table><tr><th>a<th>b<tr><td>1<td>2</table><pre>x  =\n  1</pre></body></html>',
    lines(
      '# Road map\n',
      'Ship in June',
      'or [July](https://example.com/).\n',
      '- one',
      '  1. deep',
      '  2. er\n',
      '| a | b |',
      '| --- | --- |',
      '| 1 | 2 |\n',
      '```',
      'x  =',
      '  1',
      '```',
    ),
  ],
  [
    '页面.html',
    Buffer.concat([
      Buffer.from('<html><meta charset="gb2312"><body><h2>'),
      Buffer.from('c4e3bac3', 'hex'),
      Buffer.from('</h2></body></html>'),
    ]),
    '## 你好',
  ],
  [
    'Team plan.canvas',
    '<h1 id="a">Team plan</h1><p class="line">Ask <a>@U123</a></p><ul><li class="checked">done</li></ul>',
    lines('# Team plan\n', 'Ask @U123\n', '- done'),
  ],
  ['计划.canvas', '<h2>计划</h2><p>六月发布。</p>', lines('## 计划\n', '六月发布。')],
  [
    'mail.eml',
    lines(
      'From: Ann <ann@example.com>',
      'To: Bo <bo@example.com>, cy@example.com',
      'Date: Fri, 02 Jan 2026 10:00:00 +0100',
      'Subject: Plan',
      'MIME-Version: 1.0',
      'Content-Type: multipart/mixed; boundary=b',
      '',
      '--b',
      'Content-Type: text/html; charset=utf-8',
      '',
      '<p>Ship in <b>June</b></p>',
      '--b',
      'Content-Type: application/pdf; name="plan.pdf"',
      'Content-Disposition: attachment; filename="plan.pdf"',
      'Content-Transfer-Encoding: base64',
      '',
      'AAAA',
      '--b--',
    ),
    lines(
      'From: Ann <ann@example.com>',
      'To: Bo <bo@example.com>, cy@example.com',
      'Date: 2026-01-02T09:00:00.000Z',
      'Subject: Plan',
      'Attachments: plan.pdf',
      '',
      'Ship in June',
    ),
  ],
  [
    '邮件.eml',
    Buffer.concat([
      Buffer.from(
        'From: =?utf-8?B?5byg5LiJ?= <z@example.com>\r\nSubject: =?gb2312?B?xOO6ww==?=\r\nContent-Type: text/plain; charset=gb2312\r\nContent-Transfer-Encoding: 8bit\r\n\r\n',
      ),
      Buffer.from('c4e3bac3', 'hex'),
    ]),
    lines('From: 张三 <z@example.com>', 'Subject: 你好', '', '你好'),
  ],
  [
    'mail.msg',
    toOutlook({
      subject: 'Plan',
      sender: ['Ann', 'ann@example.com'],
      to: [
        ['Bo', 'bo@example.com'],
        ['Cy', 'cy@example.com'],
      ],
      sentAt: '2026-01-02T09:00:00.000Z',
      text: 'Ship in June.\r\n\r\nAnn\r\n',
      attachments: ['plan.pdf'],
    }),
    lines(
      'From: Ann <ann@example.com>',
      'To: Bo <bo@example.com>, Cy <cy@example.com>',
      'Date: 2026-01-02T09:00:00.000Z',
      'Subject: Plan',
      'Attachments: plan.pdf',
      '',
      'Ship in June.',
      '',
      'Ann',
    ),
  ],
  // One of nothing but a page.
  [
    '邮件.msg',
    toOutlook({
      subject: '计划',
      sender: ['张三', 'z@example.com'],
      to: [],
      html: Buffer.from('<p>六月<b>发布</b>。</p>'),
    }),
    lines('From: 张三 <z@example.com>', 'Subject: 计划', '', '六月发布。'),
  ],
  [
    'talk.vtt',
    lines(
      'WEBVTT - a talk',
      '',
      'NOTE made by hand',
      '',
      'STYLE',
      '::cue {}',
      '',
      '1',
      '00:01.000 --> 00:02.000 align:start',
      '<v Ann>Hello <b>all</b>',
      'of you',
      '',
      '00:00:02.000 --> 00:00:03.000',
      'of you',
      '',
      '01:00:04.500 --> 01:00:05.000',
      'Bye &amp; thanks',
    ),
    lines('[00:00:01] Ann: Hello all of you', '[01:00:04] Bye & thanks'),
  ],
  [
    '演讲.srt',
    '\ufeff1\r\n00:00:01,000 --> 00:00:02,000\r\n大家好\r\n\r\n2\r\n00:00:03,000 --> 00:00:04,000\r\n<i>再见</i>\r\n',
    lines('[00:00:01] 大家好', '[00:00:03] 再见'),
  ],
  ['book.pdf', toPdf({ pages: ['(Hello)', '(second page)'] }), '[Page 1]\n\nHello\n\n[Page 2]\n\nsecond page'],
  ['说明.pdf', toChinesePdf('保修两年'), '保修两年'],
  ['旧.pdf', toBarePdf('GBK-EUC-H', 'GB1', 'c4e3bac3'), '你好'],
]
