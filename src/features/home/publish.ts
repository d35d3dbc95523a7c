import { createHash } from 'node:crypto'
import type { HomeView } from '@slack/types'
import { formatError, SlackError } from '../../errors.ts'
import { createSeen } from '../../lru.ts'
import type { Services } from '../context.ts'

/** Occasion of publishing a home: a sentence to show, and the hash of the view that the person sees, by Slack. */
interface Occasion {
  notice?: string | undefined
  seen?: string | undefined
}

/** Published views that are remembered, and for how long. */
const mostRemembered = 5_000
const rememberMs = 86_400_000

/**
 * Creates the function that publishes a person's home: one view at a time, the newest last, and none that the person sees already. A
 * view that another replica has replaced meanwhile is built anew.
 */
export function createPublisher(
  { limiter, log }: Pick<Services, 'limiter' | 'log'>,
  build: (user: string, notice: string | undefined) => Promise<HomeView>,
) {
  const published = createSeen(mostRemembered, rememberMs)
  const busy = new Map<string, { next: Occasion | undefined; done: Promise<void> }>()
  const send = async (user: string, view: HomeView, seen: string | undefined): Promise<void> => {
    const digest = createHash('sha256').update(JSON.stringify(view)).digest('base64')
    if (seen !== undefined && published.has(`${seen} ${digest}`)) return
    const args = { user_id: user, view, ...(seen !== undefined && { hash: seen }) }
    const answer = await limiter.send('views.publish', () => args, 'first')
    const { hash } = (answer.view ?? {}) as { hash?: unknown }
    if (typeof hash === 'string') published.add(`${hash} ${digest}`)
  }
  const publish = async (user: string, { notice, seen }: Occasion): Promise<void> => {
    try {
      await send(user, await build(user, notice), seen).catch(async error => {
        if (!(error instanceof SlackError && error.code === 'hash_conflict')) throw error
        await send(user, await build(user, notice), undefined)
      })
    } catch (error) {
      log.warn({ reason: formatError(error) }, 'App Home not published')
    }
  }
  const run = async (user: string, own: { next: Occasion | undefined }): Promise<void> => {
    while (own.next !== undefined) {
      const occasion = own.next
      own.next = undefined
      await publish(user, occasion)
    }
    busy.delete(user)
  }
  return (user: string, occasion: Occasion = {}): Promise<void> => {
    const running = busy.get(user)
    if (running === undefined) {
      const own = { next: occasion as Occasion | undefined, done: Promise.resolve() }
      busy.set(user, own)
      own.done = run(user, own)
      return own.done
    }
    // The view in progress may not know yet of what has changed. A sentence that was not shown yet is not lost.
    running.next = { notice: occasion.notice ?? running.next?.notice, seen: undefined }
    return running.done
  }
}
