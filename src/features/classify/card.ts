import { describeFailure } from '../../errors.ts'
import { type I18n, i18nFor } from '../../i18n/catalog.ts'
import type { Label, LabelRecord } from '../../store/labels.ts'
import { type Language, languageOf } from '../../text/terms.ts'
import type { labelLines } from './pasted-list.ts'
import { formatKind, otherId, type Taxonomy } from './taxonomy.ts'

/** The action ids of a card's controls. */
export const labelControlIds = { correct: 'correct_label', post: 'post_label', undo: 'undo_correction' } as const

/** A card in Slack's form: blocks, and the same as text for notifications and copies. */
interface Card {
  text: string
  blocks: Record<string, unknown>[]
}

/** How labels are shown: names and sentences follow the language of the text. */
interface Look {
  taxonomy: Taxonomy
  language: Language
  i18n: I18n
}

/** A longer feedback is cut in a line of plain text. */
const mostLineCharacters = 200
/** Slack's limit on the text of one element, with room to spare. */
const mostElementCharacters = 2_800

/** Renders the card of a labelled text, for one person or for everybody in the channel, with the name of who corrected it. */
export function renderCard(
  record: LabelRecord,
  taxonomy: Taxonomy,
  { readers, correctedBy }: { readers: 'one' | 'all'; correctedBy?: string | undefined },
): Card {
  const look = createLook(record.text, taxonomy)
  const { i18n } = look
  const facts = [i18n.labels.by(record.model), `v${record.version}`]
  const corrected = correctedBy === undefined ? [] : [i18n.labels.correctedBy(correctedBy)]
  return {
    text: renderLines(record, look),
    blocks: [
      ...record.labels.map(label => renderBlock(label, look)),
      { type: 'context', elements: [plain([...corrected, ...facts].join(' · '))] },
      renderControls(record, readers, look),
    ],
  }
}

/** Renders the card of a list: an item for each of its lines. */
export function renderListCard(lines: Awaited<ReturnType<typeof labelLines>>, taxonomy: Taxonomy): Card {
  const shown = lines.map(line => {
    const look = createLook(line.text, taxonomy)
    if (!('error' in line)) return renderLines(line, look)
    const sentence = describeFailure(line.error).sentence(look.i18n)
    return escapeText(`${cut(line.text, mostLineCharacters)}: ${sentence}`)
  })
  const items = shown.map(line => ({ type: 'rich_text_section', elements: [literal(fromSafe(line))] }))
  const list = { type: 'rich_text_list', style: 'ordered', elements: items }
  return { text: shown.join('\n'), blocks: [{ type: 'rich_text', elements: [list] }] }
}

function createLook(text: string, taxonomy: Taxonomy): Look {
  const language = languageOf(text)
  return { taxonomy, language, i18n: i18nFor(language) }
}

const renderLines = ({ labels, text }: Pick<LabelRecord, 'labels' | 'text'>, look: Look) =>
  labels.map(label => renderLine(label, text, look)).join('\n')

/** Renders `[kind]-[问题:text]-[reason]`: the line that people asked for. */
function renderLine(label: Label, text: string, { taxonomy, language, i18n }: Look): string {
  const shown = label.quote ?? cut(text.replace(/\s+/g, ' ').trim(), mostLineCharacters)
  const reason = label.reason === '' ? i18n.labels.noEvidence : label.reason
  return escapeText(i18n.labels.line(formatKind(taxonomy, label.kind, language), shown, reason))
}

/** Renders kind and confidence, the quote and the reason, as they were written: no markup and no mention. */
function renderBlock(label: Label, { taxonomy, language, i18n }: Look): Record<string, unknown> {
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
  { id, labels, modelLabels }: LabelRecord,
  readers: 'one' | 'all',
  { taxonomy, language, i18n }: Look,
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
  const undo = { type: 'button', action_id: labelControlIds.undo, text: plain(i18n.labels.undo) }
  const elements = [...(readers === 'one' ? [post] : []), menu, ...(modelLabels === undefined ? [] : [undo])]
  return { type: 'actions', block_id: blockIdOf(id), elements }
}

const blockPrefix = 'label '
const blockIdOf = (id: string) => `${blockPrefix}${id}`

/** Parses the id of a control's block: the id of its label. */
export function parseLabelId(blockId: string): string | undefined {
  return blockId.startsWith(blockPrefix) ? blockId.slice(blockPrefix.length) : undefined
}

const plain = (text: string) => ({ type: 'plain_text', text, emoji: false })
const literal = (text: string) => ({ type: 'text', text })
const section = (...elements: Record<string, unknown>[]) => ({ type: 'rich_text_section', elements })

/** Escapes Slack's syntax and mentions. */
function escapeText(text: string): string {
  const escaped = text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;')
  return escaped.replace(/@(?=channel|here|everyone)/gi, '@\u2060')
}

/** Undoes {@link escapeText} for elements that show their text as it is. */
function fromSafe(text: string): string {
  return text.replaceAll('&lt;', '<').replaceAll('&gt;', '>').replaceAll('&amp;', '&')
}

function cut(text: string, most: number): string {
  return text.length <= most ? text : `${text.slice(0, most).toWellFormed()}…`
}
