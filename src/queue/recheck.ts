import type { TurnRecord, TurnRecords } from '../store/turns.ts'
import { parseStoredTurn, type Turn } from './turn.ts'

interface RecheckDeps {
  turns: Pick<TurnRecords, 'takeDueForRecheck' | 'update'>
  /** Checks that nothing is left to do. Throws if Slack cannot be read. */
  isSettled: (turn: Turn, revision: number) => Promise<boolean>
  /** Checks that this process is answering the turn again. */
  isBusy: (turnId: string) => boolean
  reopen: (turnId: string) => void
}

/** States that leave a reply in the thread. */
export const leavesReply: ReadonlySet<TurnRecord['state']> = new Set<TurnRecord['state']>([
  'done',
  'failed',
  'stopped',
  'quarantined',
])

const retryMs = 60_000
const patienceMs = 3_600_000

/**
 * Rechecks ended turns that are due: a call of a crashed process may have arrived late and undone the last edit, or the question may
 * have been deleted at a bad time.
 */
export async function recheck({ turns, isSettled, isBusy, reopen }: RecheckDeps): Promise<void> {
  for (const record of await turns.takeDueForRecheck(Date.now())) {
    const outcome = leavesReply.has(record.state) ? await check(record, isSettled) : 'settled'
    if (isBusy(record.id)) continue
    await turns.update(record.id, { checkAt: outcome === 'unknown' ? Date.now() + retryMs : null })
    if (outcome === 'open') reopen(record.id)
  }
}

async function check(record: TurnRecord, isSettled: RecheckDeps['isSettled']): Promise<'settled' | 'open' | 'unknown'> {
  const turn = parseStoredTurn(record.turn)
  if (turn === undefined) return 'settled'
  try {
    return (await isSettled(turn, record.revision)) ? 'settled' : 'open'
  } catch {
    return Date.now() - record.savedAt > patienceMs ? 'settled' : 'unknown'
  }
}
