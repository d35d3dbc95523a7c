import { createHash } from 'node:crypto'
import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { z } from 'zod'
import { createPageRoutes } from '../../playground/static.ts'

const page = createPageRoutes()
const server = createServer((request, response) => {
  if (!page(request, response)) response.writeHead(418).end()
})
let url = ''

beforeAll(async () => {
  await once(server.listen(0, '127.0.0.1'), 'listening')
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
})
afterAll(() => server.close())

test('the page and its files are served under a policy that lets nothing foreign in, and are never cached', async () => {
  for (const [path, type] of [
    ['/', 'text/html'],
    ['/?as=U1', 'text/html'],
    ['/page/assets/main.js', 'text/javascript'],
    ['/page/assets/page.css', 'text/css'],
    ['/page/assets/icon.svg', 'image/svg+xml'],
    ['/page/people/U0DANA0001.svg', 'image/svg+xml'],
    ['/page/emoji.json', 'application/json'],
    ['/page/packages/@preact/signals.js', 'text/javascript'],
  ]) {
    const { status, headers } = await fetch(url + path)
    expect([path, status, headers.get('content-type')?.split(';')[0]]).toEqual([path, 200, type])
    expect(headers.get('content-security-policy')).toContain("default-src 'none'; script-src 'self'")
    expect(headers.get('cache-control')).toBe('no-store')
    expect(headers.get('x-content-type-options')).toBe('nosniff')
  }
})

test('the only script that stands in the page is the map of its packages, and no text becomes markup', async () => {
  const response = await fetch(url)
  const [, map = ''] = /<script type="importmap">(.+?)<\/script>/.exec(await response.text()) ?? []
  const hash = createHash('sha256').update(map).digest('base64')
  const policy = response.headers.get('content-security-policy')
  expect(policy).toContain(`script-src 'self' 'sha256-${hash}';`)
  expect(policy).toContain("require-trusted-types-for 'script'; trusted-types 'none'")
  const { imports } = z.object({ imports: z.record(z.string(), z.string()) }).parse(JSON.parse(map))
  for (const path of Object.values(imports)) expect([path, (await fetch(url + path)).status]).toEqual([path, 200])
})

test('what is not the page’s is left to others, and no path leads out of its folder', async () => {
  const statusOf = async (path: string, method = 'GET') => (await fetch(url + path, { method })).status
  expect(await statusOf('/page/snapshot')).toBe(418)
  expect(await statusOf('/', 'POST')).toBe(418)
  expect(await statusOf('/page/assets/tsconfig.json')).toBe(418)
  expect(await statusOf('/page/assets/..%2Fstatic.ts')).toBe(418)
  expect(await statusOf('/page/assets/nothing.js')).toBe(404)
  expect(await statusOf('/page/packages/openai.js')).toBe(418)
  expect(await statusOf('/page/packages/../../package.json')).toBe(418)
})

test('Slack’s address of a message leads to that message in the page', async () => {
  const { status, headers } = await fetch(`${url}/archives/C0GENERAL1/p1700000000000100?thread_ts=1`, {
    redirect: 'manual',
  })
  expect([status, headers.get('location')]).toEqual([302, '/#/C0GENERAL1/1700000000.000100'])
})
