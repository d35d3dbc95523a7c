import { createMarkFilter } from './prompt-marks.ts'
import type { ServerProfile } from './server-profile.ts'
import { createThinkingFilter, withoutUnopenedThoughts } from './thinking.ts'
import { estimateTokens } from './tokens.ts'

/**
 * Creates the visible text of one answer: what a model writes without its thoughts, and without the marks of its prompt unless they are
 * kept, as in a quote of what a person wrote.
 */
export function createAnswerText(profile: ServerProfile, keepsMarks: boolean) {
  const thoughts = createThinkingFilter()
  const marks = keepsMarks ? undefined : createMarkFilter()
  const isHeld = profile.closesUnopenedThoughts
  let visible = ''
  let hasMarks = false
  let tokens = 0

  const show = (text: string): string => {
    visible += text
    return isHeld ? '' : text
  }
  return {
    /** Everything that can be shown so far. */
    get visible() {
      return visible
    },
    /** Nothing was left because all that was no thought was marks. */
    get isMarks() {
      return hasMarks && visible.trim() === ''
    },
    /** An estimate of all that was written, thoughts included. */
    get tokens() {
      return tokens
    },
    /** Counts thoughts that came beside the text. */
    think(characters: number): void {
      tokens += characters / 4
    },
    /** Returns what of the text can be shown now. */
    push(text: string): string {
      tokens += estimateTokens(text)
      const shown = thoughts.push(text)
      hasMarks ||= shown.trim() !== ''
      return show(marks?.push(shown) ?? shown)
    },
    /** Returns the rest of what can be shown. Learns whether the model closes thoughts that it has not opened. */
    end(): string {
      const last = thoughts.end()
      const rest = show(marks === undefined ? last : marks.push(last) + marks.end())
      const answer = withoutUnopenedThoughts(visible)
      hasMarks &&= answer === visible
      profile.closesUnopenedThoughts = answer !== visible
      visible = answer
      return isHeld ? answer : rest
    },
  }
}
