import type { Generated } from 'kysely'

/** The tables as they stand after the newest migration, one row type each. Times are milliseconds since 1970. */
export interface Schema {
  turns: TurnsTable
  outbox: OutboxTable
  ratings: RatingsTable
  facts: FactsTable
  labels: LabelsTable
  settings: SettingsTable
  summary_parts: SummaryPartsTable
  told: ToldTable
  posted: PostedTable
  digests: DigestsTable
  budget_replicas: BudgetReplicasTable
  budget_limits: BudgetLimitsTable
  budget_channels: BudgetChannelsTable
}

/** Where a turn stands. The first four are unfinished: the next start, or another replica, goes on with them. */
export type TurnState =
  | 'waiting'
  | 'answering'
  /** Somebody stopped it, and that is not shown yet. */
  | 'stopping'
  /** Its question was deleted, and its reply still stands. Several replicas tell each other so. */
  | 'withdrawing'
  | 'done'
  | 'failed'
  | 'stopped'
  /** Its question was deleted, and its reply with it. */
  | 'withdrawn'
  /** It was not for the bot: a reply in a thread of other people. */
  | 'passed'
  /** The process died over it too often. */
  | 'set_aside'

interface TurnsTable {
  /** Team, channel and ts of the question. */
  id: string
  channel: string
  thread_ts: string
  /** Of the question; a thread's turns run in this order. */
  ts: string
  state: TurnState
  /** The turn as JSON. Its text is taken out when the turn has ended: Slack is the memory. */
  turn: string
  /** How often it was begun. */
  attempts: number
  /** Deaths of the process while it was being answered, less those that came without it. */
  deaths: number
  /** 1, and one more for each time that somebody asked for another answer. */
  edition: number
  /** The ts of the reply's messages, as a JSON list. */
  messages: string
  /** Characters of the reply that Slack showed at the last note. */
  shown: number
  /** When a post was begun of which it is not known yet whether it worked. */
  posting_at: number | null
  /** When a reply that was taken over is looked at once more: a call of the dead process may still arrive until then. */
  check_at: number | null
  kept_at: number
  changed_at: number
  /** Which replica wrote it down; blank where there is one process. */
  kept_by: Generated<string>
  /** Which replica answers it, or answered it last. */
  owner: string | null
  /** Counts how often it was handed out; whoever holds an older count may change nothing of it. */
  claim: Generated<number>
  /** The queue's entry that was handed out with it. */
  job: string | null
  /** 1 when it has its place in the queue of all replicas. */
  queued: Generated<number>
  /** 1 when it was found in history: a bot whose store is gone may have answered it. */
  found: Generated<number>
}

interface OutboxTable {
  id: string
  /** Names what runs the command. */
  kind: string
  /** The command as JSON, in the form of its kind. */
  payload: string
  saved_at: number
  /** The replica that saved the command and runs it. */
  owner: Generated<string>
  /** Set when no process could read the command. */
  quarantined_at: number | null
}

interface RatingsTable {
  turn: string
  user: string
  rating: 'up' | 'down'
  rated_at: number
}

interface FactsTable {
  name: string
  value: string
}

/** Whether a text has its labels, or could not be labelled. */
export type LabelState = 'done' | 'failed'

interface SettingsTable {
  channel: string
  /** As JSON. */
  settings: string
}

interface LabelsTable {
  /** Of a message its turn's id, of a text that was typed one of its own. */
  id: string
  state: LabelState
  channel: string
  /** Of the message; null for a text that was typed into a command. */
  ts: string | null
  /** The feedback as a person reads it. It is kept: corrections are shown to the model as examples, reports quote it. */
  text: string
  /** The thread into which its card is posted. */
  thread_ts: string | null
  /** Who handed it over, if somebody did. */
  asked_by: string | null
  /** 1 when it stands in the channel for everybody, 0 when only whoever handed it over may see it. */
  shared: number
  /** The labels as JSON; what they were corrected to, once they were. */
  labels: string
  /** Of the taxonomy. */
  version: string
  model: string
  corrected_by: string | null
  corrected_at: number | null
  /** When it was said. */
  said_at: number
  labelled_at: number | null
}

interface SummaryPartsTable {
  /** A fingerprint of what it covers, for whom. */
  id: string
  channel: string
  /** For which model, language and wish. */
  scope: string
  /** 1 when it joins others, 0 when it covers messages. */
  joins: number
  /** The messages with their fingerprints, or the ids of what was joined, as JSON. */
  covers: string
  /** The points, as JSON; they are in the words of the model, and go when a message that they rest on is deleted. */
  result: string
  used_at: number
}

interface ToldTable {
  user: string
  /** A channel, or a channel and the ts of a thread. */
  place: string
  /** Of the newest message of which the person was told, */
  ts: string
  /** by this turn; */
  turn: string
  /** and before it, for another answer to it. */
  before: string | null
}

interface PostedTable {
  /** The turn whose summary was posted. */
  turn: string
  channel: string
  ts: string
}

interface DigestsTable {
  id: string
  user: string
  /** A cron pattern. */
  pattern: string
  time_zone: string
  question: string
  title: string
  next_at: number
  added_at: number
}

/** What each replica spent of Slack's limits and may spend yet. These three tables are by the database's clock. */
interface BudgetReplicasTable {
  name: string
  /** Counts its reports: an older one that arrives late changes nothing. */
  report: number
  /** By method, as JSON. */
  standings: string
  heard_at: number
}

/** What was found of a method's limit, where Slack has refused less than it publishes. */
interface BudgetLimitsTable {
  method: string
  version: number
  per_minute: number
  spacing_ms: number
  /** Null when the limit is as published. */
  raise_at: number | null
  rest_until: number
}

interface BudgetChannelsTable {
  channel: string
  /** When the next post may be made that is not reserved yet. */
  next_at: number
}
