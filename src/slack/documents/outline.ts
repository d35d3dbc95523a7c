/** Documents of all kinds become Markdown: an outline collects their blocks and tables in order, up to a number of characters. */

/** A table while it is read. Cells keep their columns; most spreadsheets are sparse. */
interface Table {
  rows: Map<number, string>[]
  column: number
  /** Characters that its rows take. */
  size: number
  cells: number
  /** True if other tables stand inside it, as in most e-mails: its cells are blocks, not cells. */
  isLayout: boolean
}

/** So many times as many cells as are filled are worth a grid. */
const mostEmpty = 20
const smallGrid = 10_000
/** Of ` | `. */
const separatorLength = 3
const listMark = /^ *(?:-|\d+\.) $/

/** The Markdown of a document while it is read; keeps `maxCharacters` and counts the rest. */
export class Outline {
  readonly #sink: ReturnType<typeof createSink>
  readonly #tables: Table[] = []
  #line = ''
  #mark = ''
  #isBlank = true
  #isLineStart = true
  #wasList = false

  constructor(maxCharacters: number) {
    this.#sink = createSink(maxCharacters)
  }

  /** True at the beginning of a line, where spaces are of no use. */
  get isLineStart(): boolean {
    return this.#isLineStart
  }

  /** True if the open block has a mark, but no text yet. */
  get isMarked(): boolean {
    return this.#mark !== '' && this.#isBlank
  }

  /** Adds text to the open line or cell, which is no longer than all that is kept. */
  text(text: string): void {
    const kept = text.slice(0, Math.max(0, this.#sink.room - this.#line.length))
    this.#line += kept
    this.#sink.skip(text.length - kept.length)
    if (text === '') return
    this.#isLineStart = text.endsWith('\n')
    this.#isBlank &&= text.trim() === ''
  }

  lineBreak(): void {
    this.text('\n')
  }

  /** Begins a block with a mark of Markdown, such as `## ` or `- `; in a table, a line of the cell. */
  begin(mark = ''): void {
    if (this.#table !== undefined) this.text(' ')
    else {
      this.#endLine()
      this.#mark = mark
    }
  }

  /** Changes the mark of the block that has begun. */
  mark(mark: string): void {
    if (this.#table === undefined) this.#mark = mark
  }

  openTable(): void {
    const outer = this.#table
    if (outer === undefined) this.#endLine()
    else {
      this.#endTable(outer)
      outer.isLayout = true
    }
    this.#tables.push({ rows: [], column: -1, size: 0, cells: 0, isLayout: false })
  }

  /** Begins a row. Rows without text are left out. */
  openRow(): void {
    const table = this.#table
    if (table === undefined) this.#endLine()
    else {
      this.#endCell(table)
      if (table.rows.at(-1)?.size !== 0) table.rows.push(new Map())
      table.column = -1
    }
  }

  /** Begins a cell, in the next column if none is named. */
  openCell(column?: number): void {
    const table = this.#table
    if (table === undefined) this.#endLine()
    else {
      this.#endCell(table)
      table.column = column ?? table.column + 1
    }
  }

  /** Leaves cells empty. */
  skipCells(count: number): void {
    const table = this.#table
    if (table === undefined) return
    this.#endCell(table)
    table.column += count
  }

  /** Adds copies of the open row. */
  repeatRow(times: number): void {
    const table = this.#table
    if (table === undefined) return
    this.#endCell(table)
    const row = table.rows.at(-1)
    if (row === undefined || row.size === 0) return
    for (let left = times; left > 0; left -= 1) {
      table.size += sumLengths(row)
      if (table.size > this.#sink.room) continue
      table.rows.push(row)
      table.cells += row.size
    }
  }

  closeTable(): void {
    const table = this.#table
    if (table === undefined) this.#endLine()
    else this.#endTable(table)
    this.#tables.pop()
  }

  /** Returns the text that was kept, and the number of characters that were not. */
  end(): { text: string; cutCharacters: number } {
    while (this.#tables.length > 0) this.closeTable()
    this.#endLine()
    return this.#sink.end()
  }

  /** The open table, unless it is only there for the layout. */
  get #table(): Table | undefined {
    const table = this.#tables.at(-1)
    return table?.isLayout === false ? table : undefined
  }

  #takeLine(): string {
    const line = this.#line
    this.#line = ''
    this.#isBlank = true
    this.#isLineStart = true
    return line
  }

  #endLine(): void {
    const mark = this.#mark
    const lines = this.#takeLine().split('\n')
    const text = lines
      .map(line => line.trimEnd())
      .join('\n')
      .trim()
    this.#mark = ''
    if (text !== '') this.#addBlock(mark + text, listMark.test(mark))
  }

  #addBlock(text: string, isListed = false): void {
    if (text === '') return
    const gap = isListed && this.#wasList ? '\n' : '\n\n'
    this.#sink.add(this.#sink.isEmpty ? text : gap + text)
    this.#wasList = isListed
  }

  #endCell(table: Table): void {
    const text = this.#takeLine().replace(/\s+/g, ' ').trim()
    if (text === '') return
    const cell = text.replaceAll('|', '\\|')
    table.size += cell.length + separatorLength
    if (table.size > this.#sink.room) return
    table.rows.at(-1)?.set(table.column, cell)
    table.cells += 1
  }

  #endTable(table: Table): void {
    this.#endCell(table)
    const { text, size } = renderTable(table)
    this.#addBlock(text)
    this.#sink.skip(Math.max(0, table.size - size))
  }
}

function createSink(maxCharacters: number) {
  const parts: string[] = []
  let kept = 0
  let total = 0
  return {
    get isEmpty() {
      return parts.length === 0
    },
    get room() {
      return maxCharacters - kept
    },
    add(text: string): void {
      const part = text.slice(0, maxCharacters - kept)
      parts.push(part)
      kept += part.length
      total += text.length
    },
    skip(characters: number): void {
      total += characters
    },
    end: () => ({ text: parts.join(''), cutCharacters: total - kept }),
  }
}

/** Renders a table as Markdown without its empty columns; one with a single column, or hardly any cells, as lines. */
function renderTable({ rows, cells }: Table): { text: string; size: number } {
  const filled = rows.filter(row => row.size > 0)
  const columns = [...new Set(filled.flatMap(row => [...row.keys()]))].sort((a, b) => a - b)
  const grid = columns.length * filled.length
  const isTable = columns.length > 1 && (grid <= smallGrid || grid <= cells * mostEmpty)
  const lines = filled.map(row =>
    isTable ? `| ${columns.map(column => row.get(column) ?? '').join(' | ')} |` : [...row.values()].join(' | '),
  )
  if (isTable && lines.length > 0) lines.splice(1, 0, `|${' --- |'.repeat(columns.length)}`)
  return { text: lines.join('\n'), size: filled.reduce((sum, row) => sum + sumLengths(row), 0) }
}

function sumLengths(row: Map<number, string>): number {
  let sum = 0
  for (const cell of row.values()) sum += cell.length + separatorLength
  return sum
}
