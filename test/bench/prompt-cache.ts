import { calcPrice } from '@pydantic/genai-prices'
import { createWorkspace } from '../../playground/slack-emulator/workspace.ts'
import { createLog } from '../../src/log.ts'
import { loadTokenCounter } from '../../src/model/tokens.ts'
import { openMemoryStore } from '../../src/store/open-sqlite-store.ts'
import { createScriptedModel, type Exchange } from '../scripted-model.ts'
import { openBenchBot } from './bot.ts'
import type { Claim } from './main.ts'

/** A day of 30 people: five questions each, five to a thread, which begins with a discussion. One thread in five is played. */
const day = { threads: 30, played: 6, questions: 5, before: 12 }
const said = 'We should look at the numbers of last week again before we decide what to do about the export. '.repeat(3)
const answer = 'Here is what the thread says about that, in a few sentences, with the names of who said it. '.repeat(16)
/** The vendor's rule: from this many tokens on, in steps. Source: developers.openai.com, prompt caching. */
const [leastCached, step] = [1_024, 128]
const model = 'gpt-6-luna'

/** Tokens and price of a day's questions, with and without what the provider's prompt cache knows. */
export async function benchPromptCache(): Promise<Claim[]> {
  const slack = await createWorkspace()
  const server = await createScriptedModel()
  const app = await openBenchBot(slack, server, await openMemoryStore(createLog('silent')))
  const { dana, lee } = slack.people
  const channel = slack.channels.general
  const requests: Exchange[][] = []
  for (let thread = 0; thread < day.played; thread += 1) {
    const { ts } = await slack.do({ do: 'say', as: dana, channel, text: `${thread}: ${said}` })
    const threadTs = String(ts)
    for (let line = 1; line < day.before; line += 1)
      await slack.do({ do: 'say', as: lee, channel, text: `${line}: ${said}`, threadTs })
    const own: Exchange[] = []
    for (let turn = 0; turn < day.questions; turn += 1) {
      await slack.do({ do: 'say', as: dana, channel, text: `<@${slack.botUserId}> what about ${turn}?`, threadTs })
      const exchange = await server.next()
      own.push(exchange)
      exchange.reply(`${turn}: ${answer}`)
      const isAnswered = () =>
        slack.messages(channel, threadTs).some(({ text, blocks }) => {
          const isWhole = (blocks ?? []).some(({ block_id }) => block_id === 'answer_author')
          return isWhole && `${text}${JSON.stringify(blocks)}`.includes(`${turn}: ${answer.slice(0, 40)}`)
        })
      await slack.until(isAnswered, 'the answer')
    }
    requests.push(own)
  }
  await app.stop()
  await server.close()
  await slack.close()

  const count = await loadTokenCounter()
  const scale = day.threads / day.played
  const total = { tokensIn: 0, cached: 0, dollars: 0, dollarsWithout: 0 }
  for (const own of requests) {
    for (const [at, { prompt }] of own.entries()) {
      const tokensIn = count(prompt)
      const known = count(prompt.slice(0, commonLength(own[at - 1]?.prompt ?? '', prompt)))
      const cached = known < leastCached ? 0 : known - (known % step)
      total.tokensIn += tokensIn
      total.cached += cached
      total.dollars += priceOf(tokensIn, cached, count(answer))
      total.dollarsWithout += priceOf(tokensIn, 0, count(answer))
    }
  }
  const share = total.cached / total.tokensIn
  const [cost, without] = [total.dollars, total.dollarsWithout].map(price => `$${(price * scale).toFixed(4)}`)
  const size = `${Math.round((total.tokensIn * scale) / 1_000)}k tokens in`
  return [
    {
      what: `input from the cache, a day of 30 people, ${size}`,
      figure: `${(share * 100).toFixed(0)} %`,
      promise: 'more than half',
      kept: share > 0.5,
    },
    {
      what: `cost of that day on ${model}, without the cache ${without}`,
      figure: cost ?? '',
      promise: 'less',
      kept: total.dollars < total.dollarsWithout,
    },
  ]
}

function commonLength(a: string, b: string): number {
  let length = 0
  while (length < a.length && a[length] === b[length]) length += 1
  return length
}

/** The vendor bills what it did not read from its cache as written to it. */
function priceOf(tokensIn: number, cached: number, tokensOut: number): number {
  const usage = {
    input_tokens: tokensIn,
    cache_read_tokens: cached,
    cache_write_tokens: tokensIn - cached,
    output_tokens: tokensOut,
  }
  return calcPrice(usage, model, { providerId: 'openai' })?.total_price ?? Number.NaN
}
