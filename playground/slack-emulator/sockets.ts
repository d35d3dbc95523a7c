import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import type { IncomingMessage } from 'node:http'
import type { Duplex } from 'node:stream'
import { type WebSocket, WebSocketServer } from 'ws'
import type { Changes } from './changes.ts'
import type { Outcome, Parcel, Transport } from './delivery.ts'
import type { Identity } from './identity.ts'
import { isObject, parseJson } from './json.ts'

/** Slack allows one app this many sockets at once. */
const mostSockets = 10
/** Slack pings often enough for the SDK's 30 s of patience. */
const pingEveryMs = 10_000
/** From the warning until Slack closes a socket that it wants to replace. */
const rotationGraceMs = 10_000
/** How long the other side may take to say goodbye. */
const farewellMs = 300
/** A socket's address is good for one use within this time. */
const ticketMs = 30_000

const envelopeTypes = { event: 'events_api', command: 'slash_commands', interactive: 'interactive' }

/** Socket Mode: the bot asks for an address, connects, and gets each parcel on any one of its sockets. */
export interface Sockets extends Transport {
  /** The path of a new one-use address, for `apps.connections.open`. */
  openTicket(): string
  upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void
  /** Warns every socket and closes it some seconds later, as Slack does every few hours. */
  rotate(): void
  /** Cuts every socket without a word. */
  drop(): void
}

export interface SocketParts {
  identity: Identity
  changes: Changes
  now: () => number
  /** How long a parcel may stay without an acknowledgement. */
  ackPatienceMs: number
}

interface Waiting {
  socket: WebSocket
  done(outcome: Outcome): void
}

/** No sockets yet; the bot opens them. */
export function createSockets({ identity, changes, now, ackPatienceMs }: SocketParts): Sockets {
  const server = new WebSocketServer({ noServer: true })
  const tickets = new Map<string, number>()
  const open = new Set<WebSocket>()
  const leaving = new WeakSet<WebSocket>()
  const waiting = new Map<string, Waiting>()
  const openListeners: (() => void)[] = []
  const timers = new Set<NodeJS.Timeout>()
  let turn = 0

  const ready = () => [...open].filter(socket => !leaving.has(socket) && socket.readyState === socket.OPEN)
  const say = (socket: WebSocket, frame: unknown) => socket.send(JSON.stringify(frame))
  const host = { host: 'applink-local' }

  function later(delayMs: number, act: () => void): void {
    const timer = setTimeout(() => {
      timers.delete(timer)
      act()
    }, delayMs)
    timers.add(timer.unref())
  }

  function redeem(url: URL): boolean {
    const ticket = url.searchParams.get('ticket') ?? ''
    const expires = tickets.get(ticket) ?? 0
    tickets.delete(ticket)
    return now() < expires
  }

  function welcome(socket: WebSocket, debugReconnects: boolean): void {
    if (open.size >= mostSockets) {
      say(socket, { type: 'disconnect', reason: 'too_many_websockets', debug_info: host })
      socket.close()
      return
    }
    open.add(socket)
    const heartbeat = setInterval(() => socket.ping('local'), pingEveryMs).unref()
    socket.on('message', data => acknowledge(String(data)))
    socket.on('error', () => socket.terminate())
    socket.on('close', () => {
      clearInterval(heartbeat)
      leave(socket)
    })
    const approximate_connection_time = debugReconnects ? 360 : 18_060
    say(socket, {
      type: 'hello',
      num_connections: open.size,
      connection_info: { app_id: identity.appId },
      debug_info: { ...host, started: new Date(now()).toISOString(), build_number: 1, approximate_connection_time },
    })
    changes.touch()
    for (const listener of openListeners) listener()
  }

  function leave(socket: WebSocket): void {
    open.delete(socket)
    for (const { socket: its, done } of [...waiting.values()]) {
      if (its === socket) done({ acked: false, reason: 'connection_failed' })
    }
    changes.touch()
  }

  function acknowledge(text: string): void {
    const frame = parseJson(text)
    if (!isObject(frame) || typeof frame.envelope_id !== 'string') return
    waiting.get(frame.envelope_id)?.done({ acked: true, reason: '', response: frame.payload })
  }

  function send(parcel: Parcel): Promise<Outcome> {
    const sockets = ready()
    turn += 1
    const socket = sockets[turn % sockets.length]
    if (!socket) return Promise.resolve({ acked: false, reason: 'connection_failed' })
    const id = randomBytes(12).toString('hex')
    return new Promise(resolve => {
      const patience = setTimeout(() => done({ acked: false, reason: 'timeout' }), ackPatienceMs)
      const done = (outcome: Outcome) => {
        clearTimeout(patience)
        if (waiting.delete(id)) resolve(outcome)
      }
      waiting.set(id, { socket, done })
      say(socket, toFrame(id, parcel))
    })
  }

  /** Takes leave properly: the SDK waits half a minute for the farewell of a socket that it was about to close. */
  async function part(socket: WebSocket): Promise<void> {
    const gone = once(socket, 'close')
    socket.close(1001)
    const impatience = setTimeout(() => socket.terminate(), farewellMs)
    await gone
    clearTimeout(impatience)
  }

  function retire(socket: WebSocket): void {
    leaving.add(socket)
    say(socket, { type: 'disconnect', reason: 'warning', debug_info: host })
    later(rotationGraceMs, () => {
      if (!open.has(socket)) return
      say(socket, { type: 'disconnect', reason: 'refresh_requested', debug_info: host })
      socket.close()
    })
  }

  return {
    openTicket() {
      const ticket = randomBytes(16).toString('hex')
      tickets.set(ticket, now() + ticketMs)
      return `/link/?ticket=${ticket}&app_id=${identity.appId}`
    },
    upgrade(request, socket, head) {
      const url = new URL(request.url ?? '/', 'http://localhost')
      if (url.pathname !== '/link/' || !redeem(url)) return void socket.end('HTTP/1.1 401 Unauthorized\r\n\r\n')
      const debugReconnects = url.searchParams.get('debug_reconnects') === 'true'
      server.handleUpgrade(request, socket, head, opened => welcome(opened, debugReconnects))
    },
    isOpen: () => ready().length > 0,
    send,
    onOpen: listener => void openListeners.push(listener),
    rotate: () => ready().forEach(retire),
    drop: () => {
      for (const socket of open) socket.terminate()
    },
    async close() {
      for (const timer of timers) clearTimeout(timer)
      await Promise.all([...open].map(part))
      server.close()
    },
  }
}

function toFrame(envelopeId: string, { kind, payload, attempt, retryReason }: Parcel): unknown {
  const retry = kind === 'event' ? { retry_attempt: attempt, retry_reason: retryReason } : {}
  return {
    envelope_id: envelopeId,
    payload,
    type: envelopeTypes[kind],
    accepts_response_payload: kind !== 'event',
    ...retry,
  }
}
