import { App, LogLevel } from '@slack/bolt'
import OpenAI from 'openai'

/**
 * The bots that Threadwise is compared with, in the few lines that most bots of this kind come to, on the plain SDK: `edits`
 * edits its message every second, `stream` uses the SDK's own `chatStream`. Started as a process of its own.
 */
const kind = process.argv[2]
const app = new App({
  token: process.env.SLACK_BOT_TOKEN ?? '',
  appToken: process.env.SLACK_APP_TOKEN ?? '',
  socketMode: true,
  logLevel: LogLevel.ERROR,
  clientOptions: { slackApiUrl: process.env.SLACK_API_URL ?? '' },
})
const model = new OpenAI({ apiKey: 'none', baseURL: process.env.OPENAI_BASE_URL ?? '' })

async function* ask(text: string): AsyncIterable<string> {
  const messages = [{ role: 'user' as const, content: text }]
  const stream = await model.chat.completions.create({ model: 'gpt-4o', messages, stream: true })
  for await (const chunk of stream) yield chunk.choices[0]?.delta?.content ?? ''
}

async function answerByEdits(channel: string, thread_ts: string, text: string): Promise<void> {
  let whole = ''
  let shownAt = 0
  let ts: string | undefined
  let sending: Promise<unknown> = Promise.resolve()
  const show = async () => {
    if (ts === undefined) ts = (await app.client.chat.postMessage({ channel, thread_ts, text: whole })).ts
    else await app.client.chat.update({ channel, ts, text: whole })
  }
  for await (const piece of ask(text)) {
    whole += piece
    if (Date.now() - shownAt < 1_000) continue
    shownAt = Date.now()
    sending = sending.then(show)
  }
  await sending.then(show)
}

async function answerByStream(channel: string, thread_ts: string, text: string, user: string, team: string) {
  const place = { channel, thread_ts, recipient_user_id: user, recipient_team_id: team }
  const streamer = app.client.chatStream(place)
  for await (const piece of ask(text)) await streamer.append({ markdown_text: piece })
  await streamer.stop()
}

async function answer(event: { channel: string; ts: string; text?: string; user?: string }, team: string) {
  const { channel, ts, text = '', user = '' } = event
  await (kind === 'edits' ? answerByEdits(channel, ts, text) : answerByStream(channel, ts, text, user, team)).catch(
    error => process.stderr.write(`${String(error)}\n`),
  )
}

app.event('app_mention', ({ event, body }) => answer(event as never, body.team_id ?? ''))
app.event('message', async ({ event, body }) => {
  if (event.channel_type === 'im' && event.subtype === undefined && !('bot_id' in event))
    await answer(event as never, body.team_id ?? '')
})
await app.start()
process.stdout.write('ready\n')
