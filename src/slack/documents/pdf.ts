import type { getDocumentProxy } from 'unpdf'
import { CharacterTables } from './pdf-cjk-encodings.ts'
import { normalizeText } from './pdf-normalize-characters.ts'
import { DocumentProblem } from './problem.ts'

type Document = Awaited<ReturnType<typeof getDocumentProxy>>

/** Pages that are read, from the first, as far as they can be read in this time. */
const maxPages = 1_000
const maxReadMs = 12_000

/** Reads a PDF, and how many of its pages were read if not all. Throws a `DocumentProblem` if it has no text or needs a password. */
export async function readPdf(pdf: Uint8Array): Promise<{ text: string; pages?: { read: number; total: number } }> {
  const { getDocumentProxy } = await import('unpdf')
  const options = { verbosity: 0, cMapPacked: false, BinaryDataFactory: CharacterTables }
  const document = await getDocumentProxy(pdf, options).catch(error => {
    throw new DocumentProblem(error instanceof Error && error.name === 'PasswordException' ? 'encrypted' : 'damaged')
  })
  const total = document.numPages
  const pages = await readPages(document, Math.min(total, maxPages))
  const read = pages.length
  const texts = pages.map(normalizeText)
  if (texts.every(text => text === '')) throw new DocumentProblem('no_text')
  const text = total === 1 ? texts.join('') : texts.map(renderPage).filter(Boolean).join('\n\n')
  if (read === total) return { text }
  return { text: `[The first ${read} of ${total} pages]\n\n${text}`, pages: { read, total } }
}

const renderPage = (text: string, index: number) => (text === '' ? '' : `[Page ${index + 1}]\n\n${text}`)

/** A page that cannot be read is left empty, unless none can: half a document is worth more than none. */
async function readPages(document: Document, count: number): Promise<string[]> {
  const pages: PromiseSettledResult<string>[] = []
  const end = performance.now() + maxReadMs
  for (let number = 1; number <= count && performance.now() < end; number++) {
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
