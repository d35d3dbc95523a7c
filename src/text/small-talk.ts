import { isMadeOf, longestText, normalizePhrase } from './phrases.ts'

/** A text is compared whole, phrase by phrase, so that "thanks, but it still crashes" is none. */
const acknowledgements = new Set(
  `ok,okay,k,kk,thanks,thank you,thank you so much,thank you very much,so much,a lot,a bunch,many thanks,thx,ty,cheers,great,nice,nice one,
  cool,perfect,awesome,got it,i see,understood,noted,makes sense,sounds good,will do,done,sure,yep,np,no problem,you re welcome,congrats,
  congratulations,well done,good job,much appreciated,lol,haha,wow,danke,danke schön,vielen dank,merci,merci beaucoup,gracias,muchas gracias,
  thank u,thankyou,thank you all,thanks all,tysm,appreciate it,i appreciate it,lgtm,no worries,all good,love it,amazing,awesome work,great job,
  great work,hahaha,hehe,lmao,grazie,obrigado,obrigada,спасибо,ありがとう,ありがとうございます,ありがとうございました,どうも,どうもありがとう,どうもありがとうございます,
  了解です,了解しました,承知しました,承知いたしました,かしこまりました,助かります,助かりました,感謝です,お疲れ様です,お疲れさまです,おつかれさまです,
  お疲れ様でした,お疲れさまでした,なるほど,さすが,すごい,素晴らしい,いいですね,감사합니다,고마워요,고맙습니다,넵,
  好,好的,好滴,好吧,谢谢,谢谢你,谢谢您,谢谢大家,谢谢啦,谢啦,多谢,多谢啦,感谢,非常感谢,十分感谢,太感谢了,感谢感谢,感谢分享,谢谢分享,辛苦了,辛苦大家了,辛苦啦,收到,收到啦,明白,明白了,了解,知道了,懂了,
  嗯,嗯嗯,可以,行,没问题,不客气,恭喜,哈哈,哈哈哈,赞,棒,顶,太好了,厉害,謝謝,謝謝大家,感謝,沒問題,不客氣,恭喜恭喜,
  好哒,好嘞,好好好,好的收到,收到收到,明白啦,知道啦,嗯呢,没关系,给力,点赞,赞赞赞,哈哈哈哈,嘿嘿,呵呵,辛苦辛苦,辛苦各位了`.split(
    /\s*,\s*/,
  ),
)

export const greetings = new Set(
  `hi,hello,hey,all,everyone,team,channel,here,hi all,good morning,morning,gm,good afternoon,good evening,good night,bye,see you,welcome,
  happy birthday,hallo,guten morgen,guten tag,bonjour,salut,hola,hola a todos,buenos días,buenos dias,ciao,おはようございます,こんにちは,안녕하세요,
  there,guys,folks,howdy,happy friday,happy new year,merry christmas,have a nice day,have a great day,have a good one,have a great weekend,
  have a nice weekend,enjoy your weekend,welcome aboard,welcome to the team,おはよう,こんばんは,おやすみなさい,はじめまして,皆さん,みなさん,皆様,
  皆さんおはようございます,皆様おはようございます,よろしくお願いします,よろしくお願いいたします,宜しくお願いします,よろしく,おめでとう,おめでとうございます,
  お誕生日おめでとうございます,你好,您好,大家好,早上好呀,大家早上好呀,各位,各位早上好,各位好,周末愉快,新年快乐,节日快乐,中秋快乐,欢迎欢迎,早,早上好,早安,各位早,大家早,大家早上好,下午好,晚上好,晚安,在吗,欢迎,再见,生日快乐`.split(
    /\s*,\s*/,
  ),
)

/** Words that only answer somebody, or fill a silence: in a thread they may well be an answer to the bot. */
const remarks = new Set(
  `yes,no,nope,yup,yeah,nah,maybe,same,same here,agree,agreed,exactly,true,on it,brb,afk,bump,see,fyi,sorry,my bad,oops,omg,test,testing,ping,pong,
  是,是的,对,对的,對,没错,确实,同意,支持,没事,不好意思,抱歉,哦,哦哦,噢,啊,行吧,可以的,加油,牛,牛逼,厉害了,路过,签到,打卡,在不在,有人吗,测试,666,233,1,11,111,
  はい,いいえ,いいね,すみません,ごめんなさい,失礼しました,確認しました,確認します,同意です,それな,頑張って,頑張ってください,テスト,笑,草,w,ww,www`.split(
    /\s*,\s*/,
  ),
)

export const courtesies = new Set(['please', 'pls', '请', '請'])

/** Returns true if a text asks for nothing: an acknowledgement, or no words at all (emoji, punctuation). "Sure?" asks. */
export function isAcknowledgement(text: string): boolean {
  const words = normalizePhrase(text)
  if (/[?？]/.test(text.slice(0, longestText))) return false
  return words === '1' ? /\+1/.test(text) : isMadeOf(words, [acknowledgements])
}

/** Returns true if a text reports nothing: an acknowledgement, a greeting, a remark, a bare link or mention. */
export function isNoise(text: string): boolean {
  const words = normalizePhrase(text.replace(/<[^<>]*>|https?:\/\/\S+/g, ' '))
  return isAcknowledgement(text) || isMadeOf(words, [acknowledgements, greetings, remarks])
}
