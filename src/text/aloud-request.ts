import { isMadeOf, normalizePhrase } from './phrases.ts'
import { courtesies } from './small-talk.ts'

/** A clause that ends with a wish to hear the answer: it stands alone, or behind "and". */
const aloudWishes = [
  String.raw`(?:^|\band )\s*(?:(?:please|pls|then|also|can you|could you) )*(?:(?:answer|reply|respond|say|tell me)(?: (?:it|this|that|me))? (?:aloud|out loud|by voice|as audio)|read (?:(?:it|this|that|me|us|your|the|last|answer|reply) )*(?:aloud|out loud|out))(?: (?:please|to me|for me))*\s*$`,
  String.raw`(?:^\s*|并且?|然后|再|並)(?:请|請|麻烦|麻煩|帮我|给我|把(?:它|回答|答案))*(?:用?语音(?:回答|回复)|用?語音回答|大声读|大聲讀|朗读|朗讀|读出来|念出来|读给我听|念给我听)(?:一下|出来|出來|它|吧|给我听|(?:上面|刚才)?的?(?:回答|答案))*\s*$`,
  String.raw`^\s*(?:(?:それ|これ|回答|答え|今の回答|上の回答)を)?(?:音声で(?:答えて|回答して|教えて)|声に出して(?:読んで|答えて)|読み上げて)(?:ください|下さい|もらえますか|ね)*\s*$`,
].map(pattern => new RegExp(pattern, 'iu'))

/**
 * Parses a wish to hear the answer, which is the first or the last clause of a text. Returns what is left of the text, blank if the wish
 * is all of it; undefined if there is none.
 */
export function parseAloudWish(text: string): { rest: string } | undefined {
  const asks = (part: string) => !isMadeOf(normalizePhrase(part), [courtesies])
  // A mention keeps its length, so that places stay the same.
  const bare = text.replace(/<@[^<>]*>/g, mention => ' '.repeat(mention.length))
  const clauses = [...bare.matchAll(/[^,，.。!！?？;；:：、\n]+/g)].filter(([words]) => asks(words))
  for (const clause of [clauses.at(-1), clauses[0]]) {
    const found = aloudWishes.map(wish => wish.exec(clause?.[0] ?? '')).find(match => match !== null)
    if (clause === undefined || found === undefined) continue
    const rest = [text.slice(0, clause.index + found.index), text.slice(clause.index + clause[0].length)].filter(asks)
    return {
      rest: rest
        .map(part => part.replace(/^[\s,，.。!！:：;；]+/, ''))
        .join('')
        .trim(),
    }
  }
  return undefined
}
