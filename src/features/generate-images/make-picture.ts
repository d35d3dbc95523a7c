import { ShownError } from '../../errors.ts'
import { type I18n, i18nFor } from '../../i18n/catalog.ts'
import type { ChatMessage, Model, Purpose } from '../../model/model.ts'
import type { Outbox } from '../../queue/outbox.ts'
import { detectFileType } from '../../slack/files/file-type.ts'
import type { FileReader } from '../../slack/files/read-file.ts'
import type { ThreadId } from '../../slack/thread-history.ts'
import { upload } from '../../slack/upload.ts'
import { slackToPlain } from '../../text/from-slack.ts'
import type { Services } from '../context.ts'
import { defineDelivery, deliver, nameDelivery } from '../delivery.ts'
import { findWish } from './request.ts'

type Deps = Pick<
  Services,
  | 'self'
  | 'call'
  | 'reader'
  | 'access'
  | 'rules'
  | 'users'
  | 'limiter'
  | 'store'
  | 'threads'
  | 'fetchNames'
  | 'shareChange'
  | 'log'
> & { pictureModel: Model; files: FileReader }

/** For a picture that was asked for by a button. */
const timeoutMs = 900_000
const mostTitleCharacters = 100

/** Defines the commands that draw one more picture of the same words. */
export function definePictures(outbox: Outbox, deps: Deps) {
  return defineDelivery(outbox, deps, {
    kind: 'picture',
    async make({ turn, user, channel, threadTs, savedAt }, isResumed) {
      const place = { channel, threadTs }
      await deps.access.check(user, channel)
      const name = nameDelivery('picture', turn, savedAt)
      const ts = turn.split(':').at(-1) ?? ''
      const { locale } = await deps.users.read(user)
      const signal = AbortSignal.timeout(timeoutMs)
      await makePicture(deps, { turn, user, place, ts, name, isResumed, i18n: i18nFor(locale), signal })
    },
  })
}

/** Finds what a message of a thread wants drawn, in the words that people are shown. Throws a `ShownError` if that is gone. */
async function findPictureWish(
  { rules, threads, fetchNames }: Pick<Deps, 'rules' | 'threads' | 'fetchNames'>,
  { place, ts }: { place: ThreadId; ts: string },
) {
  const thread = rules.selectOpen(place.channel, await threads.load(place))
  const wish = findWish(thread, ts)
  const question = thread.find(message => message.ts === ts)
  if (wish === undefined || question === undefined) throw new ShownError('picture_gone', one => one.controls.tooOld)
  return { words: slackToPlain(wish.words, await fetchNames([question])), base: wish.base }
}

/** Draws what a message of a thread wants, and posts it. Resolves with its words. Throws a `ShownError` if that cannot be. */
export async function makePicture(
  deps: Deps,
  wanted: {
    turn: string
    user: string
    place: ThreadId
    ts: string
    name: string
    isResumed: boolean
    i18n: I18n
    signal: AbortSignal
    onSpent?: Purpose['onSpent']
  },
): Promise<string> {
  const { user, place, ts, i18n, signal, onSpent } = wanted
  const { channel } = place
  const use = { user, channel, feature: 'chat' as const }
  await deps.rules.check(use)
  const { words, base } = await findPictureWish(deps, wanted)
  const make = async () => {
    const messages = await buildPrompt(deps, { words, base }, signal)
    const purpose: Purpose = { feature: 'pictures', channel, person: user, ...(onSpent && { onSpent }) }
    const file = nameFile(await draw(deps.pictureModel, messages, { purpose, signal }), { words, name: wanted.name })
    return async () => {
      await upload(deps.call, [file], place)
      deps.threads.behind(place, ts)
      deps.shareChange(place)
    }
  }
  const check = async () => {
    await deps.access.check(user, channel)
    await deps.rules.check(use)
  }
  await deliver(deps, { ...wanted, progress: i18n.pictures.progress }, { make, check })
  return words
}

/** Names a picture for Slack and describes it by its words. Throws a `ShownError` if it is none. */
function nameFile(base64: string, { words, name }: { words: string; name: string }) {
  const bytes = Buffer.from(base64, 'base64')
  const type = detectFileType(bytes, '')
  if (!type.startsWith('image/')) throw new ShownError('picture_none', one => one.pictures.none)
  const title = words.length > mostTitleCharacters ? `${words.slice(0, mostTitleCharacters).toWellFormed()}…` : words
  return { name: `${name}.${type.split('/')[1]}`, title, alt: words, bytes }
}

async function buildPrompt(
  { files, pictureModel }: Pick<Deps, 'files' | 'pictureModel'>,
  { words, base }: { words: string; base: Parameters<FileReader['read']>[0] | undefined },
  signal: AbortSignal,
): Promise<ChatMessage[]> {
  if (base === undefined) return [{ role: 'user', content: words }]
  const content = await files.read(base, { signal, limits: pictureModel.sight.limits })
  if (content.kind !== 'image') throw new ShownError('picture_lost', one => one.pictures.lost)
  const dataUrl = `data:${content.mimetype};base64,${content.base64}`
  return [
    {
      role: 'user',
      content: [
        { kind: 'text', text: words },
        { kind: 'image', dataUrl, tokens: pictureModel.sight.count(content) },
      ],
    },
  ]
}

async function draw(
  model: Model,
  messages: ChatMessage[],
  { purpose, signal }: { purpose: Purpose; signal: AbortSignal },
): Promise<string> {
  let base64 = ''
  for await (const piece of model.stream(messages, signal, { purpose }))
    if (piece.kind === 'image') base64 = piece.base64
  signal.throwIfAborted()
  return base64
}
