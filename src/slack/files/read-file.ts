import type { FileHandle } from 'node:fs/promises'
import type { SlackError } from '../../errors.ts'
import { slackToPlain } from '../../text/from-slack.ts'
import { DocumentProblem } from '../documents/problem.ts'
import type { createDocumentReader } from '../documents/read-document.ts'
import type { createRecognizer } from '../documents/recognize.ts'
import { renderSubtitles } from '../documents/subtitles.ts'
import { type createRecordingReader, maxRecordingBytes, renderRecording } from '../recordings/read-recording.ts'
import { buildAllowedOrigins, parseFileUrl } from './allowed-hosts.ts'
import { download, downloadTo } from './download.ts'
import { renderFileText } from './file-text.ts'
import { detectFileType, type ImageType } from './file-type.ts'
import { isWholeImage, measureImage, needsDrawing } from './image.ts'
import { findOfficeType, findOleKind } from './office-type.ts'
import { drawPicture, recognizeIn } from './read-picture.ts'
import { isPage, isSignInPage } from './sign-in-page.ts'
import { FileSkipped } from './skipped.ts'
import { isRecording, parseSlackFile, type SlackFile } from './slack-file.ts'
import { cutText, decodePage, decodeText, isBinary } from './text.ts'

type SkipReason = FileSkipped['reason']

type DocumentReader = ReturnType<typeof createDocumentReader>

type ReadRecording = ReturnType<typeof createRecordingReader>

type Recognize = Awaited<ReturnType<typeof createRecognizer>>

type DocumentKind = Parameters<DocumentReader['read']>[0]['kind']

type PictureLimits = Parameters<DocumentReader['draw']>[0]['limits']

export type { SlackFile } from './slack-file.ts'

/** An attached file as a model can be given it, or the reason why it cannot. */
export type FileContent = (
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
      /** True if the text was recognized in pictures, so that it may be wrong. */
      isRecognized?: boolean
      /** True if the file was too large, and only its first page was read. */
      isFirstPage?: boolean
      /** Of a recording, whose words are the text. */
      recording?: Awaited<ReturnType<ReadRecording>>
    }
  | {
      kind: 'image'
      name: string
      mimetype: ImageType
      base64: string
      bytes: number
      /** Words that stand in its place in later requests; blank if they were asked for and are not there. */
      description?: string
      /** In pixels, of the first page; 0 where the file does not say it. */
      width: number
      height: number
      /** The further pages of a scan, in base64 and of the same type. */
      laterPages?: string[]
      /** True if the file was too large, and only its first page was read. */
      isFirstPage?: boolean
      /** Of a scan of which only the first pages were drawn. */
      pages?: { read: number; total: number }
    }
  | { kind: 'skipped'; name: string; reason: SkipReason }
) & {
  /** The largest picture of the model that it was read for; absent if that sees none. */
  sight?: PictureLimits
}

type ReadOptions = Omit<Parameters<ReadRecording>[1], 'id'> & {
  /** Of the person who wants it read: text in pictures is recognized in their language. */
  locale?: string | undefined
  /** The largest picture that the model looks at, if it sees: then scans and pictures of all kinds are drawn for it. */
  limits?: PictureLimits | undefined
}

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
  /** Without it, a model that does not see gets no text of pictures. */
  recognize?: Recognize
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
  const { maxBytes = 10_000_000, maxTextCharacters = 1_000_000 } = deps
  const allowedOrigins = buildAllowedOrigins(slackApiUrl)

  async function readSlackFile(given: SlackFile, options: ReadOptions): Promise<FileContent> {
    const { file: known, text } = needsInfo(given) ? await readInfo(deps, given) : { file: given, text: '' }
    if (text !== '') return { kind: 'text', name: known.name, ...cutText(text, maxTextCharacters) }
    const canSee = options.limits !== undefined || deps.recognize !== undefined
    return readKnown(known, options).catch(async error => {
      const page = canSee ? pickFirstPage(known, error) : undefined
      if (page === undefined) throw error
      const content = await readKnown(page, options)
      return content.kind === 'skipped' ? content : { ...content, isFirstPage: true }
    })
  }

  async function readKnown(known: SlackFile, options: ReadOptions): Promise<FileContent> {
    const { signal, limits } = options
    const file = pickPicture(known, { isDrawn: limits !== undefined, maxBytes })
    const url = parseFileUrl(file, allowedOrigins)
    if (isRecording(file) && deps.readRecording !== undefined) {
      const request = { url, token, fetch, maxBytes: maxRecordingBytes, timeoutMs: recordingTimeoutMs }
      const fill = (handle: FileHandle, until: AbortSignal) =>
        downloadRecording(file, handle, { ...request, signal: until })
      return listen(file, fill, deps.readRecording, options)
    }
    refuseByPromise(file, maxBytes)
    const bytes = await download({ url, token, fetch, maxBytes, timeoutMs, signal })
    const request = { file, bytes, maxTextCharacters, limits, signal, options }
    const content = await parseContent({ ...deps, ...request })
    if (!isWhole(file, bytes.byteLength)) throw new FileSkipped('download_failed')
    return content
  }

  return {
    async read(file, options = {}) {
      options.signal?.throwIfAborted()
      const content = await readSlackFile(file, options).catch((error): FileContent => {
        if (error instanceof FileSkipped) return { kind: 'skipped', name: file.name, reason: error.reason }
        if (error instanceof DocumentProblem) return { kind: 'skipped', name: file.name, reason: error.problem }
        throw error
      })
      return options.limits === undefined ? content : { ...content, sight: options.limits }
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
function pickPicture(file: SlackFile, { isDrawn, maxBytes }: { isDrawn: boolean; maxBytes: number }): SlackFile {
  const { thumb, mimetype } = file
  const isRead = (isDrawn ? drawnPictures : readPictures).includes(mimetype) && file.size <= maxBytes
  if (thumb === undefined || !mimetype.startsWith('image/') || isRead) return file
  return { ...file, url: thumb, mimetype: 'image/*', size: 0 }
}

/** Returns Slack's picture of the first page of a PDF that is too large to be read. */
function pickFirstPage({ firstPage, ...file }: SlackFile, error: unknown): SlackFile | undefined {
  const reason = error instanceof FileSkipped ? error.reason : error instanceof DocumentProblem ? error.problem : ''
  if (firstPage === undefined || !/^too_/.test(reason)) return undefined
  return { ...file, url: firstPage, mimetype: 'image/*', size: 0 }
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
  limits: PictureLimits | undefined
  recognize?: Recognize
  readRecording?: ReadRecording
  signal: AbortSignal | undefined
  options: ReadOptions
}

async function parseContent(downloaded: Downloaded): Promise<FileContent> {
  const { file, bytes, maxTextCharacters, limits } = downloaded
  if (bytes.byteLength === 0) throw new FileSkipped('empty')
  const kind = detectFileType(bytes, file.mimetype)
  if (kind === 'audio' || kind === 'video') return listenToBytes(kind, downloaded)
  if (kind === 'heic') throw new FileSkipped('heic')
  if (kind === 'image') {
    if (limits !== undefined) return drawPicture('draw_image', downloaded, limits)
    return recognizeIn('draw_image', downloaded, new FileSkipped('image_type'))
  }
  if (kind === 'archive') throw new FileSkipped(findOfficeType(file) ?? kind)
  if (kind === 'ole') return readOle(downloaded)
  if (kind === 'pdf') return readPdf(downloaded)
  if (kind === 'rtf') return readDocument(kind, downloaded)
  if (kind === 'zip') return readOffice(downloaded)
  if (kind !== 'unmarked') {
    if (!isWholeImage(kind, bytes)) throw new FileSkipped('damaged')
    if (limits !== undefined && needsDrawing(kind, bytes, limits)) return drawPicture('draw_image', downloaded, limits)
    const image = toImage(file, kind, bytes)
    return limits === undefined ? recognizeIn('draw_image', downloaded, image) : image
  }
  if (isMail(file)) return readDocument('mail', downloaded)
  const text = await parsePlainText(file, bytes)
  if (limits !== undefined && isSvg(file))
    return drawPicture('draw_svg', { ...downloaded, bytes: Buffer.from(text) }, limits)
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
    if (!isScan) throw error
    if (downloaded.limits !== undefined) return drawPicture('draw_pdf', downloaded, downloaded.limits)
    return recognizeIn('draw_pdf', downloaded, error)
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

/** Reads a file in Microsoft's old container if it is an e-mail. */
async function readOle(downloaded: Downloaded): Promise<FileContent> {
  const kind = findOleKind(downloaded.file, downloaded.bytes)
  if (kind === 'outlook') return readDocument(kind, downloaded)
  throw new FileSkipped(kind)
}

function toImage(file: SlackFile, mimetype: ImageType, bytes: Uint8Array): FileContent {
  const base64 = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('base64')
  const { width, height } = measureImage(mimetype, bytes)
  return { kind: 'image', name: file.name, mimetype, base64, bytes: bytes.byteLength, width, height }
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
