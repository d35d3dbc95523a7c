import { createHash } from 'node:crypto'

/** A message as it is summed up: names for ids, files by name. */
export interface Said {
  ts: string
  /** The ts of its thread's first message; its own outside of threads. */
  threadTs: string
  from: string
  /** As the reader's clock shows it. */
  time: string
  text: string
  files: string[]
}

/** Names, times and marks around a message, in tokens. */
const frameTokens = 25
/** Messages outside of threads that follow each other within this time belong to one topic. */
const topicMs = 3_600_000
/** A part may end this much before it is full, where the longest silence is. */
const slackShare = 0.3

/** What a message was when it was summed up; another fingerprint means that it was edited since. */
export function fingerprint({ text, files }: Said): string {
  return createHash('sha256')
    .update(JSON.stringify([text, files]))
    .digest('hex')
    .slice(0, 12)
}

/** Tokens that a message takes in a question. */
export function countTokens({ text, files, from }: Said, count: (text: string) => number): number {
  return frameTokens + count(text) + count(from) + files.reduce((sum, file) => sum + count(file) + 4, 0)
}

/**
 * Cuts what was said into parts of at most `mostTokens`, each message in exactly one: at the borders of threads and topics,
 * and inside of one that is too long by itself where the longest silence is. The oldest threads come first.
 */
export function splitChunks(said: readonly Said[], mostTokens: number, count: (text: string) => number): Said[][] {
  const parts: Said[][] = []
  let open: Said[] = []
  let left = mostTokens
  const close = () => {
    if (open.length > 0) parts.push(open)
    open = []
    left = mostTokens
  }
  for (const topic of splitTopics(said)) {
    const sizes = topic.map(message => countTokens(message, count))
    const size = sum(sizes)
    if (size > left) close()
    if (size <= mostTokens) {
      open.push(...topic)
      left -= size
    } else {
      parts.push(...cut(topic, sizes, mostTokens))
    }
  }
  close()
  return parts
}

/** Threads, and stretches of single messages without a long silence in between. */
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

/** Fills part after part, and moves each border back to the longest silence near it. */
function cut(topic: Said[], sizes: number[], mostTokens: number): Said[][] {
  const parts: Said[][] = []
  for (let from = 0; from < topic.length; ) {
    let to = from
    let size = 0
    let earliest = from + 1
    while (to < topic.length && (to === from || size + (sizes[to] ?? 0) <= mostTokens)) {
      size += sizes[to] ?? 0
      to += 1
      if (size <= mostTokens * (1 - slackShare)) earliest = to
    }
    if (to < topic.length) to = findLongestSilence(topic, earliest, to)
    parts.push(topic.slice(from, to))
    from = to
  }
  return parts
}

/** The border with the longest silence before it. */
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

const silenceMs = (before: Said, behind: Said) => (Number(behind.ts) - Number(before.ts)) * 1000
const sum = (numbers: number[]) => numbers.reduce((total, number) => total + number, 0)
