import { expect, test } from 'vitest'
import type { Exchange } from '../scripted-model.ts'
import { openStory, toSeen } from '../story.ts'
import { json, point } from '../summary-story.ts'

const config = { redaction: { isOn: true, words: ['falcon'] } }
const standIn = ({ prompt }: Exchange, kind: string) => new RegExp(`${kind}-\\w{6}`).exec(prompt)?.[0] ?? ''

test('with redaction on, private data in messages, files, feedback and summaries stays out of the model and stands in what people see', async () => {
  const { slack, model, say, untilReply } = await openStory({ config })
  const { dana, lee } = slack.people
  const { general } = slack.channels
  const { id } = slack.upload(
    lee,
    'contacts.txt',
    Buffer.from('Vendor: 13812345678, key ghp_abcdefghijklmnopqrstuvwxyz0123456789'),
  )
  const told = await slack.do({
    do: 'say',
    as: lee,
    channel: general,
    text: 'Mail lee@example.com about Falcon',
    files: [id],
  })
  const root = String(told.ts)
  // A number of a card in two messages.
  await say(lee, general, 'The card: 4111 1111', root)
  await say(lee, general, '1111 1111', root)
  await say(
    lee,
    general,
    'We pay to IBAN DE89 3704 0044 0532 0130 00. The door’s password: "Ab3456!x", 门禁密码：Ab3456!x',
    root,
  )
  const bot = `<@${slack.botUserId}>`
  const leaks = /13812345678|lee@example\.com|ghp_|falcon|1111|Ab3456|DE89/i

  await say(dana, general, `${bot} how do I reach the vendor?`, root)
  const chat = await model.next()
  expect(chat.prompt).not.toMatch(leaks)
  const phone = standIn(chat, 'PHONE')
  chat.say(`Call ${phone.slice(0, 8)}`)
  chat.say(`${phone.slice(8)} or write to ${standIn(chat, 'EMAIL')}.`)
  // A password next to the end of its message is one without that mark.
  const [, password] = /password: "(SECRET-\w{6})", 门禁密码：\1<\/message>/.exec(chat.prompt) ?? []
  chat.say(`\n\n| 项目 | 值 |\n| ---- | ---- |\n| 门禁密码 | ${password} |`)
  chat.end()
  await untilReply(
    general,
    root,
    reply => /13812345678 or write to .*lee@example\.com[\s\S]*\| Ab3456!x(?: \||$)/m.test(toSeen(reply)),
    'the number and the password',
  )

  await say(dana, general, `${bot} classify this`, root)
  const label = await model.next()
  expect(label.prompt).not.toMatch(leaks)
  const quote = `Mail ${standIn(label, 'EMAIL')} about ${standIn(label, 'WORD')}`
  label.reply(JSON.stringify({ items: [{ kind: 'bug', quote, reason: 'It says so.', confidence: 0.9 }] }))
  const findCard = () =>
    slack
      .snapshot(dana)
      .messages.find(message => JSON.stringify(message.blocks ?? []).includes('lee@example.com about Falcon'))
  await slack.until(findCard, 'the quote')

  await say(dana, general, `${bot} summarize this thread`, root)
  const summary = await model.next()
  expect(summary.prompt).not.toMatch(leaks)
  // Small models leave out the kind of a stand-in.
  const account = standIn(summary, 'ACCOUNT').replace('ACCOUNT-', '')
  const decision = `Lee pays to IBAN ${account} and can be reached at ${standIn(summary, 'EMAIL')}.`
  summary.reply(json({ decisions: [point(decision, 1, 4)] }))
  const isWhole = (reply: string) => /IBAN DE89 3704 0044 0532 0130 00 and .*lee@example\.com/.test(reply)
  await untilReply(general, root, reply => isWhole(toSeen(reply)), 'the summary')
})
