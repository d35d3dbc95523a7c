import type { ServerResponse } from 'node:http'
import type { SlackJson } from '../protocol.ts'

/** What shall go wrong, and when: the way in which a test slows, fails, cuts or garbles a call. */
export interface FaultRule {
  /** A Web API method, or `response_url`, `file` (a download), `delivery` (to the bot). */
  method: string | RegExp
  /** How many calls it strikes: 1 unless told; `Infinity` for all. */
  times?: number
  when?: (args: SlackJson) => boolean
  delayMs?: number
  /** The call waits for this before it takes effect. */
  hold?: Promise<void>
  /** Answers `{ ok: false, error }`, without effect. */
  error?: string
  /** Answers with this HTTP status, without effect. */
  status?: number
  body?: string
  headers?: Record<string, string>
  /** Answers 429 in Slack's form, in seconds. */
  retryAfter?: number
  /** Destroys the connection, before or after the call took effect. */
  cut?: 'before' | 'after'
}

/** The rules in force. */
export interface Faults {
  add(rule: FaultRule): () => void
  /** The first rule that strikes this call; it counts as used. */
  strike(method: string, args: SlackJson): FaultRule | undefined
}

/** No faults, until rules are added. */
export function createFaults(): Faults {
  const rules = new Map<FaultRule, number>()
  const matches = (rule: FaultRule, method: string, args: SlackJson) =>
    (typeof rule.method === 'string' ? rule.method === method : rule.method.test(method)) && (rule.when?.(args) ?? true)
  return {
    add(rule) {
      const own = { ...rule }
      rules.set(own, rule.times ?? 1)
      return () => rules.delete(own)
    },
    strike(method, args) {
      for (const [rule, left] of rules) {
        if (left < 1 || !matches(rule, method, args)) continue
        rules.set(rule, left - 1)
        return rule
      }
      return undefined
    },
  }
}

/** Waits as the rule says. */
export async function waitFor(fault: FaultRule | undefined): Promise<void> {
  if (fault?.delayMs) await new Promise(resolve => setTimeout(resolve, fault.delayMs))
  if (fault?.hold) await fault.hold
}

/** An answer that takes the place of the call's own. */
export interface FaultAnswer {
  status: number
  headers: Record<string, string>
  body: string
  error: string
}

/** What the rule answers instead of doing the call; `undefined` when it lets the call be. */
export function toFaultAnswer(fault: FaultRule | undefined): FaultAnswer | undefined {
  if (!fault) return undefined
  const json = { 'content-type': 'application/json; charset=utf-8' }
  const refuse = (error: string) => fault.body ?? JSON.stringify({ ok: false, error })
  if (fault.retryAfter !== undefined) {
    const headers = { ...json, 'retry-after': String(fault.retryAfter), ...fault.headers }
    return { status: fault.status ?? 429, headers, body: refuse('ratelimited'), error: 'ratelimited' }
  }
  if (fault.status !== undefined || fault.body !== undefined) {
    const headers = { 'content-type': fault.body?.startsWith('<') ? 'text/html' : 'text/plain', ...fault.headers }
    return {
      status: fault.status ?? 200,
      headers,
      body: fault.body ?? '',
      error: fault.error ?? `http ${fault.status ?? 200}`,
    }
  }
  if (fault.error === undefined) return undefined
  return { status: 200, headers: { ...json, ...fault.headers }, body: refuse(fault.error), error: fault.error }
}

/** Ends a connection as a broken network does: no answer, no farewell. */
export function cutOff(response: ServerResponse): void {
  response.socket?.destroy()
}
