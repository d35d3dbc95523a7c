/** Words around a name or another text. @param {((text: string) => string)[]} languages */
const named = languages => languages

/** Words around a number. @param {((n: number) => string)[]} languages */
const counted = languages => languages

/** The words of the demo’s workspace about itself, in Chinese. @type {Record<string, string>} */
const translations = {
  'Everything that concerns everyone': '与所有人有关的事',
  'What customers tell us': '客户反馈',
  'The bot is not in here': '机器人不在这里',
  'A private channel': '私密频道',
  'Ask Threadwise about a message. It answers in that message’s thread.':
    '就一条消息向 Threadwise 提问，它会在那条消息下面回答。',
  'See what kind of feedback a message is, and why. Only you see it until you post it.':
    '看看一条消息是哪类反馈，以及判断依据。发布之前只有你能看到。',
  'See what was decided in a thread, what’s still open, and who does what. Only you see it.':
    '看看消息列里决定了什么、还有哪些问题、谁来做什么。只有你能看到。',
  'See why Threadwise answered a message or stayed silent, and what it read. Only you see it.':
    '看看 Threadwise 为什么回答或没有回答，以及读了什么。只有你能看到。',
  'Ask Threadwise in this channel. It answers in a thread.': '在这个频道里向 Threadwise 提问，它会在消息列里回答。',
  'See what was decided in a channel or thread, what’s still open, and who does what. Only you see it.':
    '看看频道或消息列里决定了什么、还有哪些问题、谁来做什么。只有你能看到。',
  'Change this channel’s settings, or see why Threadwise answered or stayed silent. Only you see it.':
    '更改这个频道的设置，或看看 Threadwise 为什么回答或没有回答。只有你能看到。',
}

/** The page's own words, in English and in Chinese. */
const texts = {
  translate: named([text => text, text => translations[text] ?? text]),
  workspace: ['Threadwise playground', 'Threadwise 体验区'],
  skip: ['Skip to messages', '跳到消息'],
  speakAs: ['Speak as', '以谁的身份说话'],
  speakingAs: ['Speaking as', '当前身份'],
  channels: ['Channels', '频道'],
  appHome: ['App Home', '应用主页'],
  apps: ['Apps', '应用'],
  createChannel: ['Create a channel', '新建频道'],
  channelName: ['Channel name', '频道名称'],
  channelNameHint: ['lowercase, no spaces', '小写字母，不含空格'],
  create: ['Create', '创建'],
  cancel: ['Cancel', '取消'],
  save: ['Save', '保存'],
  close: ['Close', '关闭'],
  back: ['Back', '返回'],
  send: ['Send', '发送'],
  submit: ['Submit', '提交'],
  homeTab: ['Home', '主页'],
  messagesTab: ['Messages', '消息'],
  noHome: ['The bot hasn’t shown anything here yet.', '机器人还没有在这里显示任何内容。'],
  answers: ['Answered by:', '回答者：'],
  modelTitle: named([
    title => title,
    title =>
      title.startsWith('built-in engine')
        ? '内置引擎（未连接语言模型）'
        : title.replace('(found on this machine)', '（本机）'),
  ]),
  botConnected: ['Bot connected', '机器人已连接'],
  botAway: ['Bot not connected', '机器人未连接'],
  reconnecting: ['Can’t reach the playground’s server. Reconnecting…', '连不上服务器，正在重新连接…'],
  wirePanel: ['What Slack sees', 'Slack 看到的内容'],
  wireFilter: ['Filter, e.g. chat.update', '筛选，例如 chat.update'],
  wireBoth: ['Both ways', '双向'],
  toSlack: ['To Slack', '发往 Slack'],
  toBot: ['To the bot', '发往机器人'],
  limits: ['Rate limits', '速率限制'],
  wireEmpty: ['Slack and the bot haven’t talked yet.', 'Slack 和机器人之间还没有往来。'],
  theme: ['Light or dark theme', '浅色或深色主题'],
  language: ['中文', 'English'],
  languageLabel: ['Show this page in Chinese', '用英文显示此页面'],
  thread: ['Thread', '消息列'],
  replyInThread: ['Reply in thread', '在消息列中回复'],
  replyCount: counted([n => (n === 1 ? '1 reply' : `${n} replies`), n => `${n} 条回复`]),
  lastReply: named([time => `last reply ${time}`, time => `最后回复：${time}`]),
  messageTo: named([name => `Message ${name}`, name => `给 ${name} 发消息`]),
  replyTo: ['Reply…', '回复…'],
  alsoToChannel: ['Also send to the channel', '同时发送到频道'],
  alsoSent: ['Also sent to the channel', '同时发送到了频道'],
  repliedInThread: ['Replied in a thread', '回复了消息列'],
  onlyYou: ['Only visible to you', '仅你可见'],
  isPrivate: ['private', '私有'],
  edited: ['(edited)', '（已编辑）'],
  writes: counted([n => (n === 1 ? 'changed once' : `changed ${n} times`), n => `已更改 ${n} 次`]),
  react: ['Add a reaction', '添加表情回应'],
  reactName: ['Name, e.g. tada', '名称，例如 tada'],
  moreActions: ['More actions', '更多操作'],
  editMessage: ['Edit message', '编辑消息'],
  deleteMessage: ['Delete message', '删除消息'],
  deleteSure: ['Delete this message? You can’t undo this.', '要删除这条消息吗？此操作无法撤销。'],
  deleteIt: ['Delete', '删除'],
  wasDeleted: ['This message was deleted.', '这条消息已删除。'],
  copyLink: ['Copy link', '复制链接'],
  linkCopied: ['Link copied.', '链接已复制。'],
  shortcuts: ['Shortcuts', '快捷方式'],
  noShortcuts: ['There are no shortcuts here.', '这里没有可用的快捷方式。'],
  attach: ['Attach files', '添加文件'],
  remove: named([name => `Remove ${name}`, name => `移除 ${name}`]),
  uploading: named([name => `Uploading ${name}…`, name => `正在上传 ${name}…`]),
  dropHere: ['Drop files to attach them', '拖放文件即可添加'],
  notInThreads: named([
    command => `${command} is not supported in threads. Sorry!`,
    command => `消息列中不支持 ${command}，抱歉！`,
  ]),
  noSuchCommand: named([
    command => `${command} is not a valid command. To send it as a message, put a space before the slash.`,
    command => `${command} 不是有效的命令。要作为消息发送，请在斜杠前加一个空格。`,
  ]),
  commands: ['Commands', '命令'],
  people: ['People', '成员'],
  tryThis: ['Try', '试试'],
  tryThese: ['Try these', '试试这些'],
  tryAsk: ['Ask when we ship', '用英文问什么时候发布'],
  tryChinese: ['Ask the same in Chinese', '用中文再问一次'],
  trySummary: ['Summarize a discussion', '总结一段讨论'],
  tryClassify: ['Classify a piece of feedback', '给一条反馈分类'],
  tryReport: ['See the feedback report', '查看反馈报告'],
  tryKill: ['Kill the bot while it answers', '在回答途中强制结束机器人'],
  summaryQuestion: ['summarize this thread', '总结一下'],
  feedbackText: ['The settings page is confusing', '这个页面不太好看'],
  longQuestion: ['what did Dana say?', 'Dana 说了什么？'],
  killed: [
    'The bot was killed while it was answering. It’s starting again and will finish the answer.',
    '机器人在回答途中被强制结束。它会重新启动，把回答写完。',
  ],
  stop: ['Stop', '停止'],
  join: named([name => `Join #${name}`, name => `加入 #${name}`]),
  notMember: named([name => `You’re not in #${name}.`, name => `你还没有加入 #${name}。`]),
  invite: ['Add people', '添加成员'],
  inviteWhom: ['Say who to invite, for example: /invite @Threadwise', '请写明要邀请谁，例如：/invite @Threadwise'],
  everyoneHere: ['Everyone is already here.', '所有人都已加入。'],
  members: counted([n => (n === 1 ? '1 member' : `${n} members`), n => `${n} 位成员`]),
  emptyChannel: [
    'No messages yet. Mention the bot with @ and ask it something.',
    '还没有消息。用 @ 提及机器人，问它一个问题吧。',
  ],
  emptyDm: [
    'Ask anything. Each message here starts a new thread.',
    '想问什么就问什么。这里的每条消息都会开启一个新的消息列。',
  ],
  unread: ['unread', '未读'],
  today: ['Today', '今天'],
  yesterday: ['Yesterday', '昨天'],
  select: ['Choose…', '请选择…'],
  required: ['Please complete this required field.', '请填写此必填项。'],
  optional: ['(optional)', '（选填）'],
  tooShort: counted([
    n => (n === 1 ? 'Please enter at least 1 character.' : `Please enter at least ${n} characters.`),
    n => `请至少输入 ${n} 个字符。`,
  ]),
  notANumber: ['Please enter a number.', '请输入数字。'],
  outOfRange: ['This number is out of range. Try another one.', '数字超出了允许范围，请换一个。'],
  notAnAddress: ['Please enter an email address.', '请输入电子邮件地址。'],
  notALink: ['Please enter a link that starts with http:// or https://.', '请输入以 http:// 或 https:// 开头的链接。'],
  unknownBlock: named([type => `This page can’t show this block: ${type}`, type => `此页面无法显示这种区块：${type}`]),
  picture: ['picture', '图片'],
  yes: ['Yes', '确定'],
  moreOptions: ['More options', '更多选项'],
  botTag: ['App', '应用'],
  failed: [
    'That didn’t reach the server. Your text is still here; try again.',
    '没能发送到服务器。你写的内容还在，请重试。',
  ],
  noLink: ['That message can’t be found.', '找不到这条消息。'],
  jumpDown: ['Newest messages', '最新消息'],
  menu: ['Channels and people', '频道与成员'],
  file: ['File', '文件'],
  good: ['Good answer', '回答得好'],
  bad: ['Bad answer', '回答得不好'],
  perMinute: [
    (/** @type {number} */ left, /** @type {number} */ all) => `${left} of ${all} left this minute`,
    (/** @type {number} */ left, /** @type {number} */ all) => `本分钟还可调用 ${left} 次（共 ${all} 次）`,
  ],
}

/** @typedef {{ [K in keyof typeof texts]: (typeof texts)[K][number] }} Words */

/**
 * The words in the language of a Slack locale: Chinese for `zh…`, otherwise English.
 * @param {string} locale @returns {{ words: Words, lang: 'zh-CN' | 'en' }}
 */
export const toWords = locale => {
  const isChinese = locale.toLowerCase().startsWith('zh')
  const words = Object.entries(texts).map(([name, languages]) => [name, languages[isChinese ? 1 : 0]])
  return { words: Object.fromEntries(words), lang: isChinese ? 'zh-CN' : 'en' }
}
