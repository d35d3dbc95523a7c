import { createHash } from 'node:crypto'

/** A message as it is summarized, or a stretch of a recording in it: names for ids, other files by name. */
export interface Said {
  /** Of a stretch of a recording with its number behind it: `1764321600.000100#0007`. */
  ts: string
  /** The ts of its thread's first message; its own outside of threads. */
  threadTs: string
  from: string
  /** The id of the person who wrote it. */
  author?: string
  /** As the reader's clock shows it. */
  time: string
  text: string
  /** `:+1: 3` */
  reactions?: string
  files: string[]
  /** Other channels, words of which it holds. */
  quotedFrom?: string[]
  /** Written by the bot: context, never a source. */
  isOwn?: boolean
  /** Of a stretch of a recording: its file, and when it is said in it, `12:30` or about `≈12:30`. */
  recording?: { name: string; at: string }
}

/** Returns the ts of the message that a stretch of a recording belongs to; that of a message as it is. */
export const messageTs = (ts: string): string => ts.split('#')[0] ?? ts

/** Names, times and marks around a message, in tokens. */
const frameTokens = 25
/** Messages outside of threads that follow each other within this time belong to one topic. */
const topicMs = 3_600_000
/** A chunk may end this much before it is full, at the longest silence. */
const slackShare = 0.3

/** Hashes a message as it was when it was summarized; another fingerprint means that it was edited since. */
export function fingerprint({ text, files }: Said): string {
  return createHash('sha256')
    .update(JSON.stringify([text, files]))
    .digest('hex')
    .slice(0, 12)
}

/** Counts the tokens of a message in a prompt. */
export function countTokens({ text, files, from }: Said, count: (text: string) => number): number {
  return frameTokens + count(text) + count(from) + files.reduce((sum, file) => sum + count(file) + 4, 0)
}

/**
 * Splits messages into chunks of at most `maxTokens`, each message in exactly one: at the borders of threads and topics, and within
 * one that is too long by itself at the longest silence. The oldest threads come first.
 */
export function splitChunks(said: readonly Said[], maxTokens: number, count: (text: string) => number): Said[][] {
  const chunks: Said[][] = []
  let open: Said[] = []
  let left = maxTokens
  const close = () => {
    if (open.length > 0) chunks.push(open)
    open = []
    left = maxTokens
  }
  for (const topic of splitTopics(said)) {
    const sizes = topic.map(message => countTokens(message, count))
    const size = sum(sizes)
    if (size > left) close()
    if (size <= maxTokens) {
      open.push(...topic)
      left -= size
    } else {
      chunks.push(...cut(topic, sizes, maxTokens))
    }
  }
  close()
  return chunks
}

/** Splits messages into threads, and stretches of single messages without a long silence in between. */
function splitTopics(said: readonly Said[]): Said[][] {
  const threads = new Map<string, Said[]>()
  for (const message of said) {
    const thread = threads.get(message.threadTs)
    if (thread === undefined) threads.set(message.threadTs, [message])
    else thread.push(message)
  }
  const topics: Said[][] = []
  let singles: Said[] | undefined
  for (const [, messages] of [...threads].sort(([a], [b]) => (a < b ? -1 : 1))) {
    const [first] = messages
    if (messages.length > 1 || first === undefined || first.threadTs !== first.ts) {
      topics.push(messages)
      continue
    }
    const last = singles?.at(-1)
    if (singles !== undefined && last !== undefined && silenceMs(last, first) < topicMs) singles.push(first)
    else {
      singles = [first]
      topics.push(singles)
    }
  }
  return topics
}

/** Fills chunk after chunk, and moves each border back to the longest silence near it. */
function cut(topic: Said[], sizes: number[], maxTokens: number): Said[][] {
  const chunks: Said[][] = []
  for (let from = 0; from < topic.length; ) {
    let to = from
    let size = 0
    let earliest = from + 1
    while (to < topic.length && (to === from || size + (sizes[to] ?? 0) <= maxTokens)) {
      size += sizes[to] ?? 0
      to += 1
      if (size <= maxTokens * (1 - slackShare)) earliest = to
    }
    if (to < topic.length) to = findLongestSilence(topic, earliest, to)
    chunks.push(topic.slice(from, to))
    from = to
  }
  return chunks
}

/** Finds the border with the longest silence before it. */
function findLongestSilence(topic: Said[], earliest: number, latest: number): number {
  let best = latest
  let longest = -1
  for (let at = earliest; at <= latest; at += 1) {
    const [before, behind] = [topic[at - 1], topic[at]]
    if (before === undefined || behind === undefined || silenceMs(before, behind) <= longest) continue
    longest = silenceMs(before, behind)
    best = at
  }
  return best
}

const silenceMs = (before: Said, behind: Said) => (Number(messageTs(behind.ts)) - Number(messageTs(before.ts))) * 1000
const sum = (numbers: number[]) => numbers.reduce((total, number) => total + number, 0)
