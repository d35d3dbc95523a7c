import { formatError } from '../../errors.ts'
import { parseAloudWish } from '../../text/aloud-request.ts'
import type { Services, TurnContext } from '../context.ts'
import { rememberReply } from '../turn-endings.ts'

type Ctx = TurnContext<Pick<Services, 'self' | 'readings' | 'store' | 'threads'>>

/** Has an answer read aloud if the question wants that, or is a voice clip of a person who wants that. The turn does not wait for it. */
export async function readAloudIfWanted(ctx: Ctx): Promise<void> {
  const { turn, deps, log } = ctx
  if (deps.readings === undefined) return
  try {
    if (parseAloudWish(turn.question.text) === undefined && !(await isClipToAnswer(ctx))) return
    rememberReply(ctx)
    const read = await deps.readings.save(turn, turn.user)
    void read()
  } catch (error) {
    // The answer is there.
    log.warn({ turn: turn.id, reason: formatError(error) }, 'answer not read aloud')
  }
}

async function isClipToAnswer({ turn, deps }: Ctx): Promise<boolean> {
  const { question, user } = turn
  // Slack gives some clips the type of a video.
  const isClip = question.files.some(({ mimetype, name }) => /^audio\//.test(mimetype) || /^audio_message/.test(name))
  return isClip && (await deps.store.personSettings.read({ teamId: deps.self.teamId, user })).answersClips === true
}
