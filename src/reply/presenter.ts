import type { Urgency } from '../rate-limit/limiter.ts'
import { closeMarkdown } from '../text/to-mrkdwn.ts'
import { buildMessageBody, type Control, isNothing, sameBody } from './body.ts'
import type { Progress } from './checkpoint.ts'
import { createGrowingText } from './growing-text.ts'
import type { Body, Writer } from './writer.ts'

type Note = NonNullable<Parameters<typeof buildMessageBody>[1]>

/** The end of a reply: a note, buttons, and whether another process goes on with it. */
export interface Ending {
  note?: Note
  controls?: Control[]
  isUnfinished?: boolean
}

interface PresenterDeps {
  writer: Writer
  checkpoint: Pick<Progress, 'showing'>
  /** Buttons below a reply that grows. */
  controls: Control[]
  /** Sends by the writer. */
  send: (body: () => Body, urgency: Urgency) => Promise<boolean>
}

/** Presents a growing text in the writer's messages: closes its open marks, and knows what Slack shows already. */
export function createPresenter({ writer, checkpoint, controls: growingControls, send }: PresenterDeps) {
  let text = createGrowingText()
  let hasEnded = false
  /** The body that Slack has accepted for the message at work. */
  let accepted: Body | undefined
  /** Characters in the messages before it. */
  let shownBefore = 0

  /** The end of a complete text stays as it was written; one that goes on, or broke off, has its open marks closed. */
  const render = (head: ReturnType<typeof text.head>, { note, controls = [], isUnfinished = false }: Ending): Body => {
    const stays = head.isFull || (hasEnded && note?.kind !== 'error' && !isUnfinished)
    const markdown = stays ? head.markdown : closeMarkdown(head.markdown)
    if (head.isFull) return { ...buildMessageBody(markdown), isWhole: false }
    if (!hasEnded)
      return { ...buildMessageBody(markdown, undefined, growingControls), isWhole: false, grown: head.markdown }
    return { ...buildMessageBody(markdown, note, controls), isWhole: !isUnfinished }
  }

  return {
    get text() {
      return text.text
    },
    get hasEnded() {
      return hasEnded
    },
    add: (piece: string): void => text.add(piece),
    replace(newText: string): void {
      text = createGrowingText()
      text.add(newText)
      if (writer.index === 0) return
      // Another text begins in the first message again.
      writer.rewind()
      accepted = undefined
      shownBefore = 0
    },
    /** The text is complete, or is broken off here. */
    end(): void {
      hasEnded = true
    },
    head: () => text.head(),
    /** Makes Slack show the head of the text. Returns whether it does. */
    async put(urgency: Urgency, ending: Ending = {}): Promise<boolean> {
      let sent = text.head()
      let body = render(sent, ending)
      let renderedWhile = hasEnded
      const newest = () => {
        const head = text.head()
        if (head.markdown !== sent.markdown || head.isFull !== sent.isFull || hasEnded !== renderedWhile) {
          body = render(head, ending)
          renderedWhile = hasEnded
        }
        sent = head
        return body
      }
      const isLast = urgency === 'final' || urgency === 'error'
      const isShown = sameBody(body, accepted) && body.isWhole === accepted?.isWhole && !(isLast && writer.isUnsettled)
      if (!isNothing(body) && !isShown && !(await send(newest, urgency))) return false
      accepted = body
      text.shown(sent)
      checkpoint.showing(shownBefore + sent.markdown.length, ending.isUnfinished === true)
      if (sent.isFull) {
        shownBefore += sent.markdown.length
        writer.next()
        accepted = undefined
      }
      return true
    },
  }
}
