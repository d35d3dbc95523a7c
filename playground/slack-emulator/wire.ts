import type { SlackJson, WireEntry } from '../protocol.ts'
import type { Changes } from './changes.ts'

export type TokenKind = 'bot' | 'app' | 'invalid' | 'none'

/** One call of the bot: a Web API method, `response_url`, `file` or `upload`. */
export interface CallRecord {
  id: number
  method: string
  /** Parsed, without the token. */
  args: SlackJson
  token: TokenKind
  /** Milliseconds since 1970, as all times here. */
  at: number
  /** `refused` when Slack said no, `failed` when there was no proper answer. */
  status: WireEntry['status']
  error?: string
  endedAt?: number
}

/** One attempt at handing something to the bot. */
export interface AckRecord {
  kind: 'event' | 'command' | 'interactive'
  /** What it was: an event's type, a command, an interaction's type. */
  what: string
  /** The `event_id`, the same in every attempt; otherwise the trigger's id. */
  id: string
  at: number
  ackedAt?: number
  /** 0 for the first delivery. */
  attempt: number
  payload: SlackJson
  /** What the bot put into its acknowledgement. */
  response?: unknown
}

/** The page's list is bounded; older entries go first. */
const mostEntries = 2_000
const mostRecords = 100_000

/** What went over the wire, for tests and for the page. */
export interface Wire {
  calls: CallRecord[]
  acks: AckRecord[]
  begin(method: string, args: SlackJson, token: TokenKind): CallRecord
  end(call: CallRecord, status: CallRecord['status'], error?: string): void
  deliver(ack: Omit<AckRecord, 'at'>): AckRecord
  settle(ack: AckRecord, failure: string, response?: unknown): void
  entries(): WireEntry[]
}

/** An empty log that announces every entry when it begins and when it ends. */
export function createWire(changes: Changes, now: () => number): Wire {
  const calls: CallRecord[] = []
  const acks: AckRecord[] = []
  const entries = new Map<number, WireEntry>()
  const entryOf = new WeakMap<AckRecord, WireEntry>()
  let lastId = 0

  function show(entry: WireEntry): void {
    entries.set(entry.id, entry)
    const oldest = entries.keys().next()
    if (entries.size > mostEntries && !oldest.done) entries.delete(oldest.value)
    changes.emit({ type: 'wire', entry })
  }

  function open(direction: WireEntry['direction'], what: string, body: SlackJson): WireEntry {
    lastId += 1
    const waiting = { status: 'waiting' as const, detail: '', milliseconds: 0 }
    return { id: lastId, at: now(), direction, what, ...waiting, body }
  }

  function close(entry: WireEntry, status: WireEntry['status'], detail: string): void {
    show({ ...entry, status, detail, milliseconds: now() - entry.at })
  }

  return {
    calls,
    acks,
    begin(method, args, token) {
      const entry = open('to slack', method, args)
      const call: CallRecord = { id: entry.id, method, args, token, at: entry.at, status: 'waiting' }
      keep(calls, call)
      show(entry)
      return call
    },
    end(call, status, error = '') {
      Object.assign(call, { status, endedAt: now(), ...(error && { error }) })
      const { id, at, method: what, args: body } = call
      close({ id, at, direction: 'to slack', what, status, detail: '', milliseconds: 0, body }, status, error)
    },
    deliver(attempt) {
      const entry = open('to bot', `${attempt.kind} ${attempt.what}`, attempt.payload)
      const ack: AckRecord = { ...attempt, at: entry.at }
      entryOf.set(ack, entry)
      keep(acks, ack)
      show(entry)
      return ack
    },
    settle(ack, failure, response) {
      if (!failure) Object.assign(ack, { ackedAt: now(), ...(response !== undefined && { response }) })
      const entry = entryOf.get(ack)
      if (entry) close(entry, failure ? 'failed' : 'ok', failure)
    },
    entries: () => [...entries.values()],
  }
}

function keep<T>(records: T[], record: T): void {
  records.push(record)
  if (records.length > mostRecords) records.splice(0, records.length - mostRecords)
}
