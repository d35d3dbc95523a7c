import { createHash } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { loadEmoji } from './emoji.ts'
import { drawFace } from './faces.ts'

const folder = new URL('./web/', import.meta.url)

const contentTypes: Record<string, string> = {
  html: 'text/html; charset=utf-8',
  css: 'text/css; charset=utf-8',
  js: 'text/javascript; charset=utf-8',
  svg: 'image/svg+xml',
  json: 'application/json',
}

/** The packages that the page is made of, served as they are installed: they need no build. */
const packages = ['preact', 'preact/hooks', 'htm', 'htm/preact', '@preact/signals', '@preact/signals-core', 'marked']

const packageUrl = (name: string): string => `/page/packages/${name}.js`

/** Where the browser finds each package. It stands in the page itself, the only script that does. */
const importMap = JSON.stringify({ imports: Object.fromEntries(packages.map(name => [name, packageUrl(name)])) })
const importMapHash = createHash('sha256').update(importMap).digest('base64')

/**
 * Nothing but this origin's own files may run, style, load or be asked, and no text becomes markup: what a model writes
 * can fetch nothing.
 */
const securityHeaders = {
  'content-security-policy': [
    "default-src 'none'",
    `script-src 'self' 'sha256-${importMapHash}'`,
    "require-trusted-types-for 'script'",
    "trusted-types 'none'",
    "style-src 'self'",
    "img-src 'self'",
    "media-src 'self'",
    "connect-src 'self'",
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
  ].join('; '),
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'no-referrer',
  'cross-origin-opener-policy': 'same-origin',
  'cache-control': 'no-store',
}

/** All emoji by name. */
const emojiPath = '/page/emoji.json'

/** Slack's address of a message; the page has its own, behind a #. */
const permalink = /^\/archives\/(\w+)\/p(\d{10})(\d{6})$/

/** Which file a path means. The pattern admits plain names only, so no path leads out of the folder. */
const fileOf = (pathname: string): string | undefined =>
  pathname === '/' ? 'index.html' : /^\/page\/assets\/([a-z][a-z0-9-]*\.(?:js|css|svg))$/.exec(pathname)?.[1]

/** The face that a path means, by the person's id. */
const face = /^\/page\/people\/(\w{1,40})\.svg$/

/**
 * The playground's page as files over HTTP: `/`, `/page/assets/*`, its packages, people's faces, and the names of emoji. The
 * function answers a request that is for the page and says so with `true`; with `false` it has not touched the response and the
 * request is somebody else's.
 */
export const createPageRoutes = (): ((request: IncomingMessage, response: ServerResponse) => boolean) => {
  return (request, response) => {
    if (request.method !== 'GET' && request.method !== 'HEAD') return false
    const [pathname = '/'] = (request.url ?? '/').split('?')
    const [, channel, seconds, rest] = permalink.exec(pathname) ?? []
    if (channel) {
      response.writeHead(302, { location: `/#/${channel}/${seconds}.${rest}`, 'cache-control': 'no-store' }).end()
      return true
    }
    const isMade = pathname === emojiPath || face.test(pathname) || packages.some(one => packageUrl(one) === pathname)
    const name = isMade ? pathname : fileOf(pathname)
    if (name === undefined) return false
    void sendFile(name, request.method === 'HEAD', response)
    return true
  }
}

/** Reads a file, or makes it. */
const readBytes = async (name: string): Promise<Buffer> => {
  if (name === emojiPath) return Buffer.from(JSON.stringify(await loadEmoji()))
  const [, person] = face.exec(name) ?? []
  if (person !== undefined) return Buffer.from(drawFace(person))
  const installed = packages.find(one => packageUrl(one) === name)
  if (installed !== undefined) return readFile(new URL(import.meta.resolve(installed)))
  const bytes = await readFile(new URL(name, folder))
  const mapPlace = '<script type="importmap">'
  return name === 'index.html' ? Buffer.from(bytes.toString().replace(mapPlace, mapPlace + importMap)) : bytes
}

const sendFile = async (name: string, headOnly: boolean, response: ServerResponse): Promise<void> => {
  const bytes = await readBytes(name).catch(() => undefined)
  if (!bytes) {
    response.writeHead(404, { 'content-type': 'text/plain', 'cache-control': 'no-store' }).end('No such file.\n')
    return
  }
  const contentType = contentTypes[name.slice(name.lastIndexOf('.') + 1)] ?? 'application/octet-stream'
  response.writeHead(200, { ...securityHeaders, 'content-type': contentType, 'content-length': bytes.byteLength })
  response.end(headOnly ? undefined : bytes)
}
