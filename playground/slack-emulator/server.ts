import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { Duplex } from 'node:stream'
import { type Body, readBody } from './bodies.ts'
import type { Core } from './core.ts'
import { cutOff, waitFor } from './faults.ts'
import { findIntruder, readBytes, sendJson, sendText } from './http.ts'
import type { PageEndpoints } from './page-endpoints.ts'
import { Refusal } from './refusal.ts'
import type { ResponseUrls } from './response-urls.ts'
import { isVisible } from './web-api/files.ts'
import { refuseByFault, type WebApi } from './web-api/serve.ts'

const mostBodyBytes = 100 * 1024 * 1024
/** Longer than the SDK keeps an idle connection, so that it never writes into one that is being closed. */
const keepAliveMs = 75_000

const loginPage = '<!DOCTYPE html><html><head><title>Slack</title></head><body>Sign in to your workspace</body></html>'

export interface ServerParts {
  core: Core
  webApi: WebApi
  responseUrls: ResponseUrls
  pageEndpoints: PageEndpoints
  routes: (request: IncomingMessage, response: ServerResponse) => boolean
}

/** The one port: Web API, sockets, files, response_urls, the page, and whatever else is routed here. */
export function createWorkspaceServer(parts: ServerParts): Server {
  const server = createServer((request, response) => {
    route(parts, request, response).catch(error => fail(response, error))
  })
  server.keepAliveTimeout = keepAliveMs
  server.on('upgrade', (request, socket: Duplex, head) => {
    socket.on('error', () => socket.destroy())
    if (findIntruder(request)) socket.end('HTTP/1.1 403 Forbidden\r\n\r\n')
    else parts.core.sockets.upgrade(request, socket, head)
  })
  return server
}

async function route(parts: ServerParts, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const intruder = findIntruder(request)
  if (intruder) return sendJson(response, 403, { ok: false, error: intruder })
  const url = new URL(request.url ?? '/', 'http://localhost')
  const [, first = ''] = url.pathname.split('/')
  const own = { api: serveApi, actions: serveAction, upload: serveUpload, 'files-pri': serveFile }
  if (Object.hasOwn(own, first)) return own[first as keyof typeof own](parts, request, response, url)
  if (await parts.pageEndpoints(request, response, url)) return
  if (!parts.routes(request, response)) sendText(response, 404, `There is nothing at ${url.pathname}.`)
}

function fail(response: ServerResponse, error: unknown): void {
  if (response.headersSent) cutOff(response)
  else reportFault(response, error)
}

function reportFault(response: ServerResponse, error: unknown): void {
  const says = error instanceof Error ? (error.stack ?? error.message) : String(error)
  sendJson(response, 500, { ok: false, error: 'internal_error', says })
}

type Serve = (parts: ServerParts, request: IncomingMessage, response: ServerResponse, url: URL) => Promise<void>

async function takeBody(request: IncomingMessage): Promise<{ bytes: Buffer; body: Body }> {
  const bytes = await readBytes(request, mostBodyBytes)
  if (!bytes) throw new Error(`a body of more than ${mostBodyBytes} bytes`)
  return { bytes, body: await readBody(request, bytes) }
}

const serveApi: Serve = async ({ webApi }, request, response, url) => {
  const { body } = await takeBody(request)
  await webApi(url.pathname.slice('/api/'.length), request, body, response)
}

const serveAction: Serve = async ({ core, responseUrls }, request, response, url) => {
  const { body } = await takeBody(request)
  const call = core.wire.begin('response_url', body.args, 'none')
  const fault = core.faults.strike('response_url', body.args)
  await waitFor(fault)
  const instead = refuseByFault(response, fault)
  if (instead) return core.wire.end(call, instead.status, instead.error)
  const error = attempt(() => responseUrls.use(url.pathname.split('/').at(-1) ?? '', body.args))
  if (fault?.cut === 'after') cutOff(response)
  else if (error) sendText(response, error.endsWith('_url') ? 404 : 500, error)
  else sendText(response, 200, 'ok')
  core.wire.end(call, error ? 'refused' : 'ok', error)
}

/** The name of the refusal, empty when there was none. */
function attempt(act: () => void): string {
  try {
    act()
    return ''
  } catch (error) {
    if (error instanceof Refusal) return error.code
    throw error
  }
}

const serveUpload: Serve = async ({ core }, request, response, url) => {
  const { bytes, body } = await takeBody(request)
  const content = body.file ?? new Uint8Array(bytes)
  const call = core.wire.begin('upload', { bytes: content.byteLength }, 'none')
  const error = core.files.receive(url.pathname.split('/').at(-1) ?? '', content)
  sendText(response, error ? 400 : 200, error ?? `OK - ${content.byteLength}`)
  core.wire.end(call, error ? 'refused' : 'ok', error)
}

/** A file for the bot. Without the right token Slack shows its sign-in page, with status 200. */
const serveFile: Serve = async ({ core }, request, response, url) => {
  const id = url.pathname.split('/')[2]?.split('-')[1] ?? ''
  const token = request.headers.authorization
  const call = core.wire.begin('file', { file: id }, token === `Bearer ${core.identity.botToken}` ? 'bot' : 'invalid')
  const fault = core.faults.strike('file', { file: id })
  await waitFor(fault)
  const instead = refuseByFault(response, fault)
  if (instead) return core.wire.end(call, instead.status, instead.error)
  const file = core.files.get(id)
  const isAllowed = call.token === 'bot' && core.scopes.includes('files:read')
  if (!file || !isAllowed || !isVisible(core, file)) {
    response.writeHead(200, { 'content-type': 'text/html; charset=utf-8' }).end(loginPage)
    return core.wire.end(call, 'refused', 'sign-in page')
  }
  if (fault?.cut === 'after')
    return cutInBody(response, file.bytes, () => core.wire.end(call, 'failed', 'cut half way'))
  response.writeHead(200, { 'content-type': file.mimetype, 'content-length': file.bytes.byteLength })
  response.end(file.bytes)
  core.wire.end(call, 'ok')
}

/** Sends half of a file and then breaks the connection. */
function cutInBody(response: ServerResponse, bytes: Uint8Array, done: () => void): void {
  response.writeHead(200, { 'content-length': bytes.byteLength })
  response.write(bytes.slice(0, bytes.byteLength / 2), () => {
    cutOff(response)
    done()
  })
}
