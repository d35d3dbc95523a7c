import { ShownError } from '../../errors.ts'
import { i18nFor } from '../../i18n/catalog.ts'
import { createReplacer } from '../../model/redaction.ts'
import { mostSpokenCharacters } from '../../model/speech.ts'
import type { Outbox } from '../../queue/outbox.ts'
import { createSemaphore } from '../../semaphore.ts'
import { upload } from '../../slack/upload.ts'
import { localeOf } from '../../text/language.ts'
import { splitSpeech, toSpeech } from '../../text/to-speech.ts'
import type { Services } from '../context.ts'
import { defineDelivery, deliver, findAnswer, nameDelivery } from '../delivery.ts'

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
  return defineDelivery(outbox, deps, {
    kind: 'read_aloud',
    make: (...asked) => readAloud({ ...deps, gate }, ...asked),
  })
}

/** Makes a recording of an answer as it stands now and posts it, unless the thread has it already. */
async function readAloud(
  deps: Deps & { gate: ReturnType<typeof createSemaphore> },
  ...[asked, isResumed]: Parameters<Parameters<typeof defineDelivery>[2]['make']>
): Promise<void> {
  const { speech, self, users } = deps
  const { turn, user, channel, threadTs } = asked
  const place = { channel, threadTs }
  await deps.access.check(user, channel)
  await deps.rules.check({ user, channel })
  const answer = await findAnswer(deps, turn)
  if (answer === undefined) throw new ShownError('speech_gone', one => one.controls.tooOld)
  const { locale } = await users.read(user)
  const { codeLeftOut: code, tableLeftOut: table } = i18nFor(localeOf(answer.text, locale)).speech
  const spoken = toSpeech(await hidePrivateParts(deps, answer, { channel, locale }), { code, table })
  const parts = splitSpeech(spoken, mostSpokenCharacters)
  if (parts.length === 0) throw new ShownError('speech_no_words', one => one.speech.noWords)
  const { voice, speed } = await deps.store.personSettings.read({ teamId: self.teamId, user })
  const name = nameDelivery('answer', turn, parts, voice, speed)
  const i18n = i18nFor(locale)
  const format = (done: number) => i18n.speech.progress({ part: done + 1, parts: parts.length })
  const already = (one: typeof i18n, link: string) => one.speech.already({ link })
  let leave: (() => void) | undefined
  try {
    await deliver(
      deps,
      { turn, user, place, name, isResumed, already, progress: format(0) },
      {
        async make(show) {
          leave = await deps.gate.enter()
          const onPart = (done: number) => done < parts.length && show(format(done))
          const { type, bytes } = await speech.speak(parts, { voice, speed, onPart })
          return () => upload(deps.call, [{ name: `${name}.${type}`, title: i18n.speech.title, bytes }], place)
        },
        async check() {
          await deps.access.check(user, channel)
          if ((await findAnswer(deps, turn))?.text !== answer.text)
            throw new ShownError('speech_changed', one => one.speech.changed)
        },
      },
    )
  } finally {
    leave?.()
  }
}

/** Puts what it is in the place of personal data, if text goes to models without it in a channel: a stand-in makes no words. */
async function hidePrivateParts(
  { policies }: Deps,
  { text, quotedFrom }: NonNullable<Awaited<ReturnType<typeof findAnswer>>>,
  { channel, locale }: { channel: string; locale: string },
): Promise<string> {
  const { of, words } = policies.redaction([channel, ...quotedFrom])
  if (of.length === 0) return text
  const { hidden } = i18nFor(localeOf(text, locale)).speech
  const hide = await createReplacer(words, (_, kind) => hidden[kind])
  return hide(text)
}
