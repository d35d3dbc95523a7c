import { SlackError } from '../errors.ts'
import { type CallSlack, callTimeoutMs, callWithRetry } from './client.ts'

/** A file of the bot's own. */
interface Upload {
  name: string
  /** Its name for people; without it, the file's name. */
  title?: string
  /** Description of a picture, for people who cannot see it. */
  alt?: string
  bytes: Uint8Array
}

/** How long Slack may be away before a file is given up. */
const patienceMs = 60_000
/** Source: docs.slack.dev, files.getUploadURLExternal. */
const mostAltCharacters = 1_000

/**
 * Uploads files to a thread, as one message with a comment in Slack's mrkdwn, in the three steps of Slack's API. Throws the `SlackError`
 * of the one that failed; if that is unknown, the message may stand there.
 */
export async function upload(
  call: CallSlack,
  uploads: readonly Upload[],
  { channel, threadTs, comment }: { channel: string; threadTs: string; comment?: string },
): Promise<void> {
  const files = []
  for (const { name, title = name, alt, bytes } of uploads) {
    const shownAlt = alt === undefined ? {} : { alt_txt: alt.slice(0, mostAltCharacters).toWellFormed() }
    const place = { filename: name, length: bytes.byteLength, ...shownAlt }
    const ticket = await callWithRetry(() => call('files.getUploadURLExternal', place), patienceMs)
    await callWithRetry(() => send(String(ticket.upload_url), bytes), patienceMs)
    files.push({ id: ticket.file_id, title })
  }
  const args = { files, channel_id: channel, thread_ts: threadTs, ...(comment && { initial_comment: comment }) }
  // A refusal had no effect; after any other failure the file may be there.
  const keepUnknown = (error: unknown) => {
    if (error instanceof SlackError && error.isUnknown) return error
    throw error
  }
  const done = await callWithRetry(() => call('files.completeUploadExternal', args).catch(keepUnknown), patienceMs)
  if (done instanceof SlackError) throw done
}

/** The upload URL is for this file alone and needs no token. */
async function send(url: string, bytes: Uint8Array): Promise<void> {
  const response = await fetch(url, {
    method: 'POST',
    body: bytes as Uint8Array<ArrayBuffer>,
    headers: { 'content-type': 'application/octet-stream' },
    redirect: 'error',
    signal: AbortSignal.timeout(4 * callTimeoutMs),
  }).catch(error => {
    throw new SlackError('upload', 'network', { cause: error })
  })
  if (!response.ok) throw new SlackError('upload', response.status >= 500 ? 'server' : `http_${response.status}`)
}
