import type { FileHandle } from 'node:fs/promises'
import type { SlackError } from '../../errors.ts'
import { slackToPlain } from '../../text/from-slack.ts'
import { DocumentProblem } from '../documents/problem.ts'
import type { createDocumentReader } from '../documents/read-document.ts'
import { renderSubtitles } from '../documents/subtitles.ts'
import { type createRecordingReader, maxRecordingBytes, renderRecording } from '../recordings/read-recording.ts'
import { buildAllowedOrigins, parseFileUrl } from './allowed-hosts.ts'
import { download, downloadTo } from './download.ts'
import { renderFileText } from './file-text.ts'
import { detectFileType, type ImageType } from './file-type.ts'
import { isWholeImage, needsDrawing } from './image.ts'
import { isPage, isSignInPage } from './sign-in-page.ts'
import { FileSkipped } from './skipped.ts'
import { isRecording, parseSlackFile, type SlackFile } from './slack-file.ts'
import { cutText, decodePage, decodeText, isBinary } from './text.ts'

type SkipReason = FileSkipped['reason']

type DocumentReader = ReturnType<typeof createDocumentReader>

type ReadRecording = ReturnType<typeof createRecordingReader>

type ReadOptions = Omit<Parameters<ReadRecording>[1], 'id'>

type DocumentKind = Parameters<DocumentReader['read']>[0]['kind']

type DrawnKind = Parameters<DocumentReader['draw']>[0]['kind']

export type { SlackFile } from './slack-file.ts'

/** An attached file as a model can be given it, or the reason why it cannot. */
export type FileContent =
  | {
      kind: 'text'
      name: string
      text: string
      /** Characters left out at the end because of the limit. */
      cutCharacters: number
      /** Of a PDF of which only the first pages were read. */
      pages?: { read: number; total: number }
      /** True if the text was made from a document or a web page, so that it is not what the file holds. */
      isConverted?: boolean
      /** Of a recording, whose words are the text. */
      recording?: Awaited<ReturnType<ReadRecording>>
    }
  | {
      kind: 'image'
      name: string
      mimetype: ImageType
      base64: string
      bytes: number
      /** The further pages of a scan, in base64 and of the same type. */
      laterPages?: string[]
      /** Of a scan of which only the first pages were drawn. */
      pages?: { read: number; total: number }
    }
  | { kind: 'skipped'; name: string; reason: SkipReason }

/** Reads the files that people attach. A bad file is an answer, not an error: `read` rejects only for its signal. */
export interface FileReader {
  read(file: SlackFile, options?: ReadOptions): Promise<FileContent>
}

interface FileReaderDeps {
  /** The bot's token; sent in a header to Slack's file host and nowhere else. */
  token: string
  slackApiUrl: string
  /** Fetches the file object of an id: messages from elsewhere name a file only by its id. */
  fetchInfo: (id: string) => Promise<unknown>
  documents: DocumentReader
  /** Says whether the model sees: then scans and pictures of all kinds are drawn for it. */
  seesImages?: () => boolean
  /** Without it, no recording is downloaded. */
  readRecording?: ReadRecording
  fetch?: typeof fetch
  maxBytes?: number
  maxTextCharacters?: number
  /** For the download of one file. */
  timeoutMs?: number
}

/** Creates the reader of attached files, with limits that keep a file within a model's request and a turn's time. */
export function createFileReader(deps: FileReaderDeps): FileReader {
  const { token, slackApiUrl, fetch = globalThis.fetch, timeoutMs = 30_000 } = deps
  const { maxBytes = 10_000_000, maxTextCharacters = 1_000_000, seesImages = () => false } = deps
  const allowedOrigins = buildAllowedOrigins(slackApiUrl)

  async function readSlackFile(given: SlackFile, options: ReadOptions): Promise<FileContent> {
    const { signal } = options
    const { file: known, text } = needsInfo(given) ? await readInfo(deps, given) : { file: given, text: '' }
    if (text !== '') return { kind: 'text', name: known.name, ...cutText(text, maxTextCharacters) }
    const file = pickPicture(known, { seesImages: seesImages(), maxBytes })
    const url = parseFileUrl(file, allowedOrigins)
    if (isRecording(file) && deps.readRecording !== undefined) {
      const request = { url, token, fetch, maxBytes: maxRecordingBytes, timeoutMs: recordingTimeoutMs, signal }
      const fill = (handle: FileHandle) => downloadRecording(file, handle, request)
      return listen(file, fill, deps.readRecording, options)
    }
    refuseByPromise(file, maxBytes)
    const bytes = await download({ url, token, fetch, maxBytes, timeoutMs, signal })
    const request = { file, bytes, maxTextCharacters, seesImages: seesImages(), signal, options }
    const content = await parseContent({ ...deps, ...request })
    if (!isWhole(file, bytes.byteLength)) throw new FileSkipped('download_failed')
    return content
  }

  return {
    async read(file, options = {}) {
      options.signal?.throwIfAborted()
      try {
        return await readSlackFile(file, options)
      } catch (error) {
        if (error instanceof FileSkipped) return { kind: 'skipped', name: file.name, reason: error.reason }
        if (error instanceof DocumentProblem) return { kind: 'skipped', name: file.name, reason: error.problem }
        throw error
      }
    },
  }
}

/** For the download of one recording. */
const recordingTimeoutMs = 300_000

/** Turns a recording into words. If there are none, the beginning that Slack has written down is better than nothing. */
async function listen(
  { id, name, transcript }: SlackFile,
  fill: Parameters<ReadRecording>[0],
  readRecording: ReadRecording,
  options: ReadOptions,
): Promise<FileContent> {
  const words = { kind: 'text' as const, name, cutCharacters: 0, isConverted: true }
  try {
    const recording = await readRecording(fill, { ...options, id })
    return { ...words, text: renderRecording(recording), recording }
  } catch (error) {
    if (!(error instanceof FileSkipped) || transcript === undefined) throw error
    return { ...words, text: `${transcript} … [more was said]` }
  }
}

/** Downloads a recording. Throws a `FileSkipped` if it is none, whatever its name says. */
async function downloadRecording(
  file: SlackFile,
  handle: FileHandle,
  request: Parameters<typeof downloadTo>[1],
): Promise<number> {
  const tooLarge = new FileSkipped('recording_too_large')
  if (file.size > request.maxBytes) throw tooLarge
  const size = await downloadTo(chunk => handle.writeFile(chunk), request).catch(error => {
    throw error instanceof FileSkipped && error.reason === 'too_large' ? tooLarge : error
  })
  if (size === 0) throw new FileSkipped('empty')
  const { buffer, bytesRead } = await handle.read(new Uint8Array(headBytes), 0, headBytes, 0)
  const head = buffer.subarray(0, bytesRead)
  const kind = detectFileType(head, file.mimetype)
  const isPage = kind === 'unmarked' && isSignInPage(file, new TextDecoder().decode(head), size)
  if (isPage) throw new FileSkipped('login_page')
  if (kind !== 'unmarked' && kind !== 'audio' && kind !== 'video') throw new FileSkipped('type_mismatch')
  if (!isWhole(file, size)) throw new FileSkipped('download_failed')
  return size
}
const headBytes = 4_096

/** Checks that as many bytes arrived as Slack says the file has. Slack says no true size of canvases and posts. */
function isWhole({ size, mode }: SlackFile, bytes: number): boolean {
  const isUpload = mode === undefined || mode === 'hosted' || mode === 'snippet'
  return size === 0 || !isUpload || bytes === size
}

/** Checks for a file of which Slack has told only that it exists. */
function needsInfo({ access, url, mode, isExternal }: SlackFile): boolean {
  return (
    access === 'check_file_info' ||
    (url === undefined && mode === undefined && isExternal !== true && access === undefined)
  )
}

async function readInfo({ fetchInfo }: FileReaderDeps, given: SlackFile): Promise<{ file: SlackFile; text: string }> {
  const raw = await fetchInfo(given.id).catch(error => {
    throw new FileSkipped((error as SlackError).code === 'file_not_found' ? 'not_found' : 'needs_file_info')
  })
  const file = parseSlackFile(raw)
  if (file === undefined) throw new FileSkipped('needs_file_info')
  const text = slackToPlain(renderFileText(raw as Record<string, unknown>), id => id)
  return { file: { ...file, access: 'visible' }, text }
}

const readPictures = ['image/png', 'image/jpeg', 'image/gif', 'image/webp']
const drawnPictures = [...readPictures, 'image/tiff', 'image/svg+xml', 'image/avif']

/** Returns Slack's own smaller picture in place of one that cannot be read, such as HEIC, or is too large. */
function pickPicture(file: SlackFile, { seesImages, maxBytes }: { seesImages: boolean; maxBytes: number }): SlackFile {
  const { thumb, mimetype } = file
  const isRead = (seesImages ? drawnPictures : readPictures).includes(mimetype) && file.size <= maxBytes
  if (thumb === undefined || !mimetype.startsWith('image/') || isRead) return file
  return { ...file, url: thumb, mimetype: 'image/*', size: 0 }
}

/** Slack's metadata is enough to refuse a file without a download, but never enough to accept one. */
function refuseByPromise(file: SlackFile, maxBytes: number): void {
  if (file.mimetype.startsWith('audio/')) throw new FileSkipped('audio')
  if (file.mimetype.startsWith('video/')) throw new FileSkipped('video')
  if (file.size > maxBytes) throw new FileSkipped('too_large')
}

interface Downloaded {
  file: SlackFile
  bytes: Uint8Array
  maxTextCharacters: number
  documents: DocumentReader
  seesImages: boolean
  readRecording?: ReadRecording
  signal: AbortSignal | undefined
  options: ReadOptions
}

async function parseContent(downloaded: Downloaded): Promise<FileContent> {
  const { file, bytes, maxTextCharacters, seesImages } = downloaded
  if (bytes.byteLength === 0) throw new FileSkipped('empty')
  const kind = detectFileType(bytes, file.mimetype)
  if (kind === 'audio' || kind === 'video') return listenToBytes(kind, downloaded)
  if (kind === 'heic') throw new FileSkipped('heic')
  if (kind === 'image') {
    if (seesImages) return drawPicture('draw_image', downloaded)
    throw new FileSkipped('image_type')
  }
  if (kind === 'archive') throw new FileSkipped(findOfficeType(file) ?? kind)
  if (kind === 'ole') throw new FileSkipped(findOleProblem(file, bytes))
  if (kind === 'pdf') return readPdf(downloaded)
  if (kind === 'rtf') return readDocument(kind, downloaded)
  if (kind === 'zip') return readOffice(downloaded)
  if (kind !== 'unmarked') {
    const image = parseImage(file, kind, bytes)
    return seesImages && needsDrawing(kind, bytes) ? drawPicture('draw_image', downloaded) : image
  }
  if (isMail(file)) return readDocument('mail', downloaded)
  const text = await parsePlainText(file, bytes)
  if (seesImages && isSvg(file)) return drawPicture('draw_svg', { ...downloaded, bytes: Buffer.from(text) })
  if (isPage(file) && /^\s*</.test(text)) return readDocument('html', { ...downloaded, bytes: Buffer.from(text) })
  if (!isSubtitles(file)) return { kind: 'text', name: file.name, ...cutText(text, maxTextCharacters) }
  return { kind: 'text', name: file.name, ...cutText(renderSubtitles(text) || text, maxTextCharacters) }
}

/** Turns a recording into words that nothing but its bytes has announced. */
function listenToBytes(kind: 'audio' | 'video', downloaded: Downloaded): Promise<FileContent> {
  const { file, bytes, readRecording, options } = downloaded
  if (readRecording === undefined) throw new FileSkipped(kind)
  const fill = (handle: FileHandle) => handle.writeFile(bytes).then(() => bytes.byteLength)
  return listen(file, fill, readRecording, options)
}

/** Longer texts take too much of the memory of a document's thread. */
const maxDocumentCharacters = 1_000_000

/** Reads a document in its thread. Throws a `DocumentProblem` if it cannot be read. */
async function readDocument(kind: DocumentKind, downloaded: Downloaded): Promise<FileContent & { kind: 'text' }> {
  const { file, bytes, maxTextCharacters, documents, signal } = downloaded
  const maxCharacters = Math.min(maxTextCharacters, maxDocumentCharacters)
  const read = await documents.read({ kind, bytes, maxCharacters }, signal)
  return { kind: 'text', name: file.name, ...read, isConverted: true }
}

/** Reads the text of a PDF; a scan becomes pictures if the model sees. */
async function readPdf(downloaded: Downloaded): Promise<FileContent> {
  try {
    return await readDocument('pdf', downloaded)
  } catch (error) {
    const isScan = error instanceof DocumentProblem && error.problem === 'no_text'
    if (isScan && downloaded.seesImages) return drawPicture('draw_pdf', downloaded)
    throw error
  }
}

/** Draws a picture as models take it, in the process for documents. Throws a `DocumentProblem` if it cannot be drawn. */
async function drawPicture(kind: DrawnKind, { file, bytes, documents, signal }: Downloaded): Promise<FileContent> {
  const { pictures, pages } = await documents.draw({ kind, bytes }, signal)
  const [base64 = '', ...laterPages] = pictures.map(picture => Buffer.from(picture).toString('base64'))
  return {
    kind: 'image',
    name: file.name,
    mimetype: 'image/jpeg',
    base64,
    bytes: pictures.reduce((sum, { byteLength }) => sum + byteLength, 0),
    ...(laterPages.length > 0 && { laterPages }),
    ...(pages !== undefined && { pages }),
  }
}

const isSvg = ({ name, mimetype }: SlackFile) => mimetype === 'image/svg+xml' || /\.svg$/i.test(name)

/** Reads an Office file. An archive that is none, or is damaged, has the name of one. */
async function readOffice(downloaded: Downloaded): Promise<FileContent> {
  try {
    return await readDocument('zip', downloaded)
  } catch (error) {
    const isOffice = findOfficeType(downloaded.file) !== undefined
    if (!(error instanceof DocumentProblem) || !/^(?:archive|damaged)$/.test(error.problem)) throw error
    throw new FileSkipped(isOffice ? 'damaged' : 'archive')
  }
}

const isMail = ({ name, mimetype }: SlackFile) => mimetype === 'message/rfc822' || /\.(?:eml|mht|mhtml)$/i.test(name)

const isSubtitles = ({ name, mimetype }: SlackFile) => mimetype === 'text/vtt' || /\.(?:vtt|srt)$/i.test(name)

/** Tells the files in Microsoft's old container apart by the names of their streams: locked ones, e-mails, and old Office files. */
function findOleProblem(file: SlackFile, bytes: Uint8Array): SkipReason {
  const data = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const has = (stream: string) => data.includes(Buffer.from(stream, 'utf16le'))
  if (has('EncryptedPackage')) return 'encrypted'
  return has('__substg1.0_') ? 'outlook' : (findOfficeType(file) ?? 'office')
}

/** Finds the kind of an Office file by its name, since all are in the same containers. */
function findOfficeType({ name, mimetype }: SlackFile): 'office' | 'spreadsheet' | undefined {
  const ending = name.slice(name.lastIndexOf('.') + 1).toLowerCase()
  if (spreadsheetEndings.has(ending) || /spreadsheet|excel/.test(mimetype)) return 'spreadsheet'
  return officeEndings.has(ending) ? 'office' : undefined
}

/** Text formats are here as well: Excel's own files are often renamed, or declared, as CSV. */
const spreadsheetEndings = new Set(['xlsx', 'xlsm', 'xlsb', 'xls', 'xltx', 'ods', 'numbers', 'et', 'csv', 'tsv'])
const officeEndings = new Set([
  'docx',
  'docm',
  'doc',
  'dot',
  'dotx',
  'odt',
  'pages',
  'wps',
  'pptx',
  'ppt',
  'odp',
  'key',
])

function parseImage(file: SlackFile, mimetype: ImageType, bytes: Uint8Array): FileContent {
  if (!isWholeImage(mimetype, bytes)) throw new FileSkipped('damaged')
  const base64 = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('base64')
  return { kind: 'image', name: file.name, mimetype, base64, bytes: bytes.byteLength }
}

/** Types whose files always begin with a signature: without it they are something else, for example an error text. */
const markedTypes = ['image/png', 'image/jpeg', 'image/gif', 'image/webp', 'application/pdf']

async function parsePlainText(file: SlackFile, bytes: Uint8Array): Promise<string> {
  const text = (isPage(file) ? decodePage(bytes) : undefined) ?? (await decodeText(bytes))
  const isText = file.mimetype.startsWith('text/') || !isBinary(bytes)
  if (text !== undefined && isSignInPage(file, text, bytes.byteLength)) throw new FileSkipped('login_page')
  if (markedTypes.includes(file.mimetype)) throw new FileSkipped('type_mismatch')
  if (text === undefined) throw new FileSkipped(isText ? 'unknown_encoding' : 'unreadable_type')
  if (text.trim() === '') throw new FileSkipped('empty')
  return text
}
