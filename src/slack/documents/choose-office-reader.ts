import { Archive } from './archive.ts'
import { readExcel } from './excel.ts'
import { readOpenDocument } from './libreoffice.ts'
import type { Outline } from './outline.ts'
import { readPowerPoint } from './powerpoint.ts'
import { DocumentProblem } from './problem.ts'
import { readWord } from './word.ts'

/** Reads an Office file by the part that its relationships name as the main one. */
export function readOffice(bytes: Uint8Array, outline: Outline): void {
  const archive = new Archive(bytes)
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
