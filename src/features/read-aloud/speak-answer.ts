import { createHash } from 'node:crypto'
import { ShownError } from '../../errors.ts'
import { i18nFor } from '../../i18n/catalog.ts'
import { createReplacer } from '../../model/redaction.ts'
import { mostSpokenCharacters } from '../../model/speech.ts'
import type { Outbox } from '../../queue/outbox.ts'
import { openStatus } from '../../reply/status.ts'
import { createSemaphore } from '../../semaphore.ts'
import { buildPermalink } from '../../slack/permalink.ts'
import { upload } from '../../slack/upload.ts'
import { localeOf } from '../../text/language.ts'
import { splitSpeech, toSpeech } from '../../text/to-speech.ts'
import type { Services } from '../context.ts'
import { defineDelivery, findAnswer, findDelivered, tellAsker } from '../delivery.ts'

type Deps = Pick<
  Services,
  | 'self'
  | 'call'
  | 'reader'
  | 'access'
  | 'policies'
  | 'rules'
  | 'users'
  | 'limiter'
  | 'store'
  | 'threads'
  | 'inbox'
  | 'log'
> & { speech: NonNullable<Services['speech']> }

/** Recordings that are in memory at once; an hour of speech takes 60 MB. */
const mostRecordings = 2

/** Defines the commands that read an answer aloud: one recording for everybody who asks while it is made. */
export function defineReadings(outbox: Outbox, deps: Deps) {
  const gate = createSemaphore(mostRecordings)
  return defineDelivery(outbox, deps, { kind: 'read_aloud', make: asked => readAloud({ ...deps, gate }, asked) })
}

/** Makes a recording of an answer as it stands now and posts it, unless the thread has it already. */
async function readAloud(
  deps: Deps & { gate: ReturnType<typeof createSemaphore> },
  asked: Parameters<typeof tellAsker>[1] & { turn: string },
): Promise<void> {
  const { speech, self, users } = deps
  const { turn, user, channel, threadTs } = asked
  const place = { channel, threadTs }
  await deps.access.check(user, channel)
  await deps.rules.check({ user, channel })
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
  const before = await findDelivered(deps, place, name)
  if (before !== undefined) {
    const link = buildPermalink(self, channel, before, threadTs)
    return tellAsker(deps, asked, one => one.speech.already({ link }))
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
      await upload(deps.call, [{ name: `${name}.${type}`, title: i18n.speech.title, bytes }], place)
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
