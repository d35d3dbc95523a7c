import type { SlackJson } from '../protocol.ts'

/** A call that Slack answers with `ok: false`: the error's name, and what else the answer says. */
export class Refusal extends Error {
  readonly code: string
  readonly extra: SlackJson

  constructor(code: string, extra: SlackJson = {}) {
    super(code)
    this.name = 'Refusal'
    this.code = code
    this.extra = extra
  }
}

/** Something a person cannot do on the page, said so that they know what to do instead. */
export class Impossible extends Error {
  constructor(sentence: string) {
    super(sentence)
    this.name = 'Impossible'
  }
}
