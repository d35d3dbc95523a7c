import { fitsSlack, splitHead } from '../text/split.ts'

/** What the message at work is to show. A whole one is full: the text goes on in the next message. */
export interface Head {
  markdown: string
  isWhole: boolean
  isNew: boolean
}

/** The text, cut into what each message of the chain holds. */
export interface Chain {
  readonly text: string
  add(piece: string): void
  /** What is to be shown now: the first full part that is not shown yet, else the open end. */
  head(): Head
  /** Slack shows it. */
  shown(head: Head): void
}

/** Starts with nothing. */
export function createChain(): Chain {
  let text = ''
  let open = ''
  let shown = ''
  const full: string[] = []
  /** One part at a time: cutting a long text takes long, and others wait. */
  const cut = () => {
    if (full.length > 0) return
    open = withoutVoid(open)
    const parted = splitHead(open, fitsSlack)
    if (parted === undefined) return
    full.push(parted.head)
    open = parted.rest
  }
  return {
    get text() {
      return text
    },
    add(piece) {
      // Blanks before the first word are nothing to show.
      open = text.trim() === '' ? piece.trimStart() : open + piece
      text += piece
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

/** A model that has lost its way may write blanks without end; Slack would refuse messages of nothing else. */
function withoutVoid(text: string): string {
  return text.replace(/(\n[ \t]*){50,}/g, '\n\n').replace(/[ \t]{500,}/g, ' ')
}
