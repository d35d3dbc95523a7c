import { type Kysely, sql } from 'kysely'
import { expect } from 'vitest'
import type { Store } from '../../src/store/store.ts'
import type { Schema } from '../../src/store/tables.ts'

const responseUrl = 'https://hooks.slack.com/commands/1'
const threadTs = '1764000000.000100'

const asks = [
  { id: 'question', ask: JSON.stringify({ id: 'question', user: 'U1', question: '几点？', where: { channel: 'C1' } }) },
  {
    id: 'report',
    ask: JSON.stringify({
      id: 'report',
      report: { of: 'labels', words: 'last week' },
      asked: { user: 'U1', channel: 'C1', responseUrl },
    }),
  },
  { id: 'torn', ask: '{"question":' },
]

const labels = [
  { id: 'typed', state: 'waiting', ts: null, wish: { user: 'U1', responseUrl } },
  { id: 'shortcut', state: 'labelled', ts: threadTs, wish: { user: 'U1', responseUrl, threadTs } },
  { id: 'react:U1:T1:C1:1', state: 'waiting', ts: threadTs, wish: { user: 'U1', threadTs } },
  { id: 'T1:C1:2', state: 'waiting', ts: threadTs, wish: { watch: { ts: threadTs, card: true } } },
  { id: 'ask:T1:C1:3', state: 'waiting', ts: threadTs, wish: { user: 'U1', threadTs } },
  { id: 'shown', state: 'done', ts: threadTs, wish: { user: 'U1', responseUrl, threadTs } },
  { id: 'row#1', state: 'done', ts: null, wish: {} },
  { id: 'failed', state: 'failed', ts: null, wish: { user: 'U1', responseUrl } },
]

/** Writes what a process of an earlier version left to be done, in the tables of that version. */
export async function insertOldCommands(db: Kysely<Schema>, version: number): Promise<void> {
  if (version >= 2 && version < 7)
    for (const [index, { id, ask }] of asks.entries())
      await sql`insert into asks (id, ask, kept_at) values (${id}, ${ask}, ${index})`.execute(db)
  if (version < 3 || version >= 7) return
  for (const [index, { id, state, ts, wish }] of labels.entries())
    await sql`insert into labels (id, state, channel, ts, text, wish, asked_by, shared, said_at, labels)
      values (${id}, ${state}, 'C1', ${ts}, 'It crashes.', ${JSON.stringify(wish)}, 'U1', 1, ${10 + index},
        ${state === 'waiting' ? '[]' : '[{"kind":"bug","reason":""}]'})`.execute(db)
}

/** Expects that the newest version goes on with it. */
export async function expectNewCommands(store: Store, version: number): Promise<void> {
  const pending = await store.outbox.takeOver()
  const found = pending.map(({ id, kind, payload }) => ({ id, kind, payload }))
  const subject = { channel: 'C1', text: 'It crashes.', askedBy: 'U1', isShared: true }
  const ofMessage = { ...subject, ts: threadTs }
  const questions = [
    {
      id: 'question',
      kind: 'ask',
      payload: { id: 'question', user: 'U1', question: '几点？', where: { channel: 'C1' } },
    },
    {
      id: 'report',
      kind: 'report',
      payload: { request: { of: 'labels', words: 'last week' }, user: 'U1', channel: 'C1', responseUrl },
    },
    { id: 'torn', kind: 'ask', payload: undefined },
  ]
  const texts = [
    { id: 'typed', kind: 'classify', payload: { subject: { ...subject, saidAt: 10 }, user: 'U1', responseUrl } },
    {
      id: 'shortcut',
      kind: 'classify',
      payload: { subject: { ...ofMessage, threadTs, saidAt: 11 }, user: 'U1', responseUrl },
    },
    {
      id: 'react:U1:T1:C1:1',
      kind: 'classify',
      payload: { subject: { ...ofMessage, threadTs, saidAt: 12 }, user: 'U1' },
    },
    { id: 'T1:C1:2', kind: 'auto-label', payload: { subject: { ...ofMessage, saidAt: 13 }, card: true } },
  ].map(({ payload, ...one }) => ({ ...one, payload: { ...payload, subject: { id: one.id, ...payload.subject } } }))
  const isOld = version < 7
  expect(found).toEqual([...(isOld && version >= 2 ? questions : []), ...(isOld && version >= 3 ? texts : [])])
  if (version < 3 || !isOld) return
  const states = await Promise.all(labels.map(async ({ id }) => [id, (await store.labels.read(id))?.state]))
  expect(Object.fromEntries(states)).toEqual({ shortcut: 'done', shown: 'done', 'row#1': 'done', failed: 'failed' })
  expect(await store.labels.read('shown')).toMatchObject({ threadTs, labels: [{ kind: 'bug', reason: '' }] })
  expect((await store.labels.read('row#1'))?.threadTs).toBeUndefined()
}
