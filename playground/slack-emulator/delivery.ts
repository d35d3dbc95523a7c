import type { SlackJson } from '../protocol.ts'
import type { Changes } from './changes.ts'
import type { Clock } from './clock.ts'
import { type Faults, waitFor } from './faults.ts'
import type { Identity } from './identity.ts'
import { objectAt, textAt } from './json.ts'
import type { AckRecord, Wire } from './wire.ts'

/** Something on its way to the bot. */
export interface Parcel {
  kind: AckRecord['kind']
  what: string
  id: string
  payload: SlackJson
  attempt: number
  retryReason: string
}

/** What became of one attempt. */
export interface Outcome {
  acked: boolean
  /** Why it failed, in the words of Slack's retry reasons. */
  reason: string
  /** The body of the acknowledgement, for commands and interactions. */
  response?: unknown
  /** The bot asked for no repetition. */
  final?: boolean
}

/** How parcels reach the bot: sockets that the bot opened, or HTTP requests to it. */
export interface Transport {
  isOpen(): boolean
  send(parcel: Parcel): Promise<Outcome>
  onOpen(listener: () => void): void
  close(): Promise<void>
}

export interface RawDelivery {
  /** How many copies, all with one `event_id`; the first is the original, the others are retries. */
  times?: number
  retryReason?: string
  /** Replaces fields of the envelope. */
  envelope?: SlackJson
}

/** Hands events, commands and interactions to the bot, and repeats events that it did not acknowledge. */
export interface Courier {
  event(event: SlackJson): void
  raw(event: SlackJson, options?: RawDelivery): Promise<void>
  /** One attempt, as Slack makes for what a person waits for. */
  ask(kind: 'command' | 'interactive', what: string, payload: SlackJson): Promise<Outcome>
  use(transport: Transport, retryDelaysMs?: number[]): void
  isConnected(): boolean
  close(): Promise<void>
}

export interface CourierParts {
  identity: Identity
  clock: Clock
  changes: Changes
  wire: Wire
  faults: Faults
  /** How long Slack waits before each repetition. */
  retryDelaysMs: number[]
}

/** Slack drops an event that it could not deliver for this long. */
const keptMs = 2 * 60 * 60_000

/** A courier without a transport: events wait until there is one that is open. */
export function createCourier(parts: CourierParts): Courier {
  const { clock, wire, faults } = parts
  let delaysMs = parts.retryDelaysMs
  let transport: Transport | undefined
  let waiting: { parcel: Parcel; since: number }[] = []
  const timers = new Set<NodeJS.Timeout>()

  const isConnected = () => transport?.isOpen() ?? false

  /** Events said while no bot listens come later, marked as retries: the first copy that the bot sees. */
  function queue(parcel: Parcel): void {
    const attempt = Math.max(1, parcel.attempt)
    waiting.push({ parcel: { ...parcel, attempt, retryReason: parcel.retryReason || 'timeout' }, since: clock.now() })
  }

  function flush(): void {
    if (!isConnected()) return
    const ready = waiting
    waiting = []
    for (const { parcel, since } of ready) if (clock.now() - since < keptMs) void carry(parcel)
  }

  async function attempt(parcel: Parcel, by: Transport): Promise<Outcome> {
    const fault = faults.strike('delivery', parcel.payload)
    await waitFor(fault)
    const { kind, what, id, payload } = parcel
    const record = wire.deliver({ kind, what, id, payload, attempt: parcel.attempt })
    const lost: Outcome = { acked: false, reason: 'connection_failed' }
    const sent = fault?.cut === 'before' ? lost : await by.send(parcel)
    const outcome = fault?.cut === 'after' ? lost : sent
    wire.settle(record, outcome.acked ? '' : outcome.reason, outcome.response)
    return outcome
  }

  async function carry(parcel: Parcel): Promise<void> {
    if (!transport || !isConnected()) return queue(parcel)
    const { acked, reason, final } = await attempt(parcel, transport)
    const delayMs = delaysMs[parcel.attempt]
    if (acked || final || delayMs === undefined) return
    later(delayMs, { ...parcel, attempt: parcel.attempt + 1, retryReason: reason })
  }

  function later(delayMs: number, parcel: Parcel): void {
    const timer = setTimeout(() => {
      timers.delete(timer)
      void carry(parcel)
    }, delayMs)
    timers.add(timer)
  }

  function pack(event: SlackJson, envelope: SlackJson = {}): Parcel {
    const payload = { ...toEnvelope(event, parts), ...envelope }
    const what = textAt(objectAt(payload, 'event'), 'type') || textAt(payload, 'type')
    return { kind: 'event', what, id: textAt(payload, 'event_id'), payload, attempt: 0, retryReason: '' }
  }

  return {
    event: event => void carry(pack(event)),
    async raw(event, { times = 1, retryReason = 'timeout', envelope } = {}) {
      const parcel = pack(event, envelope)
      for (let number = 0; number < times; number += 1) {
        void carry({ ...parcel, attempt: number, retryReason: number > 0 ? retryReason : '' })
      }
    },
    async ask(kind, what, payload) {
      const id = textAt(payload, 'trigger_id') || clock.id('I')
      if (!transport || !isConnected()) return { acked: false, reason: 'not_connected' }
      return attempt({ kind, what, id, payload, attempt: 0, retryReason: '' }, transport)
    },
    use(next, nextDelaysMs = delaysMs) {
      delaysMs = nextDelaysMs
      void transport?.close()
      transport = next
      next.onOpen(flush)
      flush()
    },
    isConnected,
    async close() {
      for (const timer of timers) clearTimeout(timer)
      await transport?.close()
    },
  }
}

function toEnvelope(event: SlackJson, { identity, clock }: CourierParts): SlackJson {
  const { teamId, appId, botUserId } = identity
  return {
    token: 'local',
    team_id: teamId,
    context_team_id: teamId,
    context_enterprise_id: null,
    api_app_id: appId,
    event,
    type: 'event_callback',
    event_id: clock.id('Ev'),
    event_time: Math.floor(clock.now() / 1000),
    authorizations: [
      { enterprise_id: null, team_id: teamId, user_id: botUserId, is_bot: true, is_enterprise_install: false },
    ],
    is_ext_shared_channel: false,
    event_context: clock.id('4-'),
  }
}
