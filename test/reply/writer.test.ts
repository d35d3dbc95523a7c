import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { SlackError } from '../../src/errors.ts'
import { createLog } from '../../src/log.ts'
import { createLimiter } from '../../src/rate-limit/limiter.ts'
import { buildMessageBody } from '../../src/reply/body.ts'
import { createWriter } from '../../src/reply/writer.ts'
import type { SlackAnswer } from '../../src/slack/client.ts'
import { createReader } from '../../src/slack/reader.ts'

beforeEach(() => {
  vi.useFakeTimers()
})
afterEach(() => {
  vi.useRealTimers()
})

/** A call that the bot gives up is carried out by Slack all the same, this much later. */
const lateMs = 5_000

describe('a call that was given up and still arrives', () => {
  test('as an edit does not put an older text over the last one for good', async () => {
    const { writer, shown, delayNext } = open()
    await finished(writer.put(() => toShown('one'), 'first'))
    delayNext('chat.update')
    await finished(writer.put(() => toShown('one two'), 'interim'))
    await finished(writer.put(() => toShown('one two three'), 'final'))
    await vi.advanceTimersByTimeAsync(60_000)
    expect(shown()).toEqual(['one two three'])
  })

  test('as a first text does not stand twice', async () => {
    const { writer, shown, delayNext } = open()
    delayNext('chat.postMessage')
    await finished(writer.put(() => toShown('hello'), 'first'))
    await finished(writer.put(() => toShown('hello there'), 'final'))
    await vi.advanceTimersByTimeAsync(60_000)
    expect(shown()).toEqual(['hello there'])
  })
})

const toShown = (markdown: string) => ({ ...buildMessageBody(markdown), isWhole: false })

/** Lets the clock run until the promise has settled. */
async function finished(promise: Promise<unknown>): Promise<void> {
  let isDone = false
  const settled = promise.finally(() => {
    isDone = true
  })
  while (!isDone) await vi.advanceTimersByTimeAsync(500)
  await settled
}

function open() {
  const messages: { ts: string; text: string; metadata: unknown }[] = []
  const slow = new Set<string>()
  const act = (method: string, args: Record<string, unknown>): Record<string, unknown> => {
    if (method === 'conversations.replies') return { messages: [...messages] }
    if (method === 'chat.update') {
      for (const message of messages) if (message.ts === args.ts) message.text = String(args.text)
      return {}
    }
    const ts = `${messages.length + 1}.000000`
    messages.push({ ts, text: String(args.text), metadata: args.metadata })
    return { ts }
  }
  const call = async (method: string, args: Record<string, unknown>): Promise<SlackAnswer> => {
    if (!slow.delete(method)) return { ok: true, ...act(method, args) }
    setTimeout(() => act(method, args), lateMs)
    throw new SlackError(method, 'timeout')
  }
  const place = { channel: 'C1', threadTs: '0.000001', turnId: 'T1:C1:0.000001', edition: 1 }
  const nothing = { messages: [], shown: 0, postingAt: undefined }
  const progress = { ...nothing, posting: async () => {}, posted: async () => {}, showing() {} }
  return {
    writer: createWriter(
      { limiter: createLimiter(call), reader: createReader(call, 1_000_000), log: createLog('silent') },
      place,
      progress,
    ),
    shown: () => messages.map(({ text }) => text),
    delayNext: (method: string) => slow.add(method),
  }
}
