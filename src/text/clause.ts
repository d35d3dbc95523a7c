/** Ends of a clause in either script. A point or comma between digits belongs to a number. */
const clauseEnd = /[!?;\n。！？；，、…]|[.,:](?=\s|$)/

/** A clause is looked for this far on either side, in UTF-16 units. */
const farthest = 160

/** Words that turn the meaning of a clause, in several languages. */
const negations = [
  /\b(?:not?|never|none|nobody|nothing|without|cannot|no longer|hardly|barely|neither|nor|stopped|fixed|resolved|solved)\b|n['’]t\b/i,
  /\b(?:zero|seldom|rarely|free of|(?:has|have|had|does|do|did|is|was|were|are|would|could|ca)nt)\b|-free\b/i,
  /\b(?:gone|used to|far from|doubt|ain['’]?t|thing of the past|addressed)\b/i,
  /\b(?:nicht|kein\w{0,2}|nie|niemals|behoben|nunca|ya no|jamais|ne)\b|\bn['’](?=[aeiouhéê])/i,
  /[不没無无未别莫沒]|并非|並非|已(?:经|經)?修[复復]|修[复復]了|已解[决決]|修好了|解[决決]了|消失|搞定/u,
  /(?<!\p{L})(?:não|sem|non|не|нет|без)(?![\p{L}-])/iu,
  /修正(?:され|済)|な(?:い|く|かっ)|ません|解消|直(?:り|っ)|않|없|못하|아니/u,
]

/** Returns true if words turn the meaning of the clause that they stand in: "no longer", "n't", 不, 没, fixed. */
export function hasNegation(words: string): boolean {
  return negations.some(negation => negation.test(words))
}

/** Returns true if the part of a text at `start` begins and ends where words do. Words of Han characters have no borders. */
export function isOnWordBorders(text: string, start: number, length: number): boolean {
  const isCut = (at: number) =>
    /^[\p{L}\p{N}]{2}$/u.test(text.slice(at - 1, at + 1)) && !/\p{Script=Han}/u.test(text.slice(at - 1, at + 1))
  return !isCut(start) && !isCut(start + length)
}

/** Returns true for a question that nothing is said before: it states nothing. */
export function isMereQuestion(text: string): boolean {
  return /^[^.!。！;；\n?？]{1,500}[?？]\s*$/.test(text)
}

/** Returns true if words are too few to be evidence: "it", "so". */
export function isTooShort(words: string): boolean {
  return !/\p{Script=Han}/u.test(words) && words.replace(/[^\p{L}\p{N}]/gu, '').length < 3
}

/**
 * Grows the literal quote at `start` in a text to the clause around it, so that a negation beside it is in it, and cuts no word. A
 * clause that is too long is cut between words.
 */
export function growToClause(text: string, start: number, length: number): string {
  const end = start + length
  const before = text.slice(Math.max(0, start - farthest), start)
  const after = text.slice(end, end + farthest)
  const from = start - clauseTail(before, start > farthest).length
  const to = end + clauseHead(after, text.length > end + farthest).length
  return text.slice(from, to).replace(/^[\s,，、:：;；]+|(?<![\s,，、:：;；])[\s,，、:：;；]+$/g, '')
}

/** Returns the end of a text that belongs to the clause behind it. */
function clauseTail(before: string, isCut: boolean): string {
  for (let at = before.length - 1; at >= 0; at -= 1) if (isEndAt(before, at)) return before.slice(at + 1)
  return isCut ? before.slice(before.indexOf(' ') + 1) : before
}

/** Returns the beginning of a text that belongs to the clause before it. */
function clauseHead(after: string, isCut: boolean): string {
  for (let at = 0; at < after.length; at += 1) if (isEndAt(after, at)) return after.slice(0, at)
  if (!isCut) return after
  const space = after.lastIndexOf(' ')
  return space < 0 ? after : after.slice(0, space)
}

const isEndAt = (text: string, at: number): boolean => {
  const found = clauseEnd.exec(text.slice(at, at + 2))
  return found !== null && found.index === 0
}
