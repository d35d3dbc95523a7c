import { collapseBlankRuns } from '../text/sanitize.ts'
import { fitsSlack, splitHead } from '../text/split.ts'

/** The text that the message at work shows. A full one is complete: the text goes on in the next message. */
interface Head {
  markdown: string
  isFull: boolean
  isNew: boolean
}

/** Creates a text that grows, cut into what each message of the reply holds. */
export function createGrowingText() {
  let text = ''
  let open = ''
  let shown = ''
  const full: string[] = []
  /** Cuts off one message's text at a time: cutting a long text takes long, and others wait. */
  const cut = () => {
    if (full.length > 0) return
    open = collapseBlankRuns(open)
    const parted = splitHead(open, fitsSlack)
    if (parted === undefined) return
    full.push(parted.head)
    open = parted.rest
  }
  return {
    get text() {
      return text
    },
    add(piece: string): void {
      // Blanks before the first word are nothing to show.
      open = text.trim() === '' ? piece.trimStart() : open + piece
      text += piece
    },
    /** Returns the first full text that is not shown yet, else the open end. */
    head(): Head {
      cut()
      const markdown = full[0] ?? open
      return { markdown, isFull: full.length > 0, isNew: markdown !== shown || full.length > 0 }
    },
    /** Notes that Slack shows a head. */
    shown(head: Head): void {
      if (head.isFull) full.shift()
      shown = head.isFull ? '' : head.markdown
    },
  }
}
