import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createLog } from '../../src/log.ts'
import { createModel } from '../../src/model/client.ts'
import { collectAnswer } from '../../src/model/collect-answer.ts'
import { createRedactingModel } from '../../src/model/redaction.ts'
import { createRandom } from '../random.ts'
import { createScriptedModel, type ScriptedModel } from '../scripted-model.ts'

let server: ScriptedModel
beforeAll(async () => {
  server = await createScriptedModel()
})
afterAll(() => server.close())

const open = () => {
  const config = { apiKey: 'none', baseUrl: server.baseUrl, name: 'some-model', idleMs: 10_000 }
  return createRedactingModel(createModel(config, createLog('silent')), {
    secret: 'of a test',
    wordsFor: () => ['falcon'],
  })
}

const random = createRandom(18)
const digits = (count: number) => Array.from({ length: count }, () => Math.floor(random.upTo(10))).join('')
const letters = (count: number) =>
  Array.from({ length: count }, () => random.of([...'abcdefghkmnpqrstuvwxyz'])).join('')
const withLuhn = (head: string) => {
  const sum = [...head].reverse().reduce((all, digit, index) => {
    const value = Number(digit) * (index % 2 === 0 ? 2 : 1)
    return all + (value > 9 ? value - 9 : value)
  }, 0)
  return head + ((10 - (sum % 10)) % 10)
}
const withChineseCheck = (head: string) => {
  const weights = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2]
  return head + '10X98765432'[weights.reduce((all, weight, index) => all + weight * Number(head[index]), 0) % 11]
}
const withIbanCheck = (bank: string) => {
  // “DE00” after the account, letters as numbers.
  const rest = Number(BigInt(`${bank}131400`) % 97n)
  return `DE${String(98 - rest).padStart(2, '0')}${bank}`
}

/** Private data of twelve kinds, new each time. */
const kinds: (() => string)[] = [
  () => `${letters(6)}.${letters(4)}@${letters(8)}.example.com`,
  () => `138${digits(8)}`,
  () => withChineseCheck(`110101198${digits(1)}0${1 + Math.floor(random.upTo(9))}1${digits(1)}${digits(3)}`),
  () => withLuhn(`411111${digits(9)}`),
  () => withIbanCheck(`37040044${digits(10)}`),
  () => `536-9${1 + Math.floor(random.upTo(9))}-4${digits(3)}`,
  () => `900307-1${digits(6)}`,
  () => `sk-${'proj'}-${letters(24)}`,
  () => `ghp${'_'}${letters(36)}`,
  () => `eyJ${letters(20)}.${letters(24)}.${letters(24)}`,
  () => `Pa55-${letters(9)}`,
  () => 'Falcon',
]
const frames = ['请联系 §，谢谢。', 'Write to § today.', '“§”', '（§）']
const frame = (value: string) => (random.of(frames) ?? '').replace('§', value)

test('of 1,000 answers over twelve kinds of private data, the model sees none and the reader sees all', async () => {
  server.answerAll(exchange => {
    const { content } = exchange.body.messages.at(-1) ?? { content: '' }
    const text = String(content)
    for (let at = 0; at < text.length; ) {
      const piece = text.slice(at, at + 1 + Math.floor(random.upTo(60)))
      exchange.say(piece)
      at += piece.length
    }
    exchange.end()
  })
  const model = open()
  const signal = new AbortController().signal
  const ask = async () => {
    const values = kinds.map(create => create())
    const question = values.map((value, at) => (at === 10 ? `密码：${value} ` : frame(value))).join('\n')
    const before = server.requests.length
    const options = { signal, format: undefined, maxCharacters: 10_000 }
    const { text, usage } = await collectAnswer(model, [{ role: 'user', content: question }], options)
    expect(text).toBe(question)
    expect(usage?.redacted).toBe(12)
    expect(values.filter(value => server.requests.slice(before).some(({ prompt }) => prompt.includes(value)))).toEqual(
      [],
    )
  }
  for (let count = 0; count < 1_000; count += 20) await Promise.all(Array.from({ length: 20 }, ask))
})

describe('a stand-in', () => {
  const hear = async (question: string, answer: (prompt: string) => string, isBatch = false) => {
    let prompt = ''
    server.answerAll(exchange => {
      prompt = String(exchange.body.messages[0]?.content)
      exchange.reply(answer(prompt))
    })
    let text = ''
    const signal = new AbortController().signal
    for await (const piece of open().stream([{ role: 'user', content: question }], signal, { isBatch }))
      if (piece.kind === 'text') text += piece.text
    return { prompt, text }
  }

  test('is the same for the same value in every request, so that the provider’s cache keeps hitting', async () => {
    const first = await hear('a: 13812345678', () => 'ok')
    const second = await hear('13812345678, b@example.com', () => 'ok')
    const [standIn = ''] = /PHONE-\w{6}/.exec(first.prompt) ?? []
    expect(second.prompt).toContain(standIn)
  })

  test('that the model made up stays as it is', async () => {
    const { text } = await hear('13812345678', () => 'Call PHONE-AAAAAA or PHO')
    expect(text).toBe('Call PHONE-AAAAAA or PHO')
  })

  test('in JSON comes back escaped for its string', async () => {
    const { text } = await hear('密码：a"b\\c1', prompt => `{"quote":"${prompt.slice(3)}"}`, true)
    expect(JSON.parse(text)).toEqual({ quote: 'a"b\\c1' })
  })

  test('of a value that the prompt escaped comes back as it was written', async () => {
    const { text } = await hear('密码：a&amp;b&lt;1', prompt => prompt)
    expect(text).toBe('密码：a&b<1')
  })
})
