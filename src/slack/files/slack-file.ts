/** A file of Slack, parsed from a message's file object. */
export interface SlackFile {
  id: string
  /** As the person named it, made safe to show on one line. */
  name: string
  mimetype: string
  /** Bytes, as Slack claims; 0 when it does not say. A hint, never a bound. */
  size: number
  url?: string
  mode?: string
  /** Slack's own name of the type. */
  filetype?: string
  isExternal?: boolean
  access?: string
  /** Slack's own smaller picture, for kinds of pictures that models do not take. */
  thumb?: string
  /** Slack's own picture of the first page of a PDF. */
  firstPage?: string
  /** The beginning of Slack's own transcript, which is not complete. */
  transcript?: string
  /** The people who uploaded it and who wrote the message that was forwarded with it. */
  by?: string[]
  /** The channel of the message that was forwarded with it. */
  from?: string
}

/** The longest name that Slack and common file systems allow; a longer one is an attempt to fill the prompt. */
const maxNameCharacters = 255

/** Parses a file object of Slack's JSON. Only an id is needed, since a tombstone has nothing else. */
export function parseSlackFile(raw: unknown): SlackFile | undefined {
  if (!isObject(raw)) return undefined
  const id = parseText(raw.id)
  if (id === undefined) return undefined
  const url = parseText(raw.url_private_download) ?? parseText(raw.url_private)
  const mode = parseText(raw.mode)
  const filetype = parseText(raw.filetype)
  const access = parseText(raw.file_access)
  const thumb = [raw.thumb_1024, raw.thumb_960, raw.thumb_720, raw.thumb_480]
    .map(parseText)
    .find(url => url !== undefined)
  const firstPage = parseText(raw.thumb_pdf)
  const transcript = parseTranscript(raw)?.words
  const by = parseText(raw.user)
  return {
    id,
    name: parseName(parseText(raw.name) ?? parseText(raw.title)) ?? id,
    mimetype: parseText(raw.mimetype)?.toLowerCase() ?? '',
    size: parseSize(raw.size),
    ...(url !== undefined && { url }),
    ...(mode !== undefined && { mode }),
    ...(filetype !== undefined && { filetype }),
    ...(typeof raw.is_external === 'boolean' && { isExternal: raw.is_external }),
    ...(access !== undefined && { access }),
    ...(thumb !== undefined && { thumb }),
    ...(firstPage !== undefined && { firstPage }),
    ...(transcript !== undefined && { transcript }),
    ...(by !== undefined && { by: [by] }),
  }
}

/** Parses Slack's own transcript of a clip. It may be the beginning only, or still be at work. */
export function parseTranscript({ transcription }: Record<string, unknown>) {
  if (!isObject(transcription) || !isObject(transcription.preview)) return undefined
  const { content, has_more } = transcription.preview
  const words = parseText(content)
  const isWhole = has_more !== true && (transcription.status ?? 'complete') === 'complete'
  return words === undefined ? undefined : { words, isWhole }
}

const recordingName =
  /^audio_message|\.(?:mp3|mpga|mpeg|m4a|m4b|mp4|mov|aac|wav|ogg|oga|opus|webm|mkv|flac|amr|3gp|aiff?|caf|wma|avi)$/i

/** Checks for a recording. Slack's clips may be declared as videos, and those of phones as nothing. */
export const isRecording = ({ name, mimetype }: SlackFile): boolean =>
  /^(?:audio|video)\//.test(mimetype) || (/^$|octet-stream/.test(mimetype) && recordingName.test(name))

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function parseText(value: unknown): string | undefined {
  return typeof value === 'string' && value.trim() !== '' ? value.trim() : undefined
}

function parseSize(value: unknown): number {
  return typeof value === 'number' && Number.isFinite(value) && value > 0 ? Math.floor(value) : 0
}

/** A name is input, too: line breaks would let it pose as prompt text, bidirectional marks as another name, and unseen characters divide its words. */
function parseName(name: string | undefined): string | undefined {
  const oneLine = name
    ?.toWellFormed()
    .replace(/(?!\p{Bidi_Control})\p{Cf}/gu, '')
    .replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]+/gu, ' ')
    .trim()
  return oneLine ? Array.from(oneLine).slice(0, maxNameCharacters).join('') : undefined
}
