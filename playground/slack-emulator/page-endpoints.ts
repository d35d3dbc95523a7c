import type { IncomingMessage, ServerResponse } from 'node:http'
import { z } from 'zod'
import type { Gesture } from '../protocol.ts'
import type { Core } from './core.ts'
import type { GestureResult } from './gestures/gesture.ts'
import { readBytes, sendJson } from './http.ts'
import { parseJson } from './json.ts'
import { takeSnapshot } from './snapshot.ts'

/** Slack's limit is 1 GB; this page keeps files in memory. */
const mostUploadBytes = 100 * 1024 * 1024
const mostGestureBytes = 1024 * 1024
/** A comment this often keeps proxies and browsers from giving a silent stream up. */
const keepAliveMs = 15_000
/** A page that does not read is let go; it connects again by itself. */
const mostUnreadBytes = 16 * 1024 * 1024

const id = z.string().min(1)
const json = z.record(z.string(), z.unknown())
const base = { as: id }
const inChannel = { ...base, channel: id }
const onMessage = { ...inChannel, ts: id }
const viewState = z.record(z.string(), z.record(z.string(), json))
const gestures = z.discriminatedUnion('do', [
  z.object({
    do: z.literal('say'),
    ...inChannel,
    text: z.string(),
    threadTs: id.optional(),
    files: z.array(id).optional(),
    broadcast: z.boolean().optional(),
  }),
  z.object({ do: z.literal('edit'), ...onMessage, text: z.string() }),
  z.object({ do: z.literal('delete'), ...onMessage }),
  z.object({ do: z.literal('react'), ...onMessage, name: id }),
  z.object({ do: z.literal('unreact'), ...onMessage, name: id }),
  z.object({ do: z.literal('command'), ...inChannel, command: id, text: z.string(), threadTs: id.optional() }),
  z.object({ do: z.literal('message_shortcut'), ...onMessage, callbackId: id }),
  z.object({ do: z.literal('global_shortcut'), ...base, callbackId: id }),
  z.object({ do: z.literal('act'), ...onMessage, blockId: id, action: json }),
  z.object({
    do: z.literal('act_in_view'),
    ...base,
    viewId: id,
    blockId: id,
    action: json,
    state: viewState.optional(),
  }),
  z.object({ do: z.literal('submit_view'), ...base, viewId: id, state: viewState }),
  z.object({ do: z.literal('close_view'), ...base, viewId: id }),
  z.object({ do: z.literal('open_home'), ...base, tab: z.enum(['home', 'messages']) }),
  z.object({ do: z.literal('join'), ...inChannel }),
  z.object({ do: z.literal('invite'), ...inChannel, user: id }),
  z.object({ do: z.literal('remove'), ...inChannel, user: id }),
  z.object({ do: z.literal('create_channel'), ...base, name: id }),
  z.object({ do: z.literal('stop_session'), ...inChannel, threadTs: id }),
])

export interface PageParts {
  core: Core
  model: string
  act(gesture: Gesture): Promise<GestureResult>
}

/** What the page asks of the workspace. True when the address was one of the page's. */
export type PageEndpoints = (request: IncomingMessage, response: ServerResponse, url: URL) => Promise<boolean>

/** The endpoints of `protocol.ts`. */
export function createPageEndpoints({ core, model, act }: PageParts): PageEndpoints {
  const { people, files, changes } = core

  /** The person for whom the page asks; who comes for the first time is the first whose language their browser speaks. */
  function readPerson(url: URL, { headers }: IncomingMessage, response: ServerResponse): string | undefined {
    const as = url.searchParams.get('as') || people.welcome(headers['accept-language'] ?? '').id
    if (as !== undefined && people.get(as)) return as
    const known = people.all().map(person => person.id)
    sendJson(response, 400, { ok: false, error: `Say who you are with ?as=. Known: ${known.join(', ')}.` })
    return undefined
  }

  function follow(as: string, response: ServerResponse): void {
    response.writeHead(200, { 'content-type': 'text/event-stream', 'cache-control': 'no-store' })
    response.write(': connected\n\n')
    const stop = changes.onChange((change, to) => {
      if (to !== undefined && to !== as) return
      response.write(`data: ${JSON.stringify(change)}\n\n`)
      if (response.writableLength > mostUnreadBytes) response.destroy()
    })
    const keepAlive = setInterval(() => response.write(': still here\n\n'), keepAliveMs).unref()
    response.on('close', () => {
      stop()
      clearInterval(keepAlive)
    })
  }

  async function gesture(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const bytes = await readBytes(request, mostGestureBytes)
    if (!bytes) return sendJson(response, 413, { ok: false, error: 'That is too much at once. Send less.' })
    const parsed = gestures.safeParse(parseJson(bytes.toString()))
    if (!parsed.success) {
      return sendJson(response, 400, { ok: false, error: `Not a gesture: ${z.prettifyError(parsed.error)}` })
    }
    sendJson(response, 200, await act(parsed.data as Gesture))
  }

  async function upload(request: IncomingMessage, response: ServerResponse, url: URL): Promise<void> {
    const as = readPerson(url, request, response)
    if (!as) return
    const bytes = await readBytes(request, mostUploadBytes)
    if (!bytes?.length) {
      const error = bytes
        ? 'That file is empty. Choose another.'
        : 'A file may have 100 MB at most here. Choose a smaller one.'
      return sendJson(response, 400, { ok: false, error })
    }
    const { id: fileId } = files.add(as, url.searchParams.get('name') || 'file', bytes)
    const [file] = files.toPage(fileId)
    sendJson(response, 200, { ok: true, file })
  }

  function download(response: ServerResponse, fileId: string): void {
    const file = files.get(fileId)
    if (!file) {
      sendJson(response, 404, { ok: false, error: 'That file no longer exists. Upload it again.' })
      return
    }
    response.writeHead(200, {
      'content-type': file.mimetype,
      'content-length': file.bytes.byteLength,
      'content-disposition': `inline; filename*=UTF-8''${encodeURIComponent(file.name)}`,
      // An uploaded page must not run as part of this one.
      'content-security-policy': "sandbox; default-src 'none'; style-src 'unsafe-inline'",
      'x-content-type-options': 'nosniff',
    })
    response.end(file.bytes)
  }

  return async (request, response, url) => {
    const route = `${request.method} ${url.pathname}`
    if (route === 'POST /page/gesture') await gesture(request, response)
    else if (route === 'POST /page/upload') await upload(request, response, url)
    else if (route.startsWith('GET /page/files/')) download(response, url.pathname.slice('/page/files/'.length))
    else if (route === 'GET /page/snapshot' || route === 'GET /page/changes') {
      const as = readPerson(url, request, response)
      if (!as) return true
      if (url.pathname.endsWith('changes')) follow(as, response)
      else sendJson(response, 200, takeSnapshot(core, as, model), { 'cache-control': 'no-store' })
    } else return false
    return true
  }
}
