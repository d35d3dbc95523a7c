/** Guesses what a person meant by words that a request does not know: a typing error, or a time without its preposition. */

import { ShownError } from '../../errors.ts'
import { countEdits } from '../../text/count-edits.ts'
import { escapeMarkdown } from '../../text/escape-markdown.ts'
import { type AskedSummary, parseAskedSummary } from './request.ts'

const known =
  `since last past from between and until today yesterday this week weeks month months day days hour hours minutes messages
  monday tuesday wednesday thursday friday saturday sunday new everywhere only just decisions questions open tasks table bullets
  every each daily weekday weekend morning evening list stop help all`.split(/\s+/)
/** Put around words that are right but say too little. */
const frames = ['', 'since ', 'last ', 'only ', '最近', '从', '只要', '過去']
const maxWords = 8
const maxCandidates = 16

/** Returns the first candidate near the words that is understood. */
export async function guess(
  words: string,
  isUnderstood: (candidate: string) => boolean | Promise<boolean>,
): Promise<string | undefined> {
  const parts = words.split(' ')
  if (parts.length > maxWords) return undefined
  let candidates = ['']
  for (const part of parts)
    candidates = candidates
      .flatMap(before => findNear(part).map(word => `${before} ${word}`.trim()))
      .slice(0, maxCandidates)
  for (const candidate of candidates)
    for (const frame of frames)
      if (frame + candidate !== words && (await isUnderstood(frame + candidate))) return frame + candidate
  return undefined
}

/** Throws a `ShownError` that names the words which the request does not know, with a guess. */
export async function checkWords({ place, unknown, form }: AskedSummary, now: number, timeZone: string): Promise<void> {
  // What a person missed has a form of its own.
  const refused = unknown ?? (place.of === 'everywhere' ? form.words : undefined)
  const words = refused ?? (/^(?:only|just)\s/i.test(form.words ?? '') ? form.words : undefined)
  if (words === undefined) return
  const isUnderstood = async (candidate: string) => {
    const asked = await parseAskedSummary(`summarize #x ${candidate}`, now, timeZone)
    return asked !== undefined && asked.unknown === undefined && asked.form.words === undefined
  }
  const found = await guess(words, isUnderstood)
  if (found !== undefined)
    throw new ShownError('summary_unknown_words', i18n =>
      i18n.summary.didYouMean({ words: escapeMarkdown(words), guess: escapeMarkdown(found) }),
    )
  if (refused !== undefined)
    throw new ShownError('summary_unknown_words', i18n => i18n.summary.unknownWords({ words: escapeMarkdown(refused) }))
}

/** Finds the known words that differ from a word by a typing error or two, the nearest first; else the word itself. */
function findNear(word: string): string[] {
  const lower = word.toLowerCase()
  if (known.includes(lower) || !/^[a-z]{3,12}$/.test(lower)) return [word]
  const most = lower.length < 5 ? 1 : 2
  const near = known.map(other => ({ other, edits: countEdits(lower, other) })).filter(({ edits }) => edits <= most)
  return near.length === 0 ? [word] : near.sort((a, b) => a.edits - b.edits).map(({ other }) => other)
}
