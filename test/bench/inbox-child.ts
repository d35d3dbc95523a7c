import { setTimeout as delay } from 'node:timers/promises'
import { createLog } from '../../src/log.ts'
import { createPostgresDriver } from '../../src/queue/postgres-driver.ts'
import { createQueue } from '../../src/queue/queue.ts'
import { openPostgres } from '../../src/store/postgres.ts'
import { openSharedStore } from '../../src/store/postgres-store.ts'

// One replica's inbox, without Slack and model: `node inbox-child.ts <database> <number> <turns>`. It writes down so many turns, takes
// what is handed out, and ends when nothing is left in the database.
const [url = '', number = '0', turns = '0'] = process.argv.slice(2)
const log = createLog('silent')
const database = openPostgres(url, 'bench')
const store = await openSharedStore(url, log)
const queue = createQueue({
  driver: createPostgresDriver({ store, log, bounds: { running: Number(turns) * 4, waiting: Number(turns) * 4 } }),
  store,
  log,
  threads: { begin() {}, behind() {} },
  async answer(job) {
    await job.begin()
    return 'done'
  },
  isForBot: async () => true,
  isSettled: async () => true,
  ready: async () => {},
  onAhead() {},
  onFlood() {},
  onLateEdit() {},
})
await queue.recover()
queue.start()
process.send?.('ready')
process.once('message', async () => {
  const own = Array.from({ length: Number(turns) }, (_, at) => toTurn(`${number}.${String(at).padStart(6, '0')}`))
  await Promise.all(own.map(turn => queue.save(turn, 'event').then(() => queue.accept(turn))))
  while ((await countUnfinished()) > 0) await delay(5)
  process.exit()
})

async function countUnfinished(): Promise<number> {
  const { rows } = await database.executeSql(`select count(*) as left from turns where state <> 'done'`)
  return (rows[0] as { left: number }).left
}

function toTurn(ts: string) {
  return {
    id: `T1:C1:${ts}`,
    channel: 'C1',
    threadTs: ts,
    user: 'U1',
    place: 'channel' as const,
    isAddressed: true,
    question: { ts, author: { kind: 'person' as const, id: 'U1' }, text: 'go', form: 'markdown' as const, files: [] },
  }
}
