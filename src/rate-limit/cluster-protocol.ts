/**
 * What several processes share of one workspace's limits. Every time in here is a distance from the moment of asking or answering:
 * the clocks of two machines need not agree.
 */
export interface Cluster {
  /** Publishes what this process spent and asks for, method by method; answers what it may spend. */
  sync(reports: Reports): Promise<Answer>
  /** Reserves the next moment for a post in this channel; answers how many milliseconds away it is. */
  reserve(channel: string, spacingMs: number): Promise<number>
  /** Gives back what was granted and not spent. */
  leave(): Promise<void>
}

/** By method. */
export type Reports = Record<string, Report>

/** What the pool says to all reports of one process. */
export interface Answer {
  /** Processes that write to the workspace now, this one included. */
  replicas: number
  /** For each method that was reported. */
  allotments: Record<string, Allotment>
  /** Channels in which no post can be made at once, and for how long. */
  busyMs: Record<string, number>
}

/** What one process tells of one method. */
export interface Report {
  /** How long ago each call of the last minute was made, the oldest first. */
  spentMs: number[]
  /** Calls that were granted and are still to be made. Until the answer comes, no more than these are. */
  held: number
  /** Calls that it would hold, for last texts, errors, first texts and edits in between, in this order. */
  asks: [final: number, error: number, first: number, between: number]
  /** Texts that grow by this method. */
  growing: number
  limit: Limit
  /** Whether the limit was found to be another since the last answer. */
  isNews: boolean
}

/** What is known of a method's limit. */
export interface Limit {
  perMinute: number
  /** Between two posts in one channel. */
  spacingMs: number
  /** When it is tried whether Slack allows more; infinite when it is as published. */
  raiseInMs: number
  /** How long Slack wants no call at all. */
  restMs: number
  /** Which finding of all it is; 0 when nothing was found yet. */
  version: number
}

/** What one process may do by one method. */
export interface Allotment {
  /** Calls that it may make from the report on. */
  granted: number
  /** Calls that it would get if it asked for as many as it can use: what a pace is planned with. */
  fair: number
  /** Calls that it may make if no other answer ever comes: an equal part of what nobody holds goes with what is granted. */
  alone: number
  /** Calls that the others made in the last minute. */
  others: number
  /** When the limit allows one more; 0 when it does now. */
  opensInMs: number
  limit: Limit
}
