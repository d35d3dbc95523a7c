import type { Changes } from './changes.ts'
import type { Channels } from './channels.ts'
import type { MessageStore } from './messages.ts'
import type { Wire } from './wire.ts'

const usualPatienceMs = 75_000
/** What a look depends on may also be outside the workspace, so it is asked again this often anyway. */
const lookAgainMs = 50
const mostTold = 8

export interface UntilParts {
  changes: Changes
  channels: Channels
  messages: MessageStore
  wire: Wire
}

/** Waits for something that a look finds, and tells what is there instead when it does not come. */
export type Until = <T>(look: () => T | undefined | false | null, what: string, patienceMs?: number) => Promise<T>

/** Looks at every change of the workspace. */
export function createUntil(parts: UntilParts): Until {
  return (look, what, patienceMs = usualPatienceMs) =>
    new Promise((resolve, reject) => {
      let trouble: unknown
      const end = () => {
        stopHearing()
        clearInterval(again)
        clearTimeout(patience)
      }
      const tryNow = () => {
        const found = attempt(look, error => {
          trouble = error
        })
        if (found === undefined || found === false || found === null) return
        end()
        resolve(found)
      }
      const stopHearing = parts.changes.onTouch(tryNow)
      const again = setInterval(tryNow, lookAgainMs)
      const patience = setTimeout(() => {
        end()
        reject(new Error(describe(what, patienceMs, parts, trouble)))
      }, patienceMs)
      tryNow()
    })
}

function attempt<T>(look: () => T, onTrouble: (error: unknown) => void): T | undefined {
  try {
    return look()
  } catch (error) {
    onTrouble(error)
    return undefined
  }
}

function describe(what: string, patienceMs: number, parts: UntilParts, trouble: unknown): string {
  const messages = parts.channels
    .all()
    .flatMap(({ id }) => parts.messages.inChannel(id))
    .toSorted((a, b) => Number(a.ts) - Number(b.ts))
    .slice(-mostTold)
    .map(({ channel, threadTs, ts, user, text }) => `  ${channel} ${threadTs ?? ts} ${user}: ${text.slice(0, 120)}`)
  const calls = parts.wire.calls
    .slice(-mostTold)
    .map(({ method, status, error }) => `  ${method}: ${status}${error ? ` (${error})` : ''}`)
  const acks = parts.wire.acks
    .slice(-mostTold)
    .map(
      ({ kind, what: name, attempt: nth, ackedAt }) => `  ${kind} ${name} #${nth}: ${ackedAt ? 'acked' : 'not acked'}`,
    )
  return [
    `Waited ${patienceMs} ms in vain for: ${what}.`,
    'The last messages:',
    ...(messages.length > 0 ? messages : ['  none']),
    'The last calls of the bot:',
    ...(calls.length > 0 ? calls : ['  none']),
    'The last deliveries to the bot:',
    ...(acks.length > 0 ? acks : ['  none']),
    ...(trouble instanceof Error ? [`The look itself failed: ${trouble.message}`] : []),
  ].join('\n')
}
