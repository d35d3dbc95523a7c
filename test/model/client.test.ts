import { describe, expect, test } from 'vitest'
import { ShownError } from '../../src/errors.ts'
import { i18nFor } from '../../src/i18n/catalog.ts'
import type { Exchange } from '../scripted-model.ts'
import { open } from './hear.ts'

const i18n = i18nFor('en-US')

describe('an answer', () => {
  test('comes piece by piece, with its cost and why it stopped', async () => {
    const { server, ask } = await open()
    const answer = ask()
    const exchange = await server.next()
    exchange.say('One ')
    exchange.say('two.')
    exchange.end()
    expect((await answer).pieces).toEqual([
      { kind: 'text', text: 'One ' },
      { kind: 'text', text: 'two.' },
      { kind: 'usage', usage: { tokensIn: 11, tokensOut: 7 } },
      { kind: 'stopped', reason: 'done' },
    ])
  })

  test('is always asked for as a stream, with the output limit by the name that the model wants', async () => {
    const older = await open({ name: 'gpt-4-turbo' })
    await older.hear(exchange => exchange.reply('ok'))
    expect(older.server.requests[0]?.body).toMatchObject({
      stream: true,
      max_tokens: 4096,
      stream_options: { include_usage: true },
    })
    const newer = await open({ name: 'gpt-5.6-luna' })
    await newer.hear(exchange => exchange.reply('ok'))
    expect(newer.server.requests[0]?.body).toMatchObject({ max_completion_tokens: 128_000 })
    expect(newer.server.requests[0]?.body).not.toHaveProperty('max_tokens')
  })

  test('survives chunks without choices, comments, keep-alives and no usage at all', async () => {
    const { hear } = await open()
    const { text, error } = await hear(exchange => {
      exchange.raw(': connected\n\n')
      exchange.raw('data: {"id":"x","object":"chat.completion.chunk"}\n\n')
      exchange.raw('data: {"choices":[]}\n\n')
      exchange.say('还')
      exchange.raw(': keep-alive\n\n\n')
      exchange.raw('data: {"choices":[{"index":0,"delta":null}]}\n\n')
      exchange.say('在')
      exchange.end({ usage: false })
    })
    expect(error).toBeUndefined()
    expect(text).toBe('还在')
  })

  test('is whole though a character is cut in two on the wire', async () => {
    const { hear } = await open()
    const bytes = Buffer.from('data: {"choices":[{"delta":{"content":"表情😀字"}}]}\n\n')
    const { text } = await hear(async exchange => {
      for (const byte of bytes) exchange.raw(Uint8Array.of(byte))
      exchange.end()
    })
    expect(text).toBe('表情😀字')
  })

  test('that ends properly without a reason is whole, though the mark is cut in two', async () => {
    const { hear } = await open()
    const { pieces, error } = await hear(exchange => {
      exchange.say('whole')
      exchange.raw('data: [DO')
      exchange.raw('NE]\n\n')
      exchange.finish()
    })
    expect(error).toBeUndefined()
    expect(pieces.at(-1)).toEqual({ kind: 'stopped', reason: 'done' })
  })

  test('of a server that ignores streaming counts all the same', async () => {
    const { hear } = await open()
    const { text } = await hear(exchange =>
      exchange.status(200, {
        choices: [{ index: 0, message: { role: 'assistant', content: 'whole' }, finish_reason: 'stop' }],
      }),
    )
    expect(text).toBe('whole')
  })

  test('tells when the model stopped at its limit', async () => {
    const { hear } = await open()
    const { pieces } = await hear(exchange => {
      exchange.say('too lo')
      exchange.end({ finish: 'length' })
    })
    expect(pieces.at(-1)).toEqual({ kind: 'stopped', reason: 'length' })
  })

  test('ends quietly when its reader gives up, and the server is told', async () => {
    const { server, ask, abort } = await open()
    const answer = ask()
    const exchange = await server.next()
    exchange.say('begun')
    abort()
    expect((await answer).error).toBeUndefined()
    await expect.poll(() => exchange.isAborted(), { timeout: 30_000 }).toBe(true)
  })
})

describe('a parameter that the server does not know', () => {
  test('is left out from then on, and the question is asked again at once', async () => {
    const { server, hear } = await open({ name: 'some-model' })
    server.answerAll(exchange => {
      if (exchange.body.stream_options)
        exchange.status(400, { error: { message: "Unrecognized request argument: 'stream_options'" } })
      else if (exchange.body.max_tokens) {
        exchange.status(400, {
          error: { message: "Unsupported parameter: 'max_tokens'. Use 'max_completion_tokens' instead." },
        })
      } else exchange.reply('ok')
    })
    expect((await hear()).text).toBe('ok')
    expect((await hear()).text).toBe('ok')
    expect(server.requests).toHaveLength(4)
    expect(server.requests.at(-1)?.body).toMatchObject({ max_completion_tokens: 2048 })
  })
})

describe('what goes wrong has its own sentence, and keeps the text that came', () => {
  const cases: [what: string, act: (exchange: Exchange) => void, kind: string, sentence: string][] = [
    [
      '401',
      e => e.status(401, { error: { message: 'Incorrect API key' } }),
      'model_unauthorized',
      i18n.model.unauthorized,
    ],
    ['403', e => e.status(403, { error: { message: 'country' } }), 'model_forbidden', i18n.model.forbidden],
    [
      'an unknown model',
      e => e.status(404, { error: { code: 'model_not_found', message: 'The model `gpt-4o` does not exist' } }),
      'model_unknown',
      i18n.model.unknownModel({ name: 'gpt-4o' }),
    ],
    [
      'an unknown model as a 400',
      e => e.status(400, { error: { message: 'invalid model name' } }),
      'model_unknown',
      i18n.model.unknownModel({ name: 'gpt-4o' }),
    ],
    ['a wrong address', e => e.status(404, '<html>nginx</html>'), 'model_wrong_address', i18n.model.wrongAddress],
    [
      '429 with Retry-After',
      e => e.status(429, { error: { message: 'slow down' } }, { 'retry-after': '20' }),
      'model_busy',
      i18n.model.busyFor({ seconds: 20 }),
    ],
    [
      'no credit',
      e => e.status(429, { error: { code: 'insufficient_quota', message: 'quota' } }),
      'model_no_quota',
      i18n.model.noQuota,
    ],
    [
      '5xx with a page',
      e => e.status(502, '<html>Bad gateway</html>'),
      'model_server_error',
      i18n.model.serverError({ status: 502 }),
    ],
    [
      'HTML instead of JSON',
      e => e.status(200, '<!doctype html><title>Log in</title>'),
      'model_not_json',
      i18n.model.notJson,
    ],
    [
      'a question that is too long',
      e => e.status(400, { error: { code: 'context_length_exceeded', message: 'maximum context length' } }),
      'model_too_long',
      i18n.model.tooLong,
    ],
    ['a broken connection', e => e.cut(), 'model_unreachable', i18n.model.unreachable],
    ['no text', e => e.end(), 'model_empty', i18n.model.empty],
    ['a content filter', e => e.end({ finish: 'content_filter' }), 'model_filtered', i18n.model.filtered],
  ]
  test.each(cases)('%s', async (_, act, kind, sentence) => {
    const { server, hear } = await open()
    server.answerAll(act)
    const { error } = await hear()
    expect(error).toBeInstanceOf(ShownError)
    expect(error?.kind).toBe(kind)
    expect(error?.sentence(i18n)).toBe(sentence)
  })

  const midway: [what: string, act: (exchange: Exchange) => void, kind: string][] = [
    [
      'an error object inside the stream',
      e => e.raw('data: {"error":{"message":"boom","type":"server_error"}}\n\n'),
      'model_stream_error',
    ],
    ['an error event', e => e.raw('event: error\ndata: {"message":"boom"}\n\n'), 'model_stream_error'],
    ['an overloaded server', e => e.raw('data: {"error":{"message":"rate limit reached"}}\n\n'), 'model_busy'],
    ['garbage', e => e.raw('data: {"choices":[{"del\n\n'), 'model_garbled'],
    ['an end without an end', e => e.finish(), 'model_ended_early'],
    ['a connection that breaks', e => e.cut(), 'model_ended_early'],
  ]
  test.each(midway)('%s, in the middle', async (_, act, kind) => {
    const { server, ask } = await open()
    const answer = ask()
    const exchange = await server.next()
    exchange.say('so far')
    await expect.poll(() => answer.soFar(), { timeout: 30_000 }).toBe('so far')
    act(exchange)
    const { text, error } = await answer
    expect(text).toBe('so far')
    expect(error?.kind).toBe(kind)
  })

  test('silence, however short its limit, and not a long answer that flows', async () => {
    const { server, ask } = await open({ idleMs: 150 })
    const flowing = ask()
    const first = await server.next()
    for (let piece = 0; piece < 8; piece += 1) {
      first.say('.')
      await new Promise(resolve => setTimeout(resolve, 60))
    }
    first.end()
    expect((await flowing).error).toBeUndefined()
    const silent = ask()
    ;(await server.next()).say('and then')
    const { text, error } = await silent
    expect(text).toBe('and then')
    expect(error?.kind).toBe('model_silent')
  })

  test('keep-alives alone do not hold a question for ever', async () => {
    const { server, ask } = await open({ idleMs: 40 })
    const answer = ask()
    const exchange = await server.next()
    const beat = setInterval(() => exchange.raw(': still here\n\n'), 10)
    const { error } = await answer
    clearInterval(beat)
    expect(error?.kind).toBe('model_silent')
  })

  test('a server that fails once is asked again before anybody hears of it', async () => {
    const { server, hear } = await open()
    server.answerAll(exchange =>
      server.requests.length === 1 ? exchange.status(503, { error: { message: 'x' } }) : exchange.reply('back'),
    )
    expect((await hear()).text).toBe('back')
    expect(server.requests).toHaveLength(2)
  })
})
