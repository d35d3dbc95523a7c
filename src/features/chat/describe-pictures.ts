/**
 * Pictures in a request. A picture is sent until it has been described, which happens once, after the first answer; from then on the
 * description stands in its place, so that a thread does not pay for its pictures with each question. A question that is about a picture
 * itself is given the picture again, at the end, where the beginning of the request stays the same.
 */

import { formatError } from '../../errors.ts'
import { i18nFor } from '../../i18n/catalog.ts'
import { collectAnswer } from '../../model/collect-answer.ts'
import type { ChatMessage, Model } from '../../model/model.ts'
import { buildDescribeRequest, type renderPromptMessage } from '../../model/prompts.ts'
import type { FileContent } from '../../slack/files/read-file.ts'
import type { Message } from '../../slack/message.ts'
import { parseTerms } from '../../text/terms.ts'
import type { truncate } from '../../threads/truncate.ts'
import type { Services, TurnContext } from '../context.ts'

type Picture = FileContent & { kind: 'image' }

type Images = Parameters<typeof truncate>[0][number]['images']

type PromptFile = Parameters<typeof renderPromptMessage>[0]['files'][number]

/** Pictures in a request; servers take some dozens. */
const mostPictures = 20
/** Described pictures that a question is given again. */
const mostAgain = 4
/** A picture of fewer tokens costs less than its description. */
const leastTokens = 300
const describeMs = 120_000
const maxDescriptionCharacters = 1_200

/** The language of what the model is told about files. */
const promptI18n = i18nFor('en')

/**
 * Decides which pictures of a thread a model is given, and in which form. `isWhole` means that all are sent, for another answer to the same
 * question.
 */
export function viewPictures(messages: readonly Message[], model: Model, isWhole: boolean) {
  const own = messages.at(-1)?.contents ?? []
  const isDescribed = (content: FileContent): content is Picture =>
    content.kind === 'image' && Boolean(content.description) && !isWhole && !own.includes(content)
  const again = model.images ? findMeant(messages, isDescribed) : []
  const all = messages.flatMap(({ contents = [] }) => contents)
  const shown = takeNewest([...all.filter(content => !isDescribed(content)), ...again])

  /** Finds why the model is not given an image; undefined for what is none. */
  const problemOf = (content: FileContent): 'no_vision' | 'many_images' | 'image_refused' | 'none' | undefined => {
    if (content.kind !== 'image') return undefined
    if (isDescribed(content)) return 'none'
    if (!model.images) return 'no_vision'
    if (!shown.has(content)) return 'many_images'
    return buildDataUrls(content).some(model.refusesImage) ? 'image_refused' : 'none'
  }
  const isSent = (content: FileContent) => shown.has(content) && problemOf(content) === 'none'
  return {
    problemOf,
    /** Described pictures that the question is about. */
    again: again.filter(content => !buildDataUrls(content).some(model.refusesImage)),
    /** Builds the images that stand beside a text. */
    toImages: (contents: readonly FileContent[]): Images =>
      contents
        .filter(content => content.kind === 'image')
        .flatMap(content => buildDataUrls(content).map(dataUrl => ({ dataUrl, tokens: model.sight.count(content) }))),
    isSent: (content: FileContent) => isSent(content) && !isDescribed(content),
    /** Renders an image as a file of the prompt. */
    toFile(content: Picture): PromptFile {
      const { name } = content
      const problem = problemOf(content)
      if (problem !== 'none' && problem !== undefined) return { name, missing: promptI18n.fileReasons[problem] }
      if (isDescribed(content)) return { name, text: `(image, seen before; your notes of it:)\n${content.description}` }
      return { name, text: formatPages(content) }
    },
    /** Pictures that are sent and are worth a description. Scans are not: what is asked of them is their text. */
    undescribed: all.filter(
      (content): content is Picture =>
        content.kind === 'image' &&
        content.description === undefined &&
        content.laterPages === undefined &&
        isSent(content) &&
        model.sight.count(content) >= leastTokens,
    ),
  }
}

function buildDataUrls(content: FileContent): string[] {
  if (content.kind !== 'image') return []
  const { mimetype, base64, laterPages = [] } = content
  return [base64, ...laterPages].map(data => `data:${mimetype};base64,${data}`)
}

function formatPages({ laterPages, pages, isFirstPage }: Picture): string {
  if (isFirstPage === true) return '(image of its first page; the others could not be read)'
  const count = 1 + (laterPages?.length ?? 0)
  if (count === 1) return '(image)'
  return pages === undefined ? `(images of its ${count} pages)` : `(images of pages 1 to ${count} of ${pages.total})`
}

/** Takes the newest pictures, whole scans only. */
function takeNewest(contents: readonly FileContent[]): Set<FileContent> {
  const shown = new Set<FileContent>()
  let room = mostPictures
  for (const content of contents.toReversed()) {
    room -= content.kind === 'image' ? 1 + (content.laterPages?.length ?? 0) : 0
    if (room < 0) break
    shown.add(content)
  }
  return shown
}

/** Words for a picture, or for what only a picture can show. */
const aboutPictures =
  /\b(?:pictures?|photos?|photographs?|images?|pics?|screenshots?|snapshots?|diagrams?|drawings?|sketch(?:es)?|mockups?|charts?|graphs?|colou?rs?|on the (?:left|right)|bottom|corner|background|look (?:like|at|again|closely)|bild(?:er)?|fotos?|imagen|imágenes|capturas?|farben?)\b|图[片中里上像表]|[这那哪两几张第一二三四]张|照片|截图|截屏|画面|圖片|截圖|颜色|顏色|什么色|左边|右边|左侧|右侧|左上|右上|左下|右下|背景|写真|画像|スクショ|スクリーンショット|グラフ|[何どの]色|左側|右側|사진|이미지|スケッチ/iu

/**
 * Finds the described pictures that the question is about: those that it names, or whose description shares enough of its words; of a
 * question about pictures at large, those of the newest message.
 */
function findMeant(messages: readonly Message[], isDescribed: (content: FileContent) => content is Picture): Picture[] {
  const question = messages.at(-1)
  const words = (question?.text ?? '').replace(/<[^<>]*>/g, ' ')
  const described = messages
    .toReversed()
    .flatMap(({ ts, contents = [] }) => contents.filter(isDescribed).map(picture => ({ ts, picture })))
  if (described.length === 0) return []
  const take = (found: typeof described) => found.slice(0, mostAgain).map(({ picture }) => picture)
  const named = described.filter(({ picture }) => isNamed(words.toLowerCase(), picture.name.toLowerCase()))
  const hasOwn = question?.contents?.some(({ kind }) => kind === 'image') === true
  if (named.length > 0 || hasOwn) return take(named)
  const isAbout = aboutPictures.test(words)
  const terms = new Set(parseTerms(words))
  const shares = described.map(({ picture }) => terms.intersection(new Set(parseTerms(picture.description ?? ''))).size)
  const most = Math.max(...shares)
  if (most >= (isAbout ? 1 : Math.max(2, terms.size / 2))) return take(described.filter((_, at) => shares[at] === most))
  return isAbout ? take(described.filter(({ ts }) => ts === described[0]?.ts)) : []
}

/** Returns whether a text names a file, with or without its ending. */
function isNamed(text: string, name: string): boolean {
  const stem = name.replace(/\.[a-z\d]{1,5}$/, '')
  if (text.includes(name)) return true
  // “photo-1” is not named by “photo-10”.
  const words = text.split(/[^\p{L}\p{N}_-]+|(?<=\p{Script=Han})|(?=\p{Script=Han})/u)
  return stem.length > 3 && (words.includes(stem) || (/[^a-z\d_-]/.test(stem) && text.includes(stem)))
}

type DescribeContext = TurnContext<Pick<Services, 'threads' | 'metrics'>>

/**
 * Has the model describe pictures that it was just sent, and keeps that with the thread. The request begins like the one that was answered, so
 * that a provider takes nearly all of it from its cache. Each picture is asked about once; without a description it is sent as before.
 */
export async function describePictures(
  { turn, chosen, deps, log, reply }: DescribeContext,
  {
    messages,
    undescribed,
    quotedFrom,
  }: { messages: readonly ChatMessage[]; undescribed: readonly Picture[]; quotedFrom: readonly string[] },
): Promise<void> {
  const { threads, metrics } = deps
  const pictures = undescribed.filter(picture => threads.describe(turn, picture, ''))
  if (pictures.length === 0) return
  const request = buildDescribeRequest(pictures.map(({ name }) => name))
  try {
    const { text, usage, reason } = await collectAnswer(
      chosen.model,
      [...messages, { role: 'assistant', content: reply.text }, { role: 'user', content: request }],
      {
        signal: AbortSignal.timeout(describeMs),
        format: undefined,
        maxCharacters: maxDescriptionCharacters * pictures.length,
        purpose: { feature: 'chat', channel: turn.channel, person: turn.user, quotedFrom },
        cacheKey: `${turn.channel} ${turn.threadTs}`,
      },
    )
    metrics.tokensUsed('in', usage?.tokensIn ?? 0)
    metrics.tokensUsed('out', usage?.tokensOut ?? 0)
    metrics.tokensUsed('cached', usage?.tokensCached ?? 0)
    if (reason !== 'done') return
    for (const [at, description] of parseDescriptions(text)) {
      const picture = pictures[at]
      if (picture !== undefined) threads.describe(turn, picture, description.slice(0, maxDescriptionCharacters))
    }
  } catch (error) {
    log.info({ reason: formatError(error) }, 'pictures not described; they are sent again')
  }
}

/** Parses numbered descriptions. Returns them with their places, from 0. */
function parseDescriptions(text: string): [number, string][] {
  const found: [number, string][] = []
  for (const line of text.split('\n')) {
    const [head, number] = /^\s{0,8}(?:[*#]{1,4} ?)?(\d{1,2})[.:)：、．]/.exec(line) ?? []
    const last = found.at(-1)
    if (head !== undefined && Number(number) === (last?.[0] ?? -1) + 2)
      found.push([
        Number(number) - 1,
        line
          .slice(head.length)
          .replace(/^\*{1,2}/, '')
          .trim(),
      ])
    else if (last !== undefined) last[1] = `${last[1]}\n${line}`.trim()
  }
  return found.filter(([, description]) => description !== '')
}
