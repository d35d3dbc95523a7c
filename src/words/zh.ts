import type { Words } from './words.ts'

/** What the bot says of itself, in Chinese. */
export const zh: Words = {
  thinking: '正在思考…',
  help: '请在我的名字后面写上问题，例如“总结一下这个讨论串”或“日期是怎么定的？”。我会读所在的讨论串；在里面继续提问不必再提及我。',
  interrupted: '我在写完之前被停止了。请再问一次。',
  handedOver: '我正在重启，回来后会把其余部分写完。',
  setAside: '回答这个问题时我多次崩溃，所以先把它放下了。请换个说法再问，或去掉附件；如果还是不行，请告诉管理员。',
  before: count => `前面还有 ${count} 个问题…`,
  unexpected: reference => `我这边出了问题。请再问一次；如果还是不行，请把这个编号告诉管理员：${reference}`,

  footerRead: (read, total) => `已读 ${total} 条消息中的 ${read} 条`,
  footerShortened: '一条过长的消息只读了一部分',
  footerFileCut: name => `${name} 只读了一部分：太长`,
  footerFileSkipped: (name, reason) => `未读 ${name}：${reason}`,
  footerFilesMore: count => `另有 ${count} 个文件未读`,
  outputLimit: '回答达到了模型的长度上限。说“继续”可以看到其余部分。',

  controls: {
    stop: '停止',
    again: '重新回答',
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
  },

  fileReasons: {
    external: '它不在 Slack 上，请直接上传到这里',
    deleted: '它已被删除',
    hidden_by_limit: '工作区的存储上限使 Slack 隐藏了它',
    needs_file_info: '它来自另一个工作区，请上传到这里',
    too_large: '它超过 10 MB，请只发送一部分',
    host_not_allowed: '它不在 Slack 的服务器上，请上传到这里',
    redirected: 'Slack 把我引向了别处，请重新上传',
    login_page: 'Slack 返回了登录页，管理员需要授予 files:read 权限',
    not_found: 'Slack 上已经没有它了',
    unreadable_type: '我读不了这种类型，请发送文本、PDF 或图片',
    audio: '我听不了录音，请用文字发送',
    video: '我看不了视频，请用文字发送',
    empty: '它是空的',
    damaged: '它已损坏，请重新导出',
    encrypted: '它有密码保护，请发送无密码的版本',
    download_failed: '下载失败，请再发一次',
    type_mismatch: '内容与文件名不符，请重新导出',
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
    notInChannel: '我不在这个频道里。请用 /invite 邀请我，或者私信问我。',
    cannotPost: code => `Slack 不让我在这里发消息（${code}）。请私信问我。`,
  },

  home: {
    title: 'Threadwise',
    intro: '我一边思考一边在讨论串里回答。在频道里提及我、直接给我发私信，或使用 /ask。',
    follow: '在我参与的讨论串里，不必再提及我。以别人的 @名字 开头，我就不插话。',
    model: name => `回答来自：${name}`,
    reads:
      '我读取提问所在的讨论串和其中的文件，把它们发给该模型。在 Slack 之外，我只把问题保存到回答为止，另外保存你的评价。',
    ask: '提一个问题',
  },

  prompts: {
    title: '需要我做什么？',
    list: [
      { title: '你能做什么？', message: '你能做什么？' },
      { title: '起草通知', message: '帮我起草一份简短的通知。需要知道什么就问我。' },
      { title: '润色文字', message: '我有一段文字要润色。先向我要文字，再把它改得更清楚、更短。' },
      { title: '安排会议', message: '为三十分钟的每周团队会议拟一份议程。' },
    ],
  },
}
