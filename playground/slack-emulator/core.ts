import type { PageCommand, PageShortcut } from '../protocol.ts'
import type { Changes } from './changes.ts'
import type { Channels } from './channels.ts'
import type { Clock } from './clock.ts'
import type { Courier } from './delivery.ts'
import type { Faults } from './faults.ts'
import type { Files } from './files.ts'
import type { Identity } from './identity.ts'
import type { Limits } from './limits.ts'
import type { MessageStore } from './messages.ts'
import type { People } from './people.ts'
import type { Posting } from './posting.ts'
import type { Sockets } from './sockets.ts'
import type { Streams } from './streams.ts'
import type { Threads } from './threads.ts'
import type { Triggers } from './triggers.ts'
import type { Views } from './views.ts'
import type { Wire } from './wire.ts'

/** A slash command of the app; `shouldEscape` is the manifest's `should_escape`. */
export type Command = PageCommand & { shouldEscape?: boolean }

/** All parts of one workspace. A function asks for those that it needs. */
export interface Core {
  identity: Identity
  clock: Clock
  changes: Changes
  people: People
  channels: Channels
  messages: MessageStore
  files: Files
  wire: Wire
  faults: Faults
  limits: Limits
  courier: Courier
  sockets: Sockets
  posting: Posting
  streams: Streams
  threads: Threads
  views: Views
  triggers: Triggers
  /** What the app's manifest offers. */
  commands: Command[]
  shortcuts: PageShortcut[]
  /** The scopes that the bot was granted. */
  scopes: string[]
  /** Where the server listens. */
  url: () => string
  /** The address of the page, and of messages. */
  pageUrl: () => string
}
