import { once } from 'node:events'
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Change, Gesture, PageMessage, PageShortcut, SlackJson, Snapshot } from '../protocol.ts'
import { createChanges } from './changes.ts'
import { channelIds, createChannels } from './channels.ts'
import { createClock } from './clock.ts'
import type { Command, Core } from './core.ts'
import { createCourier, type RawDelivery } from './delivery.ts'
import { createFaults, type FaultRule } from './faults.ts'
import { createFiles } from './files.ts'
import { createGestures, type GestureResult } from './gestures/gesture.ts'
import { createHttpDelivery } from './http-delivery.ts'
import { createIdentity } from './identity.ts'
import { createInteractions } from './interactions.ts'
import { createLimits, type LimitChoice } from './limits.ts'
import { createMessageStore, type Version } from './messages.ts'
import { announceNews } from './news.ts'
import { createPageEndpoints } from './page-endpoints.ts'
import { createPeople, type OtherTeams, peopleIds } from './people.ts'
import { createPosting } from './posting.ts'
import { createResponseUrls } from './response-urls.ts'
import { createWorkspaceServer } from './server.ts'
import { listMessages, takeSnapshot } from './snapshot.ts'
import { createSockets } from './sockets.ts'
import { createStreams } from './streams.ts'
import { createThreads } from './threads.ts'
import { createTriggers } from './triggers.ts'
import { createUntil, type Until } from './until.ts'
import { createViews } from './views.ts'
import { createWebApi } from './web-api/serve.ts'
import { type AckRecord, type CallRecord, createWire } from './wire.ts'

export type { FaultRule } from './faults.ts'
export type { GestureResult } from './gestures/gesture.ts'
export type { AckRecord, CallRecord } from './wire.ts'

/** How a workspace shall be; every field has a default. */
export interface WorkspaceOptions {
  /** 0 or absent: any free one. It listens on this machine's loopback address only. */
  port?: number
  /** The name under which people open the page: a link to an IP address looks like one that hides something. */
  host?: string
  limits?: LimitChoice
  /** Added to every answer of the Web API: half before the call takes effect, half after. */
  latencyMs?: number
  /** The line about the model that the page shows. */
  model?: string
  now?: () => number
  /** Further routes on the same port; true when it has answered. */
  routes?: (request: IncomingMessage, response: ServerResponse) => boolean
  /** What the app's manifest offers. */
  commands?: Command[]
  shortcuts?: PageShortcut[]
  botName?: string
  /** The Enterprise Grid that the bot's team belongs to. */
  enterpriseId?: string
  /** People of other teams (Slack Connect, or the same Enterprise Grid). */
  otherTeams?: OtherTeams
  /** The bot's scopes: all that it could need, unless told. */
  scopes?: string[]
  /** How long the bot may take to acknowledge something: Slack's three seconds, unless told. */
  ackPatienceMs?: number
  /** The waits before an event is repeated: Slack's at once, a minute, five minutes, unless told. */
  retryDelaysMs?: number[]
}

/** What differs for delivery over HTTP. */
type HttpOptions = Pick<WorkspaceOptions, 'ackPatienceMs' | 'retryDelaysMs'>

/** A Slack on this machine: what a bot talks to, what people do there, and what can be seen of it. */
export interface Workspace {
  url: string
  apiUrl: string
  botToken: string
  appToken: string
  signingSecret: string
  teamId: string
  botUserId: string
  botId: string
  appId: string
  people: Record<keyof typeof peopleIds, string>
  channels: Record<keyof typeof channelIds, string>
  /** Delivers to this address, signed, instead of to sockets. */
  connectHttp(requestUrl: string, options?: HttpOptions): void
  do(gesture: Gesture): Promise<GestureResult>
  /** Takes a file in; a `say` with its id shares it. */
  upload(as: string, name: string, bytes: Uint8Array): { id: string }
  snapshot(as: string): Snapshot
  /** The messages that are there now, oldest first; of a thread its root, too. */
  messages(channel: string, threadTs?: string): PageMessage[]
  /** Every text that a message ever had. */
  versions(channel: string, ts: string): Version[]
  calls: CallRecord[]
  acks: AckRecord[]
  until: Until
  /** Makes something go wrong; the answer takes the rule away again. */
  fault(rule: FaultRule): () => void
  /** Posts a message with fields that the page has no gesture for, as another client or app would. Returns its ts. */
  post(
    message: { channel: string; user: string; text?: string; threadTs?: string; subtype?: string } & SlackJson,
  ): string
  /** Changes what somebody is in the workspace. */
  changePerson: Core['people']['change']
  /** Hands any event to the bot, also several times. */
  deliver(event: SlackJson, options?: RawDelivery): Promise<void>
  /** Replaces every socket as Slack does every few hours. */
  rotateSockets(): void
  /** Cuts every socket without a word. */
  dropSockets(): void
  onChange(listener: (change: Change, to?: string) => void): () => void
  close(): Promise<void>
}

const ackPatienceMs = 3_000
const retryDelaysMs = [0, 60_000, 300_000]

const allScopes = [
  'app_mentions:read',
  'assistant:write',
  'channels:history',
  'channels:manage',
  'channels:join',
  'channels:read',
  'chat:write',
  'chat:write.customize',
  'commands',
  'files:read',
  'files:write',
  'groups:history',
  'groups:read',
  'im:history',
  'im:read',
  'im:write',
  'mpim:history',
  'mpim:read',
  'reactions:read',
  'reactions:write',
  'usergroups:read',
  'users:read',
] // biome-format: skip

/** Starts a workspace and gives it when it listens. */
export async function createWorkspace(options: WorkspaceOptions = {}): Promise<Workspace> {
  let url = ''
  const core = createCore(options, () => url)
  const responseUrls = createResponseUrls(core)
  const act = createGestures(core, createInteractions(core, responseUrls))
  const model = options.model ?? ''
  const server = createWorkspaceServer({
    core,
    webApi: createWebApi(core, options.latencyMs ?? 0),
    responseUrls,
    pageEndpoints: createPageEndpoints({ core, model, act }),
    routes: options.routes ?? (() => false),
  })
  server.listen(options.port ?? 0, '127.0.0.1')
  await once(server, 'listening')
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  const stopNews = announceNews(core, model)

  const { identity } = core
  return {
    url: core.pageUrl(),
    apiUrl: `${url}/api/`,
    botToken: identity.botToken,
    appToken: identity.appToken,
    signingSecret: identity.signingSecret,
    teamId: identity.teamId,
    botUserId: identity.botUserId,
    botId: identity.botId,
    appId: identity.appId,
    people: peopleIds,
    channels: channelIds,
    connectHttp: (requestUrl, own = {}) =>
      core.courier.use(createHttpDelivery(requestUrl, timing(core, { ...options, ...own })), own.retryDelaysMs),
    do: act,
    upload: (as, name, bytes) => ({ id: core.files.add(as, name, bytes).id }),
    snapshot: as => takeSnapshot(core, as, model),
    messages: (channel, threadTs) => listMessages(core, channel, threadTs),
    versions: core.messages.versions,
    calls: core.wire.calls,
    acks: core.wire.acks,
    until: createUntil(core),
    fault: core.faults.add,
    post({ channel: id, user, text = '', threadTs, subtype, ...extra }) {
      const channel = core.channels.get(id)
      if (!channel) throw new Error(`no channel ${id}`)
      return core.posting.post({
        channel,
        user,
        text,
        extra,
        ...(threadTs && { threadTs }),
        ...(subtype && { subtype }),
      }).ts
    },
    changePerson: core.people.change,
    deliver: core.courier.raw,
    rotateSockets: core.sockets.rotate,
    dropSockets: core.sockets.drop,
    onChange: core.changes.onChange,
    async close() {
      stopNews()
      await core.courier.close()
      await core.sockets.close()
      core.streams.close()
      core.threads.close()
      server.close()
      server.closeAllConnections()
      await once(server, 'close')
    },
  }
}

function timing(core: Pick<Core, 'identity' | 'changes' | 'clock'>, options: HttpOptions) {
  const { identity, changes, clock } = core
  return { identity, changes, now: clock.now, ackPatienceMs: options.ackPatienceMs ?? ackPatienceMs }
}

/** Makes the parts in the order in which they need each other. */
function createCore(options: WorkspaceOptions, url: () => string): Core {
  const identity = createIdentity(options.botName ?? 'Threadwise', options.enterpriseId)
  const clock = createClock(options.now ?? Date.now)
  const changes = createChanges()
  const people = createPeople(identity, options.otherTeams)
  const channels = createChannels(identity, clock)
  const messages = createMessageStore()
  const files = createFiles(identity, clock, url)
  const wire = createWire(changes, clock.now)
  const faults = createFaults()
  const delays = options.retryDelaysMs ?? retryDelaysMs
  const courier = createCourier({ identity, clock, changes, wire, faults, retryDelaysMs: delays })
  const sockets = createSockets(timing({ identity, changes, clock }, options))
  courier.use(sockets)
  const posting = createPosting({ identity, clock, changes, channels, messages, files, courier })
  return {
    identity,
    clock,
    changes,
    people,
    channels,
    messages,
    files,
    wire,
    faults,
    limits: createLimits(options.limits ?? 'published', clock.now),
    courier,
    sockets,
    posting,
    streams: createStreams(posting, clock),
    threads: createThreads(posting, changes, identity.botUserId),
    views: createViews(identity, clock, changes),
    triggers: createTriggers(identity, clock),
    commands: options.commands ?? [],
    shortcuts: options.shortcuts ?? [],
    scopes: options.scopes ?? allScopes,
    url,
    pageUrl: () => url().replace('127.0.0.1', options.host ?? '127.0.0.1'),
  }
}
