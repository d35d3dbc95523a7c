import type { PageFile, SlackJson } from '../protocol.ts'
import type { Clock } from './clock.ts'
import type { Identity } from './identity.ts'

/** A file that somebody uploaded. */
export interface StoredFile {
  id: string
  name: string
  title: string
  mimetype: string
  filetype: string
  user: string
  bytes: Uint8Array
  /** What a picture shows, in words; blank if nobody said it. */
  alt: string
  /** Seconds since 1970. */
  created: number
  /** Where it was shared; nobody but its owner sees it before. */
  channels: Set<string>
}

/** The workspace's files and their open uploads. */
export interface Files {
  add(user: string, name: string, bytes: Uint8Array): StoredFile
  get(id: string): StoredFile | undefined
  /** Deletes a file; its messages keep a tombstone. */
  remove(id: string): void
  /** Announces an upload of the given length; the ticket is the last part of its URL. */
  openUpload(user: string, file: { name: string; length: number; alt: string }): { id: string; ticket: string }
  /** Takes the bytes of an announced upload; what is wrong with them, otherwise. */
  receive(ticket: string, bytes: Uint8Array): string | undefined
  toPage(id: string): PageFile[]
  toSlack(id: string): SlackJson[]
}

const mimetypes: Record<string, string> = {
  png: 'image/png',
  jpg: 'image/jpeg',
  jpeg: 'image/jpeg',
  gif: 'image/gif',
  webp: 'image/webp',
  svg: 'image/svg+xml',
  pdf: 'application/pdf',
  mp3: 'audio/mpeg',
  m4a: 'audio/mp4',
  wav: 'audio/wav',
  aac: 'audio/aac',
  flac: 'audio/flac',
  ogg: 'audio/ogg',
  webm: 'audio/webm',
  mp4: 'video/mp4',
  txt: 'text/plain',
  md: 'text/markdown',
  csv: 'text/csv',
  json: 'application/json',
  html: 'text/html',
  log: 'text/plain',
  docx: 'application/vnd.openxmlformats-officedocument.wordprocessingml.document',
  xlsx: 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet',
  pptx: 'application/vnd.openxmlformats-officedocument.presentationml.presentation',
  doc: 'application/msword',
  xls: 'application/vnd.ms-excel',
  odt: 'application/vnd.oasis.opendocument.text',
  ods: 'application/vnd.oasis.opendocument.spreadsheet',
  odp: 'application/vnd.oasis.opendocument.presentation',
  rtf: 'text/rtf',
  eml: 'message/rfc822',
  vtt: 'text/vtt',
  // A canvas has no ending in Slack; here, its name says that it is one.
  canvas: 'application/vnd.slack-docs',
  zip: 'application/zip',
}
/** What Slack calls a file's type, where that is not the name's ending. */
const filetypes: Record<string, string> = {
  jpeg: 'jpg',
  txt: 'text',
  log: 'text',
  md: 'markdown',
  json: 'javascript',
  canvas: 'quip',
}

/** An empty cupboard of files; addresses are under `url()`, known once the server listens. */
export function createFiles(identity: Identity, clock: Clock, url: () => string): Files {
  const stored = new Map<string, StoredFile>()
  const deleted = new Set<string>()
  const uploads = new Map<string, { id: string; user: string; name: string; length: number; alt: string }>()

  function put(id: string, user: string, name: string, bytes: Uint8Array): StoredFile {
    const ending = name.includes('.') ? name.slice(name.lastIndexOf('.') + 1).toLowerCase() : ''
    const mimetype = mimetypes[ending] ?? 'application/octet-stream'
    const filetype = filetypes[ending] ?? (mimetypes[ending] ? ending : 'binary')
    const created = Math.floor(clock.now() / 1000)
    const file = {
      id,
      name,
      title: name,
      mimetype,
      filetype,
      user,
      bytes,
      alt: '',
      created,
      channels: new Set<string>(),
    }
    stored.set(id, file)
    return file
  }

  function toSlack(file: StoredFile): SlackJson {
    const path = `${identity.teamId}-${file.id}`
    const name = encodeURIComponent(file.name)
    return {
      id: file.id,
      created: file.created,
      timestamp: file.created,
      name: file.name,
      title: file.title,
      mimetype: file.mimetype,
      filetype: file.filetype,
      pretty_type: file.filetype.toUpperCase(),
      user: file.user,
      user_team: identity.teamId,
      editable: false,
      size: file.bytes.byteLength,
      mode: file.filetype === 'quip' ? 'quip' : file.mimetype.startsWith('text/') ? 'snippet' : 'hosted',
      is_external: false,
      external_type: '',
      is_public: true,
      public_url_shared: false,
      display_as_bot: false,
      username: '',
      url_private: `${url()}/files-pri/${path}/${name}`,
      url_private_download: `${url()}/files-pri/${path}/download/${name}`,
      permalink: `${url()}/files/${file.user}/${file.id}/${name}`,
      has_rich_preview: false,
      file_access: 'visible',
      // Clips that people record in Slack itself are told by their names here.
      ...(file.name.startsWith('audio_message') && { subtype: 'slack_audio', media_display_type: 'audio' }),
    }
  }

  return {
    add: (user, name, bytes) => put(clock.id('F'), user, name, bytes),
    get: id => stored.get(id),
    remove(id) {
      if (stored.delete(id)) deleted.add(id)
    },
    openUpload(user, announced) {
      const id = clock.id('F')
      const ticket = clock.id('UP') + clock.id('')
      uploads.set(ticket, { id, user, ...announced })
      return { id, ticket }
    },
    receive(ticket, bytes) {
      const upload = uploads.get(ticket)
      if (!upload) return 'This upload URL was used already or never existed.'
      if (upload.length !== bytes.byteLength) return `Announced ${upload.length} bytes, got ${bytes.byteLength}.`
      uploads.delete(ticket)
      put(upload.id, upload.user, upload.name, bytes).alt = upload.alt
      return undefined
    },
    toPage(id) {
      const file = stored.get(id)
      if (file === undefined) return []
      const alt = file.alt === '' ? {} : { alt: file.alt }
      return [{ id, name: file.name, mimetype: file.mimetype, size: file.bytes.byteLength, ...alt }]
    },
    toSlack(id) {
      const file = stored.get(id)
      if (file) return [toSlack(file)]
      return deleted.has(id) ? [{ id, mode: 'tombstone' }] : []
    },
  }
}
