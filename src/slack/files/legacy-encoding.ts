/**
 * Text in the encodings that preceded Unicode does not say which one it is in. Statistics of the languages tell most of them
 * apart, but a wrong guess would be read as somebody's words: without a clear winner there is no answer.
 */

/** An encoding that may be detected: its name for the detector, its label for `TextDecoder`, and how usual it is. */
interface Candidate {
  name: string
  label: string
  weight: number
  /** Lowers or raises the score by what the text looks like when it is decoded. */
  adjust?: (text: string) => number
}

/** The unusual ones are there to beat the usual ones in texts that are theirs: a Greek text is no strange Chinese one. */
const candidates: readonly Candidate[] = [
  { name: 'windows-1252', label: 'windows-1252', weight: 1, adjust: text => adjustWords(text) * adjustWestern(text) },
  { name: 'cp932', label: 'shift_jis', weight: 1 },
  { name: 'gb18030', label: 'gb18030', weight: 1 },
  { name: 'big5', label: 'big5', weight: 1 },
  { name: 'cp949', label: 'euc-kr', weight: 1 },
  { name: 'euc-jp', label: 'euc-jp', weight: 1 },
  { name: 'windows-1251', label: 'windows-1251', weight: 0.7, adjust: adjustWords },
  { name: 'windows-1254', label: 'windows-1254', weight: 0.5, adjust: adjustWords },
  { name: 'windows-1253', label: 'windows-1253', weight: 0.4, adjust: adjustWords },
  {
    name: 'windows-1255',
    label: 'windows-1255',
    weight: 0.7,
    adjust: text => adjustScript(text, /\p{Script=Hebrew}/gu),
  },
  {
    name: 'windows-1256',
    label: 'windows-1256',
    weight: 0.7,
    adjust: text => adjustScript(text, /\p{Script=Arabic}/gu),
  },
  { name: 'windows-1250', label: 'windows-1250', weight: 0.35, adjust: adjustWords },
  { name: 'koi8-r', label: 'koi8-r', weight: 0.35, adjust: adjustWords },
  { name: 'macroman', label: 'macintosh', weight: 0.35, adjust: adjustWords },
]

/** The names under which the detector takes candidates, where they differ from those that it returns. */
const renamed: Record<string, string> = { big5: 'big5hkscs', 'euc-jp': 'euc-jis-2004', macroman: 'mac-roman' }

const detectEncodings = candidates.map(({ name }) => renamed[name] ?? name)

/** The detector looks at no more than this. */
const sampleBytes = 64_000
/** How many times as probable as the next encoding the first must be, unless both give the same text. */
const minLead = 1.3

/** Characters that no text has: unassigned, private, control. */
const implausible = /[[\p{Cn}\p{Co}\p{Cc}]--[\t\n\v\f\r]]/v

/** Decodes bytes by a label of `TextDecoder`. Returns undefined if they are not text in that encoding. */
export function decodePlausible(label: string, bytes: Uint8Array): string | undefined {
  const text = decode(label, bytes)
  return text === undefined || implausible.test(text) ? undefined : text
}

/** Decodes bytes by a label of `TextDecoder`. Returns undefined if the encoding does not have them. */
export function decode(label: string, bytes: Uint8Array): string | undefined {
  try {
    return new TextDecoder(label, { fatal: true }).decode(bytes)
  } catch {
    return undefined
  }
}

/** Decodes text that is not Unicode. Returns undefined unless one encoding is clearly the most probable. */
export async function decodeLegacy(bytes: Uint8Array): Promise<string | undefined> {
  const ranked = await rankEncodings(bytes)
  const [first] = ranked
  if (first === undefined) return undefined
  const rivals = ranked.filter(({ text, score }) => text !== first.text && score * minLead > first.score)
  if (rivals.length > 0) return undefined
  return bytes.byteLength <= sampleBytes ? first.text : decodePlausible(first.label, bytes)
}

/** Ranks the encodings of the beginning of a text, most probable first. */
async function rankEncodings(bytes: Uint8Array): Promise<{ label: string; text: string; score: number }[]> {
  const sample = selectSample(bytes)
  if (sample.byteLength === 0) return []
  const kana = decodeKana(sample)
  if (kana !== undefined) return [{ label: 'shift_jis', text: kana, score: 1 }]
  // Its tables take 70 MB, and most files are Unicode.
  const { detectAll } = await import('jschardet')
  const ranked = detectAll(sample, { minimumThreshold: 0, detectEncodings }).flatMap(({ encoding, confidence }) => {
    const candidate = candidates.find(({ name }) => name === encoding?.toLowerCase())
    const text = candidate && decodePlausible(candidate.label, sample)
    if (candidate === undefined || text === undefined) return []
    const { label, weight, adjust = () => 1 } = candidate
    return [{ label, text, score: confidence * weight * adjust(text) }]
  })
  return ranked.filter(({ score }) => score > 0).sort((a, b) => b.score - a.score)
}

/** In more than this share of their letters, words of an alphabet do not look odd. */
const mostOdd = 0.2
/** Apostrophes, quotation marks, hyphens and the like, which stand inside words or close to another. */
const joiners = new Set('’‘“”‑–—…·´')

/** Returns 0 for words that no alphabet has: a symbol inside a word, a capital behind a small letter. */
function adjustWords(text: string): number {
  let odd = 0
  let foreign = 0
  for (let at = 0; at < text.length; at += 1) {
    if (text.charCodeAt(at) < 0x80) continue
    foreign += 1
    if (isOdd(text, at)) odd += 1
  }
  return odd > foreign * mostOdd ? 0 : 1
}

/** In at least this share of what is not ASCII, a text in a script of its own has letters of that script. */
const leastOwn = 0.8

/** Returns 0 for a text with too few letters of a script. */
function adjustScript(text: string, script: RegExp): number {
  const own = text.match(script)?.length ?? 0
  return own < leastOwn * countBetween(text, '\x80', '\uffff') ? 0 : 1
}

function isOdd(text: string, at: number): boolean {
  const [before, own, after] = [text.charAt(at - 1), text.charAt(at), text.charAt(at + 1)]
  if (own === 'ƒ') return true
  if (!isLetter(own)) return !joiners.has(own) && isInWord(before) && isInWord(after)
  return (isSmall(before) && isCapital(own)) || (isSmall(own) && isCapital(after))
}

const isInWord = (character: string) => character >= '\x80' || isLetter(character)
const isLetter = (character: string) => character.toLowerCase() !== character.toUpperCase()
const isSmall = (character: string) => isLetter(character) && character === character.toLowerCase()
const isCapital = (character: string) => isLetter(character) && character === character.toUpperCase()

/** Turkish and Czech, which have other encodings, are more usual than Western languages with these letters. */
function adjustWestern(text: string): number {
  return /[ÐÝÞðýþŠŽšž]/.test(text) ? 0.3 : 1
}

/** Decodes text with so many kana that nothing but Shift-JIS has. Other encodings look like half-width kana in it, if like any. */
function decodeKana(sample: Uint8Array): string | undefined {
  const text = decodePlausible('shift_jis', sample)
  if (text === undefined || /[\uff61-\uff9f]/.test(text)) return undefined
  const kana = countBetween(text, '\u3041', '\u30ff')
  return kana > 1 && kana * 2 >= countBetween(text, '\x80', '\uffff') ? text : undefined
}

function countBetween(text: string, first: string, last: string): number {
  let count = 0
  for (const character of text) if (character >= first && character <= last) count += 1
  return count
}

/** Selects the first lines that are not ASCII. A line break is never a part of another character in these encodings. */
function selectSample(bytes: Uint8Array): Uint8Array {
  if (bytes.byteLength <= sampleBytes) return bytes
  const lines: Uint8Array[] = []
  let room = sampleBytes
  for (let from = 0; from < bytes.byteLength && room > 0; ) {
    const end = bytes.indexOf(0x0a, from)
    const to = end < 0 ? bytes.byteLength : end + 1
    const line = cutBetweenCharacters(bytes.subarray(from, to), room)
    if (line.some(byte => byte >= 0x80)) {
      lines.push(line)
      room -= line.byteLength
    }
    from = to
  }
  return Buffer.concat(lines)
}

/** Cuts a long line behind a space or comma, which are no part of other characters either. */
function cutBetweenCharacters(line: Uint8Array, most: number): Uint8Array {
  if (line.byteLength <= most) return line
  let end = most
  while (end > 0 && (line[end - 1] ?? 0) >= 0x30) end -= 1
  return line.subarray(0, end)
}
