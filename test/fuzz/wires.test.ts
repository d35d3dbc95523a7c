import { expect, test } from 'vitest'
import { ShownError } from '../../src/errors.ts'
import { buildMessageBody } from '../../src/reply/body.ts'
import { open } from '../model/hear.ts'
import { createRandom } from '../random.ts'
import { fuzzing, mutateBytes } from './mutate.ts'

const chunk = (delta: object, more: object = {}) =>
  `data: ${JSON.stringify({ id: 'c1', object: 'chat.completion.chunk', created: 0, model: 'm', choices: [{ index: 0, delta, ...more }] })}\n\n`

/** Streams as servers write them: plain, thinking, tools, refusal, harmony, errors, usage, pings, whole JSON. */
const wires = [
  chunk({ role: 'assistant', content: '' }) +
    chunk({ content: 'Hello **world**, ' }) +
    chunk({ content: '你好。' }) +
    chunk({}, { finish_reason: 'stop' }) +
    'data: [DONE]\n\n',
  chunk({ content: '<think>hm</think>\n\n```js\nlet a = 1\n```\n| a | b |\n|---|---|\n| 1 | 2 |\n' }) +
    chunk({}, { finish_reason: 'stop' }),
  chunk({ reasoning_content: 'Let me see.' }) + chunk({ content: 'Four.' }, { finish_reason: 'length' }),
  chunk(
    { tool_calls: [{ index: 0, id: 't', function: { name: 'f', arguments: '{}' } }] },
    { finish_reason: 'tool_calls' },
  ),
  chunk({ refusal: 'I cannot help with that.' }, { finish_reason: 'stop' }),
  chunk({ content: '<|channel|>analysis<|message|>hm<|end|><|start|>assistant<|channel|>final<|message|>4' }),
  ': ping\n\nevent: message\ndata: {"choices":[]}\n\ndata: {"error":{"message":"busy","code":503}}\n\n',
  'data: {"choices":[],"usage":{"prompt_tokens":1,"completion_tokens":2}}\n\n' +
    chunk({ content: 'x' }) +
    'data: [DONE]\n\n',
  JSON.stringify({
    choices: [{ message: { content: '<!channel> [a](javascript:alert(1)) <@U1>' }, finish_reason: 'stop' }],
  }),
  chunk({ content: '<!here> '.repeat(50) + '['.repeat(500) + '> '.repeat(500) }),
]

test('whatever a model server sends ends a question with a text or an error that has a sentence, and pings nobody', async () => {
  const { server, ask } = await open({ idleMs: 300 })
  const random = createRandom(fuzzing.seed)
  server.answerAll(exchange => {
    const bytes = mutateBytes(Buffer.from(random.of(wires) ?? ''), random, 1 + Math.floor(random.upTo(12)))
    for (let at = 0; at < bytes.length; ) {
      const to = at + 1 + Math.floor(random.upTo(bytes.length))
      exchange.raw(bytes.subarray(at, to))
      at = to
    }
    const ending = random.upTo(20)
    if (ending < 17) exchange.finish()
    else if (ending < 19) exchange.cut()
  })
  for (let run = 0; run < fuzzing.runs(100); run += 100) {
    const heard = await Promise.all(Array.from({ length: 100 }, () => ask()))
    for (const { text, error } of heard) {
      const told = `seed ${fuzzing.seed}: ${JSON.stringify(text)} ${error?.stack}`
      expect(text !== '' || error !== undefined, told).toBe(true)
      if (error !== undefined) expect(error, told).toBeInstanceOf(ShownError)
      expect(JSON.stringify(buildMessageBody(text)), told).not.toMatch(/<!(channel|here|everyone|subteam)/)
    }
  }
})
