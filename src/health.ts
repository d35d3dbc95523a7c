import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { Metrics } from './metrics.ts'

/** A route for operators, in the form that Bolt's receivers take too. */
interface Route {
  path: string
  method: string[]
  handler: (request: IncomingMessage, response: ServerResponse) => void
}

const methods = ['GET', 'HEAD']

/**
 * Creates `/healthz` (the process lives), `/readyz` (Slack can reach it and it accepts turns) and `/metrics` (Prometheus). `problemOf`
 * returns why it is not ready, blank where the log says it; undefined if it is.
 */
export function createHealthRoutes(metrics: Metrics, problemOf: () => string | undefined): Route[] {
  return [
    { path: '/healthz', method: methods, handler: (_, response) => say(response, 200, 'ok\n') },
    {
      path: '/readyz',
      method: methods,
      handler(_, response) {
        const problem = problemOf()
        if (problem === undefined) say(response, 200, 'ready\n')
        else say(response, 503, problem === '' ? 'not ready\n' : `not ready: ${problem}\n`)
      },
    },
    {
      path: '/metrics',
      method: methods,
      handler: (_, response) => {
        metrics.text().then(
          text => say(response, 200, text, metrics.contentType),
          () => say(response, 500, 'metrics could not be read\n'),
        )
      },
    },
  ]
}

/** Bounds of a server that anybody may reach: nobody holds it by many connections, or by sending slowly. */
export const serverBounds = {
  headersTimeout: 5_000,
  requestTimeout: 10_000,
  keepAliveTimeout: 5_000,
  connectionsCheckingInterval: 1_000,
}
export const maxConnections = 500

/** Serves routes at a port of their own. */
export function openHealthServer(routes: Route[], port: number, host: string | undefined): Promise<Server> {
  const server = createServer(serverBounds, (request, response) => {
    const path = request.url?.split('?', 1)[0]
    const route = routes.find(candidate => candidate.path === path && candidate.method.includes(request.method ?? ''))
    if (route === undefined) say(response, 404, 'not found\n')
    else route.handler(request, response)
  })
  server.maxConnections = maxConnections
  return new Promise((resolve, reject) => {
    server.once('error', reject)
    server.listen(port, host, () => resolve(server))
  })
}

function say(response: ServerResponse, status: number, text: string, contentType = 'text/plain; charset=utf-8'): void {
  response.writeHead(status, { 'content-type': contentType }).end(text)
}
