/** Decodes bytes to text. Returns undefined if they are not text in an encoding that can be detected for certain. */
export function decodeText(bytes: Uint8Array): string | undefined {
  const text = decodeMarked(bytes) ?? decode('utf-8', bytes) ?? decodeChinese(bytes)
  return text?.includes('\0') ? undefined : text
}

/** Cuts a text at a limit of UTF-16 units without halving a character, and says how much was left out. */
export function cutText(text: string, maxCharacters: number): { text: string; cutCharacters: number } {
  const kept = text.length > maxCharacters ? text.slice(0, endOfWhole(text, maxCharacters)) : text
  return { text: kept, cutCharacters: text.length - kept.length }
}

function endOfWhole(text: string, end: number): number {
  const last = text.charCodeAt(end - 1)
  const halvesPair = last >= 0xd800 && last <= 0xdbff
  return halvesPair ? end - 1 : end
}

function decodeMarked(bytes: Uint8Array): string | undefined {
  if (bytes[0] === 0xff && bytes[1] === 0xfe) return decode('utf-16le', bytes)
  if (bytes[0] === 0xfe && bytes[1] === 0xff) return decode('utf-16be', bytes)
  return undefined
}

/** GB18030 accepts much that is not Chinese (accented Latin text above all), so the bytes must look like it as well. */
function decodeChinese(bytes: Uint8Array): string | undefined {
  if (!looksLikeGb2312(bytes)) return undefined
  const text = decode('gb18030', bytes)
  return text !== undefined && /\p{Script=Han}/u.test(text) ? text : undefined
}

/** Of the two-byte characters in Chinese text nearly all are GB2312's, which no other common encoding resembles. */
const minCommonShare = 0.8

function looksLikeGb2312(bytes: Uint8Array): boolean {
  let pairs = 0
  let common = 0
  for (let i = 0; i < bytes.length; i++) {
    const lead = bytes[i] ?? 0
    if (lead < 0x81) continue
    const trail = bytes[++i] ?? 0
    pairs++
    if (lead >= 0xa1 && lead <= 0xf7 && trail >= 0xa1) common++
  }
  return pairs > 0 && common / pairs >= minCommonShare
}

function decode(encoding: string, bytes: Uint8Array): string | undefined {
  try {
    return new TextDecoder(encoding, { fatal: true }).decode(bytes)
  } catch {
    return undefined
  }
}
