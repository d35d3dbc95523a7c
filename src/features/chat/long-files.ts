/**
 * Files that are too long for the model. A file is cut for the first question that is asked with or after it, and stays cut like that, so that
 * the next request begins as the former one did; what a later question needs of it is put with that question.
 */

import type { I18n } from '../../i18n/catalog.ts'
import { estimateTokens } from '../../model/tokens.ts'
import type { Message } from '../../slack/message.ts'
import { escapeMarkdown } from '../../text/escape-markdown.ts'
import { measureSections, pickSections, renderSections, splitSections } from '../../text/select-sections.ts'

type Content = NonNullable<Message['contents']>[number]

type TextContent = Extract<Content, { kind: 'text' }>

/** A file that was cut, and the sections that the model has been given so far. */
interface LongFile {
  content: TextContent
  text: ReturnType<typeof splitSections>
  taken: ReadonlySet<number>
  charactersPerToken: number
}

/** Shares of the input tokens: of all files, of the files of a message when others have taken that, and of what a later question adds. */
const filesShare = 0.6
const leastShare = 0.15
const laterShare = 0.08
/** More ranges of pages than these are not worth reading. */
const mostRanges = 5

/**
 * Cuts the files of a thread to what the model takes, by what the questions are about. `leftOut` has a sentence for the reader about each
 * file that was cut, and `cut` has those files as they were.
 */
export async function fitLongFiles(
  messages: readonly Message[],
  { inputTokens, i18n }: { inputTokens: number; i18n: I18n },
) {
  const asked = new Set(messages.flatMap(({ mark }) => mark?.turn.split(':').at(-1) ?? []))
  const isQuestion = (message: Message) => asked.has(message.ts) || message === messages.at(-1)
  const cut = new Map<Content, LongFile>()
  const fitted: Message[] = []
  let room = inputTokens * filesShare
  for (const [index, message] of messages.entries()) {
    const earlier = [...cut.values()]
    const contents = message.contents ?? []
    const shares = allotTokens(contents, Math.max(room, inputTokens * leastShare))
    for (const tokens of shares.values()) room -= tokens
    const words = `${message.text}\n${messages.slice(index).find(isQuestion)?.text ?? ''}`
    const given = contents.map(content => {
      const tokens = shares.get(content)
      if (content.kind !== 'text' || tokens === undefined || estimateTokens(content.text) <= tokens) return content
      const file = cutFile(content, words, tokens)
      cut.set(content, file)
      return { ...content, text: renderSections(file.text, file.taken) }
    })
    const more = isQuestion(message) ? addParts(earlier, message.text, inputTokens * laterShare) : []
    fitted.push(given.length + more.length === 0 ? message : { ...message, contents: [...given, ...more] })
    // Ranking a megabyte takes 40 ms; other threads wait no longer than that.
    if (cut.size > 0) await new Promise(resolve => setImmediate(resolve))
  }
  return { messages: fitted, leftOut: [...cut.values()].map(file => formatRead(file, i18n)), cut }
}

/** Allots tokens to the texts of a message: the short ones are whole, and the others share what is left. */
function allotTokens(contents: readonly Content[], room: number): Map<Content, number> {
  const texts = contents
    .filter(content => content.kind === 'text')
    .map(content => ({ content, tokens: estimateTokens(content.text) }))
    .sort((a, b) => a.tokens - b.tokens)
  const shares = new Map<Content, number>()
  let left = room
  texts.forEach(({ content, tokens }, index) => {
    const share = Math.min(tokens, Math.floor(left / (texts.length - index)))
    shares.set(content, share)
    left -= share
  })
  return shares
}

function cutFile(content: TextContent, question: string, tokens: number): LongFile {
  const { text } = content
  const charactersPerToken = text.length / estimateTokens(text)
  const maxCharacters = tokens * charactersPerToken
  const long = splitSections(text, maxCharacters)
  return {
    content,
    text: long,
    taken: pickSections(long, { question, maxCharacters, taken: new Set() }),
    charactersPerToken,
  }
}

/** Adds parts of earlier files that a question is about. */
function addParts(files: LongFile[], question: string, tokens: number): TextContent[] {
  return files.flatMap(file => {
    const maxCharacters = (tokens / files.length) * file.charactersPerToken
    const more = pickSections(file.text, { question, maxCharacters, taken: file.taken })
    if (more.size === 0) return []
    file.taken = file.taken.union(more)
    const text = `[More of this file:]\n${renderSections(file.text, more)}`
    return [{ kind: 'text' as const, name: file.content.name, text, cutCharacters: 0 }]
  })
}

function formatRead({ content, text, taken }: LongFile, i18n: I18n): string {
  const { kind, ranges, total, characters } = measureSections(text, taken)
  const name = escapeMarkdown(content.name)
  const percent = (100 * characters) / (content.text.length + content.cutCharacters)
  if (kind === 'part' || ranges.length === 0 || ranges.length > mostRanges)
    return i18n.longFiles.share({ name, percent: Math.max(1, Math.floor(percent)) })
  return i18n.longFiles[kind]({ name, total: content.pages?.total ?? total, ranges: i18n.formats.and(ranges) })
}
