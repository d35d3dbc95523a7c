import type { Gesture } from '../../protocol.ts'
import type { Core } from '../core.ts'
import type { Interactions } from '../interactions.ts'
import type { Person } from '../people.ts'
import { Impossible } from '../refusal.ts'
import { findPerson } from './find.ts'
import { createPlaces } from './places.ts'
import { createTalk } from './talk.ts'
import { createUse } from './use.ts'

/** What became of a gesture; `error` is a sentence for the person. */
export interface GestureResult {
  ok: boolean
  error?: string
  /** The message that came of it. */
  ts?: string
  /** The channel that came of it. */
  channel?: string
}

/** The gesture of one kind. */
export type Of<Kind extends Gesture['do']> = Extract<Gesture, { do: Kind }>
/** What came of a gesture that succeeded. */
export type Done = Omit<GestureResult, 'ok'> | undefined
/** How each kind of gesture is done. */
export type Doers = { [Kind in Gesture['do']]: (gesture: Of<Kind>, person: Person) => Promise<Done> | Done }

/** Does what a person does. Never throws for something that the person could do better: that is an `error`. */
export function createGestures(core: Core, interactions: Interactions): (gesture: Gesture) => Promise<GestureResult> {
  const doers: Doers = { ...createTalk(core, interactions), ...createUse(core, interactions), ...createPlaces(core) }
  return async gesture => {
    try {
      const person = findPerson(core, gesture.as)
      if (person.isBot) throw new Impossible('You can’t speak as the bot. Choose a person.')
      const act = doers[gesture.do] as (gesture: Gesture, person: Person) => Promise<Done> | Done
      return { ok: true, ...(await act(gesture, person)) }
    } catch (error) {
      if (error instanceof Impossible) return { ok: false, error: error.message }
      throw error
    }
  }
}
