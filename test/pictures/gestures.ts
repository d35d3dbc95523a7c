import { toWav } from '../files/recordings.ts'
import type { createStage } from './stage.ts'

type Stage = Omit<ReturnType<typeof createStage>, 'picture'> & {
  picture(part?: string, reopen?: () => Promise<unknown>): Promise<void>
}

const csv = 'id,comment\n1,The export is broken\n2,搜索框太难找了\n3,Too expensive for what it does\n'
const numbers = '2026-07,1200,630\n2026-08,900,425\n2026-09,1500,841\n'
const sales = { en: `month,sales,returns\n${numbers}`, zh: `月份,销售额,退货额\n${numbers}` }
const notes = {
  en: 'Meeting notes\nThe trade fair is on 12 March. Dana books the hotel.\n',
  zh: '会议记录\n展会定在 3 月 12 日举行。酒店由 Dana 预订。\n',
}
const zip = Buffer.from('504b0506000000000000000000000000000000000000', 'hex')

/** Speaks as another person of the workspace. */
async function speakAs(page: Stage['page'], before: string, name: string): Promise<void> {
  await page.getByRole('button', { name: new RegExp(`${before}$`) }).click()
  await page.getByRole('menuitemradio', { name }).click()
}

/** Everything that people can do, by its name in the table of README.md and of README.zh-CN.md, in the order of the table. */
export const gestures: { names: { en: string; zh: string }; perform: (stage: Stage) => Promise<void> }[] = [
  {
    names: { en: 'write `@Threadwise …` in a channel or a thread', zh: '在频道或消息列里写 `@Threadwise …`' },
    async perform({ t, open, openThread, reply, answered, picture }) {
      await open(t('general', 'launch'))
      await openThread(t('When do we ship the new sign-up page', '安卓版什么时候发布'))
      await reply(t('@Threadwise when do we ship?', '@Threadwise 我们什么时候发布？'))
      await answered(t('at 10:00', '上午十点发布'))
      await picture()
    },
  },
  {
    names: { en: 'reply again in that thread', zh: '在这个消息列里继续写' },
    async perform({ t, reply, answered, picture }) {
      await reply(t('And who fixes the email settings?', '谁来测推送通知？'))
      await answered(t('I will fix the email settings', '推送通知谁来测'))
      await picture()
    },
  },
  {
    names: { en: 'send a direct message, or use the agent pane', zh: '发私信，或使用 AI 助手面板' },
    async perform({ t, page, open, say, answered, picture }) {
      await open('Threadwise')
      await page.getByRole('button', { name: t('What did I miss?', '我错过了什么？') }).waitFor()
      await picture('a')
      await say(t('How much is 15% of 240?', '240 的 15% 是多少？'))
      await answered('36')
      await picture('b')
    },
  },
  {
    names: { en: '`/ask …`', zh: '`/ask …`' },
    async perform({ t, main, open, openThread, say, sees, answered, picture }) {
      await open('general')
      await say(t('/ask how much is 12 × 30?', '/ask 12 × 30 等于多少？'))
      await sees(main, /1 reply|1 条回复/)
      await openThread('12 × 30')
      await answered('360')
      await picture()
    },
  },
  {
    names: { en: '*More actions → Ask about this message*', zh: '*更多操作 → Ask about this message*' },
    async perform({ t, main, dialog, button, open, openMenu, choose, answered, sees, openThread, picture }) {
      const text = t('The pricing test is live', '应用商店的审核已经通过了')
      await open('launch')
      await picture('a', () => openMenu(main, text))
      await openMenu(main, text)
      await choose('Ask about this message')
      await dialog.getByRole('textbox').fill(t('How many visitors so far?', '截图还缺什么？'))
      await picture('b')
      await button(dialog, t('Ask', '提问')).click()
      await sees(main, t('Your question is in the thread', '你的问题已发到消息列'))
      await openThread(text)
      await answered(t('212', '截图'))
      await picture('c')
    },
  },
  {
    names: { en: 'open the App Home', zh: '打开应用主页' },
    async perform({ t, main, dialog, button, open, picture }) {
      await open(t('App Home', '应用主页'))
      await button(main, t('Ask a question', '提一个问题')).waitFor()
      await picture('a')
      await button(main, t('Classify feedback', '给反馈分类')).click()
      await dialog.getByRole('textbox').fill(t('The export is broken', '导出功能坏了'))
      await button(dialog, t('Classify', '分类')).click()
      await dialog.getByText(/confidence|可信度/i).waitFor()
      await picture('b')
      await button(dialog, t('Close', '关闭')).last().click()
    },
  },
  {
    names: {
      en: 'choose the language of its buttons and notices in the App Home',
      zh: '在应用主页选择按钮和提示的语言',
    },
    async perform({ t, main, button, open, picture }) {
      await open(t('App Home', '应用主页'))
      await main.getByRole('combobox').first().selectOption('ja')
      await button(main, '質問する').waitFor()
      await picture()
      await main.getByRole('combobox').first().selectOption('slack')
      await button(main, t('Ask a question', '提一个问题')).waitFor()
    },
  },
  {
    names: {
      en: 'press *Export usage, settings and ratings* in the App Home',
      zh: '在应用主页点*导出用量、设置和评价*',
    },
    async perform({ t, page, main, button, open, openThread, show, picture }) {
      const download = button(main, t('Export usage, settings and ratings', '导出用量、设置和评价'))
      await speakAs(page, t('Dana', '小梅'), 'Admin')
      await open(t('App Home', '应用主页'))
      await download.waitFor()
      await picture('a', () => show(download))
      await download.click()
      await main.getByText(t('You’ll get it as a direct message', '结果会用私信发给你')).waitFor()
      await open('Threadwise')
      await openThread(t('Here’s the export', '导出完成'))
      await picture('b')
      await speakAs(page, 'Admin', t('Dana', '小梅'))
    },
  },
  {
    names: {
      en: "press *Stop* below a growing answer, or Slack's own stop button (the only one in direct messages)",
      zh: '点回答下方的*停止*，或 Slack 自带的停止按钮（私信里只有后者）',
    },
    async perform({ t, thread, button, open, openThread, reply, sees, picture }) {
      await open('launch')
      await openThread('The plan for the launch')
      await reply(t('@Threadwise what did Dana say?', '@Threadwise Dana 说了什么？'))
      await sees(thread, /Dana.{80}/s)
      await button(thread, t('Stop', '停止')).last().click()
      await sees(thread, t('Stopped', '已停止'))
      await picture()
    },
  },
  {
    names: { en: 'press *Answer again*, 👍 or 👎 below an answer', zh: '点回答下方的*重新回答*、👍 或 👎' },
    async perform({ t, thread, button, reply, answered, sees, picture }) {
      await reply(t('Before or after each step?', '什么时候告诉客户？'))
      const first = await answered(/./)
      await button(first, t('Discard this answer and write a new one', '丢弃这个回答，重新写一个')).click()
      await button(thread, t('Stop', '停止')).last().waitFor()
      await button(thread, t('Stop', '停止')).last().waitFor({ state: 'detached' })
      const second = await answered(/./)
      await picture('a')
      await button(second, t('Bad answer', '回答得不好')).click()
      const question = await sees(thread, t('What was wrong?', '哪里不满意？'))
      await picture('b')
      await button(question, t('Too long', '太长')).click()
      await sees(thread, t('noted', '已记录'))
      await picture('c')
    },
  },
  {
    names: {
      en: 'write "use gpt-6-sol here" (这里用 gpt-6-sol, gpt-6-sol を使って) in a thread, or choose a model under *Answer again with…* below an answer',
      zh: '在消息列里写“这里用 gpt-6-sol”（use gpt-6-sol here、gpt-6-sol を使って），或在回答下方的*换个模型重新回答…* 里选择模型',
    },
    async perform({ t, main, thread, open, say, openThread, reply, answered, sees, picture }) {
      await open('general')
      await say(t('@Threadwise how much is 7 × 6?', '@Threadwise 7 × 6 等于多少？'))
      await openThread('7 × 6')
      const answer = await answered('42')
      await answer.getByTestId('element-regenerate_with').selectOption('built-in-engine-brief')
      await thread.locator('.context').filter({ hasText: 'built-in-engine-brief' }).waitFor()
      await answered('42')
      await picture('a')
      await reply(t('@Threadwise use built-in-engine-brief here', '@Threadwise 这里用 built-in-engine-brief'))
      await sees(thread, t('From now on', '之后在这个消息列里'))
      await picture('b')
      await main.waitFor()
    },
  },
  {
    names: {
      en: 'press *Listen* below an answer, or add "answer aloud" (朗读, 読み上げて) to a question',
      zh: '点回答下方的*朗读*，或在提问里加上“朗读”（answer aloud、読み上げて）',
    },
    async perform({ t, page, main, thread, button, open, say, openThread, answered, picture }) {
      await open('general')
      await say(t('@Threadwise how much is 4 × 4?', '@Threadwise 4 × 4 等于多少？'))
      await openThread('4 × 4')
      const answer = await answered('16')
      await button(answer, t('Listen', '朗读')).click()
      await thread.locator('audio').waitFor()
      await picture()
      await main.waitFor()
      await page.keyboard.press('Escape')
    },
  },
  {
    names: {
      en: 'press *Chart this* below an answer with a table, or write "chart this" (画个图, グラフにして) below numbers, a CSV or an Excel file',
      zh: '点带表格的回答下方的*画成图表*，或在数字、CSV、Excel 文件下面写“画个图”（chart this、グラフにして）',
    },
    async perform({ t, main, thread, open, attach, say, openThread, sees, picture }) {
      await open('general')
      await attach(main, { name: 'sales.csv', mimeType: 'text/csv', buffer: Buffer.from(t(sales.en, sales.zh)) })
      await say(t('@Threadwise chart this', '@Threadwise 画个图'))
      await openThread('sales.csv')
      await sees(thread, t('sales, returns', '销售额'))
      await picture()
    },
  },
  {
    names: {
      en: 'write "draw …" (画一张…, …を描いて), and "make it blue" below the picture; or press *More like this*',
      zh: '写“画一张……”（draw …、…を描いて），在图片下面写“改成蓝色”，或点*再来一张*',
    },
    async perform({ t, thread, button, open, say, openThread, reply, show, picture }) {
      await open('general')
      await say(t('@Threadwise draw a cat on a bike', '@Threadwise 画一只骑车的猫'))
      await openThread(t('draw a cat', '画一只骑车的猫'))
      await button(thread, t('More like this', '再来一张')).click()
      const drawn = thread.locator('img[alt]')
      await drawn.nth(1).waitFor()
      await picture('a', () => show(drawn.first()))
      await picture('b', () => show(drawn.nth(1)))
      await reply(t('make it blue', '改成蓝色'))
      await button(thread, t('More like this', '再来一张')).nth(1).waitFor()
      await picture('c')
    },
  },
  {
    names: {
      en: 'write `help`, "what can you do?", 帮助 or ヘルプ',
      zh: '发送 `help`、“你能做什么”“帮助”或“ヘルプ”',
    },
    async perform({ t, thread, open, say, sees, picture }) {
      await open('Threadwise')
      await say(t('help', '你能做什么？'))
      await sees(thread, t('Things to try:', '例如：'))
      await picture()
    },
  },
  {
    names: { en: 'edit a message so that it names the bot', zh: '编辑消息，补上 @Threadwise' },
    async perform({ t, main, button, open, openMenu, choose, say, openThread, answered, picture }) {
      await open('general')
      await say(t('how much is 7 × 8?', '7 × 8 等于多少？'))
      await openMenu(main, '7 × 8')
      await choose(t('Edit message', '编辑消息'))
      await main
        .getByRole('textbox')
        .first()
        .fill(`@Threadwise ${t('how much is 7 × 8?', '7 × 8 等于多少？')}`)
      await picture('a')
      await button(main, t('Save', '保存')).click()
      await openThread('7 × 8')
      await answered('56')
      await picture('b')
    },
  },
  {
    names: { en: 'edit your question', zh: '编辑自己的问题' },
    async perform({ t, thread, button, openMenu, choose, answered, sees, picture }) {
      await openMenu(thread, t('how much is 7 × 8?', '7 × 8 等于多少？'))
      await choose(t('Edit message', '编辑消息'))
      await thread
        .getByRole('textbox')
        .first()
        .fill(`@Threadwise ${t('how much is 7 × 9?', '7 × 9 等于多少？')}`)
      await button(thread, t('Save', '保存')).click()
      const offer = await sees(thread, t('Want a new answer?', '要重新回答吗？'))
      await picture('a')
      await button(offer, t('Answer the edited question', '回答修改后的问题')).click()
      await thread.getByRole('article').filter({ hasText: '63' }).waitFor()
      await answered('63')
      await picture('b')
    },
  },
  {
    names: { en: 'delete your question', zh: '删除自己的问题' },
    async perform({ t, main, thread, dialog, button, open, say, openMenu, choose, openThread, answered, picture }) {
      await open('general')
      await say(t('@Threadwise how much is 6 × 6?', '@Threadwise 6 × 6 等于多少？'))
      await openThread('6 × 6')
      await answered('36')
      await openMenu(main, '6 × 6')
      await choose(t('Delete message', '删除消息'))
      await picture('a')
      await button(dialog, t('Delete', '删除')).click()
      await thread.getByText('6 × 6 = 36').waitFor({ state: 'detached' })
      await picture('b')
    },
  },
  {
    names: { en: '`/classify …`', zh: '`/classify …`' },
    async perform({ t, main, button, open, say, sees, picture }) {
      await open('feedback')
      await say(t('/classify the export is broken', '/classify 导出功能坏了'))
      const card = await sees(main, t('the export is broken', '导出功能坏了'))
      await picture('a')
      await button(card, t('Post to the channel', '发到频道')).click()
      await sees(main, t('shared this feedback', '分享的反馈'))
      await picture('b')
    },
  },
  {
    names: {
      en: '*More actions → Classify this message*, or `@Threadwise classify this` in a thread',
      zh: '*更多操作 → Classify this message*，或在消息列里写 `@Threadwise classify this`（分类这条）',
    },
    async perform({ t, main, thread, open, openMenu, openThread, choose, reply, sees, picture }) {
      await open('feedback')
      await openMenu(main, '有用户反馈')
      await choose('Classify this message')
      await sees(main, '有用户反馈')
      await picture('a')
      await openThread('有用户反馈')
      await reply(t('@Threadwise classify this', '@Threadwise 分类这条'))
      await sees(thread, /confidence|可信度/i)
      await picture('b')
    },
  },
  {
    names: {
      en: 'attach a CSV file and write `@Threadwise classify this file`',
      zh: '附上 CSV 文件，写 `@Threadwise classify this file`（分类这个文件）',
    },
    async perform({ t, main, thread, open, attach, say, openThread, sees, picture }) {
      await open('general')
      await attach(main, { name: 'survey.csv', mimeType: 'text/csv', buffer: Buffer.from(csv) })
      await say(t('@Threadwise classify this file', '@Threadwise 分类这个文件'))
      await openThread('survey.csv')
      await sees(thread, /survey.*\.csv/)
      await thread.getByText(t('Classified 3 of 3 rows', '共 3 行，已分类 3 行')).waitFor()
      await picture()
    },
  },
  {
    names: {
      en: '`/classify report`, `/classify last 7 days in #feedback`, "what feedback came in this week?"',
      zh: '`/classify report`（`/classify 报告`）、`/classify last 7 days in #feedback`（`/classify 最近7天 #feedback`）、“这周有哪些反馈？”',
    },
    async perform({ t, main, thread, open, say, sees, picture }) {
      await open('feedback')
      await say('/classify report')
      await sees(main, t(/The report is in\s+your direct messages/, /报告已发到\s*私信/))
      await picture('a')
      await open('Threadwise')
      await main.getByRole('table').last().waitFor()
      await picture('b')
      await say(t('what feedback came in this week?', '这周有哪些反馈？'))
      await sees(thread, t(/Here(’s| are) the reports?/, /反馈报告：/))
      await picture('c')
    },
  },
  {
    names: {
      en: '`@Threadwise summarize` (总结一下) in a thread',
      zh: '在消息列里写 `@Threadwise summarize`（总结一下）',
    },
    async perform({ t, open, openThread, reply, answered, picture }) {
      await open('launch')
      await openThread('Which plan do we show first')
      await reply(t('@Threadwise summarize', '@Threadwise 总结一下'))
      await answered(t('Decisions', '决定'))
      await picture()
    },
  },
  {
    names: {
      en: '`/summarize`, `/summarize since monday`, `last 200`, `between … and …`, `#other-channel`, a link to a message',
      zh: '`/summarize`、`/summarize since monday`、`last 200`、`between … and …`、`#其他频道`、消息链接（中文：`/summarize 从周一开始`、`最近200条`、`周一到周三`）',
    },
    async perform({ t, main, button, open, say, sees, picture }) {
      await open('general')
      await say(t('/summarize last 200', '/summarize 最近200条'))
      const summary = await sees(main, t('Decisions', '决定'))
      await picture('a')
      await button(summary, t('Post to #general', '发到 #general')).click()
      await sees(main, t('asked for this summary', '请我做的总结'))
      await picture('b')
    },
  },
  {
    names: { en: '*More actions → Summarize this thread*', zh: '*更多操作 → Summarize this thread*' },
    async perform({ t, main, open, openMenu, choose, sees, picture }) {
      await open('launch')
      await openMenu(main, '安卓版什么时候发布')
      await choose('Summarize this thread')
      await sees(main, t('Decisions', '决定'))
      await picture()
    },
  },
  {
    names: {
      en: '`/summarize new`, "what is new since I last asked"',
      zh: '`/summarize new`（`/summarize 新消息`）、“上次之后有什么新内容”',
    },
    async perform({ t, main, open, say, sees, picture }) {
      await open('general')
      await say(t('We decided to invite all customers to the launch.', '我们决定邀请所有客户参加发布会。'))
      await say(t('/summarize new', '/summarize 新消息'))
      await sees(main, t('read 1 message', '已读 1 条消息'))
      await picture()
    },
  },
  {
    names: {
      en: '`/summarize new everywhere`, "what did I miss?", or the button in the App Home',
      zh: '`/summarize new everywhere`（`/summarize 所有频道新消息`）、“我错过了什么”，或应用主页上的按钮',
    },
    async perform({ t, main, open, say, sees, picture }) {
      await open('general')
      await say(t('/summarize new everywhere', '/summarize 所有频道新消息'))
      await sees(main, t<string | RegExp>('Waiting for you', /等你处理|决定|待办/))
      await picture()
    },
  },
  {
    names: {
      en: '`/summarize every weekday 9:00`',
      zh: '`/summarize every weekday 9:00`（`/summarize 每个工作日 9:00`）',
    },
    async perform({ t, main, open, say, sees, picture }) {
      await open('general')
      await say(t('/summarize every weekday 9:00', '/summarize 每个工作日 9:00'))
      await sees(main, t('Done. You’ll get a direct message', '我会每个工作日'))
      await picture('a')
      await say(t('/summarize list', '/summarize 列表'))
      await sees(main, t('Your digests', '你的定期总结'))
      await say(t('/summarize stop 1', '/summarize 停止 1'))
      await sees(main, t('Stopped your', '已停止'))
      await picture('b')
    },
  },
  {
    names: {
      en: '`/threadwise settings` in a channel, or *Workspace settings* in the App Home',
      zh: '在频道里发送 `/threadwise settings`，或应用主页上的*工作区设置*',
    },
    async perform({ t, page, main, dialog, button, say, picture }) {
      await button(page, t('Create a channel', '新建频道')).click()
      await dialog.getByRole('textbox').fill('hotel')
      await dialog.getByRole('textbox').press('Enter')
      await page.getByRole('heading', { name: 'hotel' }).waitFor()
      await say('/threadwise settings')
      const instructions = dialog.getByRole('textbox', { name: t('Instructions for my answers', '回答要求') })
      await instructions.fill(t('Call our customers guests.', '请把客户称为“客人”。'))
      await button(dialog, t('Show what the model is told', '查看模型会收到的内容')).click()
      await dialog.getByText('<instructions of="channel">').waitFor()
      await picture()
      await button(dialog, t('Save', '保存')).click()
      await dialog.waitFor({ state: 'detached' })
      await main.waitFor()
    },
  },
  {
    names: {
      en: 'fill in *Redaction*, *Budgets* or *How many days I keep things* in those settings',
      zh: '在这些设置里填写*隐私脱敏*、*额度*或*保留天数*',
    },
    async perform({ t, page, main, dialog, button, open, say, show, picture }) {
      await say('/threadwise settings')
      await dialog.getByRole('checkbox', { name: t('Hide email addresses', '隐藏邮箱') }).check()
      await dialog.getByRole('textbox', { name: t('Also hide these words', '同时隐藏这些词') }).fill('EMP-#####')
      await picture('a')
      await button(dialog, t('Save', '保存')).click()
      await dialog.waitFor({ state: 'detached' })
      const self = t('Dana', '小梅')
      await speakAs(page, self, 'Admin')
      await open(t('App Home', '应用主页'))
      await button(main, t('Workspace settings', '工作区设置')).click()
      const budget = dialog.getByRole('spinbutton', { name: t('Each person, per day', '每人每天') })
      await budget.fill('0.50')
      await picture('b', () => show(budget))
      await dialog.getByRole('spinbutton', { name: t('Notes on answered questions', '已回答问题的记录') }).fill('3')
      await picture('c', () => show(dialog.getByRole('spinbutton').last()))
      await button(dialog, t('Save', '保存')).click()
      await dialog.waitFor({ state: 'detached' })
      await speakAs(page, 'Admin', self)
    },
  },
  {
    names: {
      en: 'choose a person under *Set a budget for one person…* in the workspace settings',
      zh: '在工作区设置的*为某个成员单独设置额度…* 里选择一个人',
    },
    async perform({ t, page, main, dialog, button, open, picture }) {
      const self = t('Dana', '小梅')
      await speakAs(page, self, 'Admin')
      await open(t('App Home', '应用主页'))
      await button(main, t('Workspace settings', '工作区设置')).click()
      await dialog.getByTestId('element-open_person_budget').selectOption({ label: 'Lee' })
      await dialog.getByRole('spinbutton', { name: t('Per day', '每天'), exact: true }).fill('2')
      await picture('a')
      await button(dialog, t('Save', '保存')).click()
      await dialog.getByText(t('can spend up to $2.00 per day', '已保存。')).waitFor()
      await picture('b')
      await button(dialog, t('Close', '关闭')).last().click()
      await button(dialog, t('Cancel', '取消')).click()
      await dialog.waitFor({ state: 'detached' })
      await speakAs(page, 'Admin', self)
    },
  },
  {
    names: {
      en: '`/threadwise settings me` or *Your settings* in the App Home',
      zh: '`/threadwise settings me`，或应用主页上的*我的设置*',
    },
    async perform({ t, dialog, button, open, say, picture }) {
      await open('general')
      await say('/threadwise settings me')
      await dialog.getByRole('textbox').fill(t('Short sentences. I’m in sales.', '我做销售，请用短句回答。'))
      await picture()
      await button(dialog, t('Save', '保存')).click()
      await dialog.waitFor({ state: 'detached' })
    },
  },
  {
    names: {
      en: "ask a question that isn't addressed to anyone, in a channel where admins allow it",
      zh: '在管理员允许的频道里提一个没有指明对象的问题',
    },
    async perform({ t, dialog, button, open, say, sees, main, openThread, answered, show, picture }) {
      await open('hotel')
      await say('/invite @Threadwise')
      await say('/threadwise settings')
      await dialog.getByRole('checkbox', { name: t('not addressed to me', '没有 @ 我的问题') }).check()
      const minutes = dialog.getByRole('spinbutton', { name: t('Minutes to let people reply', '等大家回复的时间') })
      await minutes.fill('0')
      await picture('a', () => show(minutes))
      await button(dialog, t('Save', '保存')).click()
      await dialog.waitFor({ state: 'detached' })
      await say(t('Breakfast is served from 7 to 10.', '早餐时间是 7 点到 10 点。'))
      await say(t('When is breakfast served?', '早餐时间是几点？'))
      await sees(main, /1 reply|1 条回复/)
      await openThread(t('When is breakfast', '早餐时间是几点'))
      await answered(t('Nobody asked me', '没有人问我'))
      await picture('b')
    },
  },
  {
    names: {
      en: '`/threadwise why`, *More actions → Why this answer?* on any message, or `@Threadwise why did you answer?` in a thread',
      zh: '`/threadwise why`，任意消息的 *更多操作 → Why this answer?*，或在消息列里发送“@Threadwise 为什么回答”',
    },
    async perform({ t, main, open, say, sees, picture }) {
      await open('general')
      await say('/threadwise why')
      await sees(main, t(/Why I (answered|stayed silent)/, /我为什么/))
      await picture()
    },
  },
  {
    names: { en: 'attach files', zh: '附上文件' },
    async perform({ t, main, open, attach, say, openThread, answered, picture }) {
      await open('general')
      await attach(
        main,
        { name: 'notes.txt', mimeType: 'text/plain', buffer: Buffer.from(t(notes.en, notes.zh)) },
        { name: 'photos.zip', mimeType: 'application/zip', buffer: zip },
      )
      await say(t('@Threadwise when is the trade fair?', '@Threadwise 展会哪天举行？'))
      await openThread(t('trade fair', '展会'))
      await answered(t('12 March', '3 月 12 日'))
      await picture()
    },
  },
  {
    names: {
      en: 'send a voice clip in a direct message, or with a mention',
      zh: '在私信里发语音消息，或发语音时 @ 它',
    },
    async perform({ t, thread, open, openThread, attach, reply, answered, picture }) {
      await open(t('general', 'launch'))
      await openThread(t('When do we ship the new sign-up page', '安卓版什么时候发布'))
      await attach(thread, { name: 'audio_message.wav', mimeType: 'audio/wav', buffer: toWav(3, { rate: 8_000 }) })
      await reply('@Threadwise')
      await answered(t('You said', '你说的是'))
      await picture()
    },
  },
  {
    names: {
      en: '`@Threadwise summarize this recording` (总结这段录音, この録音を要約) with a recording or in its thread',
      zh: '发录音时或在录音下面写 `@Threadwise 总结这段录音`（summarize this recording、この録音を要約）',
    },
    async perform({ t, main, open, attach, say, openThread, answered, picture }) {
      await open('general')
      await attach(main, { name: 'planning.wav', mimeType: 'audio/wav', buffer: toWav(125, { rate: 8_000 }) })
      await say(t('@Threadwise summarize this recording', '@Threadwise 总结这段录音'))
      await openThread(t('summarize this recording', '总结这段录音'))
      await answered(t('minutes of recordings', '分钟录音'))
      await picture()
    },
  },
  {
    names: {
      en: '`@Threadwise transcribe this` (转写, 文字起こし) with a recording or in its thread',
      zh: '发录音时或在录音下面写 `@Threadwise 转写`（transcribe this、文字起こし）',
    },
    async perform({ t, main, thread, open, attach, say, openThread, sees, picture }) {
      await open('general')
      await attach(main, { name: 'standup.wav', mimeType: 'audio/wav', buffer: toWav(30, { rate: 8_000 }) })
      await say(t('@Threadwise transcribe this', '@Threadwise 转写'))
      await openThread(t('transcribe this', '转写'))
      await sees(thread, 'standup.wav')
      await picture()
    },
  },
]
