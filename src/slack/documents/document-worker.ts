import { flushCompileCache } from 'node:module'
import { isMainThread, parentPort, workerData } from 'node:worker_threads'
import type { draw } from './draw.ts'
import { Outline } from './outline.ts'
import { DocumentProblem } from './problem.ts'

/** Input of the worker thread that reads documents. */
export interface DocumentTask {
  kind: 'pdf' | 'zip' | 'rtf' | 'mail' | 'outlook' | 'html' | Parameters<typeof draw>[0]
  /** Bytes of the file; HTML as UTF-8. */
  bytes: Uint8Array
  maxCharacters: number
  /** Of what is drawn. */
  limits?: Parameters<typeof draw>[2]
}

/** The worker's single answer. */
export type DocumentAnswer =
  | { text: string; cutCharacters: number; pages?: { read: number; total: number } }
  | Awaited<ReturnType<typeof draw>>
  | { problem: DocumentProblem['problem'] }

// Only in a thread that was started for this: importing the file anywhere else has no effect.
if (!isMainThread && isDocumentTask(workerData)) {
  const answered = await answer(workerData)
  // The process is killed once it has answered.
  flushCompileCache()
  parentPort?.postMessage(answered)
}

function isDocumentTask(data: unknown): data is DocumentTask {
  return typeof data === 'object' && data !== null && 'bytes' in data && 'maxCharacters' in data
}

async function answer({ kind, bytes, maxCharacters, limits = { side: 1_568 } }: DocumentTask): Promise<DocumentAnswer> {
  try {
    if (isDrawn(kind)) return await (await import('./draw.ts')).draw(kind, bytes, limits)
    const outline = new Outline(maxCharacters)
    const pages = await readInto(outline, kind, bytes)
    const read = outline.end()
    return read.text === '' ? { problem: 'empty' } : { ...read, ...pages }
  } catch (error) {
    return { problem: error instanceof DocumentProblem ? error.problem : 'damaged' }
  }
}

function isDrawn(kind: DocumentTask['kind']): kind is Parameters<typeof draw>[0] {
  return kind.startsWith('draw_')
}

/** Reads a document with the reader of its kind. Each is loaded when it is needed, since the thread lives for one document. */
async function readInto(
  outline: Outline,
  kind: Exclude<DocumentTask['kind'], Parameters<typeof draw>[0]>,
  bytes: Uint8Array,
) {
  if (kind === 'pdf') {
    const { readPdf } = await import('./pdf.ts')
    const { text, ...pages } = await readPdf(bytes)
    outline.text(text)
    return pages
  }
  if (kind === 'zip') (await import('./choose-office-reader.ts')).readOffice(bytes, outline)
  else if (kind === 'rtf') (await import('./rtf.ts')).readRtf(bytes, outline)
  else if (kind === 'mail') await (await import('./mail.ts')).readMail(bytes, outline)
  else if (kind === 'outlook') (await import('./outlook.ts')).readOutlook(bytes, outline)
  else (await import('./html.ts')).readHtml(new TextDecoder().decode(bytes), outline)
  return {}
}
