import type { Server } from 'node:http'
import { setTimeout as delay } from 'node:timers/promises'
import {
  App,
  ErrorCode,
  HTTPReceiver,
  isValidSlackRequest,
  type Logger,
  LogLevel,
  type Receiver,
  type ReceiverEvent,
  SocketModeReceiver,
} from '@slack/bolt'
import type { Config } from '../config.ts'
import { formatError } from '../errors.ts'
import { type createHealthRoutes, maxConnections, openHealthServer, serverBounds } from '../health.ts'
import type { Log } from '../log.ts'
import { callTimeoutMs } from './client.ts'
import { guardRequests } from './http-guard.ts'
import type { BotIdentity } from './message.ts'
import { parseRequest } from './request-shape.ts'

type Route = ReturnType<typeof createHealthRoutes>[number]

/** Bolt with the receiver that the configuration asks for. */
interface SlackReceiver {
  app: App
  /** Connects. Rejects if Slack refuses the app token or the port is in use. */
  open(): Promise<void>
  /** Stops receiving, and waits a bounded time for what was received. */
  close(): Promise<void>
  /** True while Slack can reach the bot. */
  isOpen(): boolean
}

/** Dependencies of the receiver. */
interface ReceiverDeps {
  config: Pick<Config, 'botToken' | 'transport' | 'slackApiUrl' | 'port'> &
    Partial<Pick<Config, 'host' | 'metricsPort'>>
  self: BotIdentity
  routes: Route[]
  /** Saves what an event asks for. Must not throw; Slack gets its ack when it resolves. */
  keep: (body: Record<string, unknown>) => Promise<void>
  /** Called when the connection to Slack opens or ends. */
  onOpen: (isOpen: boolean) => void
  /** Called over HTTP when a request was signed by Slack, or by another secret than ours. */
  onSignature: (isValid: boolean) => void
  log: Log
}

/**
 * The socket client waits this long after a disconnect before it reconnects, and takes a connection for dead after as long a
 * silence. Its default of 5 s makes every rotation a gap of 5 s.
 */
const clientPingTimeoutMs = 2_500
/** Connecting is retried until it works: an hour without Slack must not end the bot. */
const reconnecting = { forever: true, minTimeout: 500, maxTimeout: 15_000, factor: 1.5, randomize: true }

/** Time in which pending events are acknowledged when the bot stops; Bolt needs a few milliseconds. */
const lastRequestsMs = 500

/** Time in which listeners that run after the connection is closed may end: what they write needs the store. */
const lastListenersMs = 2_000

/** Slack waits this long for an ack. */
const ackWithinMs = 3_000

const eventsPath = '/slack/events'

/** Creates Bolt over Socket Mode or HTTP, with the routes for operators and one error handler for all listeners. */
export function createReceiver(given: ReceiverDeps): SlackReceiver {
  const deps = { ...given, inFlight: new Set<InFlight>() }
  const receiver =
    deps.config.transport.kind === 'socket'
      ? createSocketBolt(deps, deps.config.transport.appToken)
      : createHttpBolt(deps, deps.config.transport.signingSecret)
  return {
    ...receiver,
    async close() {
      // A pressed button shows an error if the connection ends before its ack.
      await settle(
        [...deps.inFlight].map(({ acknowledged }) => acknowledged),
        ackWithinMs,
      )
      await receiver.close()
      await settle(
        [...deps.inFlight].map(({ secured }) => secured),
        lastListenersMs,
      )
    },
  }
}

/** Waits until these have ended, at most this long. */
async function settle(running: Promise<void>[], patienceMs: number): Promise<void> {
  await Promise.race([Promise.allSettled(running), delay(patienceMs, undefined, { ref: false })])
}

/** A request whose listeners still run. */
interface InFlight {
  /** Resolves when Slack has its ack, or will get none. */
  acknowledged: Promise<void>
  /** Resolves when nothing is lost if the process ends: a command that goes on after its ack is durable. */
  secured: Promise<void>
}

type BoltDeps = ReceiverDeps & { inFlight: Set<InFlight> }

function createSocketBolt(deps: BoltDeps, appToken: string): SlackReceiver {
  const receiver = new SocketModeReceiver({
    appToken,
    clientPingTimeout: clientPingTimeoutMs,
    logger: createBoltLogger(deps.log),
    installerOptions: { clientOptions: { ...clientOptions(deps), retryConfig: reconnecting } },
  })
  const gate = createGate(deps.onOpen)
  receiver.client.on('connected', () => gate.set(true))
  for (const event of ['close', 'disconnecting', 'reconnecting']) receiver.client.on(event, () => gate.set(false))
  let server: Awaited<ReturnType<typeof openHealthServer>> | undefined
  return {
    app: createBoltApp(deps, receiver),
    async open() {
      server = await openHealthServer(deps.routes, deps.config.port, deps.config.host)
      await receiver.start().catch(error => {
        server?.close()
        throw error
      })
    },
    async close() {
      await receiver.stop()
      server?.close()
      server?.closeAllConnections()
    },
    isOpen: gate.isOpen,
  }
}

function createHttpBolt(deps: BoltDeps, signingSecret: string): SlackReceiver {
  const { port, host, metricsPort } = deps.config
  // Slack's port is open to everybody; figures are the operator's.
  const isPrivate = ({ path }: Route) => path === '/metrics'
  const receiver = new HTTPReceiver({
    signingSecret,
    port,
    endpoints: eventsPath,
    customRoutes: deps.routes.filter(route => !isPrivate(route)),
    logger: createBoltLogger(deps.log),
    // Bolt's own handler logs a line for every path that a scanner tries.
    dispatchErrorHandler({ error, response }) {
      const isNoRoute = 'code' in error && error.code === ErrorCode.HTTPReceiverDeferredRequestError
      if (!isNoRoute) deps.log.error({ reason: formatError(error) }, 'request over HTTP failed')
      if (!response.headersSent) response.writeHead(isNoRoute ? 404 : 500).end()
    },
    // Bolt's own handler logs an error as if a listener were wrong; a late ack says more.
    unhandledRequestHandler({ response }) {
      if (!response.headersSent) response.writeHead(404).end()
    },
  })
  receiver.requestListener = guardRequests(receiver.requestListener, {
    path: eventsPath,
    isSigned: (body, signature, timestamp) =>
      isValidSlackRequest({
        signingSecret,
        body,
        headers: { 'x-slack-signature': signature, 'x-slack-request-timestamp': timestamp },
      }),
    onSignature: deps.onSignature,
  })
  const gate = createGate(deps.onOpen)
  let server: Server | undefined
  let metricsServer: Server | undefined
  return {
    app: createBoltApp(deps, receiver),
    async open() {
      const listening = await receiver.start({ port, ...(host !== undefined && { host }) }, serverBounds)
      server = listening as Server
      server.maxConnections = maxConnections
      if (metricsPort !== undefined)
        metricsServer = await openHealthServer(deps.routes.filter(isPrivate), metricsPort, host).catch(async error => {
          await receiver.stop()
          throw error
        })
      gate.set(true)
    },
    async close() {
      gate.set(false)
      metricsServer?.close()
      metricsServer?.closeAllConnections()
      // A connection on which nobody says anything would be waited for without end.
      setTimeout(() => server?.closeAllConnections(), lastRequestsMs)
      await receiver.stop()
    },
    isOpen: gate.isOpen,
  }
}

/** Tracks the connection to Slack and reports each change once. */
function createGate(onChange: (isOpen: boolean) => void): { set(isOpen: boolean): void; isOpen(): boolean } {
  let open = false
  return {
    set(isOpen) {
      if (isOpen === open) return
      open = isOpen
      onChange(isOpen)
    },
    isOpen: () => open,
  }
}

/**
 * Bolt acknowledges an event before any listener runs, so that Slack would not redeliver what is lost after that. Here every
 * event is saved first; the rest of the receiver (signatures, reconnects, acks) stays as it is.
 */
function keepingFirst(receiver: Receiver, { keep, inFlight, log }: BoltDeps): Receiver {
  return {
    init(app) {
      const handle = async (event: ReceiverEvent) => {
        if (event.body.type === 'app_rate_limited') {
          log.warn({ minute: event.body.minute_rate_limited }, 'events dropped: Slack limits how many it delivers')
          return event.ack()
        }
        const ack = createAck(event, log)
        const body = parseRequest(event.body)
        if (body === undefined) {
          // A retry would change nothing.
          log.debug({ type: event.body?.type }, 'request ignored: of no kind that is listened to, or without its shape')
          return event.ack()
        }
        await keep(body)
        await app.processEvent({ ...event, body, ack })
      }
      const processEvent = (event: ReceiverEvent) => {
        const acknowledged = Promise.withResolvers<void>()
        const ack: typeof event.ack = answer => event.ack(answer).finally(acknowledged.resolve)
        const handled = handle({ ...event, ack }).finally(() => {
          acknowledged.resolve()
          inFlight.delete(own)
        })
        const secured = event.body.type === 'event_callback' ? handled : acknowledged.promise
        const own = { acknowledged: acknowledged.promise, secured }
        inFlight.add(own)
        return handled
      }
      receiver.init({ processEvent } as App)
    },
    start: (...args) => receiver.start(...args),
    stop: (...args) => receiver.stop(...args),
  }
}

/**
 * Creates an ack that fails no listener when Slack has stopped waiting: what was asked for is done all the same, and the log says that
 * Slack was told too late.
 */
function createAck({ ack, body }: ReceiverEvent, log: Log): ReceiverEvent['ack'] {
  const receivedAt = performance.now()
  return async answer => {
    const failure: unknown = await ack(answer).catch(error => error)
    if (isRepeated(failure)) throw failure
    const afterMs = Math.round(performance.now() - receivedAt)
    if (failure === undefined && afterMs <= ackWithinMs) return
    const reason = failure === undefined ? {} : { reason: formatError(failure) }
    log.warn(
      { request: formatRequest(body), afterMs, ...reason },
      'acknowledged too late: Slack waits three seconds, then warns the person or delivers the event again; the request is handled all the same. If this is frequent, give the bot more CPU, or check how fast its database and Slack answer',
    )
  }
}

/** Checks for a second ack of a listener, which is a defect. */
const isRepeated = (failure: unknown) =>
  failure instanceof Error && 'code' in failure && failure.code === ErrorCode.ReceiverMultipleAckError

/** Formats which request it is, in the app's own names: nothing that people wrote. */
function formatRequest({
  type = 'command',
  event,
  actions,
  view,
  callback_id,
  command,
}: ReceiverEvent['body']): string {
  const name = event?.type ?? actions?.[0]?.action_id ?? view?.callback_id ?? callback_id ?? command
  return `${type} ${name}`.slice(0, 100)
}

function createBoltApp(deps: BoltDeps, receiver: SocketModeReceiver | HTTPReceiver): App {
  const { self, config, log } = deps
  const app = new App({
    receiver: keepingFirst(receiver, deps),
    // Bolt's own rule is too narrow (edits of our messages pass); queue/turn.ts decides what is a turn.
    ignoreSelf: false,
    convoStore: false,
    logger: createBoltLogger(log),
    clientOptions: clientOptions(deps),
    authorize: async () => ({
      botToken: config.botToken,
      botId: self.botId,
      botUserId: self.userId,
      teamId: self.teamId,
    }),
  })
  app.error(async error => {
    const cause = error.original ?? error
    log.error({ reason: formatError(cause), stack: cause.stack }, 'listener failed')
  })
  return app
}

/** Each of Bolt's clients gets its own object, since the SDK writes into the one that it is given. */
function clientOptions({ config }: BoltDeps) {
  return {
    slackApiUrl: config.slackApiUrl,
    timeout: callTimeoutMs,
    retryConfig: { retries: 0 },
    rejectRateLimitedCalls: true,
    allowAbsoluteUrls: false,
  }
}

/** Writes Bolt's log lines to the bot's log, without the debug lines: they contain payloads, and so what people wrote. */
function createBoltLogger(log: Log): Logger {
  const say =
    (level: 'info' | 'warn' | 'error') =>
    (...words: unknown[]) =>
      log[level](withoutQuote(words.map(formatError).join(' ')))
  return {
    debug() {},
    info: say('info'),
    warn: say('warn'),
    error: say('error'),
    setLevel() {},
    getLevel: () => LogLevel.INFO,
    setName() {},
  }
}

/** A parser's error message quotes its input, which may be what somebody wrote. */
function withoutQuote(line: string): string {
  return line.replace(/(Malformed request body|Unexpected token|Failed to parse)[\s\S]*$/, '$1')
}
