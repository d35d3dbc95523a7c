/**
 * Shares a workspace's limits among replicas. Every time in here is a distance from the moment of asking or answering, since the
 * clocks of two machines need not agree.
 */
export interface Cluster {
  /** Reports what this replica spent and asks for, by method. Returns what it may spend. */
  sync(reports: Reports): Promise<Answer>
  /** Reserves the next slot for a post in a channel. Returns how many milliseconds away it is. */
  reserve(channel: string, spacingMs: number): Promise<number>
  /** Releases what was granted and not spent. */
  leave(): Promise<void>
}

/** Reports by method. */
export type Reports = Record<string, Report>

/** The answer to the reports of one replica. */
export interface Answer {
  /** The number of replicas that live, this one included. */
  replicas: number
  /** By method. */
  allotments: Record<string, Allotment>
  /** Channels in which nothing can be posted at once, and for how long. */
  busyMs: Record<string, number>
}

/** The report of one replica about one method. */
export interface Report {
  /** The age of each call of the last minute, the oldest first. */
  spentMs: number[]
  /** Calls that were granted and are still to be made. */
  held: number
  /** Calls that it asks for, by urgency. */
  asks: [final: number, error: number, first: number, interim: number]
  /** Texts that grow by this method. */
  growing: number
  limit: Limit
  /** The limit was learned anew since the last answer. */
  isNews: boolean
}

/** The known limit of a method. */
export interface Limit {
  perMinute: number
  /** Between two posts in one channel. */
  spacingMs: number
  /** When a higher limit is tried; infinite if it is as published. */
  raiseInMs: number
  /** How long Slack wants no call at all. */
  restMs: number
  /** Counts what was learned; 0 if nothing was. */
  version: number
}

/** The share of one replica in one method. */
export interface Allotment {
  /** Calls that it may make from the report on. */
  granted: number
  /** Calls that it would get if it asked for as many as it can use: its pace is planned with these. */
  fair: number
  /** Calls that it may make if no other answer ever comes: those granted, and an equal part of what nobody holds. */
  alone: number
  /** Calls that the others made in the last minute. */
  others: number
  /** When the limit allows one more; 0 when it does now. */
  opensInMs: number
  limit: Limit
}
