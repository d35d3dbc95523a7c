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

const greetings = new Set(
  `hi,hello,hey,all,everyone,team,channel,here,hi all,good morning,morning,gm,good afternoon,good evening,good night,bye,see you,welcome,
  happy birthday,hallo,guten morgen,guten tag,bonjour,salut,hola,hola a todos,buenos días,buenos dias,ciao,おはようございます,こんにちは,안녕하세요,
  你好,您好,大家好,早,早上好,早安,各位早,大家早,大家早上好,下午好,晚上好,晚安,在吗,欢迎,再见,生日快乐`.split(/\s*,\s*/),
)

const courtesies = new Set(['please', 'pls', '请', '請'])

/** Questions for what the bot can do, by language. */
const helpPhrases = Object.entries({
  en: `help,what can you do,what can you do for me,what can you help with,what can you help me with,what do you do,
    what can i ask you,what can i ask,how do i use you,how do i use this,how do you work,how does this work`,
  zh: `帮助,使用帮助,幫助,你能做什么,你能做些什么,你能帮我做什么,你能帮我做些什么,你可以做什么,你会做什么,你会什么,你能干什么,你能干嘛,你有什么功能,你都能做什么,
    你能做什么呢,你能帮我做什么呢,能做什么,怎么用,怎么使用,如何使用,使用说明,你能做什麼,你可以做什麼,怎麼用`,
  ja: `ヘルプ,何ができますか,何ができるの,何ができる,あなたは何ができますか,使い方,使い方は,使い方を教えて,使い方を教えてください,できること`,
}).map(([language, phrases]) => ({ language, phrases: new Set(phrases.split(/\s*,\s*/)) }))

/** Questions why the bot answered, or why it did not. */
const whyPhrases = new Set(
  `why did you answer,why did you answer this,why did you answer that,why did you answer me,why did you reply,why this answer,why no answer,
  why didn t you answer,why did you not answer,why don t you answer,why didn t you reply,why are you silent,
  why were you silent,为什么回答,为什么这样回答,为什么这么回答,为什么回答这个,为什么会回答,你为什么回答,你为什么这样回答,为什么不回答,为什么没回答,为什么没有回答,
  你为什么不回答,你为什么没回答,你为什么没有回答,怎么不回答,怎么没回答,为什么不说话,為什麼回答,為什麼不回答,為什麼沒回答,為什麼沒有回答,なぜ答えた,なぜ答えたの,
  なぜ回答した,なぜ回答したの,なぜ答えましたか,なぜ答えない,なぜ答えないの,なぜ答えなかった,なぜ答えなかったの,なぜ答えませんでしたか,どうして答えた,どうして答えたの,
  どうして答えないの,どうして答えなかったの`.split(/\s*,\s*/),
)

/** Longer texts hold more than a phrase. */
const longestText = 600

/** Returns true if a text asks for nothing: an acknowledgement, or no words at all (emoji, punctuation). "Sure?" asks. */
export function isAcknowledgement(text: string): boolean {
  const words = normalize(text)
  if (/[?？]/.test(text.slice(0, longestText))) return false
  return words === '1' ? /\+1/.test(text) : isMadeOf(words, [acknowledgements])
}

/** Returns true if a text reports nothing: an acknowledgement, a greeting, a bare link or mention. */
export function isNoise(text: string): boolean {
  const words = normalize(text.replace(/<[^<>]*>|https?:\/\/\S+/g, ' '))
  return isAcknowledgement(text) || isMadeOf(words, [acknowledgements, greetings])
}

/** Returns the language of a text that asks what the bot can do and nothing else, with or without a greeting. */
export function parseHelpLanguage(text: string): string | undefined {
  const words = normalize(text)
  const around = [greetings, courtesies]
  if (isMadeOf(words, around)) return undefined
  return helpPhrases.find(({ phrases }) => isMadeOf(words, [phrases, ...around]))?.language
}

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
  const asks = (part: string) => !isMadeOf(normalize(part), [courtesies])
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

/** Returns true if a text asks why the bot answered, or did not, and nothing else. A bare "why?" asks about what was said. */
export function isWhyRequest(text: string): boolean {
  return whyPhrases.has(normalize(text))
}

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

/** Words of the longest phrase. */
const longestPhrase = 6

/** Returns true if words are a row of phrases of these sets. */
function isMadeOf(text: string, sets: readonly ReadonlySet<string>[]): boolean {
  if (text.length > longestText) return false
  let words = text.split(' ').filter(Boolean)
  while (words.length > 0) {
    const lengths = Array.from({ length: longestPhrase }, (_, index) => longestPhrase - index)
    const length = lengths.find(count => sets.some(set => set.has(words.slice(0, count).join(' '))))
    if (length === undefined) return false
    words = words.slice(length)
  }
  return true
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

/** Wishes for a model: words before its name, and words behind it that say where. */
const modelWishes = [
  {
    before:
      /^(?:(?:please|pls|can you|could you|from now on|ok|okay|now),? ){0,3}(?:use|switch (?:over |back )?to|change (?:the model )?to|answer with|go back to) /i,
    where:
      / (?:here|in (?:this|our) (?:thread|chat|conversation|dms?)|for this (?:thread|conversation)|from now on|instead)(?:,? (?:from now on|please))?$/i,
  },
  {
    before:
      /^(?:请|麻烦|以后|之后|从现在起|现在|在|請){0,3}(?<here>这里|這裡|此处|这个?(?:消息列|对话|线程)|本消息列)?(?:请|都|就)?(?:改用|换用|换成|换到|换回|切换[到成]|使用|用) ?/,
    where: / ?(?:来|來)?(?:回答|回复)(?:吧|我)?$/,
  },
  {
    before: /^(?<here>(?:ここ|このスレッド|この会話|今後|これから)(?:で)?(?:は)?[、 ]?)?/,
    where: / ?(?:を使(?:って|用して)|に(?:切り替えて|変えて|戻して)|で(?:答えて|回答して))(?:ください|下さい|ね)?$/,
  },
]
const modelWord = /^(?:the )?model | ?(?:\bmodel|模型|モデル)$/i
const usualModel =
  /^(?:(?:the|your) )?(?:default|usual|normal|standard)(?: (?:one|model))?$|^(?:默认|原来)(?:的)?(?:模型)?$|^(?:標準|デフォルト|元)(?:の)?(?:モデル)?$/i
/** Beginnings of names that are a model and hardly anything else. */
const modelLike =
  /^(?:[\w.-]+\/)?(?:(?:chat)?gpt|claude|gemini|gemma|deepseek|qwen|qwq|glm|kimi|grok|llama|(?:mi|code|dev|magi|mini)stral|mixtral|phi|command-r|o\d)(?=[\d\s._:-]|$)/i
const longestWish = 160

/**
 * Parses a wish to be answered by a model, such as "use gpt-6-sol here"; `wanted` is blank for the usual one. Unless it `isSure`, it is
 * one only if there is such a model: "use Markdown here" is none.
 */
export function parseModelWish(text: string): { wanted: string; isSure: boolean } | undefined {
  if (text.length > longestWish) return undefined
  const bare = text
    .replace(/<[@!][^<>]*>/g, ' ')
    .replace(/<[^<>|]*\|([^<>]*)>/g, '$1')
    .replace(/[`"'“”‘’「」*_~]/g, '')
    .replace(/\s+/g, ' ')
    .trim()
    .replace(/[.!。！]$/, '')
  for (const { before, where } of modelWishes) {
    const begun = before.exec(bare)
    const rest = begun === null ? undefined : bare.slice(begun[0].length)
    const named = rest?.replace(where, '').trim() ?? ''
    const isHere = begun?.groups?.here !== undefined || (rest ?? '').trim() !== named
    if (begun === null || named === '' || (begun[0] === '' && !isHere)) continue
    const wanted = named.replace(modelWord, '').trim()
    if (usualModel.test(named)) return { wanted: '', isSure: true }
    if (wanted === '' || wanted.split(' ').length > 4) continue
    return { wanted, isSure: modelLike.test(wanted) && (isHere || wanted !== named) }
  }
  return undefined
}
