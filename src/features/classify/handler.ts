import { toFailure } from '../../errors.ts'
import type { Words } from '../../i18n/catalog.ts'
import type { Turn } from '../../queue/turn.ts'
import type { SendBudget } from '../../rate-limit/limiter.ts'
import type { Message } from '../../slack/message.ts'
import type { People } from '../../slack/users.ts'
import type { LabelRecord, LabelRecords } from '../../store/labels.ts'
import { toMentioned, toPlain } from '../../text/from-slack.ts'
import type { Conversations } from '../../threads/cache.ts'
import { toCard, toListCard } from './card.ts'
import type { Labeller } from './labeller.ts'
import { labelLines, mostLines, toList } from './list.ts'
import { toWaiting } from './record.ts'
import type { Taxonomies } from './taxonomy-files.ts'

/** What labelling a message of a thread needs of the rest. */
export interface LabelParts {
  conversations: Conversations
  people: People
  labels: LabelRecords
  labeller: Labeller
  taxonomies: Taxonomies
  budget: SendBudget
}

/** What a person wants labelled: the first message of the thread, the words behind the wish, or every row of a file. */
export type LabelWish = { of: 'thread' } | { of: 'text'; text: string } | { of: 'file'; column: string | undefined }

const verb = String.raw`(?:please\s+|can you\s+|could you\s+)*(?:classify|categori[sz]e|label)`
const wishes = new RegExp(
  String.raw`^(?:${verb}(?:\s+(?:this|it|that|(?:this|the)(?:\s+first)?\s+(?:message|feedback|thread|one)))?(?:\s+please)?|(?:请|麻烦|帮我|帮忙|给|把|对|这条|这个|这句|反馈|消息|它)*(?:分类|归类|分个类|归个类|打标签)(?:一下|下)?(?:这条|这个|这句|它)?(?:反馈|消息|话)?(?:吧|谢谢)?)[\s.!?。！？]*$`,
  'i',
)
const wishWithText = new RegExp(String.raw`^(?:${verb}|分类|归类)\s*[:：]\s*(\S[\s\S]*)$`, 'i')

/** “classify this file, column comment”, “分类这个文件，列：评论”; the name of the column may be left out. */
const wishForFile = new RegExp(
  String.raw`^(?:${verb}\s+(?:this|the|that)\s+(?:file|csv|table|sheet)|(?:请|麻烦|帮我|帮忙|给|把|对)*(?:分类|归类)(?:一下|下)?(?:这个|该)?(?:文件|表格|表|CSV)|(?:请|麻烦|帮我|把)*(?:这个|该)?(?:文件|表格|CSV)(?:分类|归类)(?:一下)?)[\s,，:：.。]*(?:(?:by|in|using|the)?\s*(?:the\s+)?column\s*[:：]?\s*["“]?(?<en>[^"”.。]+?)["”]?|(?:用|按)?列\s*[:：]?\s*["“]?(?<zh>[^"”。]+?)["”]?)?[\s.。!！]*$`,
  'i',
)

const longestWish = 200

/** What is to be labelled, if that is what a question asks for. */
export function toLabelWish(turn: Turn): LabelWish | undefined {
  const asked = turn.question.text
    .replace(/<@[UW][^<>]*>/g, '')
    .trim()
    .replace(/^[\s,，:：]+/, '')
  const [, text] = wishWithText.exec(asked) ?? []
  if (text !== undefined) return { of: 'text', text }
  // Whoever wishes for a label is brief; patterns walk long texts for long.
  if (asked.length > longestWish) return undefined
  const file = wishForFile.exec(asked)
  if (file !== null) return { of: 'file', column: file.groups?.en ?? file.groups?.zh }
  const isInThread = turn.question.ts !== turn.threadTs
  return isInThread && wishes.test(asked) ? { of: 'thread' } : undefined
}

/** A wish for one card. */
type SingleWish = Exclude<LabelWish, { of: 'file' }>

/** Labels what was meant, and shows the card to whoever asked, and to nobody else. Throws what kept it from that. */
export async function label(
  parts: LabelParts,
  turn: Turn,
  wish: SingleWish,
  words: Words,
  signal: AbortSignal,
): Promise<void> {
  const text = wish.of === 'text' ? toPlain(wish.text, id => id) : await readFirst(parts, turn)
  const show = (card: object) => {
    const args = { channel: turn.channel, user: turn.user, thread_ts: turn.threadTs, ...card }
    return parts.budget.send('chat.postEphemeral', () => args, 'final')
  }
  if (text.trim() === '') return void (await show({ text: words.labels.nothingToLabel }))
  const record = await toRecord(parts, turn, wish, text)
  const lines = wish.of === 'text' ? toList(text) : undefined
  if (lines !== undefined) {
    await show(await toListOf(parts, record, lines, words, signal))
    return parts.labels.end(record.id, 'done')
  }
  const labelled = await parts.labeller.label(record, signal, 'single')
  await show(toCard(labelled, parts.taxonomies.of(turn.channel), 'one'))
  await parts.labels.end(record.id, 'done')
}

async function toListOf(
  parts: LabelParts,
  record: LabelRecord,
  lines: string[],
  words: Words,
  signal: AbortSignal,
): Promise<object> {
  if (lines.length > mostLines) return { text: words.labels.list(mostLines) }
  const labelled = await labelLines(parts, record, lines, signal)
  return toListCard(labelled, parts.taxonomies.of(record.channel), error => toFailure(error).sentence(words))
}

/** The thread’s first message as people read it. */
async function readFirst({ conversations, people }: LabelParts, turn: Turn): Promise<string> {
  const [first] = await conversations.read(turn, turn.question)
  return first === undefined || first.ts === turn.question.ts ? '' : toReadable(people, first)
}

/** A message with names for ids. */
export async function toReadable(people: People, { text, form }: Message): Promise<string> {
  if (form === 'markdown') return text
  const ids = new Set(toMentioned(text))
  const names = new Map(await Promise.all([...ids].map(async id => [id, (await people.read(id)).name] as const)))
  return toPlain(text, id => names.get(id) ?? id)
}

/** The same wish, taken up by a later process, is the same record; a question that was changed since is another. */
async function toRecord({ labels }: LabelParts, turn: Turn, wish: SingleWish, text: string): Promise<LabelRecord> {
  const id = `ask:${turn.id}`
  const known = await labels.read(id)
  if (known?.text === text) return known
  const ofThread = { ts: turn.threadTs, saidAt: Number(turn.threadTs) * 1000 }
  const where = wish.of === 'thread' ? ofThread : { ts: undefined, saidAt: Number(turn.question.ts) * 1000 }
  const who = { askedBy: turn.user, isShared: turn.place === 'channel' }
  const shown = JSON.stringify({ user: turn.user, threadTs: turn.threadTs })
  const record = toWaiting({ id, channel: turn.channel, text, wish: shown, ...where, ...who })
  await labels.add(record)
  return record
}
