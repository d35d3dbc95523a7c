import { toWords, type Words } from '../../i18n/catalog.ts'
import type { KeptLabel, LabelRecord } from '../../store/labels.ts'
import { type Language, languageOf } from '../../text/terms.ts'
import type { LabelledLine } from './list.ts'
import { otherId, type Taxonomy, toKindName } from './taxonomy.ts'

/** What the controls of a card are called on the wire. */
export const labelControlIds = { correct: 'correct_label', post: 'post_label' } as const

/** A card as Slack takes it: blocks for the eye, the same as text for notifications and copies. */
export interface Card {
  text: string
  blocks: Record<string, unknown>[]
}

/** Who reads the card: one person, or everybody in the channel. */
export type Readers = 'one' | 'all'

/** In a line of plain text a long feedback is cut to this. */
const mostLineCharacters = 200
/** Slack takes no longer text in one element. */
const mostElementCharacters = 2_800

/** The card of a labelled text, in the language of the text. `correctedBy` is the name of whoever corrected it. */
export function toCard(record: LabelRecord, taxonomy: Taxonomy, readers: Readers, correctedBy?: string): Card {
  const language = languageOf(record.text)
  const words = toWords(language)
  const facts = [words.labels.by(record.model), `v${record.version}`]
  const corrected = correctedBy === undefined ? [] : [words.labels.correctedBy(correctedBy)]
  return {
    text: record.labels.map(label => toLine(label, record.text, taxonomy, language, words)).join('\n'),
    blocks: [
      ...record.labels.map(label => toBlock(label, taxonomy, language, words)),
      { type: 'context', elements: [plain([...corrected, ...facts].join(' · '))] },
      toControls(record, taxonomy, readers, language, words),
    ],
  }
}

/** The card of a list: a line for each of its texts. `sentenceOf` says in the reader’s words what went wrong with one. */
export function toListCard(
  lines: LabelledLine[],
  taxonomy: Taxonomy,
  sentenceOf: (error: unknown, words: Words) => string,
): Card {
  const shown = lines.map(({ record, error }) => {
    const language = languageOf(record.text)
    const words = toWords(language)
    if (error !== undefined) return toSafe(`${cut(record.text, mostLineCharacters)}: ${sentenceOf(error, words)}`)
    return record.labels.map(label => toLine(label, record.text, taxonomy, language, words)).join('\n')
  })
  const items = shown.map(line => ({ type: 'rich_text_section', elements: [literal(fromSafe(line))] }))
  const list = { type: 'rich_text_list', style: 'ordered', elements: items }
  return { text: shown.join('\n'), blocks: [{ type: 'rich_text', elements: [list] }] }
}

/** `[kind]-[问题:text]-[reason]`: the line that people asked for. */
function toLine(label: KeptLabel, text: string, taxonomy: Taxonomy, language: Language, words: Words): string {
  const shown = label.quote ?? cut(text.replace(/\s+/g, ' ').trim(), mostLineCharacters)
  const reason = label.reason === '' ? words.labels.noEvidence : label.reason
  return toSafe(words.labels.line(toKindName(taxonomy, label.kind, language), shown, reason))
}

/** Kind and confidence, the person’s own words, the reason; all of it shown as it was written, no markup and no mention. */
function toBlock(label: KeptLabel, taxonomy: Taxonomy, language: Language, words: Words): Record<string, unknown> {
  const { confidence } = label
  const sure =
    confidence === undefined ? words.labels.noConfidence : words.labels.confidence(Math.round(confidence * 100))
  const name = { type: 'text', text: toKindName(taxonomy, label.kind, language), style: { bold: true } }
  const isOther = label.kind === otherId ? [words.labels.other] : []
  const after = [...isOther, label.reason].filter(one => one !== '').join(' ')
  return {
    type: 'rich_text',
    elements: [
      section(name, literal(` · ${sure}`)),
      label.quote === undefined
        ? section({ ...literal(words.labels.noEvidence), style: { italic: true } })
        : { type: 'rich_text_quote', elements: [literal(cut(label.quote, mostElementCharacters))] },
      ...(after === '' ? [] : [section(literal(after))]),
    ],
  }
}

function toControls(
  { id, labels }: LabelRecord,
  taxonomy: Taxonomy,
  readers: Readers,
  language: Language,
  words: Words,
): Record<string, unknown> {
  const kinds = [...taxonomy.kinds.map(kind => kind.id), otherId]
  const options = kinds.map(kind => ({ text: plain(toKindName(taxonomy, kind, language)), value: kind }))
  const chosen = labels.length === 1 ? options.find(({ value }) => value === labels[0]?.kind) : undefined
  const menu = {
    type: 'static_select',
    action_id: labelControlIds.correct,
    placeholder: plain(words.labels.correct),
    options,
    ...(chosen !== undefined && { initial_option: chosen }),
  }
  const post = { type: 'button', action_id: labelControlIds.post, text: plain(words.labels.post), value: id }
  return { type: 'actions', block_id: toBlockId(id), elements: readers === 'one' ? [post, menu] : [menu] }
}

const blockPrefix = 'label '
const toBlockId = (id: string) => `${blockPrefix}${id}`

/** The label that a control belongs to, by the id of its block. */
export function toLabelId(blockId: string): string | undefined {
  return blockId.startsWith(blockPrefix) ? blockId.slice(blockPrefix.length) : undefined
}

const plain = (text: string) => ({ type: 'plain_text', text, emoji: false })
const literal = (text: string) => ({ type: 'text', text })
const section = (...elements: Record<string, unknown>[]) => ({ type: 'rich_text_section', elements })

/** Text in which nothing is Slack’s syntax and nobody is called. */
function toSafe(text: string): string {
  const escaped = text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;')
  return escaped.replace(/@(?=channel|here|everyone)/gi, '@\u2060')
}

/** What {@link toSafe} wrote, for elements that show their text as it is. */
function fromSafe(text: string): string {
  return text.replaceAll('&lt;', '<').replaceAll('&gt;', '>').replaceAll('&amp;', '&')
}

function cut(text: string, most: number): string {
  return text.length <= most ? text : `${text.slice(0, most).toWellFormed()}…`
}
