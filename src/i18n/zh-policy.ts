import type { policy as en, why as enWhy } from './en-policy.ts'

const count = (number: number) => number.toLocaleString('en')

export const policy: typeof en = {
  help: '`/threadwise settings`：设置我在本频道如何回答（管理员和频道创建者可用）；`/threadwise settings workspace`：设置整个工作区（管理员可用）\n`/threadwise settings me`：设置我如何回答你；在私信里发送 `/threadwise settings` 即可\n`/threadwise why`：查看我为什么回答，或为什么没有回答\n`/threadwise help`：显示本说明',
  title: { workspace: '工作区设置', channel: '频道设置', person: '我的设置' },
  where: {
    workspace: '适用于本工作区的所有回答。',
    channel: name => `适用于 #${name} 中的所有回答，排在工作区的要求之后。`,
    person: '适用于给你的所有回答，排在工作区和频道的要求之后。',
  },
  choose: '设置某个频道…',
  label: '回答要求',
  placeholder: '我们是一家酒店。请把客户称为“客人”，用两三句话回答。',
  limits: '可以规定语气、长度、语言和格式，但不能改变我的安全规则。',
  preview: '查看模型会收到的内容',
  previewOf: '在我自己的规则之后，模型会收到：',
  previewNone: '没有填写要求时，模型只会收到我自己的规则。',
  onlyAdmins: '只有本工作区的管理员可以更改这些设置。',
  onlyManagers: '只有本工作区的管理员和本频道的创建者可以更改这些设置。',
}

export const why: typeof enWhy = {
  title: { answered: '我为什么回答', silent: '我为什么没有回答', working: '我正在处理这条消息' },
  about: link => `对应的消息：${link}`,
  rules: {
    direct: '这是发给我的私信。',
    mentioned: '消息里提到了我。',
    follow_up: '这是我参与的讨论串里的回复，也没有指明让别人回答。',
    foreign: '消息没有提到我，我也没有参与那个讨论串。',
    unaddressed: '消息没有提到我。在频道里，我只回答提到我的消息，以及我参与的讨论串里的消息。',
    acknowledged: '消息没有提出要求，例如“谢谢”“好的”或一个表情。',
    to_others: '消息是写给别人的。',
    own: '这是我自己的消息。',
    app: '消息来自应用。我只回答人。',
    notice: '这是 Slack 的通知，例如有人加入频道。',
    flooded: '发送者还有太多问题在排队。',
    deleted: '问题已被删除。',
    quarantined: '我回答时多次崩溃，所以把它搁置了。',
    unknown: '我没有这条消息的记录：当时我没有运行或不在频道里，或者时间太久了。',
  },
  nothing: '我在这里还没有看到任何消息。',
  failed: kind => `处理时出错：${kind}`,
  read: read => `已读：${read}`,
  messages: (read, total) =>
    read === total ? `${count(read)} 条消息` : `${count(total)} 条消息中的 ${count(read)} 条`,
  notRead: files => `未读：${files}`,
  fileProblem: (name, reason) => `${name}（${reason}）`,
  comma: '、',
  instructions: whose => `回答要求：${whose}`,
  whose: { workspace: '工作区的', channel: '本频道的', person: '提问者本人的', none: '无' },
  model: name => `模型：${name}`,
  tokens: (tokensIn, tokensOut, cached) =>
    `令牌：输入 ${count(tokensIn)}${cached > 0 ? `（其中缓存 ${count(cached)}）` : ''}，输出 ${count(tokensOut)}`,
  redacted: values => `未发给模型的隐私内容：${count(values)} 处`,
}
