import type { Log } from '../log.ts'
import type { CallSlack } from '../slack.ts'
import type { SendBudget, Urgency } from './budget.ts'
import { closeMarkdown } from './markdown.ts'
import { type Note, toMessageBody } from './message.ts'
import { betweenMs } from './pace.ts'
import { createPoster, type Place } from './post.ts'
import { fitsSlack, splitHead } from './split.ts'

/** One Slack message, or a chain of them when long, that is kept in step with a growing text. */
export interface Reply {
  /** Everything written so far, as the model wrote it. */
  readonly text: string
  /** The ts of its messages in Slack, the first one first. */
  readonly messages: readonly string[]
  /**
   * Shows the text while it comes: the first as soon as there is any, then the newest whenever it may be edited. Ends
   * with the pieces, before the last of them is surely shown; what threw while they came is thrown on.
   */
  write(pieces: AsyncIterable<string>): Promise<void>
  /** The completing edit: the whole text, and below it what is to be known about it. Resolves when Slack has accepted it. */
  finish(note?: Note): Promise<void>
  /** Gives its share of the budget back. Safe to call twice. */
  close(): void
}

/** What a reply needs of the rest. */
export interface ReplyParts {
  budget: SendBudget
  call: CallSlack
  log: Log
  /** Told once, when Slack has accepted the first text. */
  onFirstText: () => void
}

/** Opens a reply. Nothing is sent before there is text. */
export function openReply(parts: ReplyParts, place: Place): Reply {
  const poster = createPoster(parts, place)
  const share = parts.budget.openReply()
  const chain = createChain()
  let ended = false
  let changed = Promise.withResolvers<void>()
  let firstAt = 0
  let lastAt = 0

  /** Makes Slack show what stands first in the chain; answers whether that landed. */
  const put = async (urgency: Urgency, note?: Note): Promise<boolean> => {
    let sent = chain.head()
    const body = () => {
      sent = chain.head()
      return toMessageBody(
        sent.isWhole || ended ? sent.markdown : closeMarkdown(sent.markdown),
        isLast(sent) ? note : undefined,
      )
    }
    const landed = await poster.put(body, urgency)
    lastAt = Date.now()
    if (!landed) return false
    if (firstAt === 0) parts.onFirstText()
    firstAt ||= lastAt
    chain.shown(sent)
    if (sent.isWhole) poster.next()
    return true
  }
  const isLast = (sent: Head) => ended && !sent.isWhole

  /** The next edit, if there is anything new to see; answers whether it is still to be made. */
  const step = async (): Promise<boolean> => {
    while (!ended && chain.head().isWhole) await put('final')
    const head = chain.head()
    if (ended || !head.isNew || closeMarkdown(head.markdown).trim() === '') return false
    return !(await put(poster.isPosted ? 'between' : 'first'))
  }

  const show = async (): Promise<void> => {
    while (!ended) {
      await changed.promise
      changed = Promise.withResolvers()
      if (firstAt !== 0) await pause(lastAt + betweenMs(Date.now() - firstAt, parts.budget.replies) - Date.now())
      if (await step()) changed.resolve()
    }
  }

  /** Waits, but not longer than the text grows. */
  const end = Promise.withResolvers<void>()
  const pause = async (ms: number): Promise<void> => {
    if (ms <= 0) return
    const timer = Promise.withResolvers<void>()
    const handle = setTimeout(timer.resolve, ms)
    await Promise.race([timer.promise, end.promise])
    clearTimeout(handle)
  }

  return {
    get text() {
      return chain.text
    },
    get messages() {
      return poster.messages
    },
    async write(pieces) {
      let broken = false
      const showing = show().catch(error => {
        broken = true
        throw error
      })
      try {
        for await (const piece of pieces) {
          if (broken) break
          chain.add(piece)
          changed.resolve()
        }
      } finally {
        ended = true
        changed.resolve()
        end.resolve()
        await showing
      }
    },
    async finish(note) {
      ended = true
      while (chain.head().isWhole) await put('final')
      await put(note?.kind === 'error' ? 'error' : 'final', note)
    },
    close: () => share.close(),
  }
}

/** What the newest message is to show. A whole one is full: the text goes on in the next message. */
interface Head {
  markdown: string
  isWhole: boolean
  isNew: boolean
}

/** The text, cut into what each message of the chain holds. */
interface Chain {
  readonly text: string
  add(piece: string): void
  head(): Head
  shown(head: Head): void
}

function createChain(): Chain {
  let text = ''
  let open = ''
  let shown = ''
  const full: string[] = []
  const cut = () => {
    for (let parted = splitHead(open, fitsSlack); parted !== undefined; parted = splitHead(open, fitsSlack)) {
      full.push(parted.head)
      open = parted.rest
    }
  }
  return {
    get text() {
      return text
    },
    add(piece) {
      text += piece
      open += piece
    },
    head() {
      cut()
      const markdown = full[0] ?? open
      return { markdown, isWhole: full.length > 0, isNew: markdown !== shown || full.length > 0 }
    },
    shown(head) {
      if (head.isWhole) full.shift()
      shown = head.isWhole ? '' : head.markdown
    },
  }
}
