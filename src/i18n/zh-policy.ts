import type { policy as en } from './en-policy.ts'

export const policy: typeof en = {
  help: '`/threadwise settings`：设置我在本频道如何回答（管理员和频道创建者可用）；`/threadwise settings workspace`：设置整个工作区（管理员可用）\n`/threadwise why`：查看我为什么回答，或为什么没有回答\n`/threadwise help`：显示本说明',
  title: { workspace: '工作区设置', channel: '频道设置' },
  where: {
    workspace: '适用于本工作区的所有回答。',
    channel: name => `适用于 #${name} 中的所有回答，排在工作区的说明之后。`,
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
