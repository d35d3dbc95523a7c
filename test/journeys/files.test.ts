import { expect, test } from 'vitest'
import { toPdf } from '../files/pdf.ts'
import { openStory, toSeen } from '../story.ts'

/** Asks about one file, and gives the prompt and the whole answer. */
async function ask(name: string, bytes: Uint8Array): Promise<{ prompt: string; seen: string }> {
  const { slack, model, untilReply } = await openStory()
  const { dana, general } = { ...slack.people, ...slack.channels }
  const { id } = slack.upload(dana, name, bytes)
  const text = `<@${slack.botUserId}> what does it say?`
  const { ts } = await slack.do({ do: 'say', as: dana, channel: general, text, files: [id] })
  const exchange = await model.next()
  exchange.reply('Answered.')
  // The footer comes with the last edit, as does the line with the model's name.
  const isWhole = ({ blocks }: { blocks?: { block_id?: unknown }[] }) =>
    blocks?.some(({ block_id }) => block_id === 'answer_author') === true
  const reply = await untilReply(general, String(ts), isWhole, 'the answer')
  return { prompt: exchange.prompt, seen: toSeen(reply) }
}

test('a PDF with more pages than are read says so below the answer', async () => {
  const book = toPdf({ pages: Array.from({ length: 1_001 }, (_, index) => `(p${index + 1})`) })
  const { prompt, seen } = await ask('book.pdf', book)
  expect(prompt).toMatch(/\[The first \d+ of 1001 pages\]/)
  // On a slow machine, time ends before the thousandth page.
  expect(seen).toMatch(/read the first [\d,]+ of 1,001 pages of book\.pdf/)
})

test('files that cannot be read are named once, above the answer, in one line for each reason', async () => {
  const story = await openStory()
  const { slack, model, replies } = story
  const { dana, general } = { ...slack.people, ...slack.channels }
  const attach = (name: string, head: string) => slack.upload(dana, name, Buffer.from(head, 'latin1')).id
  const heic = '\0\0\0\x1cftypheic'
  const files = [attach('a_1.heic', heic), attach('b.heic', heic), attach('old.zip', 'Rar!\x1a\x07')]
  const text = `<@${slack.botUserId}> what do they show?`
  const { ts } = await slack.do({ do: 'say', as: dana, channel: general, text, files })
  const thoughts = await model.next()
  thoughts.say('Hm, nothing to see. ')
  await story.untilReply(general, String(ts), reply => toSeen(reply).includes('Hm'), 'the beginning')
  thoughts.reply('\n</think>\n\nNothing.')
  const isDone = () => slack.calls.every(({ endedAt }) => endedAt !== undefined)
  const seen = await story.untilReply(
    general,
    String(ts),
    reply => isDone() && /\n\nNothing\.$/.test(toSeen(reply)),
    'the answer',
  )
  expect(toSeen(seen)).toMatch(
    /^I couldn’t read a\\_1\.heic or b\.heic: .*HEIC.*JPEG or PNG\.\n\nI couldn’t read old\.zip: .*\n\nNothing\.$/,
  )
  const broken = slack.upload(dana, 'broken.png', Buffer.from('\x89PNG\r\n\x1a\n', 'latin1')).id
  await slack.do({ do: 'say', as: dana, channel: general, text: 'and this?', threadTs: String(ts), files: [broken] })
  ;(await model.next()).reply('Neither.')
  await slack.until(() => isDone() && replies(general, String(ts)).length === 2, 'the second answer')
  const second = await story.untilReply(
    general,
    String(ts),
    reply => /Neither/.test(toSeen(reply)),
    'the second answer',
  )
  expect(toSeen(second)).toMatch(/^I couldn’t read broken\.png: it’s damaged; send a fresh copy\.\n\nNeither\.$/)
})
