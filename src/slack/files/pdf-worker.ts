import { isMainThread, parentPort, workerData } from 'node:worker_threads'
import type { getDocumentProxy } from 'unpdf'
import { CharacterTables } from './pdf-character-tables.ts'
import { normalizeText } from './pdf-text.ts'

/** Input of the worker thread that reads PDFs. */
export interface PdfTask {
  pdf: Uint8Array
  maxPages: number
}

/** The worker's single answer. */
export type PdfAnswer = { text: string; readPages: number; totalPages: number } | { problem: 'encrypted' | 'damaged' }

type Document = Awaited<ReturnType<typeof getDocumentProxy>>

// Only in a thread that was started for this: importing the file anywhere else has no effect.
if (!isMainThread && isPdfTask(workerData)) parentPort?.postMessage(await answer(workerData))

function isPdfTask(data: unknown): data is PdfTask {
  return typeof data === 'object' && data !== null && 'pdf' in data && data.pdf instanceof Uint8Array
}

async function answer({ pdf, maxPages }: PdfTask): Promise<PdfAnswer> {
  try {
    const { getDocumentProxy } = await import('unpdf')
    const document = await getDocumentProxy(pdf, {
      verbosity: 0,
      cMapPacked: false,
      BinaryDataFactory: CharacterTables,
    })
    const pages = await readPages(document, Math.min(document.numPages, maxPages))
    return { text: normalizeText(pages.join('\n\n')), readPages: pages.length, totalPages: document.numPages }
  } catch (error) {
    return { problem: error instanceof Error && error.name === 'PasswordException' ? 'encrypted' : 'damaged' }
  }
}

/** A page that cannot be read is left empty, unless none can: half a document is worth more than none. */
async function readPages(document: Document, count: number): Promise<string[]> {
  const pages: PromiseSettledResult<string>[] = []
  for (let number = 1; number <= count; number++) {
    pages.push(...(await Promise.allSettled([readPage(document, number)])))
  }
  if (pages.every(page => page.status === 'rejected')) throw new Error('no page can be read')
  return pages.map(page => (page.status === 'fulfilled' ? page.value : ''))
}

async function readPage(document: Document, number: number): Promise<string> {
  const page = await document.getPage(number)
  const { items } = await page.getTextContent()
  page.cleanup()
  return items.map(item => ('str' in item ? item.str + (item.hasEOL ? '\n' : '') : '')).join('')
}
