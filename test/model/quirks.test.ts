import { describe, expect, test } from 'vitest'
import type { ChatMessage } from '../../src/model/model.ts'
import type { Exchange } from '../scripted-model.ts'
import { open } from './hear.ts'

/** Answers as servers and gateways were seen to send them: each must be read as `4`. */
const wires: [what: string, type: string, body: string][] = [
  ['one JSON object as text', 'text/plain', '{"choices":[{"message":{"content":"4"},"finish_reason":"stop"}]}'],
  ['one JSON object without a reason', 'application/json', '{"choices":[{"message":{"content":"4"}}]}'],
  ['JSON on many lines', 'application/octet-stream', '\n{\n "choices": [\n {"message": {"content": "4"}}\n ]\n}\n'],
  [
    'an event stream as JSON',
    'application/json',
    sse('{"choices":[{"delta":{"content":"4"},"finish_reason":"stop"}]}'),
  ],
  ['an event stream as a web page', 'text/html', sse('{"choices":[{"delta":{"content":"4"},"finish_reason":"stop"}]}')],
  [
    'data without a space and no reason',
    'text/event-stream',
    'data:{"choices":[{"index":0,"delta":{"content":"4"},"finish_reason":null}]}\n\ndata:[DONE]\n\n',
  ],
  [
    'events without blank lines',
    'text/event-stream',
    'data: {"choices":[{"delta":{"content":"4"}}]}\ndata: {"choices":[{"delta":{},"finish_reason":"stop"}]}\ndata: [DONE]\n',
  ],
  [
    'lines that end in \\r\\n',
    'text/event-stream',
    'event: message\r\ndata: {"choices":[{"delta":{"content":"4"},"finish_reason":"stop"}]}\r\n\r\n',
  ],
  [
    'an event of several data lines',
    'text/event-stream',
    'data: {"choices":[\ndata: {"delta":{"content":"4"},"finish_reason":"stop"}]}\n\n',
  ],
  [
    'NDJSON',
    'application/x-ndjson',
    '{"choices":[{"delta":{"content":"4"}}]}\n{"choices":[{"delta":{},"finish_reason":"stop"}]}\n',
  ],
  ['NDJSON without a reason', 'text/plain', '{"choices":[{"delta":{"content":"4"}}]}\n{"choices":[{"delta":{}}]}\n'],
  [
    'Ollama’s own API',
    'application/x-ndjson',
    '{"message":{"role":"assistant","content":"","thinking":"no"},"done":false}\n{"message":{"content":"4"},"done":false}\n{"message":{"content":""},"done":true,"done_reason":"stop"}\n',
  ],
  [
    'a list of chunks',
    'application/json',
    '[{"choices":[{"delta":{"content":"4"}}]},\n{"choices":[{"delta":{},"finish_reason":"stop"}]}]',
  ],
  [
    'message for delta',
    'text/event-stream',
    sse('{"choices":[{"index":0,"message":{"content":"4"},"finish_reason":"stop"}]}'),
  ],
  [
    'several choices',
    'text/event-stream',
    sse(
      '{"choices":[{"index":1,"delta":{"content":"5"}}]}',
      '{"choices":[{"index":1,"delta":{"content":"5"}},{"index":0,"delta":{"content":"4"}}]}',
      '{"choices":[{"index":0,"delta":{},"finish_reason":"stop"}]}',
    ),
  ],
  [
    'chunks without choices and pings',
    'text/event-stream',
    `event: ping\ndata: {"type":"ping"}\n\ndata: ping\n\n${sse('{"id":"x"}', '{"choices":null}', '{"choices":[]}', 'null', '7', '{"choices":[{"delta":{"content":"4"},"finish_reason":"stop"}]}')}`,
  ],
  [
    'text of the old completions',
    'text/event-stream',
    sse('{"choices":[{"index":0,"text":"4","finish_reason":"stop"}]}'),
  ],
  [
    'thoughts in a field',
    'text/event-stream',
    sse(
      '{"choices":[{"delta":{"reasoning_content":"no"}}]}',
      '{"choices":[{"delta":{"reasoning":"no","reasoning_details":[{"text":"no"}]}}]}',
      '{"choices":[{"delta":{"content":"4"},"finish_reason":"stop"}]}',
    ),
  ],
  [
    'thoughts in parts',
    'text/event-stream',
    sse(
      '{"choices":[{"delta":{"content":[{"type":"thinking","thinking":[{"type":"text","text":"no"}]},{"type":"reasoning","text":"no"},{"type":"text","text":"4"}]},"finish_reason":"stop"}]}',
    ),
  ],
  [
    'a figure in the place of thoughts',
    'text/event-stream',
    sse('{"choices":[{"delta":{"reasoning":0,"content":"4"},"finish_reason":"stop"}]}'),
  ],
  [
    'tool calls beside the text',
    'text/event-stream',
    sse(
      '{"choices":[{"delta":{"content":"4","tool_calls":[{"index":0,"function":{"name":"a"}}]},"finish_reason":"tool_calls"}]}',
    ),
  ],
  [
    'a byte order mark',
    'text/event-stream',
    `\uFEFF${sse('{"choices":[{"delta":{"content":"4"},"finish_reason":"stop"}]}')}`,
  ],
  [
    'a reason that is none in every piece',
    'text/event-stream',
    sse(
      '{"choices":[{"delta":{"content":"4"},"finish_reason":"null"}]}',
      '{"choices":[{"delta":{},"finish_reason":"stop"}]}',
    ),
  ],
  ['a string for a delta', 'text/event-stream', sse('{"choices":[{"index":0,"delta":"4","finish_reason":"stop"}]}')],
  [
    'a part for the content',
    'text/event-stream',
    sse('{"choices":[{"delta":{"content":{"type":"text","text":"4"}},"finish_reason":"stop"}]}'),
  ],
  ['strings for parts', 'text/event-stream', sse('{"choices":[{"delta":{"content":["4"]},"finish_reason":"stop"}]}')],
  [
    'parts with a value',
    'text/event-stream',
    sse('{"choices":[{"delta":{"content":[{"type":"text","text":{"value":"4"}}]},"finish_reason":"stop"}]}'),
  ],
  [
    'parts that are marked as thoughts',
    'text/event-stream',
    sse('{"choices":[{"delta":{"content":[{"thought":true,"text":"no"},{"text":"4"}]},"finish_reason":"stop"}]}'),
  ],
  [
    'pieces that are marked as thoughts',
    'text/event-stream',
    sse(
      '{"choices":[{"delta":{"content":"no","extra_content":{"google":{"thought":true}}}}]}',
      '{"choices":[{"delta":{"content":"4"},"finish_reason":"stop"}]}',
    ),
  ],
  ['one choice without a list', 'application/json', '{"choices":{"message":{"content":"4"},"finish_reason":"stop"}}'],
  [
    'an envelope',
    'application/json',
    '{"code":200,"data":{"choices":[{"message":{"content":"4"},"finish_reason":"stop"}]}}',
  ],
  [
    'another envelope',
    'application/json',
    '{"success":true,"result":{"choices":[{"message":{"content":"4"},"finish_reason":"stop"}]}}',
  ],
  [
    'an error that is none',
    'text/event-stream',
    sse('{"error":{},"choices":[{"delta":{"content":"4"},"finish_reason":"stop"}]}'),
  ],
  [
    'an error with the code 0',
    'text/event-stream',
    sse('{"error":{"code":0,"message":""},"choices":[{"delta":{"content":"4"},"finish_reason":"stop"}]}'),
  ],
  [
    'a mark of the end in small letters',
    'text/event-stream',
    'data: {"choices":[{"delta":{"content":"4"}}]}\n\ndata: [done]\n\n',
  ],
  [
    'a mark of the end in quotation marks',
    'text/event-stream',
    'data: {"choices":[{"delta":{"content":"4"}}]}\n\ndata: "[DONE]"\n\n',
  ],
  [
    'data in data',
    'text/event-stream',
    'data: data: {"choices":[{"delta":{"content":"4"},"finish_reason":"stop"}]}\n\ndata: data: [DONE]\n\n',
  ],
  [
    'several values on a line',
    'application/json',
    '{"choices":[{"delta":{"content":"4"}}]}{"choices":[{"delta":{},"finish_reason":"stop"}]}',
  ],
  [
    'a JSON text sequence',
    'application/json-seq',
    '\x1e{"choices":[{"delta":{"content":"4"}}]}\n\x1e{"choices":[{"delta":{},"finish_reason":"stop"}]}\n',
  ],
  [
    'text in place of the content',
    'text/event-stream',
    sse('{"choices":[{"delta":{"text":"4"},"finish_reason":"stop"}]}'),
  ],
  [
    'text under other names of parts',
    'text/event-stream',
    sse('{"choices":[{"delta":{"content":[{"type":"input_text","content":"4"}]},"finish_reason":"stop"}]}'),
  ],
  [
    'a reason in an object',
    'text/event-stream',
    sse('{"choices":[{"delta":{"content":"4"},"finish_reason":{"type":"stop"}}]}'),
  ],
  [
    'a reason under another name',
    'text/event-stream',
    sse('{"choices":[{"delta":{"content":"4"},"finishReason":"stop"}]}'),
  ],
  [
    'a short whole message behind its pieces',
    'text/event-stream',
    sse('{"choices":[{"delta":{"content":"4"}}]}', '{"choices":[{"message":{"content":"4"},"finish_reason":"stop"}]}'),
  ],
  [
    'an end without a blank line',
    'text/event-stream',
    'data: {"choices":[{"delta":{"content":"4"},"finish_reason":"stop"}]}',
  ],
]

function sse(...events: string[]): string {
  return [...events, '[DONE]'].map(event => `data: ${event}\n\n`).join('')
}

describe('an answer is read by what it holds', () => {
  test.each(wires)('%s', async (_, type, body) => {
    const { server, hear } = await open()
    const heard = await hear(exchange => exchange.status(200, body, { 'content-type': type }))
    expect(heard.error).toBeUndefined()
    expect(heard.text).toBe('4')
    expect(heard.pieces.at(-1)).toEqual({ kind: 'stopped', reason: 'done' })
    expect(server.requests).toHaveLength(1)
  })

  test('a whole message that follows its pieces is not said twice', async () => {
    const { hear } = await open()
    const whole = 'The answer is, as everybody knows, 42.'
    const body = sse(
      JSON.stringify({ choices: [{ delta: { content: whole.slice(0, 30) } }] }),
      JSON.stringify({ choices: [{ message: { content: whole }, finish_reason: 'stop' }] }),
    )
    expect((await hear(exchange => exchange.status(200, body, { 'content-type': 'text/event-stream' }))).text).toBe(
      whole,
    )
  })

  test.each([
    [
      'running totals',
      [
        { prompt_tokens: 5, completion_tokens: 1 },
        { prompt_tokens: 5, completion_tokens: 2 },
      ],
      { tokensIn: 5, tokensOut: 2 },
    ],
    ['nought', [{ prompt_tokens: 0, completion_tokens: 0 }], undefined],
    ['one of the two', [{ completion_tokens: 2 }], { tokensIn: undefined, tokensOut: 2 }],
    ['other names', [{ input_tokens: 5, output_tokens: 2 }], { tokensIn: 5, tokensOut: 2 }],
    [
      'from the cache, as OpenAI says',
      [{ prompt_tokens: 5, completion_tokens: 2, prompt_tokens_details: { cached_tokens: 4 } }],
      { tokensIn: 5, tokensOut: 2, tokensCached: 4 },
    ],
    [
      'from the cache, as DeepSeek says',
      [{ prompt_tokens: 5, completion_tokens: 2, prompt_cache_hit_tokens: 3, prompt_cache_miss_tokens: 2 }],
      { tokensIn: 5, tokensOut: 2, tokensCached: 3 },
    ],
    [
      'from the cache, none',
      [{ prompt_tokens: 5, completion_tokens: 2, prompt_tokens_details: null, prompt_cache_hit_tokens: 0 }],
      { tokensIn: 5, tokensOut: 2 },
    ],
  ])('tokens are counted once, and what was not told is not: %s', async (_, usages, expected) => {
    const { hear } = await open()
    const { pieces } = await hear(exchange => {
      exchange.say('4')
      for (const usage of usages) exchange.raw(`data: ${JSON.stringify({ choices: [], usage })}\n\n`)
      exchange.end({ usage: false })
    })
    expect(pieces.filter(({ kind }) => kind === 'usage')).toEqual(
      expected === undefined ? [] : [{ kind: 'usage', usage: expected }],
    )
  })
})

describe('an answer without text says why', () => {
  const delta = (fields: object, finish: string) =>
    sse(JSON.stringify({ choices: [{ index: 0, delta: fields, finish_reason: finish }] }))
  test.each([
    ['thoughts to the limit', delta({ reasoning_content: 'x' }, 'length'), 'model_limit_without_text'],
    ['only thoughts', delta({ reasoning_content: 'x' }, 'stop'), 'model_only_thoughts'],
    ['only thoughts in text', delta({ content: '<think>x</think>' }, 'stop'), 'model_only_thoughts'],
    ['only harmony’s thoughts', delta({ content: '<|channel|>analysis<|message|>x' }, 'stop'), 'model_only_thoughts'],
    ['a refusal', delta({ content: null, refusal: "I can't help with that." }, 'stop'), 'model_declined'],
    [
      'tool calls',
      delta({ tool_calls: [{ index: 0, id: 'a', function: { name: 'a' } }] }, 'tool_calls'),
      'model_only_tools',
    ],
    ['a filter', delta({ content: '' }, 'content_filter'), 'model_filtered'],
    ['another vendor’s filter', delta({ content: '' }, 'SAFETY'), 'model_filtered'],
    ['a guardrail', delta({ content: '' }, 'guardrail_intervened'), 'model_filtered'],
    ['a filter in other words', delta({ content: '' }, 'content_filtered'), 'model_filtered'],
    ['sensitive words', delta({ content: '' }, 'sensitive'), 'model_filtered'],
    ['a refusal as a part', delta({ content: [{ type: 'refusal', refusal: 'No.' }] }, 'stop'), 'model_declined'],
    ['thoughts under another name', delta({ thought: 'x' }, 'stop'), 'model_only_thoughts'],
    ['thoughts in blocks', delta({ thinking_blocks: [{ thinking: 'x' }] }, 'stop'), 'model_only_thoughts'],
    ['a lost connection', delta({ content: 'It is' }, 'network_error'), 'model_stream_error'],
    ['an answer that was given up', delta({ content: 'It is' }, 'abort'), 'model_stream_error'],
    ['a failure as a reason', delta({ content: '' }, 'error'), 'model_stream_error'],
    ['nothing', delta({ content: '' }, 'stop'), 'model_empty'],
    ['nothing that is seen', delta({ content: '\u200b\u2060' }, 'stop'), 'model_empty'],
    ['a mark alone', delta({ content: '</s>' }, 'stop'), 'model_empty'],
    ['a tool in text', delta({ content: '<tool_call>{"name":"a"}</tool_call>' }, 'stop'), 'model_only_tools'],
    ['another vendor’s stream', sse('{"type":"content_block_delta","delta":{"text":"4"}}'), 'model_garbled'],
    ['another vendor’s answer', '{"candidates":[{"content":{"parts":[{"text":"4"}]}}]}', 'model_garbled'],
  ])('%s', async (_, body, kind) => {
    const { hear } = await open()
    const { error } = await hear(exchange => exchange.status(200, body, { 'content-type': 'text/event-stream' }))
    expect(error?.kind).toBe(kind)
  })
})

describe('an error inside a stream is read like one with a status', () => {
  test.each([
    ['overloaded', { error: { code: 503, message: 'overloaded' } }],
    ['a rate limit', { error: { code: '429', message: 'slow down' } }],
  ])('%s before the first word is retried', async (_, data) => {
    const { server, hear } = await open()
    const { text } = await hear(exchange => {
      if (server.requests.length > 1) return exchange.reply('4')
      exchange.raw(`data: ${JSON.stringify(data)}\n\n`)
      exchange.finish()
    })
    expect(text).toBe('4')
  })

  test.each([
    { object: 'error', message: 'boom' },
    { detail: 'boom' },
    { error: 'boom' },
    { type: 'error', error: { message: 'boom' } },
    { errors: [{ message: 'boom' }], success: false },
    { success: false, message: 'boom' },
    { code: 1301, msg: 'boom' },
    { choices: null, base_resp: { status_code: 1004, status_msg: 'boom' } },
    { status: 'error', message: 'boom' },
    { errcode: 40001, errmsg: 'boom' },
    { error_code: 110, error_msg: 'boom' },
    { choices: [{ index: 0, delta: { content: 'It is' }, error: { code: 'x', message: 'boom' } }] },
  ])('%j', async data => {
    const { hear } = await open()
    expect((await hear(exchange => exchange.status(200, data))).error?.kind).toBe('model_stream_error')
  })
})

const talk: ChatMessage[] = [
  { role: 'system', content: 'Be brief.' },
  {
    role: 'user',
    content: [
      { kind: 'text', text: 'hello' },
      { kind: 'image', dataUrl: 'data:image/png;base64,AAAA', tokens: 1_000 },
    ],
  },
]
const format = { name: 'one', schema: { type: 'object' } }
type Body = Exchange['body'] & { response_format?: { type: string; schema?: unknown } }

/** A refusal, when it comes, and what the next request must be like. */
const refusals: [what: string, refuses: (body: Body) => boolean, message: string, isMended: (body: Body) => boolean][] =
  [
    [
      'stream',
      b => b.stream,
      'Your organization must be verified to stream this model.',
      b => !('stream_options' in b),
    ],
    ['stream', b => b.stream, 'Streaming is not supported for this model', b => !b.stream],
    ['stream', b => b.stream, "Unsupported value: 'stream' does not support true with this model.", b => !b.stream],
    ['stream', b => b.stream, 'stream=true is unsupported for o1-pro', b => !b.stream],
    ['stream', b => b.stream, 'This model can only be used without streaming.', b => !b.stream],
    ['stream', b => b.stream, 'Please set stream to false.', b => !b.stream],
    ['stream', b => b.stream, '当前模型仅支持非流式调用', b => !b.stream],
    ['stream', b => b.stream, '此模型暂不支持 stream 模式', b => !b.stream],
    ['stream', b => b.stream, 'このモデルはストリーミングに対応していません', b => !b.stream],
    ['system', b => b.messages[0]?.role === 'system', 'messages 中不支持 system 角色', b => b.stream],
    ['system', b => b.messages[0]?.role === 'system', 'role 只能是 user 或 assistant', b => b.stream],
    ['system', b => b.messages[0]?.role === 'system', 'Please use a valid role: user, model.', b => b.stream],
    ['system', b => b.messages[0]?.role === 'system', 'the role of message 0 must be user', b => b.stream],
    ['stream', b => b.stream, "Value error, streaming isn't available", b => !b.stream],
    [
      'system',
      b => b.messages[0]?.role === 'system',
      "Invalid value: 'system'. Supported values are: 'assistant', 'user', and 'developer'.",
      b => b.messages.length === 1,
    ],
    ['system', b => b.messages[0]?.role === 'system', 'unknown variant `system`, expected `user`', b => b.stream],
    ['system', b => b.messages[0]?.role === 'system', "messages: Unexpected role 'system'", b => b.stream],
    ['stream_options', b => 'stream_options' in b, "Unknown parameter: 'stream_options'.", b => b.stream],
    ['system', b => b.messages[0]?.role === 'system', '`system` is not a supported role', b => b.stream],
    ['system', b => b.messages[0]?.role === 'system', "'system' is not one of ['user', 'assistant']", b => b.stream],
    ['system', b => b.messages[0]?.role === 'system', 'System role not supported', b => b.messages.length === 1],
    [
      'system',
      b => b.messages[0]?.role === 'system',
      'Developer instruction is not enabled for models/x',
      b => b.stream,
    ],
    [
      'system',
      b => b.messages[0]?.role === 'system',
      "Unsupported value: 'messages[0].role' does not support 'system' with this model.",
      b => b.stream,
    ],
    [
      'system',
      b => b.messages[0]?.role === 'system',
      'Conversation roles must alternate user/assistant/user/assistant/...',
      b => b.stream,
    ],
    [
      'max_tokens',
      b => 'max_tokens' in b,
      "Unsupported parameter: 'max_tokens' is not supported with this model. Use 'max_completion_tokens' instead.",
      b => b.max_completion_tokens === 3_000,
    ],
  ]
const limits: [message: string, expected: number][] = [
  [
    "'max_tokens' or 'max_completion_tokens' is too large: 16384. This model's maximum context length is 8192 tokens",
    2_048,
  ],
  [
    "This model's maximum context length is 8192 tokens. However, you requested 16413 tokens (29 in the messages, 16384 in the completion).",
    2_048,
  ],
  [
    'max_tokens is too large: 16384. This model supports at most 4096 completion tokens, whereas you provided 16384.',
    4_096,
  ],
  ['Invalid max_tokens value, the valid range of max_tokens is [1, 8192]', 8_192],
  ['max_tokens: 16384 > 8192, which is the maximum allowed number of output tokens for x', 8_192],
  [
    'Unable to submit request because it has a maxOutputTokens value of 16384 but the supported range is from 1 (inclusive) to 8193 (exclusive).',
    8_192,
  ],
  ['The maximum tokens you requested exceeds the model limit of 4,096.', 4_096],
  ['The value of max_tokens must be an integer between 1 and 4096', 4_096],
  ['max_tokens参数非法，取值范围[1,4096]', 4_096],
  [
    'This request requires more credits, or fewer max_tokens. You requested up to 16384 tokens, but can only afford 4096',
    4_096,
  ],
  ['最大输出 token 数不能超过4096', 4_096],
  ['max_tokens は 4096 以下である必要があります', 4_096],
  ['num_predict must be at most 4096', 4_096],
  ['max_completion_tokens is too large', 8_192],
  ['max_tokens (16384) exceeds the context window', 8_192],
]

describe('what a server refuses is left out or lowered at once, and remembered', () => {
  test.each(refusals)('%s: %#', async (_, refuses, message, isMended) => {
    const { server, ask } = await open({ name: 'some-model', outputTokens: 3_000, contextTokens: 12_000 })
    server.answerAll(exchange => {
      if (refuses(exchange.body)) exchange.status(400, { error: { message } })
      else if (exchange.body.stream) exchange.reply('4')
      else exchange.status(200, { choices: [{ message: { content: '4' }, finish_reason: 'stop' }] })
    })
    const plain = [talk[0] as ChatMessage, { role: 'user' as const, content: 'hello' }]
    expect(await ask(plain)).toMatchObject({ text: '4', error: undefined })
    expect(isMended(server.requests[1]?.body as Body)).toBe(true)
    expect((await ask(plain)).text).toBe('4')
    expect(server.requests).toHaveLength(3)
  })

  test.each(limits)('the size of the output limit: %s', async (message, expected) => {
    const { server, hear } = await open({ name: 'gpt-4o' })
    const limitOf = ({ body }: Exchange) => body.max_tokens ?? body.max_completion_tokens ?? 0
    const refuse = (exchange: Exchange) =>
      limitOf(exchange) > expected ? exchange.status(400, { error: { message } }) : exchange.reply('4')
    expect((await hear(refuse)).text).toBe('4')
    expect((await hear(refuse)).text).toBe('4')
    expect(server.requests.map(limitOf)).toEqual([16_384, expected, expected])
  })

  test.each([
    { detail: "Unknown parameter: 'stream_options'" },
    { message: "extra field 'stream_options'" },
    [{ error: { message: 'no stream_options here' } }],
  ])('wherever its sentence stands: %j', async body => {
    const { hear } = await open()
    const refuse = (e: Exchange) => ('stream_options' in e.body ? e.status(400, body) : e.reply('4'))
    expect((await hear(refuse)).text).toBe('4')
  })

  test.each([400, 405, 501])('in words that nobody knows, with all else kept: %i', async status => {
    const { server, ask } = await open({ name: 'some-model' })
    server.answerAll(exchange => {
      if (exchange.body.stream) exchange.status(status, { error: { message: 'Not here.' } })
      else exchange.status(200, { choices: [{ message: { content: '4' }, finish_reason: 'stop' }] })
    })
    const plain = [talk[0] as ChatMessage, { role: 'user' as const, content: 'hello' }]
    expect((await ask(plain)).text).toBe('4')
    const before = server.requests.length
    expect((await ask(plain)).text).toBe('4')
    expect(server.requests).toHaveLength(before + 1)
    const { body } = server.requests.at(-1) as Exchange
    expect(body.messages[0]?.role).toBe('system')
    expect(body.max_tokens ?? body.max_completion_tokens).toBeGreaterThan(0)
  })

  test('several at once, in words that nobody knows', async () => {
    const { server, ask } = await open({ name: 'some-model' })
    server.answerAll(exchange => {
      const { stream, messages } = exchange.body
      if (stream || messages[0]?.role === 'system') exchange.status(400, { error: { message: 'Not here.' } })
      else exchange.status(200, { choices: [{ message: { content: '4' }, finish_reason: 'stop' }] })
    })
    expect((await ask([talk[0] as ChatMessage, { role: 'user', content: 'hello' }])).text).toBe('4')
  })

  test('a picture that makes the request too large, not the prompt', async () => {
    const { server, model, ask } = await open()
    const dataUrl = `data:image/png;base64,${'A'.repeat(4_000)}`
    server.answerAll(exchange => exchange.status(413, 'Request Entity Too Large'))
    const image = { kind: 'image' as const, dataUrl, tokens: 1_000 }
    expect((await ask([{ role: 'user', content: [image] }])).error?.kind).toBe('model_refused_images')
    expect(model.refusesImage(dataUrl)).toBe(true)
  })

  test('two questions at once both learn from it', async () => {
    const { server, ask } = await open()
    const both = [ask(), ask()]
    const exchanges = [await server.next(), await server.next()]
    for (const exchange of exchanges) exchange.status(400, { error: { message: 'stream_options' } })
    server.answerAll(exchange => exchange.reply('4'))
    expect((await Promise.all(both)).map(({ text }) => text)).toEqual(['4', '4'])
  })

  test('a schema in three steps', async () => {
    const { server, ask } = await open()
    const asked: unknown[] = []
    server.answerAll(exchange => {
      const { response_format } = exchange.body as Body
      asked.push(response_format && [response_format.type, 'schema' in response_format])
      exchange.status(422, { error: { message: `'type' of response_format: ${response_format?.type} is no choice` } })
    })
    expect((await ask(undefined, { format })).error?.name).toBe('FormatRefused')
    expect(asked).toEqual([
      ['json_schema', false],
      ['json_object', true],
      ['json_object', false],
    ])
  })

  test.each([
    ['Could not process image', true],
    ['You uploaded an unsupported image. Please make sure your image is valid.', true],
    ['The base64 string of the image is malformed', true],
    ['This model does not support image type image/heic', true],
    ['This model does not support image input', false],
    ['Invalid content type. image_url is only supported by certain models.', false],
    ['No endpoints found that support image input', false],
    ['messages[1].content must be a string', false],
  ])('pictures, one by one or all: %s', async (message, takesOthers) => {
    const { model, server, ask } = await open()
    server.answerAll(exchange => exchange.status(400, { error: { message } }))
    expect((await ask(talk)).error?.kind).toBe('model_refused_images')
    expect(model.images).toBe(takesOthers)
    expect(model.refusesImage('data:image/png;base64,AAAA')).toBe(takesOthers)
    expect(model.refusesImage('data:image/png;base64,BBBB')).toBe(false)
  })

  const isPlain = (b: Body) =>
    !('stream_options' in b || 'max_tokens' in b || 'max_completion_tokens' in b || 'response_format' in b)
  test.each<[string, (body: Body) => boolean, string]>([
    ['stream', b => b.stream, '该模型不支持流式输出'],
    ['stream', b => b.stream, 'SSE is off for this deployment'],
    ['stream_options', b => 'stream_options' in b, 'include_usage is out of place'],
    ['system', b => b.messages[0]?.role === 'system', '不支持 system 角色'],
    ['system', b => b.messages[0]?.role === 'system', 'Bad Request'],
    ['the output limit', b => 'max_completion_tokens' in b || 'max_tokens' in b, '参数超出范围'],
    ['all of it', b => !isPlain(b) || b.stream || b.messages.length > 1, 'Bad Request'],
  ])('in whatever words, by trial: %s (%#)', async (_, refuses, message) => {
    const { server, ask } = await open({ name: 'some-model' })
    server.answerAll(exchange => {
      if (refuses(exchange.body)) exchange.status(400, { error: { message } })
      else if (exchange.body.stream) exchange.reply('4')
      else exchange.status(200, { choices: [{ message: { content: '4' }, finish_reason: 'stop' }] })
    })
    const plain = [talk[0] as ChatMessage, { role: 'user' as const, content: 'hello' }]
    expect(await ask(plain)).toMatchObject({ text: '4', error: undefined })
    const before = server.requests.length
    expect((await ask(plain)).text).toBe('4')
    expect(server.requests).toHaveLength(before + 1)
  })

  test('a schema in words that are not known', async () => {
    const { server, ask } = await open()
    const refuse = (e: Exchange) =>
      'response_format' in e.body ? e.status(400, { error: { message: '不支持结构化输出' } }) : e.reply('4')
    server.answerAll(refuse)
    expect((await ask(undefined, { format })).error?.name).toBe('FormatRefused')
    expect((await ask()).text).toBe('4')
  })

  test.each(['该模型不支持图片', 'The model does not accept attachments', 'Unable to process input'])(
    'pictures in words that are not known: %s',
    async message => {
      const { model, server, ask } = await open()
      server.answerAll(e => (e.prompt.includes('image_url') ? e.status(400, { error: { message } }) : e.reply('4')))
      expect((await ask(talk)).error?.kind).toBe('model_refused_images')
      expect(!model.images || model.refusesImage('data:image/png;base64,AAAA')).toBe(true)
    },
  )

  test('of several pictures only the one that is refused', async () => {
    const { model, server, ask } = await open()
    const pictures = (...names: string[]): ChatMessage[] =>
      names.map(name => ({
        role: 'user',
        content: [{ kind: 'image', dataUrl: `data:image/png;base64,${name}`, tokens: 1_000 }],
      }))
    const refuses = (name: string) => model.refusesImage(`data:image/png;base64,${name}`)
    server.answerAll(e =>
      e.prompt.includes('BAD') ? e.status(400, { error: { message: 'Could not process image' } }) : e.reply('4'),
    )
    expect((await ask(pictures('GOOD'))).text).toBe('4')
    // What was taken before is not at fault.
    expect((await ask(pictures('GOOD', 'BAD1'))).error?.kind).toBe('model_refused_images')
    expect([refuses('GOOD'), refuses('BAD1')]).toEqual([false, true])
    // The newest are asked about by themselves.
    expect((await ask(pictures('BAD2', 'NEW'))).error?.kind).toBe('model_refused_images')
    expect([refuses('BAD2'), refuses('NEW')]).toEqual([true, false])
    expect((await ask(pictures('NEW'))).text).toBe('4')
    // If those are refused, the others may be good.
    expect((await ask(pictures('OLD', 'BAD3'))).error?.kind).toBe('model_refused_images')
    expect((await ask(pictures('BAD3'))).error?.kind).toBe('model_refused_images')
    expect([refuses('OLD'), refuses('BAD3')]).toEqual([false, true])
  })

  test('an error that names nothing of the request is told when the plainest request has it, too', async () => {
    const { server, hear } = await open()
    const refuse = (exchange: Exchange) => exchange.status(400, { error: { message: 'Bad Request' } })
    expect((await hear(refuse)).error?.kind).toBe('model_refused_request')
    const plainest = server.requests.at(-1)?.body as Body
    expect(isPlain(plainest) && plainest.stream !== true).toBe(true)
    const before = server.requests.length
    expect((await hear(refuse)).error?.kind).toBe('model_refused_request')
    expect(server.requests).toHaveLength(before + 1)
    // Nothing was learned from it.
    await hear(exchange => exchange.reply('4'))
    expect(server.requests.at(-1)?.body).toMatchObject({ stream: true, stream_options: {} })
  })

  test('an error of a server that has answered before is told at once', async () => {
    const { server, hear } = await open()
    await hear(exchange => exchange.reply('4'))
    const { error } = await hear(exchange => exchange.status(400, { error: { message: 'Bad Request' } }))
    expect(error?.kind).toBe('model_refused_request')
    expect(server.requests).toHaveLength(2)
  })
})

describe('a window that is smaller than assumed', () => {
  const long: ChatMessage[] = [{ role: 'user', content: 'word '.repeat(4_000) }]
  test.each([
    ['Requested tokens (5000) exceed context window of 4096', 3_072],
    ['the request exceeds the available context size, try increasing it', 2_500],
    ['prompt is too long: 5000 tokens > 4096 maximum', 3_072],
    ['Input length 5000 exceeds maximum 4096', 3_072],
    ['Token limit exceeded: 5000 > 4096', 3_072],
    ['exceeded model token limit: 4096 (requested: 5000)', 3_072],
    ['The sequence length 5000 is longer than the maximum 4096', 3_072],
    ['Range of input length should be [1, 4096]', 3_072],
    ['请求超过最大上下文长度 4096', 3_072],
    ['输入长度超过限制', 2_500],
    ['prompt_too_long', 2_500],
    ['input too long', 2_500],
    ['content length exceeds limit', 2_500],
    ['string too long. Expected a string with maximum length 20000, but got 25000', 2_500],
    ['Prompt contains 5000 tokens, too large for model with 4096 maximum context length', 3_072],
  ])('is learned from the refusal: %s', async (message, expected) => {
    const { model, server, ask } = await open({ name: 'some-model' })
    server.answerAll(exchange => exchange.status(400, { error: { message } }))
    expect((await ask(long)).error?.kind).toBe('model_too_long')
    expect(model.inputTokens).toBe(expected)
  })

  test('is learned from an empty answer, and forgotten if half does not help', async () => {
    const { model, server, ask } = await open({ name: 'some-model' })
    server.answerAll(exchange => exchange.status(200, '', { 'content-type': 'text/event-stream' }))
    expect((await ask(long)).error?.kind).toBe('model_too_long')
    expect(model.inputTokens).toBe(2_500)
    expect((await ask([{ role: 'user', content: 'word '.repeat(1_900) }])).error?.kind).toBe('model_ended_early')
    expect(model.inputTokens).toBe(6_144)
  })
})

describe('half an answer', () => {
  const half = (exchange: Exchange, text: string) => {
    exchange.say(text)
    exchange.raw('data: [DONE]\n\n')
    exchange.finish()
  }

  test('without a reason is asked for again, and the whole one counts', async () => {
    const { server, hear } = await open()
    const { text, pieces } = await hear(exchange =>
      server.requests.length === 1 ? half(exchange, 'It is because the') : exchange.reply('It is because the sky is.'),
    )
    expect(text).toBe('It is because the sky is.')
    expect(pieces.at(-1)).toEqual({ kind: 'stopped', reason: 'done' })
  })

  test('that stays half is marked', async () => {
    const { server, hear } = await open()
    const { text, pieces } = await hear(exchange => half(exchange, 'It is because the'))
    expect(text).toBe('It is because the')
    expect(pieces.at(-1)).toEqual({ kind: 'stopped', reason: 'cut' })
    expect(server.requests).toHaveLength(2)
  })

  test('stays, marked, when there is no second one', async () => {
    const { server, hear } = await open()
    const { text, pieces } = await hear(exchange =>
      server.requests.length === 1 ? half(exchange, '因为天空总是蓝色的所以') : exchange.status(400, { error: {} }),
    )
    expect(text).toBe('因为天空总是蓝色的所以')
    expect(pieces.at(-1)).toEqual({ kind: 'stopped', reason: 'cut' })
  })

  test('of a server that gives reasons otherwise is half though its last sentence is whole', async () => {
    const { server, hear } = await open()
    await hear(exchange => exchange.reply('Yes.'))
    const { pieces } = await hear(exchange => half(exchange, 'There are two reasons.'))
    expect(pieces.at(-1)).toEqual({ kind: 'stopped', reason: 'cut' })
    expect(server.requests).toHaveLength(3)
  })

  test.each(['4', 'Yes.', '- one\n- two', '`code`', '|a|b|', '好。', '# Title\n\nDone 🎉'])(
    'is not %j, though no reason is given',
    async text => {
      const { server, hear } = await open()
      const { pieces } = await hear(exchange => half(exchange, text))
      expect(pieces.at(-1)).toEqual({ kind: 'stopped', reason: 'done' })
      expect(server.requests).toHaveLength(1)
    },
  )
})

describe('an answer that runs on', () => {
  test.each([
    ['text', 'word '],
    ['thoughts', '<think>word '],
    ['blanks', '\n\n\n\n'],
  ])('is ended at twice the output limit: %s', async (what, words) => {
    const { hear, server } = await open({ outputTokens: 100 })
    const { pieces, error } = await hear(async exchange => {
      for (let count = 0; count < 3_000 && !exchange.isAborted(); count += 1) {
        exchange.say(count === 0 ? words : words.replace('<think>', ''))
        if (count % 50 === 0) await new Promise(resolve => setTimeout(resolve, 5))
      }
    })
    if (what === 'text') expect(pieces.at(-1)).toEqual({ kind: 'stopped', reason: 'overrun' })
    else expect(error?.kind).toBe('model_limit_without_text')
    await expect.poll(() => server.requests[0]?.isAborted(), { timeout: 30_000 }).toBe(true)
  })
})

describe('silence', () => {
  test.each([
    ['comments', ': ping\n\n'],
    ['empty deltas', 'data: {"choices":[{"index":0,"delta":{"content":""},"finish_reason":null}]}\n\n'],
    ['pings with data', 'event: ping\ndata: {"type":"ping"}\n\n'],
  ])('is not broken by %s', async (_, ping) => {
    const { ask, server } = await open({ idleMs: 300 })
    const answer = ask()
    const exchange = await server.next()
    const beat = setInterval(() => exchange.raw(ping), 20)
    const { error } = await answer
    clearInterval(beat)
    expect(error?.kind).toBe('model_silent')
  })

  test('is broken by thoughts', async () => {
    const { ask, server } = await open({ idleMs: 300 })
    const answer = ask()
    const exchange = await server.next()
    for (let count = 0; count < 12; count += 1) {
      exchange.raw('data: {"choices":[{"delta":{"reasoning":"hm"}}]}\n\n')
      await new Promise(resolve => setTimeout(resolve, 50))
    }
    exchange.reply('4')
    expect((await answer).text).toBe('4')
  })
})

test('the marks of the prompt are kept where a quote may hold them', async () => {
  const { ask, server } = await open()
  server.answerAll(exchange => exchange.reply('The <file> menu</message>'))
  expect((await ask()).text).toBe('The  menu')
  expect((await ask(undefined, { isBatch: true })).text).toBe('The <file> menu</message>')
})

describe('requests at once', () => {
  test.each([{ concurrency: 1 }, {}])(
    'of three questions none is half, at a server that does one at a time: %j',
    async config => {
      const { ask, server } = await open(config)
      server.answerAll(async exchange => {
        const own = server.requests.length
        for (const word of ['It is ', 'because ', 'the sky.']) {
          exchange.say(word)
          await new Promise(resolve => setTimeout(resolve, 30))
          if (server.requests.length === own) continue
          exchange.raw('data: [DONE]\n\n')
          return exchange.finish()
        }
        exchange.end()
      })
      expect((await ask()).text).toBe('It is because the sky.')
      const heard = await Promise.all([ask(), ask(), ask()])
      expect(heard.map(({ text }) => text)).toEqual(Array(3).fill('It is because the sky.'))
      expect(server.requests).toHaveLength(config.concurrency === 1 ? 4 : 6)
      expect((await Promise.all([ask(), ask()])).map(({ text }) => text)).toEqual(
        Array(2).fill('It is because the sky.'),
      )
      expect(server.requests).toHaveLength(config.concurrency === 1 ? 6 : 8)
    },
  )

  test('that wait are left when nobody wants them any more', async () => {
    const { ask, server, abort } = await open({ concurrency: 1 })
    const first = ask()
    await server.next()
    const second = ask()
    abort()
    expect((await Promise.all([first, second])).map(({ error }) => error)).toEqual([undefined, undefined])
    expect(server.requests).toHaveLength(1)
  })

  test('are bounded, and questions go before batches', async () => {
    const { ask, server } = await open({ concurrency: 1 })
    const first = ask()
    const exchange = await server.next()
    const say = (content: string): ChatMessage[] => [{ role: 'user', content }]
    const batch = ask(say('batch'), { isBatch: true })
    const question = ask(say('question'))
    exchange.say('one')
    await expect.poll(() => first.soFar()).toBe('one')
    expect(server.requests).toHaveLength(1)
    exchange.end()
    const second = await server.next()
    expect(second.prompt).toContain('question')
    second.reply('two')
    ;(await server.next()).reply('three')
    expect((await Promise.all([first, question, batch])).map(({ text }) => text)).toEqual(['one', 'two', 'three'])
  })
})
