import { isMainThread, parentPort, workerData } from 'node:worker_threads'
import { Archive } from './archive.ts'
import { readExcel } from './excel.ts'
import { readHtml } from './html.ts'
import { readMail } from './mail.ts'
import { readOpenDocument } from './open-document.ts'
import { Outline } from './outline.ts'
import { readPdf } from './pdf.ts'
import { readPowerPoint } from './powerpoint.ts'
import { DocumentProblem } from './problem.ts'
import { readRtf } from './rtf.ts'
import { readWord } from './word.ts'

/** Input of the worker thread that reads documents. */
export interface DocumentTask {
  kind: 'pdf' | 'zip' | 'rtf' | 'mail' | 'html'
  /** Bytes of the file; HTML as UTF-8. */
  bytes: Uint8Array
  maxCharacters: number
}

/** The worker's single answer. */
export type DocumentAnswer =
  | { text: string; cutCharacters: number; pages?: { read: number; total: number } }
  | { problem: DocumentProblem['problem'] }

// Only in a thread that was started for this: importing the file anywhere else has no effect.
if (!isMainThread && isDocumentTask(workerData)) parentPort?.postMessage(await answer(workerData))

function isDocumentTask(data: unknown): data is DocumentTask {
  return typeof data === 'object' && data !== null && 'bytes' in data && 'maxCharacters' in data
}

async function answer({ kind, bytes, maxCharacters }: DocumentTask): Promise<DocumentAnswer> {
  try {
    const outline = new Outline(maxCharacters)
    if (kind === 'pdf') {
      const { text, ...pages } = await readPdf(bytes)
      outline.text(text)
      return { ...outline.end(), ...pages }
    }
    if (kind === 'zip') readOffice(new Archive(bytes), outline)
    else if (kind === 'rtf') readRtf(bytes, outline)
    else if (kind === 'mail') await readMail(bytes, outline)
    else readHtml(new TextDecoder().decode(bytes), outline)
    const read = outline.end()
    return read.text === '' ? { problem: 'empty' } : read
  } catch (error) {
    return { problem: error instanceof DocumentProblem ? error.problem : 'damaged' }
  }
}

/** Reads an Office file by the part that its relationships name as the main one. */
function readOffice(archive: Archive, outline: Outline): void {
  const main = [...archive.relationsOf('').values()].find(({ type }) => type === 'officeDocument')?.target
  const part = [main, 'word/document.xml', 'xl/workbook.xml', 'ppt/presentation.xml', 'xl/workbook.bin']
    .filter(name => name !== undefined)
    .find(name => archive.has(name))
  if (part?.endsWith('.bin')) throw new DocumentProblem('spreadsheet')
  if (part?.startsWith('word/')) readWord(archive, part, outline)
  else if (part?.startsWith('xl/')) readExcel(archive, part, outline)
  else if (part?.startsWith('ppt/')) readPowerPoint(archive, part, outline)
  else if (archive.has('content.xml') && archive.has('mimetype')) readOpenDocument(archive, outline)
  else throw new DocumentProblem(archive.names.some(name => name.startsWith('Index/')) ? 'office' : 'archive')
}
