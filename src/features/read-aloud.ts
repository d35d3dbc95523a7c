import { createHash } from 'node:crypto'
import { z } from 'zod'
import { describeFailure, formatError, ShownError } from '../errors.ts'
import { type I18n, i18nFor } from '../i18n/catalog.ts'
import { createReplacer } from '../model/redaction.ts'
import { mostSpokenCharacters } from '../model/speech.ts'
import type { Outbox } from '../queue/outbox.ts'
import type { Turn } from '../queue/turn.ts'
import { withoutNote } from '../reply/body.ts'
import { openStatus } from '../reply/status.ts'
import { createSemaphore } from '../semaphore.ts'
import { openDirectMessage } from '../slack/direct-message.ts'
import type { Message } from '../slack/message.ts'
import { buildPermalink } from '../slack/permalink.ts'
import { fetchThread, type ThreadId } from '../slack/thread-history.ts'
import { upload } from '../slack/upload.ts'
import { slackToPlain } from '../text/from-slack.ts'
import { localeOf } from '../text/language.ts'
import { toMrkdwn } from '../text/to-mrkdwn.ts'
import { splitSpeech, toSpeech } from '../text/to-speech.ts'
import type { Services } from './context.ts'

type Deps = Pick<
  Services,
  'self' | 'call' | 'reader' | 'access' | 'policies' | 'users' | 'limiter' | 'store' | 'threads' | 'inbox' | 'log'
> & { speech: NonNullable<Services['speech']> }

const readingSchema = z.object({
  /** The turn whose answer is read. */
  turn: z.string(),
  user: z.string(),
  channel: z.string(),
  /** The thread into which the recording is posted. */
  threadTs: z.string(),
})

type Asked = z.infer<typeof readingSchema>

/** Recordings that are in memory at once; an hour of speech takes 60 MB. */
const mostRecordings = 2

/** Defines the commands that read an answer aloud: one recording for everybody who asks while it is made. */
export function defineReadings(outbox: Outbox, deps: Deps) {
  const gate = createSemaphore(mostRecordings)
  const commands = outbox.define('read_aloud', readingSchema, ({ payload }) =>
    readAloud({ ...deps, gate }, payload).catch(error => tellFailure(deps, payload, error)),
  )
  return {
    /**
     * Saves that a person wants to hear the answer to a turn. Resolves with the function that makes the recording; it does nothing if
     * that is being made already. Throws a `ShownError` if it cannot be saved.
     */
    async save({ id: turn, ...place }: ThreadId & Pick<Turn, 'id'>, user: string): Promise<() => Promise<void>> {
      const { channel, threadTs } = place
      const command = await commands.save({ turn, user, channel, threadTs }, `read_aloud:${turn}:${threadTs}`)
      return async () => {
        if (command !== undefined) await commands.run(command)
      }
    },
  }
}

/** Makes a recording of an answer as it stands now and posts it, unless the thread has it already. */
async function readAloud(deps: Deps & { gate: ReturnType<typeof createSemaphore> }, asked: Asked): Promise<void> {
  const { speech, self, users } = deps
  const { turn, user, channel, threadTs } = asked
  const place = { channel, threadTs }
  await deps.access.check(user, channel)
  const text = await findAnswer(deps, turn)
  if (text === undefined) throw new ShownError('speech_gone', one => one.controls.tooOld)
  const { locale } = await users.read(user)
  const { codeLeftOut: code, tableLeftOut: table } = i18nFor(localeOf(text, locale)).speech
  const spoken = toSpeech(await hidePrivateParts(deps, text, { channel, locale }), { code, table })
  const parts = splitSpeech(spoken, mostSpokenCharacters)
  if (parts.length === 0) throw new ShownError('speech_no_words', one => one.speech.noWords)
  const { voice, speed } = await deps.store.personSettings.read({ teamId: self.teamId, user })
  const name = `answer-${createHash('sha256')
    .update(JSON.stringify([parts, voice, speed]))
    .digest('hex')
    .slice(0, 8)}`
  const before = await findRecording(deps, place, name)
  if (before !== undefined) {
    const link = buildPermalink(self, channel, before, threadTs)
    return tell(deps, asked, one => one.speech.already({ link }))
  }
  const i18n = i18nFor(locale)
  const format = (done: number) => i18n.speech.progress({ part: done + 1, parts: parts.length })
  const status = openStatus(deps.limiter, deps.log, place, format(0))
  try {
    const onPart = (done: number) => done < parts.length && status.show(format(done))
    await deps.gate.run(async () => {
      const { type, bytes } = await speech.speak(parts, { voice, speed, onPart })
      await deps.access.check(user, channel)
      if ((await findAnswer(deps, turn)) !== text) throw new ShownError('speech_changed', one => one.speech.changed)
      await upload(deps.call, { ...place, name: `${name}.${type}`, title: i18n.speech.title, bytes })
    })
  } finally {
    status.close(true)
  }
}

/** Puts what it is in the place of personal data, if text goes to models without it in a channel: a stand-in makes no words. */
async function hidePrivateParts(
  { policies }: Deps,
  text: string,
  { channel, locale }: { channel: string; locale: string },
): Promise<string> {
  const { of, words } = policies.redaction([channel])
  if (of.length === 0) return text
  const { hidden } = i18nFor(localeOf(text, locale)).speech
  const hide = await createReplacer(words, (_, kind) => hidden[kind])
  return hide(text)
}

/** Finds the answer to a turn, as the model wrote it while the thread is in memory. Resolves with undefined if it is gone. */
async function findAnswer({ inbox, store, threads }: Deps, id: string): Promise<string | undefined> {
  const [turn, record] = await Promise.all([inbox.find(id), store.turns.load(id)])
  if (turn === undefined || record === undefined) return undefined
  const isOurs = ({ ts, author, mark }: Message) =>
    author.kind === 'self' && (mark?.turn === id || record.messages.includes(ts))
  const known = (await threads.load(turn)).filter(isOurs)
  const found = known.length > 0 ? known : (await threads.reread(turn)).filter(isOurs)
  // In memory, its first message holds the whole of it.
  const whole = found[0]?.form === 'markdown' ? found.slice(0, 1) : found
  const text = whole.map(toMarkdown).join('\n\n')
  return text.trim() === '' ? undefined : text
}

/** Renders a message of Slack as Markdown: links as their labels, bullets as list marks. */
function toMarkdown({ text, form }: Message): string {
  if (form === 'markdown') return text
  const labelled = withoutNote(text).replace(/<https?:[^|<>]*\|([^<>]*)>/g, '$1')
  return slackToPlain(labelled, id => id).replace(/^( *)[•◦▪☐☑] /gm, '$1- ')
}

/** Finds a recording that the bot has posted into a thread, by its name without the ending. Resolves with its ts. */
async function findRecording(
  { reader, self }: Deps,
  { channel, threadTs }: ThreadId,
  name: string,
): Promise<string | undefined> {
  const thread = await fetchThread(reader, self, { channel, threadTs, for: 'question' })
  const isIt = ({ author, files }: Message) =>
    author.kind === 'self' && files.some(file => file.name.startsWith(`${name}.`))
  return thread.find(isIt)?.ts
}

async function tellFailure(deps: Deps, asked: Asked, error: unknown): Promise<void> {
  const { reference, sentence } = describeFailure(error)
  deps.log.warn({ turn: asked.turn, reference, reason: formatError(error) }, 'answer not read aloud')
  await tell(deps, asked, i18n => `⚠️ ${sentence(i18n)}`)
}

/** Tells the person who wants to hear an answer something that nobody else sees; directly, if they have left the place. Best effort. */
async function tell(deps: Deps, { channel, threadTs, user }: Asked, format: (i18n: I18n) => string): Promise<void> {
  const { users, limiter, call, log } = deps
  const text = toMrkdwn(format(i18nFor((await users.read(user)).locale)))
  const sendDirectly = async () => {
    const direct = await openDirectMessage(call, user)
    await limiter.send('chat.postMessage', () => ({ channel: direct, text }), 'error')
  }
  await limiter
    .send('chat.postEphemeral', () => ({ channel, user, thread_ts: threadTs, text }), 'error')
    .catch(sendDirectly)
    .catch(error => log.warn({ channel, code: error.code }, 'private notice failed'))
}
