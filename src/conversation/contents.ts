import type { FileContent, FileReader } from './files.ts'
import type { Message } from './message.ts'

/** The newest files of a thread are read, up to this many; each costs a download and room in the request. */
const mostFiles = 10

/** A thread whose files have been read, and how many there were beyond what is read. */
export interface WithContents {
  messages: Message[]
  /** What was read just now, to be remembered; by the ts of its message. */
  fresh: Map<string, FileContent[]>
  /** Files beyond the newest that are read. */
  unread: number
}

/** Reads the files of a thread that have not been read yet, the newest first, side by side. */
export async function readContents(
  messages: readonly Message[],
  reader: FileReader,
  signal: AbortSignal,
): Promise<WithContents> {
  const chosen = new Set<Message>()
  let room = mostFiles
  for (const message of messages.toReversed()) {
    if (message.files.length === 0 || message.files.length > room) continue
    room -= message.files.length
    chosen.add(message)
  }
  const fresh = new Map<string, FileContent[]>()
  const read = async (message: Message): Promise<Message> => {
    if (!chosen.has(message) || message.contents?.length === message.files.length) return message
    const contents: FileContent[] = await Promise.all(message.files.map(file => reader.read(file, signal)))
    fresh.set(message.ts, contents)
    return { ...message, contents }
  }
  const withContents = await Promise.all(messages.map(read))
  const unread = messages.reduce((sum, message) => sum + (chosen.has(message) ? 0 : message.files.length), 0)
  return { messages: withContents, fresh, unread }
}
