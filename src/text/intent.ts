import { isMadeOf, normalizePhrase } from './phrases.ts'
import { courtesies, greetings } from './small-talk.ts'

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

/** Returns the language of a text that asks what the bot can do and nothing else, with or without a greeting. */
export function parseHelpLanguage(text: string): string | undefined {
  const words = normalizePhrase(text)
  const around = [greetings, courtesies]
  if (isMadeOf(words, around)) return undefined
  return helpPhrases.find(({ phrases }) => isMadeOf(words, [phrases, ...around]))?.language
}

/** Returns true if a text asks why the bot answered, or did not, and nothing else. A bare "why?" asks about what was said. */
export function isWhyRequest(text: string): boolean {
  return whyPhrases.has(normalizePhrase(text))
}
