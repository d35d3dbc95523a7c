import { LogLevel, WebClient } from '@slack/web-api'
import { afterEach } from 'vitest'
import { WebSocket } from 'ws'
import type { SlackJson } from '../../playground/protocol.ts'
import { createWorkspace, type Workspace, type WorkspaceOptions } from '../../playground/slack-emulator/workspace.ts'

type Cleanup = () => unknown
const cleanups: Cleanup[] = []

afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup()
})

/** Something that the test began and that must end with it. */
export function atEnd(cleanup: Cleanup): void {
  cleanups.push(cleanup)
}

/** A workspace that closes with its test. */
export async function openWorkspace(options: WorkspaceOptions = {}): Promise<Workspace> {
  const workspace = await createWorkspace(options)
  atEnd(workspace.close)
  return workspace
}

const quiet = {
  debug() {},
  info() {},
  warn() {},
  error() {},
  setLevel() {},
  getLevel: () => LogLevel.ERROR,
  setName() {},
}

/** Slack's own client, unwilling to try again by itself. */
export function createClient({ apiUrl, botToken }: Workspace, token = botToken): WebClient {
  return new WebClient(token, {
    slackApiUrl: apiUrl,
    retryConfig: { retries: 0 },
    rejectRateLimitedCalls: true,
    logger: quiet,
  })
}

/** The name of the error with which a call was refused. */
export async function refusal(call: Promise<unknown>): Promise<string> {
  try {
    await call
  } catch (error) {
    return (error as { data?: { error?: string } }).data?.error ?? String(error)
  }
  return 'not refused'
}

/** A frame of Socket Mode as it comes over the wire. */
export interface Frame {
  type: string
  envelope_id?: string
  retry_attempt?: number
  retry_reason?: string
  num_connections?: number
  reason?: string
  accepts_response_payload?: boolean
  payload: { event_id: string; event: SlackJson } & SlackJson
}

/** A bare socket: what Slack sends, and nothing acknowledged unless the test does it. */
export interface RawSocket {
  frames: Frame[]
  ack(frame: Frame, payload?: unknown): void
  close(): void
  isClosed(): boolean
}

/** Opens a socket by hand. With `acks`, it acknowledges everything with the given payload. */
export async function openSocket(workspace: Workspace, acks?: SlackJson): Promise<RawSocket> {
  const { url } = await createClient(workspace, workspace.appToken).apps.connections.open({})
  const socket = new WebSocket(url ?? '')
  const frames: Frame[] = []
  const ack = ({ envelope_id }: Frame, payload?: unknown) => socket.send(JSON.stringify({ envelope_id, payload }))
  socket.on('message', data => {
    const frame = JSON.parse(String(data)) as Frame
    frames.push(frame)
    if (acks && frame.envelope_id) ack(frame, acks)
  })
  socket.on('error', () => socket.terminate())
  atEnd(() => socket.terminate())
  await workspace.until(() => frames[0], 'a hello')
  return { frames, ack, close: () => socket.terminate(), isClosed: () => socket.readyState === WebSocket.CLOSED }
}

/** The events among the frames, by type and subtype. */
export function eventsOf({ frames }: RawSocket, type: string, subtype?: string): SlackJson[] {
  return frames
    .filter(frame => frame.type === 'events_api')
    .map(frame => frame.payload.event)
    .filter(event => event.type === type && (subtype === undefined || event.subtype === subtype))
}

/** A clock that a test sets forward. */
export function createHandClock(): { now: () => number; pass(ms: number): void } {
  let time = Date.now()
  return {
    now: () => time,
    pass: ms => {
      time += ms
    },
  }
}
