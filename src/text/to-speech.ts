/** Renders Markdown as sentences that a voice can read, and cuts them into parts that a speech server takes. */

import type { Nodes, RootContent, Table } from 'mdast'
import { graphemes, maxGrapheme } from './graphemes.ts'
import { readBlocks } from './markdown-blocks.ts'
import { parseMarkdown } from './parse-markdown.ts'

/** Nobody can follow a longer table by ear. */
const mostRows = 20

const eastAsian = /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}]/u
const emoji = /(?:\p{Extended_Pictographic}|\p{Regional_Indicator}|\p{Emoji_Modifier})[\uFE0F\u20E3\u200D]*/gu
/** The name of an emoji, but not the minutes in 10:30:45. */
const emojiName = /:[a-z+-][\w+-]{0,60}:/g

/** Renders Markdown as one sentence a line. `notices` are spoken in place of what is left out. */
export function toSpeech(markdown: string, notices: { code: string; table: string }): string {
  const sentences: string[] = []
  const say = (words: string) => {
    const sentence = endSentence(words)
    if (sentence !== '' && sentence !== sentences.at(-1)) sentences.push(sentence)
  }
  const visit = (node: RootContent, mark = ''): void => {
    if (node.type === 'code') say(notices.code)
    else if (node.type === 'table') for (const row of readRows(node, notices.table)) say(row)
    else if (node.type === 'paragraph' || node.type === 'heading') say(mark + readInline(node))
    else if (node.type === 'list')
      for (const [index, { children }] of node.children.entries())
        for (const [at, child] of children.entries())
          visit(child, at === 0 && node.ordered === true ? `${(node.start ?? 1) + index}. ` : '')
    else if (node.type === 'blockquote' || node.type === 'footnoteDefinition')
      for (const child of node.children) visit(child)
  }
  for (const { text, number } of readBlocks(markdown))
    for (const node of parseMarkdown(text).children) {
      // A block of its own, an item would be counted from its own number.
      if (node.type === 'list' && number !== undefined) node.start = number
      visit(node)
    }
  return sentences.join('\n')
}

/** Reads the rows of a table, each cell behind the name of its column. */
function readRows({ children: [head, ...rows] }: Table, notice: string): string[] {
  if (rows.length > mostRows) return [notice]
  const names = head?.children.map(readInline) ?? []
  if (rows.length === 0) return [names.join(', ')]
  return rows.map(({ children }) => {
    const cells = children.map((cell, index) => ({ name: names[index] ?? '', words: readInline(cell).trim() }))
    const filled = cells.filter(({ words }) => words !== '')
    return filled.map(({ name, words }) => (name.trim() === '' ? words : `${name.trim()}: ${words}`)).join(', ')
  })
}

/** Reads what stands in a line: links by their words, bare addresses by their host, pictures by their description. */
function readInline(node: Nodes): string {
  if (node.type === 'text' || node.type === 'inlineCode') return node.value
  if (node.type === 'image' || node.type === 'imageReference') return node.alt ?? ''
  if (node.type === 'break') return ' '
  if (!('children' in node)) return ''
  const words = node.children.map(readInline).join('')
  if (node.type !== 'link' || !/^(?:https?:|www\.)/i.test(words)) return words
  return URL.parse(node.url)?.hostname ?? words
}

/** Ends words as a sentence, without emoji. Blank if there are no words. */
function endSentence(words: string): string {
  const bare = words.replace(emoji, ' ').replace(emojiName, ' ').replace(/\s+/g, ' ').trim()
  if (!/[\p{L}\p{N}]/u.test(bare)) return ''
  const sentence = bare.replace(/ (?=[.,!?;:](?: |$))/g, '')
  if (/[.!?:;…。！？：；]["'”’」』）)]?$/.test(sentence)) return sentence
  return sentence + (eastAsian.test(sentence.slice(-2)) ? '。' : '.')
}

const sentences = new Intl.Segmenter(undefined, { granularity: 'sentence' })

/** Splits a text into parts of at most `most` UTF-16 units: at the ends of sentences, else between words, else between characters. */
export function splitSpeech(text: string, most: number): string[] {
  const parts: string[] = []
  for (let at = 0; at < text.length; ) {
    const end = text.length - at <= most ? text.length : at + findEnd(text.slice(at, at + most))
    parts.push(text.slice(at, end).trim())
    at = end
  }
  return parts.filter(part => part !== '')
}

/** Finds where a text that goes on is cut best. */
function findEnd(text: string): number {
  const lastSentence = [...sentences.segment(text)].at(-1)?.index ?? 0
  if (lastSentence > text.length / 2) return lastSentence
  const space = text.lastIndexOf(' ')
  if (space > text.length / 2) return space
  const tail = Math.max(0, text.length - maxGrapheme)
  return tail + ([...graphemes.segment(text.slice(tail))].at(-1)?.index || maxGrapheme)
}
