import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { onTestFinished } from 'vitest'
import { onePixel } from './story.ts'

/** What was asked of an image server; `picture` is what is to be changed, in base64. */
interface ImageRequest {
  prompt: string
  size: string
  picture?: string
}

/**
 * Starts an image server as the vendor's: pictures are base64, and it refuses to be asked for that; what its moderation forbids gets a 400.
 * Without `edits` it changes no pictures.
 */
export async function createImageServer({
  edits = true,
  draw = () => onePixel,
  atEnd = onTestFinished,
}: {
  edits?: boolean
  /** Draws what the request of this number asks for: a PNG in base64. */
  draw?: (request: ImageRequest, count: number) => string
  atEnd?: (end: () => void) => unknown
} = {}) {
  const requests: ImageRequest[] = []
  const gate = { opened: Promise.resolve() }
  const server = createServer(async (request, response) => {
    const send = (status: number, body: object) =>
      response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body))
    const isEdit = request.url === '/v1/images/edits'
    if (request.url !== '/v1/images/generations' && !(isEdit && edits)) return send(404, { detail: 'Not Found' })
    const chunks: Buffer[] = []
    for await (const chunk of request) chunks.push(chunk as Buffer)
    const body = new Response(Buffer.concat(chunks), {
      headers: { 'content-type': String(request.headers['content-type']) },
    })
    const { image, ...fields } = isEdit
      ? Object.fromEntries(await body.formData())
      : ((await body.json()) as Record<string, unknown>)
    if ('response_format' in fields) {
      const message = "Unknown parameter: 'response_format'."
      return send(400, {
        error: { message, type: 'invalid_request_error', param: 'response_format', code: 'unknown_parameter' },
      })
    }
    const picture = image instanceof File ? Buffer.from(await image.arrayBuffer()).toString('base64') : undefined
    const asked = {
      prompt: String(fields.prompt),
      size: String(fields.size),
      ...(picture !== undefined && { picture }),
    }
    const count = requests.push(asked)
    await gate.opened
    if (String(fields.prompt).includes('forbidden')) {
      const message = 'Your request was rejected by the safety system.'
      return send(400, {
        error: { message, type: 'image_generation_user_error', param: null, code: 'moderation_blocked' },
      })
    }
    send(200, {
      created: 0,
      data: [{ b64_json: draw(asked, count) }],
      usage: { input_tokens: 12, output_tokens: 1_056, total_tokens: 1_068 },
    })
  })
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  atEnd(() => {
    server.closeAllConnections()
    server.close()
  })
  return {
    requests,
    /** From now on no picture is sent before the function that is returned was called. */
    hold() {
      const { promise, resolve } = Promise.withResolvers<void>()
      gate.opened = promise
      return resolve
    },
    config: {
      apiKey: 'none',
      baseUrl: `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`,
      name: 'gpt-image-2',
    },
  }
}
