/** How far a reply has come, noted where it outlives the process. */
export interface Progress {
  /** The ts of the messages in which the reply stands already, the first one first. */
  readonly messages: readonly string[]
  /** Characters that readers have seen of it: a reply that is taken over never shrinks before their eyes. */
  readonly shown: number
  /** When a post was begun, in milliseconds since 1970, by a process that died before it knew whether it worked. */
  readonly postingAt: number | undefined
  /** A post is about to be made. Resolves when that is noted. */
  posting(): Promise<void>
  /** The reply stands in these messages now. */
  posted(messages: readonly string[]): Promise<void>
  /** So many characters are shown now. Not every call is noted, but the last one that somebody else goes on from is. */
  showing(characters: number, isHandedOver: boolean): void
}
