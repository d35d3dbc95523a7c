import type { I18n } from './catalog.ts'
import { createMoments } from './moments.ts'
import { policy, why } from './zh-policy.ts'

const count = (number: number) => number.toLocaleString('en')

const chineseDay = new Intl.DateTimeFormat('zh-CN', {
  weekday: 'short',
  month: 'short',
  day: 'numeric',
  timeZone: 'UTC',
})

function chineseDays(days: readonly number[]): string {
  const key = days.join()
  if (days.length === 7) return '每天'
  if (key === '1,2,3,4,5') return '每个工作日'
  if (key === '0,6') return '每个周末'
  return days.map((day, at) => `${at === 0 ? '每' : ''}周${'日一二三四五六'[day]}`).join('、')
}

/** The bot's own sentences in Chinese. */
export const zh: I18n = {
  thinking: '正在思考…',
  dialogLate: '刚才太慢了，Slack 没让我打开窗口。请再试一次。',
  help: [
    '在频道里提及我，或者直接给我发私信。回答之前我会读完讨论串；在我参与的讨论串里继续提问，不用再提及我。比如：',
    '- “日期是怎么定的？”',
    '- “总结一下这个讨论串”，或者用 `/summarize #general 从昨天开始`，总结只有你能看到',
    '- `/classify 导出功能坏了`：判断这条反馈属于哪一类，并给出依据',
    '- `/classify 报告`：统计本频道的反馈',
    '- `/ask`：不提及我也能提问',
  ].join('\n'),
  interrupted: '我在写完之前被停止了。请再问一次。',
  handedOver: '我正在重启，回来后会把其余部分写完。',
  setAside: '回答这个问题时我多次崩溃，所以先把它放下了。请换个说法再问，或去掉附件；如果还是不行，请告诉管理员。',
  before: count => `前面还有 ${count} 个问题…`,
  flooded: '你还有不少问题在排队，这条以及接下来的问题我先不回答了。等我答完前面的，请再问一次。',
  tooManyWaiting: '你还有不少问题在排队。等我答完前面的，请再问一次。',
  missingScope: scope =>
    `Slack 不允许我这样做：应用缺少权限 ${scope}。请让管理员把 manifest.yml 粘贴到应用的 “App Manifest” 页面，然后重新安装。`,
  unexpected: reference => `我这边出了问题。请再问一次；如果还是不行，请把这个编号告诉管理员：${reference}`,
  notSaved: '这条没能保存，所以还没开始处理。请一分钟后再试；如果还是不行，请告诉管理员。',

  footerRead: (read, total) => `已读 ${total} 条消息中的 ${read} 条`,
  footerShortened: '一条过长的消息只读了一部分',
  footerFileCut: name => `${name} 只读了一部分：太长`,
  footerFileSkipped: (name, reason) => `未读 ${name}：${reason}`,
  footerFilePages: (name, read, total) => `${name} 共 ${total} 页，只读了前 ${read} 页；其余部分请拆分后再发`,
  footerFilesMore: count => `另有 ${count} 个文件未读`,
  maybeCut: '这个回答可能不完整：模型没有说明原因就停下了。可以再问一次。',
  overrun: '回答没完没了，我已停止。说“继续”可以看到更多。',
  outputLimit: '回答达到了模型的长度上限。说“继续”可以看到其余部分。',

  modelTitle: name => (/^built-in.engine/.test(name) ? '内置引擎，未连接语言模型' : name),

  labels: {
    unreadable: '语言模型没有给出我能读懂的分类。请再试一次，或换一个模型。',
    working: '还在处理，结果会显示在这里。',
    usage: '请在命令后面写上反馈：/classify 导出功能坏了。也可以每行一条。在讨论串里提及我说“分类这条”也行。',
    line: (kind, text, reason) => `[${kind}]-[问题:${text}]-[${reason}]`,
    confidence: percent => `可信度${percent >= 80 ? '高' : percent >= 50 ? '中等' : '低'}`,
    noConfidence: '可信度未知',
    noEvidence: '原文中没有明确的依据。',
    otherKind: '其他',
    other: '不属于任何类别。',
    by: model => `由 ${model} 分类`,
    correctedBy: name => `已由 ${name} 更正`,
    post: '发到频道',
    postedBy: name => `${name} 提交的反馈：`,
    posted: '已发布。',
    correct: '更改类别…',
    undo: '撤销更正',
    notYourCorrection: name => `只有更正者 ${name} 或工作区管理员可以撤销。`,
    gone: '我已经没有这条分类了。请重新分类。',
    nothingToLabel: '这里没有可以分类的文字。',
    sheet: {
      otherType: name => `我只能分类 CSV 文件，${name} 不是。请另存为 CSV（UTF-8）再发一次。`,
      missing: '这里没有 CSV 文件。请把文件放进这个讨论串再说“分类这个文件”，或者一起发送。',
      empty: '文件的表头下面没有内容。',
      tooLong: (rows, most, isMore) =>
        `文件有${isMore ? '至少' : ''} ${rows} 行，我一次最多处理 ${most} 行。请拆分后再发。`,
      tooWide: (columns, most) => `文件有 ${columns} 列，我最多能读 ${most} 列。请删掉不需要的列，再发一次。`,
      tooLarge: (cells, most) => `文件有 ${cells} 个单元格，我最多能读 ${most} 个。请删掉不需要的列，或拆分后再发。`,
      unreadable: line => `我读不了这个 CSV：第 ${line} 行没有结束，或超过 2 MB。请检查那里的引号是否闭合，再发一次。`,
      unclear: (name, seen) =>
        `我分不清 ${name} 的列。列名可能在这一行：${seen.map(line => `“${line}”`).join('或')}。请告诉我反馈在哪一列，例如“分类这个文件，列：评论”。也可以删掉列名上面的内容，在开头加一行 \`sep=;\`（写上你的分隔符），再发一次。`,
      headless: (name, [seen = '']) =>
        `${name} 没有列名：第一行是“${seen}”。请在上面加一行列名，例如 \`编号,评论\`，再发一次。`,
      noColumn: (wanted, names) => `没有“${wanted}”这一列。现有的列：${names}`,
      progress: (done, all, failed) => `正在分类：${done} / ${all}${failed > 0 ? `，${failed} 行失败` : ''} …`,
      done: (all, failed) =>
        `已分类 ${all} 行中的 ${all - failed} 行${failed > 0 ? `，其余 ${failed} 行标注了错误` : ''}。表格在下面。`,
      heads: { kind: '类别', confidence: '可信度', quote: '原文依据', reason: '理由', error: '错误' },
    },
    report: {
      title: (place, days, total) => `${place === '' ? '反馈' : `#${place} 的反馈`}（${days}）：共 ${total} 条`,
      chart: '每周反馈',
      week: '周',
      earlier: '更早',
      all: '合计',
      csv: '下载 CSV',
      heads: [
        ...['时间', '频道 ID', '频道', '原文', '类别', '原文依据', '理由', '可信度', '更正者 ID'],
        ...['更正者', '分类版本'],
      ],
      none: '这段时间没有已分类的反馈。可以关注一个频道（/classify settings），或先分类已有的消息：/classify 最近七天 #feedback。',
      sent: link => `报告已发到私信：${link}`,
      sentWithoutChart: link =>
        `报告已发到私信：${link}\n图表没能附上，原因见日志（常见原因：缺少 files:write 权限）。`,
      noChannel: name => `我不在“${name}”频道里。请先邀请我，再试一次。`,
    },
    list: most => `列表太长：这里最多 ${most} 行。请改用讨论串里的 CSV 文件。`,
    settings: {
      title: channel => `#${channel} 的反馈`,
      titleWithoutName: '反馈设置',
      save: '保存',
      watchLabel: '频道里的消息',
      watch: '自动分类每条消息（仅添加表情）',
      card: '同时在讨论串里发送卡片',
      reactionLabel: '有人添加这个表情时分类该消息（留空则不启用）',
      noEmoji: '请填写一个表情的名称，例如 label',
    },
  },

  access: {
    lost: '内容没有显示：你或我已经看不到那个频道了。',
    guests: '访客和其他组织的成员不能更改这里的内容。请联系本工作区的成员。',
  },

  policy,
  why,

  summary: {
    headings: {
      decisions: '决定',
      disagreements: '分歧',
      questions: '待解决的问题',
      tasks: '待办',
      facts: '其他',
    },
    none: {
      decisions: '没有作出决定。',
      disagreements: '没有分歧。',
      questions: '没有待解决的问题。',
      tasks: '没有待办。',
    },
    verb: '总结',
    newWord: '上次之后，',
    colon: '：',
    comma: '，',
    due: when => `（${when}）`,
    day: iso => chineseDay.format(new Date(`${iso}T00:00Z`)),
    votes: votes => `（${votes}）`,
    nothingFound: '这些消息里没有值得总结的内容。',
    nothing: '这段时间没有消息。可以试试“最近七天”。',
    nothingNew: since => `自 ${since} 起没有新消息。`,
    unreadable: '语言模型给出的总结无法解析。请再试一次，换用更大的模型可能更好。',
    reading: (read, total) => (total === 0 ? '正在阅读…' : `正在阅读：${count(read)} / ${count(total)} 条消息…`),
    summing: (done, parts) => (parts < 2 ? '正在撰写…' : `正在总结… ${Math.floor((100 * done) / parts)}%`),
    writing: '正在撰写…',
    elapsed: seconds => `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, '0')}`,
    read: (messages, threads) => `已读 ${count(messages)} 条消息${threads === 0 ? '' : `、${count(threads)} 个讨论串`}`,
    span: (from, to) => `${from} 至 ${to}`,
    files: files => `${count(files)} 个文件未读`,
    dropped: points => `略去 ${points} 条没有消息佐证的内容`,
    lost: (threads, code) => `${threads} 个讨论串未能读取（${code}），请过一分钟再试`,
    hidden: '更早的消息因 Slack 套餐限制而不可见',
    lookedBackTo: time => `未查看 ${time} 之前开始的讨论串，需要时请扩大时间范围`,
    cut: most => `只读了最新的 ${count(most)} 条消息，请缩短时间范围`,
    shortened: '一条过长的消息只读了一部分',
    where: '要总结什么？请写明频道或粘贴消息链接，例如“总结 #general 从周一开始”。在讨论串里，我会总结该讨论串。',
    noChannel: name =>
      `找不到${name === '' ? '该频道' : ` #${name}`}，或者你我之中有人不在里面。请在那里用 /invite 邀请我，然后再试一次。`,
    private: '这里并非每个人都能看到那些内容。请在那里使用 /summarize，或私信我，这样只有你能看到。',
    inDirect: '好的，正在总结，只有你能看到。',
    direct: link => `总结好了：${link}`,
    tooLong: '内容太长了。请控制在 250 个字符以内，或在总结的讨论串里继续提问。',
    unknownWords: words =>
      `我不明白“${words}”。可以试试“从周一开始”“最近200条”“只要决定”或“做成表格”；更多用法见 \`/summarize 帮助\`。`,
    didYouMean: (words, guess) => `我不明白“${words}”。你是想说“${guess}”吗？`,
    usage:
      '`/summarize` 总结本频道最近 24 小时的内容，只有你能看到。\n`/summarize 从周一开始`、`最近200条`、`周一到周三`、`#其他频道`、消息链接，或`新消息`（上次总结之后）\n`/summarize 所有频道新消息` 告诉你在我们共同的频道里错过了什么\n`/summarize 只要决定`，或指定形式：`做成给客户看的表格`\n`/summarize 每个工作日 9:00`、`/summarize 列表`、`/summarize 停止 1`',
    post: name => (name === '' ? '发到那里' : `发到 #${name}`),
    postToThread: '发到讨论串',
    postedBy: name => `${name} 请我总结的内容：`,
    posted: link => `已发布：${link}`,
    gone: '找不到这份总结了。请再总结一次。',
    moments: createMoments('zh-CN'),
    missed: {
      request: '我错过了什么？',
      waiting: '等你处理',
      inDirect: '我会把你错过的内容私信给你。',
      nothing: '没有错过什么：我们共同的频道里没有新消息。',
      noChannels: '我们还没有共同的频道。请用 /invite 邀请我加入。',
      read: (messages, channels) => `已读 ${channels} 个频道的 ${count(messages)} 条消息`,
      notRead: names => `未读全：${names}。可以试试“总结 #频道”`,
    },
    digest: {
      added: (when, place, start, index) =>
        `好的。从${start}开始，我会在${when}私信你 ${place} 的新内容。如需停止，发送 \`/summarize 停止 ${index}\`。`,
      when: (days, time) => `${chineseDays(days)} ${time} `,
      kind: chineseDays,
      thread: '该讨论串',
      everywhere: '我们所有共同频道',
      list: '你的定期总结：',
      none: '你还没有定期总结。可以这样开始：`/summarize 每个工作日 9:00`。',
      ended: (kind, place) => `已停止 ${place} 的${kind}总结。`,
      unknown: word => `没有编号为 ${word} 的定期总结。发送 \`/summarize 列表\` 可以查看。`,
      unclear: '什么时候？例如 `/summarize 每个工作日 9:00`、`每周一 14:30` 或 `每天早上九点 #general 只要决定`。',
      tooMany: most => `你已有 ${most} 个定期总结，达到了上限。请先停止一个：\`/summarize 列表\`。`,
      next: time => `下次 ${time}`,
    },
  },

  controls: {
    stop: '停止',
    again: '重新回答',
    againLabel: '弃用这个回答，重新写一个',
    canBeWrong: 'AI 可能出错',
    retry: '再试一次',
    good: '回答得好',
    bad: '回答得不好',
    stopped: '已停止，回答不完整。',
    stoppedBy: name => `已被 ${name} 停止，回答不完整。`,
    notYours: name => `只有提问者 ${name} 或工作区管理员可以这样做。`,
    tooOld: '我已经不记得这个问题了。请再问一次。',
    busy: '我正在写这个回答。',
    edited: '我回答之后，你修改了问题。',
    editedAgain: '回答新的问题',
    askReason: '谢谢反馈。哪里不好？（可以不选）',
    reasons: { wrong: '内容有误', too_long: '太长', off_thread: '和这个讨论串无关', other: '其他' },
    reasonKept: '谢谢，已记录。',
  },

  fileReasons: {
    external: '它不在 Slack 上，请直接上传到这里',
    deleted: '它已被删除',
    hidden_by_limit: '工作区的存储上限使 Slack 隐藏了它',
    needs_file_info: '它来自另一个工作区，请上传到这里',
    too_large: '它超过 10 MB，请只发送一部分',
    too_costly: '它解压后太大，或读取太耗时，请只发送一部分',
    host_not_allowed: '它不在 Slack 的服务器上，请上传到这里',
    redirected: 'Slack 把我引向了别处，请重新上传',
    login_page: 'Slack 返回了登录页，管理员需要授予 files:read 权限',
    not_found: 'Slack 上已经没有它了',
    unreadable_type: '我读不了这种类型，请发送文本、PDF、Office 文件或图片',
    unknown_encoding:
      '无法确定它的编码（已尝试 UTF-8、UTF-16、Windows-1252、Shift-JIS、GBK、Big5 和 EUC-KR），请另存为 UTF-8 后再发',
    no_text: '页面里没有文字，可能是扫描件；请先做文字识别（OCR），或把页面存成 PNG 或 JPEG 发送',
    heic: '我打不开 HEIC 照片，请转成 JPEG 或 PNG 再发',
    image_type: '我打不开这种图片，请转成 JPEG 或 PNG 再发',
    office: '我打不开这种 Office 格式，请另存为 DOCX、PPTX 或 PDF 再发',
    spreadsheet: '我打不开这种电子表格，请另存为 XLSX 或 CSV（UTF-8）再发',
    outlook: '我打不开 Outlook 邮件文件，请另存为 EML，或把邮件转发到 Slack',
    archive: '我不会解压压缩包，请直接发送里面的文件',
    audio: '我听不了录音，请用文字发送',
    video: '我看不了视频，请用文字发送',
    empty: '它是空的',
    damaged: '它已损坏，请重新导出',
    encrypted: '它有密码保护，请发送无密码的版本',
    download_failed: '下载失败，请再发一次',
    type_mismatch: '内容与文件名不符，请重新导出',
    image_refused: '模型无法处理这张图片，请换一种格式发送',
    no_vision: '所连接的模型看不了图片，请用文字描述',
  },

  model: {
    unauthorized: '语言模型拒绝了密钥。管理员需要检查 OPENAI_API_KEY。',
    forbidden: '语言模型的账号没有权限。管理员需要检查套餐和地区。',
    unknownModel: name => `模型服务器不认识“${name}”。管理员需要把 OPENAI_MODEL 设为它提供的模型。`,
    wrongAddress: '这个地址上没有聊天接口。管理员需要检查 OPENAI_BASE_URL。',
    noQuota: '语言模型的账号没有余额了。管理员充值后请再问一次。',
    busy: seconds =>
      seconds === undefined ? '语言模型正忙。请一分钟后再问。' : `语言模型正忙。请 ${seconds} 秒后再问。`,
    serverError: status => `语言模型的服务器出错（状态 ${status}）。请一分钟后再问。`,
    unreachable: '我连不上语言模型。请一分钟后再问；管理员可以检查 OPENAI_BASE_URL。',
    notJson: '模型服务器返回的是网页而不是回答。管理员需要检查 OPENAI_BASE_URL。',
    garbled: '语言模型的回答无法解读。请再问一次。',
    streamError: '语言模型在回答中途报告了错误。请再问一次。',
    endedEarly: '语言模型的回答中断了。请再问一次。',
    silent: seconds => `语言模型 ${seconds} 秒没有动静。请再问一次。`,
    empty: '语言模型没有给出文字。请换个说法再问。',
    onlyThoughts: '语言模型只顾思考，没有给出文字。请再问一次，或把问题问得小一些。',
    limitWithoutText: '语言模型达到了长度上限，没有给出文字。请把问题问得小一些；管理员可以调高 MODEL_OUTPUT_TOKENS。',
    onlyTools: '语言模型想使用我没有的工具，没有给出文字。请换个说法再问。',
    declined: words => `语言模型拒绝回答：“${words.replace(/\s+/g, ' ').trim().slice(0, 400).toWellFormed()}”`,
    refusedImages: '语言模型无法处理这张图片。请换一种格式发送，或用文字描述。',
    filtered: '语言模型的提供方按内容规则中止了回答。请换个说法再问。',
    tooLong: '内容超过了模型一次能读的长度。请在新讨论串里提问，或缩短文字。',
    refusedRequest: '语言模型拒绝了这个请求。请换个说法再问；日志里有原因。',
  },

  slack: {
    historyScope: '我没有权限读这个对话。管理员需要添加 manifest.yml 里的历史记录权限并重新安装。',
    historyNotInChannel: '我只能读我所在的频道。请邀请我（/invite）后再问。',
    historyBusy: 'Slack 现在限制我读取。请一分钟后再问。',
    historyFailed: code => `我没能从 Slack 读到这个讨论串（${code}），缺了它我不作答。请一分钟后再问。`,
    threadGone: '这个讨论串已经不在了。',
  },

  ask: {
    title: '问 Threadwise',
    label: '你的问题',
    placeholder: '想知道什么？',
    submit: '提问',
    close: '取消',
    asked: name => `${name} 问：`,
    empty: '请把问题写在命令后面：/ask 什么是……？',
    yourQuestion: question => `你的问题是：${question}`,
    notInChannel: '你或我不在这个频道里。请用 /invite 邀请我，或者私信问我。',
    threadLocked: '这个讨论串已锁定，我没法在里面回复。请私信问我。',
    cannotPost: code => `Slack 不让我在这里发消息（${code}）。请私信问我。`,
    inThread: link => `你的问题已发到讨论串，回答也会在那里：${link}`,
  },

  home: {
    title: 'Threadwise',
    intro:
      '我一边思考一边在讨论串里回答。在频道里提及我、直接给我发私信，或使用 /ask。用 /summarize 可以知道频道里决定了什么、还有什么没解决，用 /classify 可以让我判断一条反馈属于哪一类、为什么。',
    follow: '在我参与的讨论串里，不必再提及我。以别人的 @名字 开头，我就不插话。',
    model: name => `回答来自：${name}`,
    reads:
      '我读取提问所在的讨论串和其中的文件，把它们发给该模型。在 Slack 之外，我只把问题保存到回答为止，另外保存你的评价、反馈及其分类，以及 30 天内为摘要找到的要点。',
    ask: '提一个问题',
    missed: '我错过了什么？',
    forget: '删除我的数据',
    forgetTitle: '删除你的数据？',
    forgetText:
      '我会删除在 Slack 之外保存的所有与你有关的数据：你的提问、你的反馈及其分类、评价和定时摘要。还在排队的问题可能不会得到回答。删除后无法恢复。',
    forgetConfirm: '删除',
    forgetDeny: '取消',
    forgotten: count => (count === 0 ? '已完成，没有保存任何与你有关的数据。' : `已删除 ${count} 条与你有关的数据。`),
    notForgotten: '暂时无法删除你的数据，请稍后再试。',
    ratings: (up, down) => `我的回答得到的评价（仅管理员可见）：👍 ${up} · 👎 ${down}`,
  },

  prompts: {
    title: '需要我做什么？',
    list: channel =>
      [
        '我错过了什么？',
        ...(channel === undefined ? [] : [`总结 #${channel} 从昨天开始的内容`]),
        '本周收到了哪些反馈？',
        '你能做什么？',
      ].map(message => ({ title: message, message })),
  },
}
