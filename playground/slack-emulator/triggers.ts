import type { Clock } from './clock.ts'
import type { Identity } from './identity.ts'
import { Refusal } from './refusal.ts'

/** A trigger opens one view within three seconds of what the person did. */
const triggerMs = 3_000

/** The passes with which a bot may open a view for somebody. */
export interface Triggers {
  issue(user: string): string
  /** Uses the trigger up and tells whose it was. */
  exchange(id: string): string
}

/** No triggers yet; each is good once. */
export function createTriggers(identity: Identity, clock: Clock): Triggers {
  const issued = new Map<string, { user: string; at: number; used: boolean }>()

  function forgetOld(): void {
    for (const [id, { at }] of issued) if (clock.now() - at > 60 * triggerMs) issued.delete(id)
  }

  return {
    issue(user) {
      forgetOld()
      const id = `${Math.floor(clock.now())}.${identity.teamId.slice(1)}.${clock.id('').toLowerCase()}`
      issued.set(id, { user, at: clock.now(), used: false })
      return id
    },
    exchange(id) {
      const trigger = issued.get(id)
      if (!trigger) throw new Refusal('invalid_trigger_id')
      if (trigger.used) throw new Refusal('exchanged_trigger_id')
      if (clock.now() - trigger.at > triggerMs) throw new Refusal('expired_trigger_id')
      trigger.used = true
      return trigger.user
    },
  }
}
