import { TextDecoder } from 'node:util'

/**
 * PDFs whose Chinese, Japanese or Korean fonts are not inside them name a standard table of character codes, which
 * readers are expected to bring along: megabytes. Only the text is wanted here, not the glyphs, so a glyph's number
 * may be chosen freely; choosing its Unicode value lets the platform's own decoders make the tables.
 */
const encodings: readonly [RegExp, string][] = [
  [/^(GBK|GBKp|GB|GBpc)-EUC-[HV]$|^GBK2K-[HV]$/, 'gb18030'],
  [/^(ETen|ETenms|HKscs)-B5-[HV]$|^B5pc-[HV]$/, 'big5'],
  [/^(90ms|90msp|90pv|83pv)-RKSJ-[HV]$/, 'shift_jis'],
  [/^(KSCms-UHC|KSC-EUC|KSCpc-EUC)-[HV]$/, 'euc-kr'],
]
const unicodeTable = /^Uni(GB|CNS|JIS|KS)-(UCS2|UTF16)-[HV]$/
const glyphTable = /^Adobe-(GB1|CNS1|Japan1|Korea1)-UCS2$/

/** The factory that the PDF library asks for character tables, one a document. */
export function CharacterTables() {
  let chosen = false
  return {
    async fetch({ filename }: { filename: string }): Promise<Uint8Array> {
      // Without a table of ours before it, the glyph numbers are the font's own and would come out as wrong characters.
      const table = glyphTable.test(filename) && chosen ? buildGlyphTable() : buildCodeTable(filename)
      chosen = true
      return Buffer.from(table)
    },
  }
}

/** Returns the character with this number in our tables. */
function buildGlyphTable(): string {
  return buildTable(['<0000> <FFFF>'], '1 beginbfrange <0000> <FFFF> <0000> endbfrange')
}

function buildCodeTable(name: string): string {
  const mode = name.endsWith('V') ? '/WMode 1 def ' : ''
  if (unicodeTable.test(name))
    return mode + buildTable(['<0000> <FFFF>'], '1 begincidrange <0000> <FFFF> 0 endcidrange')
  const encoding = encodings.find(([names]) => names.test(name))?.[1]
  if (encoding === undefined) throw new Error(`no table ${name}`)
  return mode + buildDecodedTable(new TextDecoder(encoding))
}

/** Bytes that mean something alone are characters, all others begin a pair: so it is in every encoding above. */
function buildDecodedTable(decoder: TextDecoder): string {
  const spaces: string[] = []
  const characters: string[] = []
  for (let first = 0; first <= 0xfe; first++) {
    const alone = parseCharacter(decoder, [first])
    spaces.push(
      alone === undefined
        ? `<${formatHex(first)}00> <${formatHex(first)}FF>`
        : `<${formatHex(first)}> <${formatHex(first)}>`,
    )
    if (alone === undefined) characters.push(...buildPairs(decoder, first))
    else characters.push(`<${formatHex(first)}> ${alone}`)
  }
  return buildTable(spaces, `${characters.length} begincidchar ${characters.join(' ')} endcidchar`)
}

function buildPairs(decoder: TextDecoder, first: number): string[] {
  const pairs: string[] = []
  for (let second = 0x40; second <= 0xfe; second++) {
    const character = parseCharacter(decoder, [first, second])
    if (character !== undefined) pairs.push(`<${formatHex(first)}${formatHex(second)}> ${character}`)
  }
  return pairs
}

/** Returns the number of the single character in these bytes; undefined if there is none or more than one. */
function parseCharacter(decoder: TextDecoder, bytes: number[]): number | undefined {
  const text = decoder.decode(Uint8Array.from(bytes))
  return text.length === 1 && text !== '\ufffd' ? text.charCodeAt(0) : undefined
}

function buildTable(spaces: string[], mapping: string): string {
  return `${spaces.length} begincodespacerange ${spaces.join(' ')} endcodespacerange ${mapping} endcmap`
}

function formatHex(byte: number): string {
  return byte.toString(16).padStart(2, '0')
}
