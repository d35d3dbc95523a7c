import { isMadeOf, longestText, normalizePhrase } from './phrases.ts'

/** A text is compared whole, phrase by phrase, so that "thanks, but it still crashes" is none. */
const acknowledgements = new Set(
  `ok,okay,k,kk,thanks,thank you,thank you so much,thank you very much,so much,a lot,a bunch,many thanks,thx,ty,cheers,great,nice,nice one,
  cool,perfect,awesome,got it,i see,understood,noted,makes sense,sounds good,will do,done,sure,yep,np,no problem,you re welcome,congrats,
  congratulations,well done,good job,much appreciated,lol,haha,wow,danke,danke schön,vielen dank,merci,merci beaucoup,gracias,muchas gracias,
  grazie,obrigado,obrigada,спасибо,ありがとう,ありがとうございます,了解です,承知しました,お疲れ様です,감사합니다,고마워요,고맙습니다,넵,
  好,好的,好滴,好吧,谢谢,谢谢你,谢谢您,谢谢大家,谢谢啦,谢啦,多谢,多谢啦,感谢,辛苦了,辛苦大家了,辛苦啦,收到,收到啦,明白,明白了,了解,知道了,懂了,
  嗯,嗯嗯,可以,行,没问题,不客气,恭喜,哈哈,哈哈哈,赞,棒,顶,太好了,厉害,謝謝,謝謝大家,感謝,沒問題,不客氣,恭喜恭喜`.split(
    /\s*,\s*/,
  ),
)

export const greetings = new Set(
  `hi,hello,hey,all,everyone,team,channel,here,hi all,good morning,morning,gm,good afternoon,good evening,good night,bye,see you,welcome,
  happy birthday,hallo,guten morgen,guten tag,bonjour,salut,hola,hola a todos,buenos días,buenos dias,ciao,おはようございます,こんにちは,안녕하세요,
  你好,您好,大家好,早,早上好,早安,各位早,大家早,大家早上好,下午好,晚上好,晚安,在吗,欢迎,再见,生日快乐`.split(/\s*,\s*/),
)

export const courtesies = new Set(['please', 'pls', '请', '請'])

/** Returns true if a text asks for nothing: an acknowledgement, or no words at all (emoji, punctuation). "Sure?" asks. */
export function isAcknowledgement(text: string): boolean {
  const words = normalizePhrase(text)
  if (/[?？]/.test(text.slice(0, longestText))) return false
  return words === '1' ? /\+1/.test(text) : isMadeOf(words, [acknowledgements])
}

/** Returns true if a text reports nothing: an acknowledgement, a greeting, a bare link or mention. */
export function isNoise(text: string): boolean {
  const words = normalizePhrase(text.replace(/<[^<>]*>|https?:\/\/\S+/g, ' '))
  return isAcknowledgement(text) || isMadeOf(words, [acknowledgements, greetings])
}
