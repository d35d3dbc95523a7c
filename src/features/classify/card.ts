import { type I18n, i18nFor } from '../../i18n/catalog.ts'
import type { KeptLabel, LabelRecord } from '../../store/labels.ts'
import { type Language, languageOf } from '../../text/terms.ts'
import type { LabelledLine } from './list.ts'
import { formatKind, otherId, type Taxonomy } from './taxonomy.ts'

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
export function renderCard(record: LabelRecord, taxonomy: Taxonomy, readers: Readers, correctedBy?: string): Card {
  const language = languageOf(record.text)
  const i18n = i18nFor(language)
  const facts = [i18n.labels.by(record.model), `v${record.version}`]
  const corrected = correctedBy === undefined ? [] : [i18n.labels.correctedBy(correctedBy)]
  return {
    text: record.labels.map(label => renderLine(label, record.text, taxonomy, language, i18n)).join('\n'),
    blocks: [
      ...record.labels.map(label => renderBlock(label, taxonomy, language, i18n)),
      { type: 'context', elements: [plain([...corrected, ...facts].join(' · '))] },
      renderControls(record, taxonomy, readers, language, i18n),
    ],
  }
}

/** The card of a list: a line for each of its texts. `sentenceOf` says in the reader’s words what went wrong with one. */
export function renderListCard(
  lines: LabelledLine[],
  taxonomy: Taxonomy,
  sentenceOf: (error: unknown, i18n: I18n) => string,
): Card {
  const shown = lines.map(({ record, error }) => {
    const language = languageOf(record.text)
    const i18n = i18nFor(language)
    if (error !== undefined) return escapeText(`${cut(record.text, mostLineCharacters)}: ${sentenceOf(error, i18n)}`)
    return record.labels.map(label => renderLine(label, record.text, taxonomy, language, i18n)).join('\n')
  })
  const items = shown.map(line => ({ type: 'rich_text_section', elements: [literal(fromSafe(line))] }))
  const list = { type: 'rich_text_list', style: 'ordered', elements: items }
  return { text: shown.join('\n'), blocks: [{ type: 'rich_text', elements: [list] }] }
}

/** `[kind]-[问题:text]-[reason]`: the line that people asked for. */
function renderLine(label: KeptLabel, text: string, taxonomy: Taxonomy, language: Language, i18n: I18n): string {
  const shown = label.quote ?? cut(text.replace(/\s+/g, ' ').trim(), mostLineCharacters)
  const reason = label.reason === '' ? i18n.labels.noEvidence : label.reason
  return escapeText(i18n.labels.line(formatKind(taxonomy, label.kind, language), shown, reason))
}

/** Kind and confidence, the person’s own words, the reason; all of it shown as it was written, no markup and no mention. */
function renderBlock(label: KeptLabel, taxonomy: Taxonomy, language: Language, i18n: I18n): Record<string, unknown> {
  const { confidence } = label
  const sure =
    confidence === undefined ? i18n.labels.noConfidence : i18n.labels.confidence(Math.round(confidence * 100))
  const name = { type: 'text', text: formatKind(taxonomy, label.kind, language), style: { bold: true } }
  const isOther = label.kind === otherId ? [i18n.labels.other] : []
  const after = [...isOther, label.reason].filter(one => one !== '').join(' ')
  return {
    type: 'rich_text',
    elements: [
      section(name, literal(` · ${sure}`)),
      label.quote === undefined
        ? section({ ...literal(i18n.labels.noEvidence), style: { italic: true } })
        : { type: 'rich_text_quote', elements: [literal(cut(label.quote, mostElementCharacters))] },
      ...(after === '' ? [] : [section(literal(after))]),
    ],
  }
}

function renderControls(
  { id, labels }: LabelRecord,
  taxonomy: Taxonomy,
  readers: Readers,
  language: Language,
  i18n: I18n,
): Record<string, unknown> {
  const kinds = [...taxonomy.kinds.map(kind => kind.id), otherId]
  const options = kinds.map(kind => ({ text: plain(formatKind(taxonomy, kind, language)), value: kind }))
  const chosen = labels.length === 1 ? options.find(({ value }) => value === labels[0]?.kind) : undefined
  const menu = {
    type: 'static_select',
    action_id: labelControlIds.correct,
    placeholder: plain(i18n.labels.correct),
    options,
    ...(chosen !== undefined && { initial_option: chosen }),
  }
  const post = { type: 'button', action_id: labelControlIds.post, text: plain(i18n.labels.post), value: id }
  return { type: 'actions', block_id: blockIdOf(id), elements: readers === 'one' ? [post, menu] : [menu] }
}

const blockPrefix = 'label '
const blockIdOf = (id: string) => `${blockPrefix}${id}`

/** The label that a control belongs to, by the id of its block. */
export function parseLabelId(blockId: string): string | undefined {
  return blockId.startsWith(blockPrefix) ? blockId.slice(blockPrefix.length) : undefined
}

const plain = (text: string) => ({ type: 'plain_text', text, emoji: false })
const literal = (text: string) => ({ type: 'text', text })
const section = (...elements: Record<string, unknown>[]) => ({ type: 'rich_text_section', elements })

/** Text in which nothing is Slack’s syntax and nobody is called. */
function escapeText(text: string): string {
  const escaped = text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;')
  return escaped.replace(/@(?=channel|here|everyone)/gi, '@\u2060')
}

/** What {@link escapeText} wrote, for elements that show their text as it is. */
function fromSafe(text: string): string {
  return text.replaceAll('&lt;', '<').replaceAll('&gt;', '>').replaceAll('&amp;', '&')
}

function cut(text: string, most: number): string {
  return text.length <= most ? text : `${text.slice(0, most).toWellFormed()}…`
}
