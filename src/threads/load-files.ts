import type { FileContent, FileReader } from '../slack/files/read-file.ts'
import type { Message } from '../slack/message.ts'

/** The newest files of a thread are read, up to this many; each costs a download and room in the request. */
const mostFiles = 10

/** A thread whose files have been read, and how many there were beyond what is read. */
interface WithContents {
  messages: Message[]
  /** Newly read contents to cache, by the ts of their message. */
  fresh: Map<string, FileContent[]>
  /** Files beyond the newest that are read. */
  unread: number
}

/** Reads the files of a thread that have not been read yet, the newest messages' first, side by side. The bot's own are none. */
export async function loadAttachments(
  messages: readonly Message[],
  reader: FileReader,
  { onProgress, ...options }: NonNullable<Parameters<FileReader['read']>[1]>,
): Promise<WithContents> {
  const attached = messages.map(message => (message.author.kind === 'self' ? { ...message, files: [] } : message))
  const shares = allotShares(attached)
  const fresh = new Map<string, FileContent[]>()
  const progress = sumProgress(onProgress)
  const read = async (message: Message): Promise<Message> => {
    const share = shares.get(message.ts) ?? 0
    if (share === 0 || message.contents !== undefined) return message
    const contents = await Promise.all(
      message.files.slice(0, share).map(file => reader.read(file, { ...options, onProgress: progress(file.id) })),
    )
    if (!contents.some(one => one.kind === 'skipped' && mayPass(one.reason))) fresh.set(message.ts, contents)
    return { ...message, contents }
  }
  const withContents = await Promise.all(attached.map(read))
  const unread = withContents.reduce((sum, { files, contents }) => sum + files.length - (contents?.length ?? 0), 0)
  return { messages: withContents, fresh, unread }
}

/** Returns whether a recording was skipped because of the transcription server. */
export const isUntranscribed = (reason: string): boolean =>
  /^(?:no_transcriber|transcriber_key|transcription_failed)$/.test(reason)

/** Returns whether a server or a program was at fault, which may be well when somebody asks again. */
const mayPass = (reason: string): boolean => isUntranscribed(reason) || reason === 'recognition_failed'

/** Sums the seconds of recordings that are transcribed side by side. */
function sumProgress(onProgress: ((done: number, total: number) => void) | undefined) {
  const files = new Map<string, { done: number; total: number }>()
  const sum = (key: 'done' | 'total') => [...files.values()].reduce((seconds, file) => seconds + file[key], 0)
  return (id: string) => (done: number, total: number) => {
    files.set(id, { done, total })
    onProgress?.(sum('done'), sum('total'))
  }
}

/** How many files of each message are read, by its ts. */
function allotShares(messages: readonly Message[]): Map<string, number> {
  const shares = new Map<string, number>()
  let room = mostFiles
  for (const { ts, files } of messages.toReversed()) {
    shares.set(ts, Math.min(files.length, room))
    room -= Math.min(files.length, room)
  }
  return shares
}
