import type { SlackFile } from '../../slack/files/read-file.ts'
import type { Message } from '../../slack/message.ts'

/** Parses requests for a picture, in English, Chinese and Japanese: a new one, a change of the last one, or another like it. */

const polite = String.raw`(?:(?:please|can you|could you|would you|now|ok|and|then|hey|hi)[\s,]+){0,4}`
const noPicture = String.raw`(?!(?:\S+\s+){0,4}?(?:conclusions?|lines?|comparisons?|distinctions?|parallels?|lessons?|inferences?|tables?|diagrams?|flow\s?charts?|timelines?|charts?|graphs?|plots?|mind\s?maps?|ascii|boundar\w+|mermaid|uml)\b)`
const article = '(?:an?|the|some|another|two|three|four|five|six|my|our|your|this|that|someone|something)'
const picture =
  '(?:images?|pictures?|drawings?|illustrations?|paintings?|photos?|logos?|icons?|stickers?|posters?|sketch(?:es)?|wallpapers?|cartoons?|avatars?)'
const english = [
  String.raw`^${polite}(?:draw|paint|sketch|illustrate)\s+(?:(?:me|us)\s+)?${noPicture}${article}\s+\S`,
  String.raw`^${polite}(?:make|create|generate|design|produce|render|draw|paint|give me|show me)\s+(?:(?:me|us)\s+)?${article}\s+(?:[\w-]+\s+){0,3}?${picture}\s+(?:of|with|showing|for|that|where|in which)\s+\S`,
].map(pattern => new RegExp(pattern, 'i'))

const chineseKind =
  '(?:图片|图像|图画|插图|插画|海报|照片|头像|图标|标志|壁纸|漫画|表情包|圖片|插圖|插畫|海報|頭像|圖示)'
const noChinesePicture =
  '(?![^。\\n]{0,30}(?:重点|表格|(?:流程|架构|时序|思维导|类|关系|甘特|结构|脑|拓扑|序列|饼|柱状|折线|条形|统计|趋势)图|图表))'
const chinese = [
  `^(?:请|麻烦|帮我|帮忙|给我|能不能|可以|你|再|請|幫我){0,4}(?:画|绘制|畫|繪製)${noChinesePicture}(?:一|两|几|个|張|张|幅|只|隻|條|条|匹|头|頭|朵|座|辆|輛|副|棵|位|群|片){1,3}[^。！？\\n]`,
  `^(?:请|麻烦|帮我|帮忙|给我|能不能|可以|你|請|幫我){0,4}(?:生成|做|创作|设计|制作|画|绘制|来|產生|設計|製作)[^。！？\\n]{0,60}?${chineseKind}`,
].map(pattern => new RegExp(pattern))

const japanese =
  /^[^。！？\n]{1,200}?(?:(?:絵|イラスト|画像|写真|ロゴ|アイコン|ポスター|似顔絵)を(?:生成|作成|作|つく|デザイン)|を?(?:描いて|お絵描き))/

const another =
  /^(?:(?:please|now|and|ok)[\s,]+){0,2}(?:another(?: one)?|one more|again|more like (?:this|that|it)|a different one)(?:[\s,]+please)?[\s.!]*$|^(?:再来|再画|再畫|再生成|换)(?:一)?(?:张|幅|个|張|個)(?:吧|试试|看看)?[。.!！]*$|^(?:もう(?:一|1)枚|別のを?|他の)(?:お願いします|ください|描いて)?[。.!！]*$/i
const changes = [
  /^(?:(?:please|can you|could you|now|but|and|ok)[\s,]+){0,3}(?:make|change|turn|add|remove|replace|put|give|use|paint|colou?r|crop|zoom|move|without|with|more|less|bigger|smaller|brighter|darker|same)\s+\S/i,
  /^(?:请|麻烦|再|把|将|换成|改成|改为|变成|加上?|去掉|删掉|删除|移除|让|给它|不要|背景|颜色|更|換成|改為|變成|刪掉)[^？?\n]{1,200}$/,
  /^[^？?\n]{1,200}(?:[にく]して|を足して|を追加して|を消して|を変えて|に変えて|なしで)(?:ください|ほしい|もらえますか)?[。.!！]*$/,
]

const longestRequest = 2_000
const longestChange = 300

/** Beginning of the names of pictures that the bot has drawn. */
const pictureName = /^picture-[0-9a-f]{8,12}\./
/** The line below a picture, as written or as Slack keeps it. */
export const captionMark = '🎨 '
const caption = /^(?:🎨|:art:)/

/** A picture that somebody wants: its words, and the picture that they change. */
interface Wish {
  words: string
  base?: SlackFile
}

/** Returns whether a text asks for a picture. */
export const asksForPicture = (text: string): boolean => {
  const asked = trim(text)
  return asked.length <= longestRequest && [...english, ...chinese, japanese].some(pattern => pattern.test(asked))
}

/** Finds what a message of a thread wants drawn; undefined if it wants something else. */
export function findWish(thread: readonly Message[], ts: string): Wish | undefined {
  const at = thread.findIndex(message => message.ts === ts)
  const message = thread[at]
  if (message === undefined || message.author.kind === 'self') return undefined
  const before = thread.slice(0, at)
  const words = trim(message.text)
  if (words.length > longestChange || !another.test(words)) return findOwnWish(before, words)
  if (findPicture(before) === undefined) return undefined
  for (let earlier = at - 1; earlier >= 0; earlier -= 1) {
    const { author, text } = thread[earlier] as Message
    const wish = author.kind === 'self' ? undefined : findOwnWish(thread.slice(0, earlier), trim(text))
    if (wish !== undefined) return wish
  }
  return undefined
}

/** Finds what words want drawn after a part of a thread. */
function findOwnWish(before: readonly Message[], words: string): Wish | undefined {
  if (asksForPicture(words)) return { words }
  if (words.length > longestChange || !changes.some(pattern => pattern.test(words))) return undefined
  const base = findPicture(before)
  return base && { words, base }
}

/** Finds the picture that the bot has posted last, unless it has said something else since. */
function findPicture(thread: readonly Message[]): SlackFile | undefined {
  for (const { author, text, files } of thread.toReversed()) {
    if (author.kind !== 'self') continue
    const file = files.find(({ name }) => pictureName.test(name))
    if (file !== undefined || !caption.test(text)) return file
  }
  return undefined
}

const trim = (text: string): string =>
  text
    .replace(/<@[UW][^<>]*>/g, ' ')
    .replace(/^[\s,，:：]+/, '')
    .trim()
