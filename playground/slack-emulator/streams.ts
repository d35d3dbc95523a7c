import type { SlackJson } from '../protocol.ts'
import { objects, text } from './args.ts'
import { checkBlocks, withIds } from './blocks.ts'
import type { Clock } from './clock.ts'
import { objectsOf, textAt } from './json.ts'
import { toStreamBlocks } from './message-json.ts'
import type { Message, Stream, StreamPart } from './messages.ts'
import type { Posting, Revision } from './posting.ts'
import { Refusal } from './refusal.ts'
import { toMrkdwn, toStoredBotText } from './text.ts'

/** Slack ends a stream by itself about this long after its start, also while text is being appended. */
const longestStreamMs = 306_000
/** For one call. */
const mostMarkdown = 12_000
/** For each field of a task or a plan. */
const mostTaskText = 256

/** What one call adds to a stream. */
export interface StreamContent {
  mode: 'text' | 'chunks'
  parts: StreamPart[]
}

/** The content of a call's arguments, checked; `undefined` when there is none. */
export function readContent(args: SlackJson): StreamContent | undefined {
  if (args.markdown_text === '' && args.chunks === undefined) throw new Refusal('no_text')
  const markdown = text(args, 'markdown_text')
  const chunks = objects(args, 'chunks', 'invalid_chunks')
  if (markdown && chunks) throw new Refusal('cannot_provide_both_markdown_text_and_chunks')
  if (markdown && [...markdown].length > mostMarkdown) throw new Refusal('msg_too_long')
  if (markdown) return { mode: 'text', parts: [{ kind: 'text', text: markdown }] }
  if (!chunks || chunks.length === 0) return undefined
  return { mode: 'chunks', parts: checkLength(chunks.map(toPart)) }
}

function checkLength(parts: StreamPart[]): StreamPart[] {
  const length = parts.reduce((sum, part) => sum + (part.kind === 'text' ? [...part.text].length : 0), 0)
  if (length > mostMarkdown) throw new Refusal('msg_too_long')
  return parts
}

function toPart(chunk: SlackJson): StreamPart {
  if (chunk.type === 'markdown_text' && typeof chunk.text === 'string') return { kind: 'text', text: chunk.text }
  if (chunk.type === 'plan_update') return { kind: 'plan', title: short(chunk, 'title') }
  if (chunk.type === 'blocks') return { kind: 'blocks', blocks: toBlocks(chunk) }
  if (chunk.type !== 'task_update' || !textAt(chunk, 'id')) throw new Refusal('invalid_chunks')
  return { kind: 'task', id: textAt(chunk, 'id'), task: toTask(chunk) }
}

function toBlocks(chunk: SlackJson): SlackJson[] {
  const blocks = objectsOf(chunk.blocks)
  if (blocks.some(block => block.type === 'file')) throw new Refusal('internal_error')
  if (blocks.length > 50) throw new Refusal('msg_blocks_too_many')
  checkBlocks(blocks, 'message')
  return withIds(blocks)
}

const taskStates = new Set(['pending', 'in_progress', 'complete', 'error'])

function toTask(chunk: SlackJson): SlackJson {
  const { id, status, sources } = chunk
  const title = short(chunk, 'title')
  if (!title || !taskStates.has(textAt(chunk, 'status'))) throw new Refusal('invalid_chunks')
  const rich = ['details', 'output'].flatMap(key => {
    const value = short(chunk, key)
    return value ? [[key, toRich(value)]] : []
  })
  return { type: 'task_card', task_id: id, title, status, ...Object.fromEntries(rich), ...(sources ? { sources } : {}) }
}

function short(chunk: SlackJson, key: string): string {
  const value = textAt(chunk, key)
  if ([...value].length > mostTaskText) throw new Refusal('invalid_chunks')
  return value
}

function toRich(value: string): SlackJson {
  const section = { type: 'rich_text_section', elements: [{ type: 'text', text: value }] }
  return { type: 'rich_text', elements: [section] }
}

/** Adds parts to a stream: text to the last text, a task in the place where it first stood. */
function merge(stream: Stream, added: StreamPart[]): void {
  for (const part of added) {
    const last = stream.parts.at(-1)
    const known = stream.parts.find(old => isSame(old, part))
    if (part.kind === 'text' && last?.kind === 'text') last.text += part.text
    else if (known?.kind === 'task' && part.kind === 'task') known.task = mergeTask(known.task, part.task)
    else if (known?.kind === 'plan' && part.kind === 'plan') known.title = part.title
    else stream.parts.push(structuredClone(part))
  }
}

function isSame(old: StreamPart, part: StreamPart): boolean {
  if (old.kind === 'task' && part.kind === 'task') return old.id === part.id
  return old.kind === 'plan' && part.kind === 'plan'
}

/** Title and status replace what was there; details and output are appended to it. */
function mergeTask(old: SlackJson, next: SlackJson): SlackJson {
  const joined = ['details', 'output'].flatMap(key => {
    const before = richText(old[key])
    const after = richText(next[key])
    return before + after ? [[key, toRich(before + after)]] : []
  })
  return { ...old, ...next, ...Object.fromEntries(joined) }
}

function richText(value: unknown): string {
  const [section] = objectsOf((value as SlackJson | undefined)?.elements)
  return objectsOf(section?.elements)
    .map(element => textAt(element, 'text'))
    .join('')
}

/** The text streams of the workspace: they grow, they end, and after five minutes Slack ends them. */
export interface Streams {
  begin(content: StreamContent | undefined): Stream
  append(message: Message, content: StreamContent): void
  stop(message: Message, content: StreamContent | undefined, blocks: SlackJson[]): void
  /** Refuses unless the message is a stream that still runs. */
  check(message: Message): Stream
  toRevision(stream: Stream): Revision
  /** Ends the stream on the page when its time is over. */
  watch(message: Message): void
  close(): void
}

/** Streams over the one door for messages. */
export function createStreams(posting: Posting, clock: Clock): Streams {
  const timers = new Set<NodeJS.Timeout>()

  function fixMode(stream: Stream, content: StreamContent | undefined): void {
    if (!content) return
    if (stream.mode && stream.mode !== content.mode) throw new Refusal('streaming_mode_mismatch')
    stream.mode = content.mode
  }

  function toRevision(stream: Stream): Revision {
    const markdown = stream.parts.flatMap(part => (part.kind === 'text' ? [part.text] : [])).join('')
    return { text: toStoredBotText(toMrkdwn(markdown)), blocks: toStreamBlocks(stream.parts) }
  }

  function end(message: Message, stream: Stream, state: Stream['state']): void {
    stream.state = state
    posting.rewrite(message, toRevision(stream))
  }

  function expire(message: Message): void {
    const stream = message.stream
    if (stream?.state !== 'in_progress' || clock.now() - stream.startedAt < longestStreamMs) return
    end(message, stream, 'errored')
  }

  return {
    begin(content) {
      const stream: Stream = { startedAt: clock.now(), state: 'in_progress', stoppedByUser: false, parts: [] }
      fixMode(stream, content)
      merge(stream, content?.parts ?? [])
      return stream
    },
    check(message) {
      expire(message)
      if (message.stream?.state !== 'in_progress') throw new Refusal('message_not_in_streaming_state')
      return message.stream
    },
    append(message, content) {
      if (!message.stream) return
      fixMode(message.stream, content)
      merge(message.stream, content.parts)
      posting.rewrite(message, toRevision(message.stream))
    },
    stop(message, content, blocks) {
      if (!message.stream) return
      fixMode(message.stream, content)
      merge(message.stream, content?.parts ?? [])
      if (blocks.length > 0) message.stream.parts.push({ kind: 'blocks', blocks })
      end(message, message.stream, 'completed')
    },
    toRevision,
    watch(message) {
      const timer = setTimeout(() => {
        timers.delete(timer)
        expire(message)
      }, longestStreamMs)
      timers.add(timer.unref())
    },
    close() {
      for (const timer of timers) clearTimeout(timer)
    },
  }
}
