import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http'

interface GuardOptions {
  /** The path to which Slack posts. */
  path: string
  /** Checks the signature of a body. */
  isSigned: (body: string, signature: string, timestamp: number) => boolean
  /** Called with the outcome of each check. */
  onSignature: (isValid: boolean) => void
}

/** Slack's own bound is far below; more is refused. */
const maxBodyBytes = 4 * 1_024 * 1_024
/** Slack signs requests with the time; an older or later one may be a replay. */
const maxClockDifferenceSeconds = 300
/** An unsigned form may be as long as this: Slack checks certificates by an unsigned `ssl_check=1`. */
const maxUnsignedBytes = 1_024

/**
 * Creates a listener that hands only signed requests to Bolt, whose own check reads a body before it looks at the headers and breaks
 * over a body of `null`. Requests to other paths pass.
 */
export function guardRequests(next: RequestListener, options: GuardOptions): RequestListener {
  return (request, response) => {
    // As Bolt reads it: a path can be written in many ways.
    const path = URL.parse(request.url ?? '', 'http://localhost')?.pathname
    if (request.method !== 'POST' || path !== options.path) return next(request, response)
    checkRequest(request, options).then(
      status => (status === undefined ? next(request, response) : refuse(response, status)),
      () => refuse(response, 400),
    )
  }
}

/** Resolves with the status of a refusal, or undefined if the request may pass; its body is then in `rawBody`. */
async function checkRequest(request: IncomingMessage, options: GuardOptions): Promise<number | undefined> {
  const signature = request.headers['x-slack-signature']
  const timestamp = Number(request.headers['x-slack-request-timestamp'] ?? Number.NaN)
  if (typeof signature !== 'string') return isShortForm(request) ? undefined : 401
  if (!(Math.abs(Date.now() / 1_000 - timestamp) <= maxClockDifferenceSeconds)) return 401
  const body = await readBody(request)
  if (body === undefined) return 413
  const text = body.toString()
  const isValid = options.isSigned(text, signature, timestamp)
  options.onSignature(isValid)
  if (!isValid) return 401
  // Bolt compares the whole header.
  const type = request.headers['content-type']?.split(';', 1)[0]?.trim()
  if (type !== undefined) request.headers['content-type'] = type
  if (isScalar(type, text)) return 400
  Object.assign(request, { rawBody: body })
  return undefined
}

const isShortForm = ({ headers }: IncomingMessage) =>
  headers['content-type']?.startsWith('application/x-www-form-urlencoded') === true &&
  Number(headers['content-length'] ?? Number.NaN) <= maxUnsignedBytes

async function readBody(request: IncomingMessage): Promise<Buffer | undefined> {
  const chunks: Buffer[] = []
  let bytes = 0
  for await (const chunk of request as AsyncIterable<Buffer>) {
    bytes += chunk.byteLength
    if (bytes > maxBodyBytes) return undefined
    chunks.push(chunk)
  }
  return Buffer.concat(chunks)
}

/** Checks for a body whose JSON is no object: `null`, a number. Whatever is no JSON is left to Bolt. */
function isScalar(type: string | undefined, text: string): boolean {
  const json = type === 'application/x-www-form-urlencoded' ? new URLSearchParams(text).get('payload') : text
  if (json === null) return false
  return /^\s*(?:null|true|false|-?\d[\d.eE+-]*|"[^"]*")\s*$/.test(json.slice(0, 1_000))
}

function refuse(response: ServerResponse, status: number): void {
  response.writeHead(status, { connection: 'close' }).end()
}
