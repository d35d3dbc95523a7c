import type { IncomingMessage } from 'node:http'
import type { SlackJson } from '../protocol.ts'
import { toArgs } from './args.ts'
import { isObject, parseJson } from './json.ts'

/** What a request brought: its arguments, and the bytes of the first file among them. */
export interface Body {
  args: SlackJson
  file?: Uint8Array
}

/** The arguments of a call, out of the address and of a body in any form that Slack takes. */
export async function readBody(request: IncomingMessage, bytes: Buffer): Promise<Body> {
  const query = new URL(request.url ?? '/', 'http://localhost').searchParams
  const type = request.headers['content-type'] ?? ''
  if (type.startsWith('multipart/form-data')) return readMultipart(type, bytes, query)
  if (type.startsWith('application/json')) {
    const parsed = parseJson(bytes.toString())
    return { args: { ...toArgs(query), ...(isObject(parsed) ? toArgs(Object.entries(parsed)) : {}) } }
  }
  const form = type.startsWith('application/x-www-form-urlencoded') ? new URLSearchParams(bytes.toString()) : []
  return { args: toArgs([...query, ...form]) }
}

async function readMultipart(type: string, bytes: Buffer, query: URLSearchParams): Promise<Body> {
  const form = await new Response(new Uint8Array(bytes), { headers: { 'content-type': type } }).formData()
  const fields = [...form].filter(([, value]) => typeof value === 'string')
  const blob = [...form.values()].find(value => typeof value !== 'string')
  const args = toArgs([...query, ...fields])
  return blob ? { args, file: new Uint8Array(await blob.arrayBuffer()) } : { args }
}
