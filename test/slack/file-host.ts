import { createServer, type RequestListener } from 'node:http'
import type { AddressInfo } from 'node:net'

/** A server that plays Slack's file host, and remembers which tokens it was shown. */
export interface FileHost {
  origin: string
  tokens: string[]
  /** Serves a body, or whatever the listener does, at a path; answers with the file's address. */
  serve(path: string, answer: string | Uint8Array | RequestListener): string
  close(): Promise<void>
}

export async function openFileHost(): Promise<FileHost> {
  const answers = new Map<string, string | Uint8Array | RequestListener>()
  const tokens: string[] = []
  const server = createServer((request, response) => {
    tokens.push(request.headers.authorization ?? '')
    const answer = answers.get(request.url ?? '')
    if (typeof answer === 'function') answer(request, response)
    else if (answer === undefined) response.writeHead(404).end()
    else response.end(answer)
  })
  await new Promise<void>(done => server.listen(0, '127.0.0.1', done))
  const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  return {
    origin,
    tokens,
    serve(path, answer) {
      answers.set(path, answer)
      return origin + path
    },
    close() {
      server.closeAllConnections()
      return new Promise(done => server.close(() => done()))
    },
  }
}
