/** Phrases are compared whole, so that "thanks, but it still crashes" is not one of them. */
const acknowledgements = new Set(
  `ok,okay,k,kk,thanks,thank you,thank you so much,thank you very much,thanks a lot,many thanks,thx,ty,cheers,great,great thanks,
  ok thanks,okay thanks,nice,cool,perfect,awesome,got it,i see,understood,noted,makes sense,sounds good,will do,done,sure,yep,lol,haha,wow,
  好,好的,好的 谢谢,好滴,好吧,谢谢,谢谢你,谢谢您,谢谢大家,多谢,感谢,辛苦了,收到,收到 谢谢,明白,明白了,了解,知道了,懂了,嗯,嗯嗯,可以,行,没问题,
  不客气,哈哈,哈哈哈,赞,棒,太好了,厉害`.split(/\s*,\s*/),
)

const greetings = new Set(
  `hi,hello,hey,hi all,hi everyone,hello all,hello everyone,hey all,hi team,hello team,good morning,morning,good morning all,
  good morning everyone,good afternoon,good evening,good night,bye,welcome,
  你好,您好,大家好,早,早上好,早安,各位早,大家早,大家早上好,下午好,晚上好,晚安,在吗,欢迎,再见`.split(/\s*,\s*/),
)

/** Longer texts hold more than a phrase. */
const longestText = 600

/** Returns true if a text asks for nothing: an acknowledgement, or no words at all (emoji, punctuation). "Sure?" asks. */
export function isAcknowledgement(text: string): boolean {
  const words = normalize(text)
  if (/[?？]/.test(text.slice(0, longestText))) return false
  return words === '' || acknowledgements.has(words)
}

/** Returns true if a text reports nothing: an acknowledgement, a greeting, a bare link or mention. */
export function isNoise(text: string): boolean {
  const words = normalize(text.replace(/<[^<>]*>|https?:\/\/\S+/g, ' '))
  return words === '' || acknowledgements.has(words) || greetings.has(words)
}

/** Reduces a short text to its words: without mentions, emoji, punctuation and letter case. Longer texts stay as they are. */
function normalize(text: string): string {
  if (text.length > longestText) return text
  return text
    .replace(/<@[^<>]*>/g, ' ')
    .replace(/:[\p{L}\p{N}_+'-]+:/gu, ' ')
    .toLowerCase()
    .replace(/[^\p{L}\p{N}]+/gu, ' ')
    .trim()
}
