import { openTicker } from '../reply/ticker.ts'
import type { FileReader } from '../slack/files/read-file.ts'
import type { Message } from '../slack/message.ts'
import { loadAttachments } from '../threads/load-files.ts'
import type { Services, TurnContext } from './context.ts'

type Ctx = TurnContext<Pick<Services, 'threads'> & { files: FileReader }>

/** Progress is shown at least every three seconds. */
const progressEveryMs = 2_500

/** Reads the files of messages, and caches what is in them. While a long recording is transcribed, the reply shows how far that is. */
export async function readFiles(
  messages: readonly Message[],
  { turn, person, reply, recovered, i18n, signal, deps }: Ctx,
) {
  const progress = { done: 0, total: 0 }
  const minutes = (seconds: number) => Math.round(seconds / 60)
  const show = () =>
    reply.show(i18n.recordings.progress({ done: minutes(progress.done), total: minutes(progress.total) }))
  let ticker: ReturnType<typeof openTicker> | undefined
  const onProgress = (done: number, total: number) => {
    Object.assign(progress, { done, total })
    // A reply that was begun before is not made shorter.
    if (recovered === undefined) ticker ??= openTicker(show, progressEveryMs)
  }
  try {
    const { fresh, ...read } = await loadAttachments(messages, deps.files, signal, {
      onProgress,
      locale: person.locale,
    })
    for (const [ts, contents] of fresh) deps.threads.keep(turn, ts, contents)
    return read
  } finally {
    await ticker?.close()
    if (ticker !== undefined) reply.replace('')
  }
}

/** Names a language for a reader whose own is another; blank otherwise. */
export function nameLanguage(tag: string | undefined, locale: string): string {
  if (tag === undefined || tag.split('-')[0] === locale.toLowerCase().split('-')[0]) return ''
  try {
    return new Intl.DisplayNames([locale], { type: 'language' }).of(tag) ?? ''
  } catch {
    return ''
  }
}
