import type { Turn } from '../../queue/turn.ts'
import type { FileReader } from '../../slack/files/read-file.ts'
import { escapeMarkdown } from '../../text/escape-markdown.ts'
import type { Bot, Services, TurnContext } from '../context.ts'
import { nameDelivery } from '../delivery.ts'
import { buildPictureControls } from '../reply-buttons.ts'
import { noteSpent } from '../turn-spending.ts'
import { makePicture } from './make-picture.ts'
import { asksForPicture, captionMark, findWish } from './request.ts'

type Deps = Omit<Parameters<typeof makePicture>[0], 'pictureModel'> &
  Pick<Services, 'pictureModel'> & { files: FileReader }

/** Registers the requests for pictures. Without a model that draws, they are told so. */
export function pictures({ services, onTurn }: Bot): void {
  const { threads, pictureModel } = services
  const deps = { ...services, files: services.createFileReader() }
  const parse = async (turn: Turn) => {
    const { text, ts, files } = turn.question
    if (files.length > 0) return undefined
    if (asksForPicture(text)) return true
    // A change of a picture needs one before it.
    if (pictureModel === undefined || ts === turn.threadTs) return undefined
    return findWish(await threads.read(turn, turn.question), ts) === undefined ? undefined : true
  }
  onTurn({ outcome: 'drawn', feature: 'chat', deps, parse, handle: drawAsAsked })
}

/** Draws what a turn asks for. The picture is a message of its own; the reply tells its words, with a button for another one. */
async function drawAsAsked({ turn, i18n, job, reply, signal, figures, deps }: TurnContext<Deps>): Promise<void> {
  const { pictureModel } = deps
  if (pictureModel === undefined) {
    reply.say(i18n.pictures.off)
    return reply.finish()
  }
  const place = { channel: turn.channel, threadTs: turn.threadTs }
  job.facts.model = pictureModel.title
  figures.model = pictureModel.name
  await deps.threads.read(turn, turn.question)
  const words = await makePicture(
    { ...deps, pictureModel },
    {
      turn: turn.id,
      user: turn.user,
      place,
      ts: turn.question.ts,
      name: nameDelivery('picture', turn.id, job.revision),
      isResumed: job.isResumed,
      i18n,
      signal,
      onSpent: noteSpent(job),
    },
  )
  reply.say(`${captionMark}${escapeMarkdown(words)}`)
  await reply.finish({ controls: buildPictureControls(turn.id, i18n, pictureModel.name) })
}
