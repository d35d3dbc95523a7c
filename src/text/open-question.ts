import { isWhyRequest, parseHelpLanguage } from './intent.ts'
import { isNoise } from './small-talk.ts'

/** Words that ask, in a sentence without a question mark. */
const asking = [
  /(?:^|[,.!:;] ?|\b(?:hi|hey|hello|so|all|team|folks|everyone) )(?:who|what|when|where|why|which|how|does|did|is|are|can|could|has|have)(?:['’]s|['’]re)? \w+ \w/i,
  /\b(?:anyone|anybody|someone|somebody) (?:know|knows|remember|remembers|have|has|got)\b/i,
  /(?:[吗呢么嘛嗎麼]|几点|多少|在哪儿?|哪里|哪儿|怎么办|是谁|是什么)[\s。.!！~～]*$/,
  /请问|請問|有人知道|有谁知道|谁知道|谁有|求问/,
  /(?:です|ます|でしょう|ません|した)か[\s。.!！]*$/,
]

/** A longer message tells more than it asks. */
const longestQuestion = 600

/** Returns true if a text asks a question of nobody in particular. */
export function isOpenQuestion(text: string): boolean {
  if (text.length > longestQuestion || /<(?:@|!subteam)/.test(text)) return false
  const words = text.replace(/<[^<>]*>|https?:\/\/\S+/g, ' ').trim()
  if (isNoise(words) || isWhyRequest(words) || parseHelpLanguage(words) !== undefined) return false
  return /[?？](?![\p{L}\p{N}])/u.test(words) || asking.some(form => form.test(words))
}
