import { describeFailure } from '../../errors.ts'
import type { I18n } from '../../i18n/catalog.ts'
import { plain } from '../../slack/plain-text.ts'
import type { Label, LabelRecord } from '../../store/labels.ts'
import { formatModelTitle } from '../model-title.ts'
import type { labelLines } from './pasted-list.ts'
import type { createReader } from './reader.ts'
import { formatKind, otherId, type Taxonomy } from './taxonomy.ts'

/** The action ids of a card's controls. */
export const labelControlIds = { correct: 'correct_label', post: 'post_label', undo: 'undo_correction' } as const

/** A card in Slack's form: blocks, and the same as text for notifications and copies. */
interface Card {
  text: string
  blocks: Record<string, unknown>[]
}

/** How labels are shown. */
interface Look {
  taxonomy: Taxonomy
  reader: ReturnType<typeof createReader>
  /** The name of whoever corrected them. */
  correctedBy?: string | undefined
}

/** A longer feedback is cut in a line of plain text. */
const mostLineCharacters = 200
/** Slack's limit on the text of one element, with room to spare. */
const mostElementCharacters = 2_800

/** Renders the card of a labelled text, for one person or for everybody in the channel. */
export function renderCard(record: LabelRecord, look: Look, readers: 'one' | 'all'): Card {
  const { correctedBy } = look
  const { i18n } = look.reader
  const facts = [i18n.labels.by({ model: formatModelTitle(record.model, i18n) }), `v${record.version}`]
  const corrected = correctedBy === undefined ? [] : [i18n.labels.correctedBy({ name: correctedBy })]
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
export function renderListCard(lines: Awaited<ReturnType<typeof labelLines>>, look: Look): Card {
  const shown = lines.map(line => {
    if (!('error' in line)) return renderLines(line, look)
    const sentence = describeFailure(line.error).sentence(look.reader.i18n)
    return escapeText(`${cut(line.text, mostLineCharacters)}: ${sentence}`)
  })
  const items = shown.map(line => ({ type: 'rich_text_section', elements: [literal(fromSafe(line))] }))
  const list = { type: 'rich_text_list', style: 'ordered', elements: items }
  return { text: shown.join('\n'), blocks: [{ type: 'rich_text', elements: [list] }] }
}

const renderLines = ({ labels, text }: Pick<LabelRecord, 'labels' | 'text'>, look: Look) =>
  labels.map(label => renderLine(label, text, look)).join('\n')

/** Renders `[kind]-[问题:text]-[reason]`: the line that people asked for. */
function renderLine(label: Label, text: string, { taxonomy, reader, correctedBy }: Look): string {
  const words = reader.i18n.labels
  const shown = label.quote ?? cut(text.replace(/\s+/g, ' ').trim(), mostLineCharacters)
  const noReason = correctedBy === undefined ? words.noEvidence : words.correctedBy({ name: correctedBy })
  return escapeText(
    words.line({ kind: formatKind(taxonomy, label.kind, reader), text: shown, reason: label.reason || noReason }),
  )
}

function formatConfidence(percent: number, words: I18n['labels']): string {
  const level = percent >= 80 ? 'high' : percent >= 50 ? 'medium' : 'low'
  return words.confidence({ level, percent })
}

/** Renders kind and confidence, the quote and the reason, as they were written: no markup and no mention. */
function renderBlock(label: Label, { taxonomy, reader }: Look): Record<string, unknown> {
  const { confidence } = label
  const words = reader.i18n.labels
  const sure = confidence === undefined ? words.noConfidence : formatConfidence(Math.round(confidence * 100), words)
  const name = { type: 'text', text: formatKind(taxonomy, label.kind, reader), style: { bold: true } }
  const isOther = label.kind === otherId ? [words.other] : []
  const reason = label.reason === label.quote ? '' : label.reason
  const after = [...isOther, reason].filter(one => one !== '').join(' ')
  return {
    type: 'rich_text',
    elements: [
      section(name, literal(` · ${sure}`)),
      label.quote === undefined
        ? section({ ...literal(words.noEvidence), style: { italic: true } })
        : { type: 'rich_text_quote', elements: [literal(cut(label.quote, mostElementCharacters))] },
      ...(after === '' ? [] : [section(literal(after))]),
    ],
  }
}

function renderControls(
  { id, labels, modelLabels }: LabelRecord,
  readers: 'one' | 'all',
  { taxonomy, reader }: Look,
): Record<string, unknown> {
  const words = reader.i18n.labels
  const kinds = [...taxonomy.kinds.map(kind => kind.id), otherId]
  const options = kinds.map(kind => ({ text: plain(formatKind(taxonomy, kind, reader)), value: kind }))
  const chosen = labels.length === 1 ? options.find(({ value }) => value === labels[0]?.kind) : undefined
  const menu = {
    type: 'static_select',
    action_id: labelControlIds.correct,
    placeholder: plain(words.correct),
    options,
    ...(chosen !== undefined && { initial_option: chosen }),
  }
  const post = { type: 'button', action_id: labelControlIds.post, text: plain(words.post), value: id }
  const undo = { type: 'button', action_id: labelControlIds.undo, text: plain(words.undo) }
  const elements = [...(readers === 'one' ? [post] : []), menu, ...(modelLabels === undefined ? [] : [undo])]
  return { type: 'actions', block_id: blockIdOf(id), elements }
}

const blockPrefix = 'label '
const blockIdOf = (id: string) => `${blockPrefix}${id}`

/** Parses the id of a control's block: the id of its label. */
export function parseLabelId(blockId: string): string | undefined {
  return blockId.startsWith(blockPrefix) ? blockId.slice(blockPrefix.length) : undefined
}

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
