import type { LabelledText } from '../../src/features/classify/labelled-texts.ts'
import { hasNegation } from '../../src/text/clause.ts'
import { parseIndexTerms, parseTerms } from '../../src/text/terms.ts'
import { type Bayes, type Lesson, learn } from './bayes.ts'
import { toSentences } from './literal.ts'
import { languageOf } from './sentences.ts'

/** One thing that the engine found in a text, in the form in which the bot asks for it. */
interface EngineItem {
  kind: string
  quote: string
  reason: string
  confidence: number
}

/** What a question about feedback says: the kinds with their examples, texts that people have corrected, and the text. */
export interface FeedbackQuestion {
  kinds: { id: string; examples: string[] }[]
  corrected: LabelledText[]
  text: string
  /** The language for the reason; that of the text if undefined. */
  language?: ReturnType<typeof languageOf> | undefined
}

/** Under this share of the likeliest kind the engine does not claim to know. */
const leastShare = 0.32
/** A sentence of its own kind must be this clear before a text counts as reporting several things. */
const clearShare = 0.5
/** The share of right answers in cross-validation: the engine is never surer of one than this. */
const mostConfidence = 0.6
/** What people have corrected outweighs what was shipped. */
const correctedWeight = 25
/** So does what the taxonomy itself gives as an example, if less. */
const exampleWeight = 5
const other = 'other'

/** Says what kind of feedback a text is, from words alone; what it gives as evidence is a literal sentence. */
export type Classifier = (question: FeedbackQuestion) => EngineItem[]

/** Learns from the shipped texts once; what a question brings along is added for that question. */
export function createClassifier(shipped: readonly LabelledText[]): Classifier {
  const lessons = shipped.map(toLesson)
  return ({ kinds, corrected, text, language = languageOf(text) }) => {
    const ids = new Set([...kinds.map(({ id }) => id), other])
    const known = lessons.filter(lesson => lesson.kinds.every(kind => ids.has(kind)))
    const examples = kinds.flatMap(({ id, examples }) =>
      examples.map(example => ({ ...toLesson({ text: example, kinds: [id] }), weight: exampleWeight })),
    )
    const decided = corrected.map(one => ({ ...toLesson(one), weight: correctedWeight }))
    return toItems({ text, language }, learn([...known, ...examples, ...decided]))
  }
}

type Asked = { text: string; language: ReturnType<typeof languageOf> }

function toItems({ text, language }: Asked, bayes: Bayes): EngineItem[] {
  const sentences = toSentences(text)
  const clear = sentences
    .map(sentence => ({ sentence, best: bayes.judge(toSigns(sentence))[0] }))
    .filter(({ best }) => best !== undefined && best.kind !== other && best.share >= clearShare)
  const several = [...new Map(clear.map(one => [one.best?.kind, one])).values()]
  if (several.length > 1)
    return several.map(({ sentence, best }) => toItem({ text: sentence, language }, best, bayes, sentence))
  const [best] = bayes.judge(toSigns(text))
  const kind = best !== undefined && best.share >= leastShare ? best : { kind: other, share: 1 - (best?.share ?? 0) }
  const quote = mostTelling(sentences, kind.kind, bayes) ?? text
  return [toItem({ text, language }, kind, bayes, quote)]
}

function toItem(
  asked: Asked,
  best: { kind: string; share: number } | undefined,
  bayes: Bayes,
  quote: string,
): EngineItem {
  const { kind, share } = best ?? { kind: other, share: 0 }
  return {
    kind,
    quote,
    reason: toReason(asked, kind, bayes),
    confidence: Math.min(mostConfidence, Math.round(share * 100) / 100),
  }
}

function mostTelling(sentences: string[], kind: string, bayes: Bayes): string | undefined {
  const weigh = (sentence: string) => toSigns(sentence).reduce((sum, sign) => sum + bayes.weigh(sign, kind), 0)
  return sentences.toSorted((a, b) => weigh(b) - weigh(a))[0]
}

/** The words that spoke most for the kind, if any did; the engine has no other reason. */
function toReason({ text, language }: Asked, kind: string, bayes: Bayes): string {
  if (kind === other) return ''
  const weigh = (word: string) => toSigns(word).reduce((sum, sign) => sum + bayes.weigh(sign, kind), 0)
  const plain = (text.match(plainFault) ?? []).slice(0, mostWords)
  if (plain.length > 0) return formatReason([...new Set(plain)], language)
  const words = [...new Set(toWords(text))]
    .map(word => ({ word, weight: weigh(word) }))
    .filter(({ weight }) => weight > 0)
    .sort((a, b) => b.weight - a.weight)
  const telling = words
    .filter(({ weight }) => weight >= (words[0]?.weight ?? 0) * leastOfBest)
    .slice(0, mostWords)
    .map(({ word }) => word)
  return telling.length === 0 ? '' : formatReason(telling, language)
}

const formatReason = (words: readonly string[], language: Asked['language']): string =>
  language === 'zh' ? `判断依据：${words.join('、')}` : `Based on ${words.map(word => `“${word}”`).join(' and ')}.`

/** Chinese words that name a fault or a burden by themselves, which no segmentation finds whole. */
const plainFault = /坏了|坏掉|卡住|卡顿|打不开|没反应|闪退/g

/** More words than these are no evidence but the text over again. */
const mostWords = 2
/** A second word must speak about as clearly as the first. */
const leastOfBest = 0.5
const byWord = new Intl.Segmenter('zh', { granularity: 'word' })

/**
 * The words of a text that mean something of their own, as it writes them; one that turns the meaning of the next stands with it:
 * "not intuitive", 不好看.
 */
function toWords(text: string): string[] {
  const segments = [...byWord.segment(text)].filter(({ isWordLike }) => isWordLike)
  const turns = (at: number): boolean => {
    const [word, next] = [segments[at], segments[at + 1]]
    if (word === undefined || next === undefined || !hasNegation(word.segment)) return false
    return /^\s*$/.test(text.slice(word.index + word.segment.length, next.index))
  }
  const words = segments.map(({ segment, index }, at) => {
    const next = segments[at + 1]
    return next !== undefined && turns(at) ? text.slice(index, next.index + next.segment.length) : segment
  })
  const isOwn = (word: string) => parseTerms(word).length > 0 && !/^\p{Script=Han}$/u.test(word)
  return words.filter((word, at) => isOwn(word) && !turns(at - 1))
}

function toLesson({ text, kinds }: LabelledText): Lesson {
  return { signs: toSigns(text), kinds }
}

/** What a text is judged by: its words, its pairs of Han characters, and what the lexicon makes of it. */
function toSigns(text: string): string[] {
  const found = lexicon.flatMap(([sign, words]) => (words.test(text) ? emphasized(sign) : []))
  return [...new Set([...parseIndexTerms(text), ...parseTerms(text), ...found])]
}

/** What the lexicon says counts as much as several words; five was the best of one to five in cross-validation. */
const emphasized = (sign: string) => Array.from({ length: 5 }, (_, index) => `#${sign}${index}`)

/** Words that often stand for a kind. What each is worth is learned like that of any other sign. */
const lexicon: [string, RegExp][] = [
  [
    'fault',
    /crash|freez|error|fail|broken|doesn['’]?t work|not work|stuck|won['’]t|can['’]?t (?:open|log|save|load)|lost|wrong|disappear|vanish|blank|twice|duplicat|\b(?:404|500)\b|闪退|崩溃|报错|错误|失败|打不开|没反应|丢失|不见了|卡死|死机|白屏|黑屏|无法|乱码|重复|不显示|加载不出|登不上|出错|失灵/i,
  ],
  [
    'use',
    /ugly|confus|hard to|difficult|slow|clunky|hidden|find|too many|tiny|small|clutter|clicks?|layout|font|colou?r|readab|unclear|intuitive|annoying to|scroll|tedious|难看|不好看|丑|找不到|太小|慢|难用|不方便|麻烦|复杂|看不清|乱|不直观|繁琐|字体|颜色|布局|太深|步骤|别扭|看不懂|花眼/i,
  ],
  [
    'discontent',
    /price|expensive|money|support|ads?\b|advert|rip|greedy|scam|refund|subscription|policy|disappoint|joke|worst|shame|ridiculous|fed up|pay|客服|涨价|广告|贵|吃相|坑|退款|服了|呵呵|垃圾|恶心|差评|收费|会员|态度|失望|无语|割韭菜|套路/i,
  ],
  [
    'friendly',
    /thank|love|great|nice|please add|would be (?:nice|great)|how (?:do|can)|is there|does it|when will|good morning|happy|谢谢|感谢|喜欢|好用|赞|请问|希望|建议|能不能|吗[？?]|早上好|辛苦|收到|通知|期待/i,
  ],
  ['question', /[?？]\s*$/],
  ['loud', /[!！]/],
]

/** The question in a chat request, if it is one about feedback. */
export function toFeedbackQuestion(system: string, user: string): FeedbackQuestion | undefined {
  const text = inside(user, 'text')[0]
  if (text === undefined || !system.includes('<kind id="')) return undefined
  const kinds = [...system.matchAll(/<kind id="([^"]+)"[^>]*>([\s\S]*?)<\/kind>/g)].map(([, id = '', body = '']) => ({
    id,
    examples: inside(body, 'example'),
  }))
  const corrected = [...system.matchAll(/<corrected kind="([^"]+)">([\s\S]*?)<\/corrected>/g)].map(
    ([, kinds = '', body = '']) => ({ kinds: kinds.split(','), text: unescaped(body) }),
  )
  const [, named = ''] = /The reason is one short sentence in (\w+);/.exec(system) ?? []
  return { kinds: kinds.filter(({ id }) => id !== other), corrected, text, language: languages[named] }
}

const languages: Record<string, ReturnType<typeof languageOf>> = { English: 'en', Chinese: 'zh' }

function inside(marked: string, name: string): string[] {
  return [...marked.matchAll(new RegExp(`<${name}>([\\s\\S]*?)</${name}>`, 'g'))].map(([, body = '']) =>
    unescaped(body),
  )
}

const entities = { lt: '<', gt: '>', amp: '&' }
const unescaped = (text: string) => text.replace(/&(lt|gt|amp);/g, (_, name) => entities[name as keyof typeof entities])
