import { readSync, write } from 'node:fs'
import { flushCompileCache } from 'node:module'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { cutRecording } from './cut.ts'

/** The recording and the file for its pieces, both open, behind the channel to the parent. Neither has a name any more. */
const inputFile = 4
const outputFile = 5
/** Ordinary recordings need a third of it. */
const maxBytes = 400_000_000
const memoryCheckMs = 50

const writeTo = promisify(write)

interface Task {
  size: number
  bounds: Parameters<typeof cutRecording>[1]
}

// Only in a process that was started for this: importing the file anywhere else has no effect.
if (process.argv[1] === fileURLToPath(import.meta.url)) {
  process.once('disconnect', () => process.exit())
  process.once('message', async (task: Task) => {
    setInterval(boundMemory, memoryCheckMs)
    const answer = await cut(task)
    // The process is killed once it has answered.
    flushCompileCache()
    process.send?.(answer, () => process.exit())
  })
}

/** Cuts the recording. A damaged one is an answer, too. */
export async function cut({ size, bounds }: Task): ReturnType<typeof cutRecording> {
  try {
    return await cutRecording({ size, read: readBytes, write: writeBytes }, bounds)
  } catch {
    return { problem: 'damaged' }
  }
}

/** Ends the process if a file makes it too large. Reads call it, too: between them, the event loop seldom turns. */
function boundMemory(): void {
  if (process.memoryUsage.rss() > maxBytes) process.exit(1)
}

function readBytes(start: number, end: number): Uint8Array {
  boundMemory()
  const bytes = new Uint8Array(end - start)
  for (let done = 0; done < bytes.length; ) {
    const bytesRead = readSync(inputFile, bytes, done, bytes.length - done, start + done)
    if (bytesRead === 0) throw new Error('the file ends early')
    done += bytesRead
  }
  return bytes
}

async function writeBytes(bytes: Uint8Array): Promise<void> {
  for (let done = 0; done < bytes.length; ) done += (await writeTo(outputFile, bytes, done)).bytesWritten
}
