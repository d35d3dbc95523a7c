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
  name: string
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
 * file that was cut.
 */
export function fitLongFiles(
  messages: readonly Message[],
  { inputTokens, i18n }: { inputTokens: number; i18n: I18n },
): { messages: Message[]; leftOut: string[] } {
  const asked = new Set(messages.flatMap(({ mark }) => mark?.turn.split(':').at(-1) ?? []))
  const isQuestion = ({ ts }: Message, index: number) => asked.has(ts) || index === messages.length - 1
  const cut: LongFile[] = []
  let room = inputTokens * filesShare
  const fitted = messages.map((message, index) => {
    const earlier = [...cut]
    const contents = message.contents ?? []
    const shares = allotTokens(contents, Math.max(room, inputTokens * leastShare))
    room -= [...shares.values()].reduce((sum, tokens) => sum + tokens, 0)
    const question = messages.slice(index).find((later, at) => isQuestion(later, index + at))
    const words = [message, question].map(one => one?.text ?? '').join('\n')
    const given = contents.map(content => {
      const tokens = shares.get(content)
      if (content.kind !== 'text' || tokens === undefined || estimateTokens(content.text) <= tokens) return content
      const file = cutFile(content, words, tokens)
      cut.push(file)
      return { ...content, text: renderSections(file.text, file.taken) }
    })
    const more = isQuestion(message, index) ? addParts(earlier, message.text, inputTokens * laterShare) : []
    return given.length + more.length === 0 ? message : { ...message, contents: [...given, ...more] }
  })
  return { messages: fitted, leftOut: cut.map(file => formatRead(file, i18n)) }
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

function cutFile({ name, text }: TextContent, question: string, tokens: number): LongFile {
  const charactersPerToken = text.length / estimateTokens(text)
  const maxCharacters = tokens * charactersPerToken
  const long = splitSections(text, maxCharacters)
  return {
    name,
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
    return [{ kind: 'text' as const, name: file.name, text, cutCharacters: 0 }]
  })
}

function formatRead({ name, text, taken }: LongFile, i18n: I18n): string {
  const { kind, ranges, total, share } = measureSections(text, taken)
  const shown = escapeMarkdown(name)
  if (kind === 'part' || ranges.length === 0 || ranges.length > mostRanges)
    return i18n.longFiles.share({ name: shown, percent: Math.max(1, Math.floor(share * 100)) })
  return i18n.longFiles[kind]({ name: shown, total, ranges: i18n.formats.and(ranges) })
}
