import { FileSkipped } from './skipped.ts'

interface DownloadDeps {
  url: URL
  token: string
  fetch: typeof fetch
  maxBytes: number
  /** Bounds the whole download, so that a body that never ends cannot hold a turn. */
  timeoutMs: number
  signal?: AbortSignal | undefined
}

/** Fetches a file's bytes from Slack. The token goes to this address only: a redirect ends the download. */
export async function download(deps: DownloadDeps): Promise<Uint8Array> {
  const chunks: Uint8Array[] = []
  await downloadTo(chunk => void chunks.push(chunk), deps)
  return Buffer.concat(chunks)
}

/** Fetches a file as `download` does, piece by piece. Resolves with its size in bytes. */
export async function downloadTo(
  take: (chunk: Uint8Array) => Promise<unknown> | undefined,
  deps: DownloadDeps,
): Promise<number> {
  try {
    const response = await request(deps)
    await refuseStatus(response)
    return await collect(response, take, deps.maxBytes)
  } catch (error) {
    deps.signal?.throwIfAborted()
    throw error instanceof FileSkipped ? error : new FileSkipped('download_failed')
  }
}

function request({ url, token, fetch, timeoutMs, signal }: DownloadDeps): Promise<Response> {
  const timeout = AbortSignal.timeout(timeoutMs)
  return fetch(url, {
    headers: { authorization: `Bearer ${token}` },
    redirect: 'manual',
    signal: signal === undefined ? timeout : AbortSignal.any([signal, timeout]),
  })
}

async function refuseStatus(response: Response): Promise<void> {
  if (response.status === 200) return
  await response.body?.cancel()
  throw new FileSkipped(formatReason(response.status))
}

function formatReason(status: number) {
  if (status >= 300 && status < 400) return 'redirected'
  if (status === 401 || status === 403) return 'login_page'
  return status === 404 || status === 410 ? 'not_found' : 'download_failed'
}

/** Counts received bytes; `content-length` is meaningless for a compressed body. */
async function collect(
  response: Response,
  take: (chunk: Uint8Array) => Promise<unknown> | undefined,
  maxBytes: number,
) {
  let bytes = 0
  for await (const chunk of response.body ?? []) {
    bytes += chunk.byteLength
    if (bytes > maxBytes) throw new FileSkipped('too_large')
    await take(chunk)
  }
  return bytes
}
