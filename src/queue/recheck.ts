import type { TurnState } from '../store/tables.ts'
import type { TurnRecord, TurnRecords } from '../store/turns.ts'
import type { Turn } from './turn.ts'

/** What a second look needs of the rest. */
export interface SecondLookDeps {
  turns: Pick<TurnRecords, 'toCheck' | 'change'>
  /** Whether nothing is left to do of a turn that has ended. Throws when that cannot be seen. */
  isSettled: (turn: Turn, edition: number) => Promise<boolean>
  /** Whether the turn is on its way again already. */
  isBusy: (turnId: string) => boolean
  reopen: (record: TurnRecord) => void
}

/** States in which messages of the bot are left in the thread. */
export const leavesReply: ReadonlySet<TurnState> = new Set<TurnState>(['done', 'failed', 'stopped', 'set_aside'])

/** A thread that cannot be read is looked at again after this long, */
const againMs = 60_000
/** and no longer than this after its question came. */
const mostMs = 3_600_000

/**
 * Looks once more at turns that have ended and are due: a call of a dead process may have arrived late and undone the last
 * edit, or the question may have been deleted when nobody could act on it.
 */
export async function recheck({ turns, isSettled, isBusy, reopen }: SecondLookDeps): Promise<void> {
  for (const record of await turns.toCheck(Date.now())) {
    const outcome = leavesReply.has(record.state) ? await look(record, isSettled) : 'settled'
    if (isBusy(record.id)) continue
    await turns.change(record.id, { checkAt: outcome === 'unknown' ? Date.now() + againMs : null })
    if (outcome === 'open') reopen(record)
  }
}

async function look(
  { turn, edition, keptAt }: TurnRecord,
  isSettled: SecondLookDeps['isSettled'],
): Promise<'settled' | 'open' | 'unknown'> {
  try {
    return (await isSettled(JSON.parse(turn) as Turn, edition)) ? 'settled' : 'open'
  } catch {
    return Date.now() - keptAt > mostMs ? 'settled' : 'unknown'
  }
}
