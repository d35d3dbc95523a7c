import type { Progress } from '../reply/checkpoint.ts'
import type { Lease } from './lease.ts'
import type { Turn } from './turn.ts'

/** One attempt to answer a turn. */
export interface Job {
  turn: Turn
  /** How far the reply has come, in this attempt or one before. */
  progress: Progress
  /** 1, and one more for each time that somebody asked for another answer. */
  edition: number
  /** It was begun before, by a process that ended: the reply may stand in Slack in part or whole. */
  isResumed: boolean
  /** The process died over it so often that it is not tried again. */
  isSetAside: boolean
  /** What is not finished when the bot stops is finished by the next start. */
  isKept: boolean
  /** It is for the bot and is worked on from now on. Resolves when that is written down. */
  begin(): Promise<void>
  /** Aborts with an {@link Interruption}. */
  signal: AbortSignal
  /** Where several replicas answer: nothing is written to Slack but while it is sure. */
  lease?: Lease
  /** A moment of `performance.now()`. */
  heardAt: number
}

/** Why an attempt was broken off. */
export class Interruption extends Error {
  readonly kind: 'stopped' | 'edited' | 'withdrawn' | 'closing' | 'lost'
  /** Who stopped it. */
  readonly by: string | undefined

  constructor(kind: Interruption['kind'], by?: string) {
    super(kind)
    this.name = 'Interruption'
    this.kind = kind
    this.by = by
  }
}

/** How an attempt ended: the turn with it, or it is to be answered again, or by the next process. */
export type Ended = 'done' | 'failed' | 'stopped' | 'withdrawn' | 'passed' | 'set_aside' | 'again' | 'handed_over'
