import { ShownError } from '../errors.ts'
import type { Piece } from './model.ts'
import type { Ending } from './read-answer.ts'

type StopReason = Extract<Piece, { kind: 'stopped' }>['reason']

/** The end of a sentence, of code, of a table's row or a link, or an emoji. */
const sentenceEnd = /(?:[.!?…。！？;；:：)\]}>"'”’»」』`*_~|]|\p{Extended_Pictographic}\uFE0F?)$/u

/** A heading or an item of a list: they end without a sign. */
const signless = /^\s{0,12}(?:#{1,6}|[-*+•]|\d{1,4}[.)、])\s/

/** Returns whether a text ends in a line of more than one word without a sign at its end. */
function isMidSentence(text: string): boolean {
  const trimmed = text.trimEnd()
  const line = trimmed.slice(trimmed.lastIndexOf('\n') + 1)
  if (line === '' || sentenceEnd.test(line) || signless.test(line)) return false
  const isCjk = /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Hangul}]/u.test(line)
  return isCjk ? line.length > 8 : line.trim().includes(' ')
}

/**
 * Returns whether an answer was perhaps cut off: its stream ended without a reason, of a server that gives one otherwise, or in the
 * middle of a sentence.
 */
export function mayBeCut({ finish, isOverrun }: Ending, text: string, tellsReasons: boolean): boolean {
  if (finish !== undefined || isOverrun) return false
  return text.trim() === '' || tellsReasons || isMidSentence(text)
}

/** Returns why an answer stopped. Throws a `ShownError` if it has no text, or broke off. */
export function judgeEnding(ending: Ending, text: string, isCut: boolean): StopReason {
  const { finish, isDone, isOverrun, refusal, isForeign } = ending
  if (finish === 'filtered') throw new ShownError('model_filtered', i18n => i18n.model.filtered)
  if (finish === 'failed') throw new ShownError('model_stream_error', i18n => i18n.model.streamError)
  if (refusal !== '')
    throw new ShownError('model_declined', i18n => i18n.model.declined({ words: quoteRefusal(refusal) }))
  if (isForeign && isBlank(text)) throw new ShownError('model_garbled', i18n => i18n.model.garbled)
  if (finish === undefined && !isDone && !isOverrun)
    throw new ShownError('model_ended_early', i18n => i18n.model.endedEarly)
  if (isBlank(text)) throw buildBlankError(ending)
  if (isOverrun) return 'overrun'
  if (finish === 'length') return 'length'
  return isCut ? 'cut' : 'done'
}

/** Returns true for a text of which nothing is seen. */
const isBlank = (text: string) => /^[\s\p{Cf}]*$/u.test(text)

/** Formats a refusal, which is a sentence or two, as one line. */
const quoteRefusal = (words: string) => words.replace(/\s+/g, ' ').trim().slice(0, 400).toWellFormed()

/** Says why there is no text. */
function buildBlankError({ finish, isOverrun, hasThought, callsTools }: Ending): ShownError {
  if (finish === 'length' || isOverrun)
    return new ShownError('model_limit_without_text', i18n => i18n.model.limitWithoutText)
  if (callsTools || finish === 'tools') return new ShownError('model_only_tools', i18n => i18n.model.onlyTools)
  if (hasThought) return new ShownError('model_only_thoughts', i18n => i18n.model.onlyThoughts)
  return new ShownError('model_empty', i18n => i18n.model.empty)
}
