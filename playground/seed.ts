import type { Workspace } from './slack-emulator/workspace.ts'

/** Says a few things in the workspace, so that there is something to ask about: a thread in English, one in Chinese. */
export async function seed(slack: Pick<Workspace, 'do' | 'people' | 'channels'>): Promise<void> {
  const { dana, lee, mei } = slack.people
  await thread(slack, slack.channels.general, [
    [dana, 'When do we ship the new sign-up page? The newsletter goes out on Thursday.'],
    [lee, 'The form is done. The confirmation mail still lands in spam for two of our test accounts.'],
    [mei, 'Let’s ship on Wednesday at 10:00 and send the newsletter one day later, on Friday.'],
    [dana, 'Agreed: Wednesday at 10:00. I will move the newsletter to Friday.'],
    [lee, 'I will fix the mail settings by Tuesday. Who tests it on old phones?'],
  ])
  await thread(slack, slack.channels.feedback, [
    [mei, '有用户反馈：导出报表时页面会卡住十几秒。'],
    [lee, '复现了，数据超过 5000 行就会这样。'],
    [mei, '我们决定先加进度条，下周再改成后台导出。'],
    [dana, '进度条我来做，周五之前完成。后台导出谁负责？'],
  ])
}

async function thread(
  slack: Pick<Workspace, 'do'>,
  channel: string,
  said: [as: string, text: string][],
): Promise<void> {
  let threadTs: string | undefined
  for (const [as, text] of said) {
    const { ts } = await slack.do({ do: 'say', as, channel, text, ...(threadTs !== undefined && { threadTs }) })
    threadTs ??= ts
  }
}
