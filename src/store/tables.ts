import type { Generated } from 'kysely'

/** Row types of the tables after the newest migration. Times are milliseconds since 1970. */
export interface Schema {
  turns: TurnsTable
  outbox: OutboxTable
  ratings: RatingsTable
  facts: FactsTable
  labels: LabelsTable
  settings: SettingsTable
  person_settings: PersonSettingsTable
  thread_models: ThreadModelsTable
  summary_parts: SummaryPartsTable
  told: ToldTable
  posted: PostedTable
  digests: DigestsTable
  forgotten: ForgottenTable
  usage: UsageTable
  spending: SpendingTable
  failures: FailuresTable
  budget_replicas: BudgetReplicasTable
  budget_limits: BudgetLimitsTable
  budget_channels: BudgetChannelsTable
}

/** State of a turn. The first four are unfinished: the next start, or another replica, continues them. */
export type TurnState =
  | 'waiting'
  | 'answering'
  /** Stopped by a person; the reply does not show it yet. */
  | 'stopping'
  /** The question was deleted; the reply still stands. */
  | 'withdrawing'
  | 'done'
  /** Answered although it was addressed to nobody: its thread is not the bot's. */
  | 'volunteered'
  | 'failed'
  | 'stopped'
  /** The question and its reply were deleted. */
  | 'withdrawn'
  /** Not for the bot: a reply in a thread of other people, or a question to nobody that it left alone. */
  | 'passed'
  /** Its person had too many turns that waited. */
  | 'declined'
  /** The process crashed over it too often, or its row could not be read. */
  | 'quarantined'

/** Columns keep the names of their first release, since replicas of two versions share them; `turns.ts` translates. */
interface TurnsTable {
  /** Team, channel and ts of the question. */
  id: string
  channel: string
  thread_ts: string
  ts: string
  /** `set_aside` is what `quarantined` was called. */
  state: TurnState | 'set_aside'
  /** The turn as JSON, without its text once the turn has ended: Slack is the memory. */
  turn: string
  attempts: number
  deaths: number
  /** Revision: 1, plus one for each regeneration. */
  edition: number
  /** The ts of the reply's messages, as a JSON list. */
  messages: string
  /** Length of the reply when its progress was last saved, in characters. */
  shown: number
  /** Start of a post whose outcome is not known yet. */
  posting_at: number | null
  /** Time of the next recheck: a call of a crashed process may still arrive until then. */
  check_at: number | null
  kept_at: number
  changed_at: number
  /** Name of the replica that saved it; empty with a single process. */
  kept_by: Generated<string>
  /** Name of the replica that holds its lease, or held the last one. */
  owner: string | null
  /** Fencing token: counts the leases. */
  claim: Generated<number>
  /** The queue's entry of the newest lease. */
  job: string | null
  /** 1 if it has an entry in the queue of the replicas. */
  queued: Generated<number>
  /** 1 if found in Slack's history: a bot that lost its store may have answered it. */
  found: Generated<number>
  /** The person whose bounds it counts against; '' if it counts against nobody's, null if an older version saved it. */
  person: string | null
  /** The round of the replicas' round robin in which it is answered. */
  round: Generated<number>
  /** Facts about its answer as JSON, without words of a message; null until it has ended. */
  facts: string | null
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
  /** Why it is down, if its person said so. */
  reason: string | null
}

interface FactsTable {
  name: string
  value: string
}

interface SettingsTable {
  channel: string
  settings: string
}

/** The model that was chosen for a thread; a blank `thread_ts` stands for all of a direct conversation. */
interface ThreadModelsTable {
  channel: string
  thread_ts: string
  model: string
  /** The person who chose it. */
  person: string
  chosen_at: number
}

interface PersonSettingsTable {
  team_id: string
  person_id: string
  /** The settings as JSON. */
  settings: string
}

/** Usage of models, added up. */
interface UsageTable {
  /** `2026-11-28`, in UTC. */
  day: string
  /** '' if nobody asked. */
  person: string
  channel: string
  feature: string
  model: string
  calls: number
  /** Of `calls`, those whose tokens no server counted. */
  estimated: number
  tokens_in: number
  /** Of `tokens_in`, those that the provider had in its cache. */
  tokens_cached: number
  tokens_out: number
  /** Of `tokens_out`, those that nobody sees. */
  tokens_reasoning: number
  /** In millionths of a dollar. */
  cost: number
}

/** The most that a request in flight can cost; it counts against the budgets until then. */
interface SpendingTable {
  id: string
  person: string
  /** In millionths of a dollar. */
  cost: number
  until: number
}

/** Failures of the last hour, of all replicas. They hold no words of a message. */
interface FailuresTable {
  id: string
  at: number
  /** The sentence of the log line, and the kind of the failure. */
  what: string
  /** The reference that a person was told. */
  reference: string | null
  replica: string
}

interface LabelsTable {
  /** The turn's id for a message, a random one for a text typed into a command. */
  id: string
  state: 'done' | 'failed'
  channel: string
  /** Of the message; null for a text typed into a command. */
  ts: string | null
  /** The feedback as plain text. It stays: corrections become examples for the model, reports quote it. */
  text: string
  /** The thread into which its card is posted. */
  thread_ts: string | null
  /** The person who wrote it; null if that is the one who submitted it, or it was labelled before authors were kept. */
  author: string | null
  /** The person who submitted it; null if the bot found it. */
  asked_by: string | null
  /** 1 if everybody in the channel sees it, 0 if only the person who asked does. */
  shared: number
  /** The labels as JSON, corrections applied. */
  labels: string
  /** Of the taxonomy. */
  version: string
  model: string
  corrected_by: string | null
  corrected_at: number | null
  /** The labels before a correction, as JSON; null of a text that is as the model labelled it. */
  model_labels: string | null
  said_at: number
  labelled_at: number | null
}

interface SummaryPartsTable {
  /** Fingerprint of what it covers and of its scope. */
  id: string
  channel: string
  scope: string
  /** 1 if it joins other chunks, 0 if it covers messages. */
  joins: number
  /** The messages with their fingerprints, or the ids of the joined chunks, as JSON. */
  covers: string
  /** The points as JSON, in the model's words; deleted with any message that they rest on. */
  result: string
  /** Ids of the people whose messages it covers, as JSON; null for joins, and from before authors were kept. */
  authors: string | null
  used_at: number
}

interface ToldTable {
  user: string
  /** A channel, or a channel and the ts of a thread. */
  place: string
  /** Of the newest message that a summary told the person, */
  ts: string
  /** in this turn; */
  turn: string
  /** and in the turn before, for a regeneration. */
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

/** Tombstones, so that work in flight does not save again what was deleted. */
interface ForgottenTable {
  /** Hash of a message's or a person's id. */
  id: string
  /** Words that were read before this moment must not be saved. */
  until: number
  at: number
}

/** Usage and quota of each replica. These three tables use the clock of the database. */
interface BudgetReplicasTable {
  name: string
  /** Sequence number of the newest report; older ones are ignored. */
  report: number
  standings: string
  heard_at: number
}

/** Measured limit of a method, where Slack has refused less than it publishes. */
interface BudgetLimitsTable {
  method: string
  version: number
  per_minute: number
  spacing_ms: number
  /** Null if the limit is as published. */
  raise_at: number | null
  rest_until: number
}

interface BudgetChannelsTable {
  channel: string
  /** Earliest time of the next post without a reservation. */
  next_at: number
}
