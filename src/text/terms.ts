/**
 * Terms for comparing and finding texts: stems of English words, and bigrams of Chinese characters, since Chinese has no spaces.
 */

const HAN = /\p{Script=Han}/u
const HAN_RUN = /\p{Script=Han}+/gu

const byWord = new Intl.Segmenter('zh', { granularity: 'word' })

/** Parses the terms of a text: stems of its words and bigrams of its Han characters, without stop words and addresses. */
export const parseTerms = (text: string): string[] => termsOf(text.replace(ADDRESS, ' '))

/** Addresses say little about a sentence; only the index has their parts. */
const ADDRESS = /https?:\/\/[^\s<>]+/g

function termsOf(text: string): string[] {
  const terms: string[] = []
  let run = ''
  const endRun = () => {
    terms.push(...pairs(run))
    run = ''
  }
  for (const { segment, isWordLike } of byWord.segment(text.normalize('NFKC').toLowerCase())) {
    const isHan = HAN.test(segment)
    // The segmenter splits unknown words and names into single characters, which are joined again.
    if (isHan && segment.length === 1 && !CHINESE_STOP_WORDS.has(segment)) {
      run += segment
      continue
    }
    endRun()
    if (isHan && !CHINESE_STOP_WORDS.has(segment)) terms.push(...pairs(segment))
    else if (isWordLike && !isHan && !ENGLISH_STOP_WORDS.has(segment)) terms.push(stem(segment))
  }
  endRun()
  return terms
}

/** Parses the terms for a search index: those of the text, and all its Han characters and bigrams across word boundaries. */
export function parseIndexTerms(text: string): string[] {
  const han = text.normalize('NFKC').match(HAN_RUN) ?? []
  const words = termsOf(text).filter(term => !HAN.test(term))
  return [...words, ...han.flatMap(run => [...run, ...(run.length > 1 ? pairs(run) : [])])]
}

function pairs(run: string): string[] {
  const characters = [...run]
  if (characters.length < 2) return characters
  return characters.slice(1).map((character, at) => `${characters[at]}${character}`)
}

/** Stems a word, so that "releases", "released" and "releasing" are the same; not a word with digits ("v2"). */
function stem(word: string): string {
  const bare = word.replace(/['’]s$/, '').replace(/['’]/g, '')
  if (bare.length < 4 || /\d/.test(bare)) return bare
  return withoutEnding(singular(bare)).replace(/(?<=...)e$/, '')
}

function singular(word: string): string {
  if (/ies$/.test(word)) return word.replace(/ies$/, 'y')
  if (/(?:[sx]|ch|sh)es$/.test(word)) return word.replace(/es$/, '')
  return /[^sui]s$/.test(word) ? word.slice(0, -1) : word
}

function withoutEnding(word: string): string {
  if (/..ied$/.test(word)) return word.replace(/ied$/, 'y')
  const rest = word.replace(/(?:ing|ed)$/, '')
  if (rest === word || rest.length < 3 || !/[aeiouy]/.test(rest)) return word
  return /([^lsz])\1$/.test(rest) ? rest.slice(0, -1) : rest
}

const words = (list: string): ReadonlySet<string> => new Set(list.trim().split(/\s+/))

const ENGLISH_STOP_WORDS = words(`
  a an the this that these those there here it its it's i i'm i'll i've i'd me my mine we we're we'll we've us our ours
  you you're you'll your yours he she him her his hers they they're them their theirs and or but if so as at by for from
  in into of on onto to up with about than then not no yes is are was were be been being am do does did doing done don't
  didn't doesn't isn't aren't wasn't have has had having can can't could will won't would shall should may might must
  what what's which who who's whom whose when when's where where's why how many much any some anyone anybody someone
  something anything please tell just also too very again ok okay oh well hi hello hey say says said thread channel
  message messages conversation think let let's get got go going s t re ll ve d`)

const CHINESE_STOP_WORDS = words(`
  的 了 着 过 是 吗 呢 吧 啊 呀 嘛 哦 嗯 在 和 与 及 或 就 都 也 还 很 太 再 又 我 你 您 他 她 它 们 我们 你们 他们 她们 咱们 大家 这 那 哪 谁
  什么 怎么 怎样 怎么样 如何 为什么 为何 多少 几 个 几个 时候 什么时候 何时 哪里 哪儿 哪些 哪个 哪天 哪 这个 那个 这些 那些 这里 那里 有 没 没有
  不 会 要 能 可以 请 请问 一下 把 被 给 让 对 从 到 向 关于 说 说了 一个 一些 吧 么 呗 之 其 将 来 去 上 下 里 中 个 些 点 几点 帮 帮我 告诉`)
