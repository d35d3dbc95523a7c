import type { IncomingMessage, ServerResponse } from 'node:http'

/** Answers with JSON. */
export function sendJson(
  response: ServerResponse,
  status: number,
  body: unknown,
  headers: Record<string, string> = {},
): void {
  response.writeHead(status, { 'content-type': 'application/json; charset=utf-8', ...headers })
  response.end(JSON.stringify(body))
}

/** Answers with plain text. */
export function sendText(response: ServerResponse, status: number, body: string): void {
  response.writeHead(status, { 'content-type': 'text/plain; charset=utf-8' })
  response.end(body)
}

const loopback = new Set(['localhost', '127.0.0.1', '[::1]'])

/**
 * Why a request is not answered at all: it was made for another host's name (a page that had its name point here), or
 * by another site's page. Programs send no Origin.
 */
export function findIntruder({ headers }: IncomingMessage): string | undefined {
  const host = headers.host ?? ''
  if (!loopback.has(host.replace(/:\d+$/, ''))) return `Open this page as http://localhost, not as ${host}.`
  const origin = headers.origin
  if (origin !== undefined && origin !== `http://${host}`) return `Requests from ${origin} are refused here.`
  return undefined
}

/** The whole body of a request; refused above the limit. */
export async function readBytes(request: IncomingMessage, mostBytes: number): Promise<Buffer | undefined> {
  const pieces: Buffer[] = []
  let size = 0
  for await (const piece of request) {
    size += piece.length
    if (size > mostBytes) return undefined
    pieces.push(piece)
  }
  return Buffer.concat(pieces)
}
