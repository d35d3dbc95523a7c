/** What Slack says of a file, narrowed from the event's or history's file object. */
export interface SlackFile {
  id: string
  /** As the person named it, made safe to show on one line. */
  name: string
  mimetype: string
  /** Bytes, as Slack claims; 0 when it does not say. A hint, never a bound. */
  size: number
  url?: string
  mode?: string
  isExternal?: boolean
  access?: string
}

/** The longest name that Slack and common file systems allow; a longer one is an attempt to fill the prompt. */
const maxNameCharacters = 255

/** Reads a file object of Slack's JSON leniently: only an id is needed, because tombstones bring nothing else. */
export function toSlackFile(raw: unknown): SlackFile | undefined {
  if (!isObject(raw)) return undefined
  const id = toText(raw.id)
  if (id === undefined) return undefined
  const url = toText(raw.url_private_download) ?? toText(raw.url_private)
  const mode = toText(raw.mode)
  const access = toText(raw.file_access)
  return {
    id,
    name: toName(toText(raw.name) ?? toText(raw.title)) ?? id,
    mimetype: toText(raw.mimetype)?.toLowerCase() ?? '',
    size: toSize(raw.size),
    ...(url !== undefined && { url }),
    ...(mode !== undefined && { mode }),
    ...(typeof raw.is_external === 'boolean' && { isExternal: raw.is_external }),
    ...(access !== undefined && { access }),
  }
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function toText(value: unknown): string | undefined {
  return typeof value === 'string' && value.trim() !== '' ? value.trim() : undefined
}

function toSize(value: unknown): number {
  return typeof value === 'number' && Number.isFinite(value) && value > 0 ? Math.floor(value) : 0
}

/** A name is input, too: line breaks would let it pose as prompt text, bidirectional marks as another name. */
function toName(name: string | undefined): string | undefined {
  const oneLine = name
    ?.toWellFormed()
    .replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]+/gu, ' ')
    .trim()
  return oneLine ? Array.from(oneLine).slice(0, maxNameCharacters).join('') : undefined
}
