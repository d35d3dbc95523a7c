import { createHmac } from 'node:crypto'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { expect, onTestFinished, test } from 'vitest'
import { createRandom, type Random } from '../random.ts'
import { freePort, openStory, type Story, toSeen } from '../story.ts'
import { fuzzing, mutateJson } from './mutate.ts'

/** A request of Slack's, as it came. */
interface Recorded {
  form: boolean
  body: Record<string, unknown>
}

const commands = ['/ask', '/classify', '/summarize', '/threadwise'].map(command => ({
  command,
  description: '',
  usageHint: '',
}))
const shortcuts = ['ask_about_message', 'classify_message', 'summarize_thread', 'explain_message'].map(callbackId => ({
  type: 'message' as const,
  callbackId,
  name: callbackId,
  description: '',
}))

test('requests that Slack would never send stop nothing, ping nobody and leave the bot answering', {
  // Bolt takes three seconds to refuse what no listener is for.
  timeout: 240_000,
}, async () => {
  const port = await freePort()
  const story = await openStory({
    transport: 'http',
    isMute: true,
    config: { port },
    workspace: { commands, shortcuts, limits: 'off' },
  })
  const { slack, model, say, untilReply } = story
  const { feedback } = slack.channels
  const url = `http://127.0.0.1:${port}/slack/events`
  model.answerAll(exchange => exchange.reply('<!channel> [bank.example](https://evil.example) {"items":[]}'))
  const recorded = await record(story, url)
  const random = createRandom(fuzzing.seed)
  let left = fuzzing.runs(800)
  const lane = async () => {
    while (left-- > 0) {
      const request = mutate(random.of(recorded) as Recorded, random)
      const status = await send(slack.signingSecret, url, request)
      expect(status, `seed ${fuzzing.seed}: ${JSON.stringify(request).slice(0, 2_000)}`).toBeLessThan(500)
    }
  }
  await Promise.all(Array.from({ length: 32 }, lane))
  const ts = await say(slack.people.lee, feedback, `<@${slack.botUserId}> still there?`)
  await untilReply(feedback, ts, reply => toSeen(reply).includes('evil.example'), 'the answer')
  const said = Object.values(slack.channels).flatMap(id =>
    slack.messages(id).filter(({ user }) => user === slack.botUserId),
  )
  expect(JSON.stringify(said)).not.toMatch(/<!(channel|here|everyone|subteam)/)
  expect(({} as { polluted?: boolean }).polluted).toBeUndefined()
})

/** Does what people do once, and records what Slack sends the bot for it. */
async function record(story: Story, url: string): Promise<Recorded[]> {
  const { slack, say, untilReply } = story
  const { dana, lee } = slack.people
  const { general } = slack.channels
  const recorded: Recorded[] = []
  const proxy = createServer(async (request, response) => {
    const parts: Buffer[] = []
    for await (const part of request) parts.push(part as Buffer)
    const raw = Buffer.concat(parts).toString('utf8')
    const form = request.headers['content-type']?.includes('form') === true
    recorded.push({ form, body: form ? Object.fromEntries(new URLSearchParams(raw)) : JSON.parse(raw) })
    const headers = request.headers as Record<string, string>
    // The bot may stop meanwhile.
    const answer = await fetch(url, { method: 'POST', body: raw, headers }).catch(() => null)
    response.writeHead(answer?.status ?? 502, { 'content-type': answer?.headers.get('content-type') ?? 'text/plain' })
    response.end(await answer?.text().catch(() => ''))
  })
  await new Promise<void>(resolve => proxy.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => void proxy.close())
  slack.connectHttp(`http://127.0.0.1:${(proxy.address() as AddressInfo).port}/slack/events`)

  const ts = await say(dana, general, `<@${slack.botUserId}> one?`)
  const reply = await untilReply(
    general,
    ts,
    ({ blocks = [] }) => JSON.stringify(blocks).includes('action_id'),
    'a reply',
  )
  await say(lee, general, 'and two?', ts)
  await slack.do({ do: 'edit', as: dana, channel: general, ts, text: `<@${slack.botUserId}> one or two?` })
  await slack.do({ do: 'react', as: lee, channel: general, ts, name: 'label' })
  for (const text of ['why', 'settings me'])
    await slack.do({ do: 'command', as: dana, channel: general, command: '/threadwise', text })
  for (const { command } of commands)
    for (const text of ['', 'the export is broken', 'report', 'settings', 'every weekday 9:00', 'list'])
      await slack.do({ do: 'command', as: dana, channel: general, command, text })
  for (const { callbackId } of shortcuts)
    await slack.do({ do: 'message_shortcut', as: lee, channel: general, ts, callbackId })
  await slack.do({ do: 'open_home', as: dana, tab: 'home' })
  const modalOf = (as: string) => slack.snapshot(as).modals.at(-1)
  await slack.until(() => modalOf(dana) ?? modalOf(lee), 'a modal')
  for (const as of [dana, lee]) {
    const modal = modalOf(as)
    if (modal !== undefined) await slack.do({ do: 'submit_view', as, viewId: modal.id, state: {} })
  }
  const buttons = slack
    .snapshot(dana)
    .messages.concat(slack.messages(general, reply.ts))
    .flatMap(message =>
      (message.blocks ?? []).flatMap(block =>
        ((block.elements ?? []) as Record<string, unknown>[]).map(action => ({ message, block, action })),
      ),
    )
  for (const { message, block, action } of buttons) {
    if (action.action_id === undefined) continue
    const given = { ...action, block_id: block.block_id }
    const { channel, ts } = message
    await slack.do({ do: 'act', as: dana, channel, ts, blockId: String(block.block_id), action: given })
  }
  return recorded.filter(({ body }) => body.type !== 'url_verification')
}

/** Returns the request with a few fields changed, in the dress of something new. */
function mutate({ form, body }: Recorded, random: Random): Recorded {
  const changes = 1 + Math.floor(random.upTo(4))
  if (form && typeof body.payload === 'string') {
    const payload = mutateJson(renew(JSON.parse(body.payload), random), random, changes)
    return { form, body: { payload: JSON.stringify(payload) } }
  }
  return { form, body: mutateJson(renew(body, random), random, changes) as Record<string, unknown> }
}

/** Gives what happened a new identity: a copy of what the bot knows already tells nothing. */
function renew<T>(body: T, random: Random): T {
  const id = Math.floor(random.upTo(1e12))
  return JSON.parse(
    JSON.stringify(body)
      .replace(/"event_id":"[^"]*"/, `"event_id":"Ev${id}"`)
      .replace(
        /"(event_ts|ts)":"(\d{10})\.\d{6}"/g,
        (_, key, seconds) => `"${key}":"${seconds}.${String(id % 1e6).padStart(6, '0')}"`,
      ),
  )
}

async function send(secret: string, url: string, { form, body }: Recorded): Promise<number> {
  const fields = new URLSearchParams()
  for (const [key, value] of Object.entries(body ?? {})) fields.set(key, asText(value))
  const text = form ? fields.toString() : JSON.stringify(body)
  const timestamp = String(Math.floor(Date.now() / 1000))
  const signature = `v0=${createHmac('sha256', secret).update(`v0:${timestamp}:${text}`).digest('hex')}`
  const answer = await fetch(url, {
    method: 'POST',
    body: text,
    headers: {
      'content-type': form ? 'application/x-www-form-urlencoded' : 'application/json',
      'x-slack-request-timestamp': timestamp,
      'x-slack-signature': signature,
      // On a busy machine, the bot may close an idle connection at the moment when it is used again.
      connection: 'close',
    },
  })
  await answer.arrayBuffer()
  return answer.status
}

const asText = (value: unknown) => (typeof value === 'string' ? value : (JSON.stringify(value) ?? ''))
