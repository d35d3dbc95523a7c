import { z } from 'zod'
import type { EventBody } from '../../queue/parse-event.ts'
import { type Turn, turnIdOf } from '../../queue/turn.ts'
import { dropNulls, parseMessage } from '../../slack/message.ts'
import { isByPerson } from '../../slack/users.ts'
import { isOpenQuestion } from '../../text/open-question.ts'
import type { Services } from '../context.ts'
import { latestMs } from './keep-quiet.ts'

const schema = z.object({ team: z.string(), channel: z.string(), user: z.string(), ts: z.string(), text: z.string() })

type Deps = Pick<Services, 'self' | 'users' | 'policies' | 'rules' | 'outbox' | 'inbox' | 'log'>

/** Questions that wait at once, in all channels; further ones are left alone. */
const mostWaiting = 1_000

/**
 * Watches the channels where the bot may answer unasked: a question to nobody is saved before Slack gets its ack, and becomes a turn
 * when people have had time to answer it, also after a restart.
 */
export function createUnaskedWatch(deps: Deps) {
  const { policies, inbox } = deps
  const waits = createWaits()
  const questions = deps.outbox.define('unasked', schema, async command => {
    const { payload } = command
    const { channel, ts } = payload
    const askedAt = Number(ts) * 1000
    await waits.until(askedAt + policies.channel(channel).ambient.waitMinutes * 60_000)
    // What is off leaves no trace.
    if (!policies.channel(channel).ambient.isOn || Date.now() - askedAt > latestMs) return
    // Nor does what was deleted, reworded or to be forgotten meanwhile.
    if (!(await questions.isWanted(command))) return
    const turn = buildTurn(payload)
    await inbox.save(turn, 'event')
    inbox.accept(turn)
  })
  return {
    /** Saves the question in an event, if it is one to nobody. */
    async receive(body: Partial<EventBody>): Promise<void> {
      const question = await parseQuestion(deps, body)
      if (question === undefined || waits.count >= mostWaiting) return
      const id = `unasked:${turnIdOf(question.team, question.channel, question.ts)}`
      // Nobody is owed an answer: what cannot be saved is left alone.
      const command = await questions.save(question, id).catch(() => undefined)
      if (command !== undefined) void questions.run(command)
    },
    stop: waits.stop,
  }
}

async function parseQuestion({ self, users, policies, rules }: Deps, body: Partial<EventBody>) {
  const event = body.event && dropNulls(body.event)
  const channel = event?.channel
  if (event?.type !== 'message' || channel === undefined || !policies.channel(channel).ambient.isOn) return undefined
  if (!rules.isOpen({ channel, feature: 'chat' })) return undefined
  const isPlain = event.subtype === undefined && event.hidden !== true && event.edited === undefined
  const message = isPlain ? parseMessage(event, self) : undefined
  if (message?.author.kind !== 'person' || message.inThread !== undefined || message.files.length > 0) return undefined
  // What Slack shows must be what stands in its history.
  if (message.text !== event.text || !isOpenQuestion(message.text)) return undefined
  if (!(await isByPerson(users, message))) return undefined
  const { ts, text } = message
  return { team: body.team_id ?? self.teamId, channel, user: message.author.id, ts, text }
}

function buildTurn({ team, channel, user, ts, text }: z.infer<typeof schema>): Turn {
  const question = { ts, author: { kind: 'person' as const, id: user }, text, form: 'slack' as const, files: [] }
  const id = turnIdOf(team, channel, ts)
  return { id, channel, threadTs: ts, user, place: 'channel', isAddressed: false, question }
}

/** Creates waits for a time, none of which ends once they are stopped: the next start waits again. */
function createWaits() {
  const timers = new Set<NodeJS.Timeout>()
  let isStopped = false
  return {
    get count() {
      return timers.size
    },
    until: (time: number): Promise<void> =>
      new Promise(resolve => {
        if (isStopped) return
        const timer = setTimeout(
          () => {
            timers.delete(timer)
            resolve()
          },
          Math.max(0, time - Date.now()),
        ).unref()
        timers.add(timer)
      }),
    stop() {
      isStopped = true
      for (const timer of timers) clearTimeout(timer)
    },
  }
}
