import { createMarkFilter } from './prompt-marks.ts'
import type { ServerProfile } from './server-profile.ts'
import { createThinkingFilter, withoutUnopenedThoughts } from './thinking.ts'
import { estimateTokens } from './tokens.ts'

/** Creates the visible text of one answer: what a model writes without its thoughts and without the marks of its prompt. */
export function createAnswerText(profile: ServerProfile) {
  const thoughts = createThinkingFilter()
  const marks = createMarkFilter()
  const isHeld = profile.closesUnopenedThoughts
  let visible = ''
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
      return show(marks.push(thoughts.push(text)))
    },
    /** Returns the rest of what can be shown. Learns whether the model closes thoughts that it has not opened. */
    end(): string {
      const rest = show(marks.push(thoughts.end()) + marks.end())
      const answer = withoutUnopenedThoughts(visible)
      profile.closesUnopenedThoughts = answer !== visible
      visible = answer
      return isHeld ? answer : rest
    },
  }
}
