/** The contact between this replica and the others, one for all methods. */
export interface ClusterLink {
  /** The others cannot be heard: each goes on with a careful share of its own. */
  isAway: boolean
  /** When the last answer was true. */
  heardAt: number
  replicas: number
}

/** An answer from the others holds no longer: by then they may have taken this replica for gone. */
const leaseMs = 4_000
const minuteMs = 60_000

/** One replica's share of a method's limit. */
export class ReplicaShare {
  /** Calls that it may make now. */
  granted = 0
  /** Calls that it can plan with, since they are granted on request. Until an answer was heard, all. */
  fair = Number.POSITIVE_INFINITY
  /** Calls that it may make if it never hears of the others again. */
  alone = Number.POSITIVE_INFINITY
  /** Calls that the others made in the last minute. */
  others = 0
  /** When the limit allows one more for sure. */
  opensAt: number
  /** Interim calls that are made as soon as they are granted. */
  looking = 0
  /** Calls made in all. */
  total = 0
  /** The version of the limit that is known, and whether a newer one is still to be told. */
  version = 0
  isNews = false
  readonly link: ClusterLink
  /** Asks for more at once. */
  readonly ask: () => void

  constructor(link: ClusterLink, ask: () => void, now: number) {
    this.link = link
    this.ask = ask
    this.opensAt = now
  }

  /** Returns whether the others cannot be heard. */
  isAlone(now: number): boolean {
    return this.link.isAway || now > this.link.heardAt + leaseMs
  }

  /** Returns how many calls can be made without contact, so that all replicas together keep to the limit. */
  carefulRoom(perMinute: number, made: number, now: number): number {
    const careful = Math.max(1, Math.floor(perMinute / this.link.replicas)) - made
    // For a minute, calls of the others count; what was granted is this replica's.
    return now > this.link.heardAt + minuteMs ? careful : Math.max(this.granted, Math.min(careful, this.alone))
  }

  /** Counts calls that were made, or taken back if negative. */
  count(calls: number): void {
    this.total += calls
    this.granted -= calls
    this.fair -= calls
    this.alone -= calls
  }
}
