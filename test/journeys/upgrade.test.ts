import { mkdtemp } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { sql } from 'kysely'
import { expect, onTestFinished, test } from 'vitest'
import { migrate, migrations } from '../../src/store/migrations.ts'
import { storeFile } from '../../src/store/open-sqlite-store.ts'
import { openSqlite } from '../../src/store/sqlite.ts'
import { connect, openStory, toSeen } from '../story.ts'

const bug = JSON.stringify({ items: [{ kind: 'bug', quote: 'crashes', reason: 'It fails.', confidence: 1 }] })

test('questions, texts and reports that an earlier version left undone are done by this one', async () => {
  const { slack, model, say, app } = await openStory()
  const { dana, lee, mei, general } = { ...slack.people, ...slack.channels }
  const watched = await say(lee, general, 'It crashes on start.')
  await app.stop()
  const dataDir = await mkdtemp(join(tmpdir(), 'threadwise-'))
  await leaveWork(dataDir, { dana, mei, general, watched, team: slack.teamId })

  model.answerAll(exchange => exchange.reply(exchange.prompt.includes('<text>') ? bug : 'At noon.'))
  // No notice can be shown at the addresses of the old commands.
  const next = await connect(slack, model, { dataDir, isMute: true })
  onTestFinished(() => next.app.stop())
  const find = (is: (text: string) => boolean) => slack.messages(general).find(message => is(toSeen(message)))
  const asked = await slack.until(() => find(text => text.includes('when is lunch?')), 'the question')
  const isAnswer = () => slack.messages(general, asked.ts).some(message => toSeen(message) === 'At noon.')
  await slack.until(isAnswer, 'the answer')
  const cardsOf = (user: string) =>
    slack.snapshot(user).messages.filter(({ ephemeralTo, text }) => ephemeralTo === user && text.startsWith('['))
  await slack.until(() => cardsOf(dana).length === 1, 'the card of the command')
  await slack.until(() => cardsOf(mei)[0]?.threadTs === watched, 'the card of the reaction')
  const signs = () => slack.messages(general).find(({ ts }) => ts === watched)?.reactions ?? []
  await slack.until(() => signs().some(({ name }) => name === 'beetle'), 'the sign on the watched message')
  const isReport = (message: { text: string }) => toSeen(message).startsWith('**Feedback in')
  await slack.until(() => slack.snapshot(dana).messages.some(isReport), 'the report')
  await expect.poll(() => next.store.outbox.takeOver(), { timeout: 30_000 }).toEqual([])
})

/** Writes into the folder what a process of the version before the outbox left when it was killed. */
async function leaveWork(dataDir: string, at: Record<'dana' | 'mei' | 'general' | 'watched' | 'team', string>) {
  const { dana, mei, general: channel, watched, team } = at
  const old = openSqlite(join(dataDir, storeFile))
  const before = Object.entries(migrations).filter(([name]) => name < '007')
  await migrate(old, Object.fromEntries(before))
  const responseUrl = 'https://hooks.example/commands/spent'
  const now = Date.now()
  const asks = [
    { id: 'q', user: dana, question: 'when is lunch?', where: { channel } },
    { id: 'r', report: { of: 'labels', words: 'last week' }, asked: { user: dana, channel, responseUrl } },
  ]
  for (const ask of asks)
    await sql`insert into asks (id, ask, kept_at) values (${ask.id}, ${JSON.stringify(ask)}, ${now - 60_000})`.execute(
      old,
    )
  const labels = [
    { id: 'typed', state: 'waiting', ts: null, by: dana, wish: { user: dana, responseUrl } },
    { id: `react:${mei}:${team}`, state: 'waiting', ts: watched, by: mei, wish: { user: mei, threadTs: watched } },
    { id: team, state: 'waiting', ts: watched, by: null, wish: { watch: { ts: watched, card: false } } },
    { id: 'reported', state: 'done', ts: null, by: dana, wish: {} },
  ]
  for (const { id, state, ts, by, wish } of labels)
    await sql`insert into labels (id, state, channel, ts, text, wish, asked_by, shared, said_at, labels)
      values (${id}, ${state}, ${channel}, ${ts}, 'It crashes.', ${JSON.stringify(wish)}, ${by}, 1, ${now - 60_000},
        ${state === 'done' ? '[{"kind":"bug","quote":"crashes","reason":"It fails."}]' : '[]'})`.execute(old)
  await old.destroy()
}
