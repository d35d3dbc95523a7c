/** The progress of a reply, saved so that another process can resume it. */
export interface Progress {
  /** The ts of the messages that the reply has, in order. */
  readonly messages: readonly string[]
  /** Characters that readers have seen: a resumed reply never gets shorter before their eyes. */
  readonly shown: number
  /** When a process that died began a post of unknown outcome, in milliseconds since 1970. */
  readonly postingAt: number | undefined
  /** Saves that a post is about to be made. */
  posting(): Promise<void>
  /** Saves the messages that the reply has. */
  posted(messages: readonly string[]): Promise<void>
  /** Saves how many characters are shown, now and again; always when the reply is handed over. */
  showing(characters: number, isHandedOver: boolean): void
}
