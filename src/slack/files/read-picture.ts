import { isDeepStrictEqual } from 'node:util'
import { fitInto } from '../documents/draw.ts'
import type { createDocumentReader } from '../documents/read-document.ts'
import { type createRecognizer, recognizedLimits } from '../documents/recognize.ts'
import { measureImage } from './image.ts'
import type { FileContent } from './read-file.ts'
import type { SlackFile } from './slack-file.ts'
import { cutText } from './text.ts'

type DrawTask = Parameters<ReturnType<typeof createDocumentReader>['draw']>[0]

interface Source {
  file: SlackFile
  bytes: Uint8Array
  maxTextCharacters: number
  documents: ReturnType<typeof createDocumentReader>
  recognize?: Awaited<ReturnType<typeof createRecognizer>>
  signal: AbortSignal | undefined
  options: { locale?: string | undefined }
}

/** Draws a picture as models take it, in the process for documents. Throws a `DocumentProblem` if it cannot be drawn. */
export async function drawPicture(
  kind: DrawTask['kind'],
  { file, bytes, documents, signal }: Omit<Source, 'options' | 'maxTextCharacters'>,
  limits: DrawTask['limits'],
): Promise<FileContent> {
  const { pictures, pages } = await documents.draw({ kind, bytes, limits }, signal)
  const { width, height } = measureImage('image/jpeg', pictures[0] ?? new Uint8Array())
  const [base64 = '', ...laterPages] = pictures.map(picture => Buffer.from(picture).toString('base64'))
  return {
    kind: 'image',
    name: file.name,
    mimetype: 'image/jpeg',
    base64,
    bytes: pictures.reduce((sum, { byteLength }) => sum + byteLength, 0),
    width,
    height,
    ...(laterPages.length > 0 && { laterPages }),
    ...(pages !== undefined && { pages }),
  }
}

/** Returns whether a file that was read for one model does for another one, whose pictures have these limits if it sees. */
export function isReadFor(content: FileContent, limits: DrawTask['limits'] | undefined): boolean {
  const { kind, name, sight } = content
  const isSame = kind === 'text' && content.isRecognized !== true && !/\.svg$/i.test(name)
  if (isSame || (kind === 'image' && Boolean(content.description))) return true
  if (limits === undefined || sight === undefined) return limits === sight
  return kind !== 'image' || isDeepStrictEqual(limits, sight) || fitInto(limits, content) >= 1
}

/** For the pages of one scan, while its turn to be recognized has come. */
const recognizeMs = 120_000

/**
 * Recognizes the text of a picture or a scan for a model that does not see. Without any, returns or throws what would be without; throws a
 * `DocumentProblem` if not even the first page can be recognized.
 */
export async function recognizeIn(
  kind: DrawTask['kind'],
  { file, bytes, documents, recognize, signal, options, maxTextCharacters }: Source,
  otherwise: FileContent | Error,
): Promise<FileContent> {
  const drawn = recognize && (await documents.draw({ kind, bytes, limits: recognizedLimits }, signal))
  const texts: string[] = []
  let leftMs = recognizeMs
  let problem: unknown
  for (const picture of drawn?.pictures ?? []) {
    const page = await recognize?.(picture, options.locale ?? 'en', signal).catch(error => {
      problem = error
    })
    // What the footer says of the first pages stays true.
    if (page === undefined) break
    texts.push(page.text)
    leftMs -= page.tookMs
    if (leftMs < 0) break
  }
  signal?.throwIfAborted()
  if (drawn === undefined || texts.every(text => text === '')) {
    if (problem !== undefined) throw problem
    if (otherwise instanceof Error) throw otherwise
    return otherwise
  }
  const total = drawn.pages?.total ?? drawn.pictures.length
  const text = total === 1 ? texts.join('') : texts.map((text, at) => `[Page ${at + 1}]\n\n${text}`).join('\n\n')
  return {
    kind: 'text',
    name: file.name,
    ...cutText(`[Recognized in a picture, may be wrong]\n${text}`, maxTextCharacters),
    isConverted: true,
    isRecognized: true,
    ...(texts.length < total && { pages: { read: texts.length, total } }),
  }
}
