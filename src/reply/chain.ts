import { fitsSlack, splitHead } from './split.ts'

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
