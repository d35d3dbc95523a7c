import { formatError } from '../errors.ts'
import type { Log } from '../log.ts'
import type { TurnRecord, TurnRecords } from '../store/turns.ts'
import type { QueueDriver } from './queue-driver.ts'
import { parseStoredTurn, type Turn } from './turn.ts'

interface UpkeepDeps {
  turns: Pick<TurnRecords, 'takeDueForRecheck' | 'update'>
  /** Deletes a step of what has been kept long enough. */
  prune?: () => Promise<void>
  log: Log
  /** Checks that nothing is left to do. Throws if Slack cannot be read. */
  isSettled: (turn: Turn, revision: number) => Promise<boolean>
  /** Checks that this process is answering the turn again. */
  isBusy: (turnId: string) => boolean
  reopen: QueueDriver['reopen']
}

/** States that leave a reply in the thread. */
export const leavesReply: ReadonlySet<TurnRecord['state']> = new Set<TurnRecord['state']>([
  'done',
  'volunteered',
  'failed',
  'stopped',
  'quarantined',
])

const pruneEveryMs = 60_000
const recheckEveryMs = 5_000
/** Interval and limit of further attempts while Slack cannot be read. */
const retryMs = 60_000
const patienceMs = 3_600_000

/** Creates the periodic work on ended turns: they are rechecked when due, and pruned. */
export function createUpkeep(deps: UpkeepDeps) {
  const timers: NodeJS.Timeout[] = []
  const prune = async () => deps.prune?.()
  return {
    prune,
    start() {
      timers.push(
        repeat(deps.log, pruneEveryMs, prune),
        repeat(deps.log, recheckEveryMs, () => recheck(deps)),
      )
    },
    stop: () => timers.forEach(clearInterval),
  }
}

/** Repeats `work`, never twice at once. Logs failures. */
function repeat(log: Log, everyMs: number, work: () => Promise<unknown>): NodeJS.Timeout {
  let isRunning = false
  return setInterval(async () => {
    if (isRunning) return
    isRunning = true
    await work().catch(error => log.warn({ reason: formatError(error) }, 'the store could not be read'))
    isRunning = false
  }, everyMs).unref()
}

/**
 * Rechecks ended turns that are due: a call of a crashed process may have arrived late and undone the last edit, or the question may
 * have been deleted at a bad time, or while Slack could not be read.
 */
async function recheck({ turns, isSettled, isBusy, reopen }: UpkeepDeps): Promise<void> {
  for (const record of await turns.takeDueForRecheck(Date.now())) {
    if (record.state === 'withdrawn') {
      // Its end says when to come again.
      await reopen(record.id, { state: 'withdrawing', isNextRevision: false })
      continue
    }
    const outcome = leavesReply.has(record.state) ? await check(record, isSettled) : 'settled'
    if (isBusy(record.id)) continue
    if (outcome === 'open') await reopen(record.id, { state: 'waiting', isNextRevision: false })
    await turns.update(record.id, { checkAt: outcome === 'unknown' ? Date.now() + retryMs : null })
  }
}

async function check(record: TurnRecord, isSettled: UpkeepDeps['isSettled']): Promise<'settled' | 'open' | 'unknown'> {
  const turn = parseStoredTurn(record.turn)
  if (turn === undefined) return 'settled'
  try {
    return (await isSettled(turn, record.revision)) ? 'settled' : 'open'
  } catch {
    return Date.now() - record.savedAt > patienceMs ? 'settled' : 'unknown'
  }
}
