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
