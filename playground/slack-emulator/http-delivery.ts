import { createHmac } from 'node:crypto'
import type { SlackJson } from '../protocol.ts'
import type { Changes } from './changes.ts'
import type { Outcome, Parcel, Transport } from './delivery.ts'
import type { Identity } from './identity.ts'
import { isObject, parseJson } from './json.ts'

/** How long the first check of the address waits before it asks again: the bot may still be starting. */
const verifyEveryMs = 200

export interface HttpDeliveryParts {
  identity: Identity
  changes: Changes
  now: () => number
  /** How long Slack waits for an answer. */
  ackPatienceMs: number
}

/** Signed HTTP requests to the bot's one address, once it has answered Slack's challenge. */
export function createHttpDelivery(requestUrl: string, parts: HttpDeliveryParts): Transport {
  const { identity, changes, now, ackPatienceMs } = parts
  const closing = new AbortController()
  const openListeners: (() => void)[] = []
  let verified = false

  async function post(type: string, body: string, headers: Record<string, string> = {}): Promise<Response> {
    const timestamp = String(Math.floor(now() / 1000))
    return fetch(requestUrl, {
      method: 'POST',
      body,
      redirect: 'manual',
      signal: AbortSignal.any([closing.signal, AbortSignal.timeout(ackPatienceMs)]),
      headers: {
        'content-type': type,
        'user-agent': 'Slackbot 1.0 (+https://api.slack.com/robots)',
        'x-slack-request-timestamp': timestamp,
        'x-slack-signature': sign(identity.signingSecret, timestamp, body),
        ...headers,
      },
    })
  }

  async function isChallengeMet(): Promise<boolean> {
    const challenge = sign(identity.signingSecret, String(now()), requestUrl)
    const body = JSON.stringify({ token: 'local', challenge, type: 'url_verification' })
    const answer = await post('application/json', body).catch(() => undefined)
    return answer?.status === 200 && (await answer.text()).includes(challenge)
  }

  async function verify(): Promise<void> {
    while (!verified && !closing.signal.aborted) {
      verified = await isChallengeMet()
      if (!verified) await new Promise(resolve => setTimeout(resolve, verifyEveryMs))
    }
    changes.touch()
    for (const listener of openListeners) listener()
  }

  void verify()
  return {
    isOpen: () => verified && !closing.signal.aborted,
    async send(parcel) {
      const [type, body] = toBody(parcel)
      try {
        return await toOutcome(await post(type, body, retryHeaders(parcel)))
      } catch (error) {
        const isTimeout = error instanceof Error && error.name === 'TimeoutError'
        return { acked: false, reason: isTimeout ? 'http_timeout' : 'connection_failed' }
      }
    },
    onOpen: listener => void openListeners.push(listener),
    close: async () => closing.abort(),
  }
}

function sign(secret: string, timestamp: string, body: string): string {
  return `v0=${createHmac('sha256', secret).update(`v0:${timestamp}:${body}`).digest('hex')}`
}

function retryHeaders({ kind, attempt, retryReason }: Parcel): Record<string, string> {
  if (kind !== 'event' || attempt === 0) return {}
  const reason = retryReason === 'timeout' ? 'http_timeout' : retryReason
  return { 'x-slack-retry-num': String(attempt), 'x-slack-retry-reason': reason }
}

/** Events are JSON, commands are forms, interactions are forms with one field that holds JSON. */
function toBody({ kind, payload }: Parcel): [string, string] {
  if (kind === 'event') return ['application/json', JSON.stringify(payload)]
  const fields = kind === 'command' ? toFields(payload) : { payload: JSON.stringify(payload) }
  return ['application/x-www-form-urlencoded', new URLSearchParams(fields).toString()]
}

function toFields(payload: SlackJson): Record<string, string> {
  return Object.fromEntries(Object.entries(payload).map(([name, value]) => [name, String(value ?? '')]))
}

async function toOutcome(answer: Response): Promise<Outcome> {
  const text = await answer.text()
  const final = answer.headers.get('x-slack-no-retry') === '1'
  if (!answer.ok) return { acked: false, reason: 'http_error', final }
  const parsed = parseJson(text)
  return { acked: true, reason: '', response: isObject(parsed) ? parsed : text ? { text } : undefined }
}
