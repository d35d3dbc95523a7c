import fc from 'fast-check'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { SlackError } from '../../src/errors.ts'
import { createLog } from '../../src/log.ts'
import { createLimiter } from '../../src/rate-limit/limiter.ts'
import { openReply } from '../../src/reply/reply.ts'
import type { SlackAnswer } from '../../src/slack/client.ts'
import { createReader } from '../../src/slack/reader.ts'

beforeEach(() => vi.useFakeTimers({ now: Date.UTC(2026, 10, 26) }))
afterEach(() => vi.useRealTimers())

/** What a call comes to, besides what it does: nothing else, a refusal, or an answer that is lost before or after it did it. */
const troubles = [
  'none',
  'none',
  'none',
  'ratelimited',
  'ratelimited for long',
  'server',
  'network before',
  'network after',
  'timeout late',
  'no such stream',
] as const
type Trouble = (typeof troubles)[number]

interface Message {
  ts: string
  threadTs: string
  channel: string
  text: string
  metadata: unknown
  isStreaming: boolean
}

/** A Slack of a few methods that fails as the list says, and carries out late what was given up. */
function createSlack(list: Trouble[]) {
  const messages: Message[] = []
  let calls = 0
  let posted = 0
  const act = (method: string, args: Record<string, unknown>): Record<string, unknown> => {
    const known = messages.find(({ ts, channel }) => ts === args.ts && channel === args.channel)
    const [block] = (args.blocks ?? []) as { type?: string; text?: unknown }[]
    const text = block?.type === 'markdown' ? String(block.text) : String(args.markdown_text ?? '')
    switch (method) {
      case 'conversations.replies':
        return {
          messages: messages
            .filter(({ threadTs, channel }) => threadTs === args.ts && channel === args.channel)
            .map(message => ({ ...message, ...(message.isStreaming && { streaming_state: 'in_progress' }) })),
        }
      case 'chat.update':
        if (known === undefined) throw new SlackError(method, 'message_not_found')
        if (known.isStreaming) throw new SlackError(method, 'streaming_state_conflict')
        Object.assign(known, { text, metadata: args.metadata })
        return {}
      case 'chat.delete':
        if (known === undefined) throw new SlackError(method, 'message_not_found')
        if (known.isStreaming) throw new SlackError(method, 'cant_delete_message')
        messages.splice(messages.indexOf(known), 1)
        return {}
      case 'chat.stopStream':
        if (known?.isStreaming !== true) throw new SlackError(method, 'message_not_in_streaming_state')
        known.text += String(args.markdown_text ?? '')
        Object.assign(known, { isStreaming: false, ...(args.metadata !== undefined && { metadata: args.metadata }) })
        return {}
      case 'chat.appendStream':
        if (known?.isStreaming !== true) throw new SlackError(method, 'message_not_in_streaming_state')
        known.text += String(args.markdown_text)
        return {}
      default: {
        const ts = `${1_800_000_000 + posted++}.000000`
        const place = { channel: String(args.channel), threadTs: String(args.thread_ts) }
        messages.push({ ts, ...place, text, metadata: args.metadata, isStreaming: method === 'chat.startStream' })
        return { ts }
      }
    }
  }
  const call = async (method: string, args: Record<string, unknown>): Promise<SlackAnswer> => {
    await new Promise(resolve => setTimeout(resolve, 60))
    const trouble = method === 'conversations.replies' && calls % 2 === 0 ? 'none' : (list[calls++] ?? 'none')
    if (trouble === 'ratelimited') throw new SlackError(method, 'ratelimited', { retryAfterMs: 2_000 })
    if (trouble === 'ratelimited for long') throw new SlackError(method, 'ratelimited', { retryAfterMs: 30_000 })
    if (trouble === 'no such stream' && /Stream$/.test(method)) throw new SlackError(method, 'invalid_arguments')
    if (trouble === 'server') throw new SlackError(method, 'server')
    if (trouble === 'network before') throw new SlackError(method, 'network')
    if (trouble === 'timeout late') {
      setTimeout(() => {
        try {
          act(method, args)
        } catch {}
      }, 4_000)
      throw new SlackError(method, 'timeout')
    }
    const answer = act(method, args)
    if (trouble === 'network after') throw new SlackError(method, 'network')
    return { ok: true, ...answer }
  }
  return { call, messages }
}

const piece = fc.oneof(
  fc.constantFrom('Hello ', 'world. ', '你好，', '世界。', '👩‍👩‍👧 ', '**bold** ', '`code` ', '\n\n', '- item\n'),
  fc.lorem({ maxCount: 12 }).map(words => `${words} `),
)
const story = fc.record({
  pieces: fc.array(fc.record({ text: piece, waitMs: fc.integer({ min: 0, max: 900 }) }), {
    minLength: 1,
    maxLength: 25,
  }),
  afterMs: fc.integer({ min: 0, max: 2_000 }),
  channel: fc.constantFrom('C1', 'C2', 'D1', 'D2'),
})

/** Tells the stories side by side, to their end and until nothing can arrive late any more; then looks at what stands. */
async function tell(
  stories: { pieces: { text: string; waitMs: number }[]; afterMs: number; channel: string }[],
  list: Trouble[],
  look: (shown: Message[], text: string) => void,
): Promise<void> {
  const slack = createSlack(list)
  const limiter = createLimiter(slack.call)
  const parts = {
    limiter,
    reader: createReader(slack.call, 1_000_000),
    log: createLog('silent'),
    onFirstText() {},
    controls: [],
  }
  const nothing = { shown: 0, postingAt: undefined, posting: async () => {}, posted: async () => {}, showing() {} }
  const told = stories.map(async ({ pieces, afterMs, channel }, at) => {
    await new Promise(resolve => setTimeout(resolve, afterMs))
    const threadTs = `${1_700_000_000 + at}.000000`
    const place = { channel, threadTs, turnId: `T1:${channel}:${threadTs}`, edition: 1, user: 'U1' }
    const reply = openReply({ ...parts, progress: { ...nothing, messages: [] } }, place)
    async function* speak() {
      for (const { text, waitMs } of pieces) {
        await new Promise(resolve => setTimeout(resolve, waitMs))
        yield text
      }
    }
    await reply.write(speak())
    await reply.finish()
    reply.close()
    return { threadTs, text: pieces.map(({ text }) => text).join('') }
  })
  let isDone = false
  const all = Promise.all(told).finally(() => {
    isDone = true
  })
  while (!isDone) await vi.advanceTimersByTimeAsync(500)
  await vi.advanceTimersByTimeAsync(30_000)
  for (const { threadTs, text } of await all) {
    const shown = slack.messages.filter(message => message.threadTs === threadTs)
    expect(shown.some(({ isStreaming }) => isStreaming)).toBe(false)
    look(shown, text)
  }
}

const faults = fc.array(fc.constantFrom(...troubles), { maxLength: 40 })

test('whatever pieces come and whatever fails, the text in Slack is the model’s at the end, and stands once', {
  timeout: 120_000,
}, async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(story, { minLength: 1, maxLength: 6 }), faults, (stories, list) =>
      tell(stories, list, (shown, text) => {
        const wanted = text.trim() === '' ? [] : [text.trim()]
        expect(shown.map(message => message.text.replaceAll('\u2060', '').trim())).toEqual(wanted)
      }),
    ),
    { numRuns: 400 },
  )
})

const longPiece = fc.lorem({ maxCount: 120 }).map(words => `${words} `)
const longStory = fc.record({
  pieces: fc.array(fc.record({ text: longPiece, waitMs: fc.integer({ min: 0, max: 900 }) }), {
    minLength: 5,
    maxLength: 25,
  }),
  afterMs: fc.integer({ min: 0, max: 2_000 }),
  channel: fc.constantFrom('C1', 'C2', 'D1', 'D2'),
})

test('of a reply over several messages, too: each part stands once, in order', { timeout: 120_000 }, async () => {
  const bare = (text: string) => text.replace(/\s+/g, '')
  await fc.assert(
    fc.asyncProperty(fc.array(longStory, { minLength: 1, maxLength: 3 }), faults, (stories, list) =>
      tell(stories, list, (shown, text) => expect(bare(shown.map(message => message.text).join(''))).toBe(bare(text))),
    ),
    { numRuns: 60 },
  )
})
