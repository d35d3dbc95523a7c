/** An error's body is read so far. */
const maxCharacters = 20_000

type Fetch = typeof fetch

/**
 * Wraps `fetch` so that the SDK finds the sentence of every error: some servers put it where the SDK does not look, such as
 * `{"detail":"…"}`, `{"message":"…"}`, or a list.
 */
export function withErrorSentences(fetch: Fetch): Fetch {
  return async (url, init) => {
    const response = await fetch(url, init)
    if (response.ok) return response
    const text = (await response.text()).slice(0, maxCharacters)
    const { status, statusText, headers } = response
    const plain = new Headers(headers)
    for (const name of ['content-length', 'content-encoding']) plain.delete(name)
    return new Response(rewriteError(text), { status, statusText, headers: plain })
  }
}

function rewriteError(text: string): string {
  try {
    const [read] = [JSON.parse(text)].flat()
    if (typeof read !== 'object' || read === null || read.error != null) return JSON.stringify(read)
    const { message, detail = message, code, type, param } = read
    const sentence = typeof detail === 'string' ? detail : JSON.stringify(detail ?? read)
    return JSON.stringify({ error: { message: sentence, code, type, param } })
  } catch {
    return text
  }
}
