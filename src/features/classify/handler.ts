import { describeFailure } from '../../errors.ts'
import type { I18n } from '../../i18n/catalog.ts'
import type { Turn } from '../../queue/turn.ts'
import type { Limiter } from '../../rate-limit/limiter.ts'
import type { Message } from '../../slack/message.ts'
import type { Users } from '../../slack/users.ts'
import type { LabelRecord, LabelRecords } from '../../store/labels.ts'
import { parseMentions, slackToPlain } from '../../text/from-slack.ts'
import type { ThreadCache } from '../../threads/cache.ts'
import { renderCard, renderListCard } from './card.ts'
import type { Labeller } from './labeller.ts'
import { labelLines, mostLines, parseList } from './list.ts'
import { buildWaitingRecord } from './record.ts'
import type { Taxonomies } from './taxonomy-files.ts'

/** What labelling a message of a thread needs of the rest. */
export interface LabelDeps {
  threads: ThreadCache
  users: Users
  labels: LabelRecords
  labeller: Labeller
  taxonomies: Taxonomies
  limiter: Limiter
}

/** What a person wants labelled: the first message of the thread, the words behind the wish, or every row of a file. */
export type LabelRequest = { of: 'thread' } | { of: 'text'; text: string } | { of: 'file'; column: string | undefined }

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
export function parseLabelRequest(turn: Turn): LabelRequest | undefined {
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
type SingleWish = Exclude<LabelRequest, { of: 'file' }>

/** Labels what was meant, and shows the card to whoever asked, and to nobody else. Throws what kept it from that. */
export async function label(
  deps: LabelDeps,
  turn: Turn,
  wish: SingleWish,
  i18n: I18n,
  signal: AbortSignal,
): Promise<void> {
  const text = wish.of === 'text' ? slackToPlain(wish.text, id => id) : await readFirst(deps, turn)
  const show = (card: object) => {
    const args = { channel: turn.channel, user: turn.user, thread_ts: turn.threadTs, ...card }
    return deps.limiter.send('chat.postEphemeral', () => args, 'final')
  }
  if (text.trim() === '') return void (await show({ text: i18n.labels.nothingToLabel }))
  const record = await openRecord(deps, turn, wish, text)
  const lines = wish.of === 'text' ? parseList(text) : undefined
  if (lines !== undefined) {
    await show(await classifyList(deps, record, lines, i18n, signal))
    return deps.labels.end(record.id, 'done')
  }
  const labelled = await deps.labeller.label(record, signal, 'single')
  await show(renderCard(labelled, deps.taxonomies.of(turn.channel), 'one'))
  await deps.labels.end(record.id, 'done')
}

async function classifyList(
  deps: LabelDeps,
  record: LabelRecord,
  lines: string[],
  i18n: I18n,
  signal: AbortSignal,
): Promise<object> {
  if (lines.length > mostLines) return { text: i18n.labels.list(mostLines) }
  const labelled = await labelLines(deps, record, lines, signal)
  return renderListCard(labelled, deps.taxonomies.of(record.channel), error => describeFailure(error).sentence(i18n))
}

/** The thread’s first message as people read it. */
async function readFirst({ threads, users }: LabelDeps, turn: Turn): Promise<string> {
  const [first] = await threads.read(turn, turn.question)
  return first === undefined || first.ts === turn.question.ts ? '' : formatReadable(users, first)
}

/** A message with names for ids. */
export async function formatReadable(users: Users, { text, form }: Message): Promise<string> {
  if (form === 'markdown') return text
  const ids = new Set(parseMentions(text))
  const names = new Map(await Promise.all([...ids].map(async id => [id, (await users.read(id)).name] as const)))
  return slackToPlain(text, id => names.get(id) ?? id)
}

/** The same wish, taken up by a later process, is the same record; a question that was changed since is another. */
async function openRecord({ labels }: LabelDeps, turn: Turn, wish: SingleWish, text: string): Promise<LabelRecord> {
  const id = `ask:${turn.id}`
  const known = await labels.read(id)
  if (known?.text === text) return known
  const ofThread = { ts: turn.threadTs, saidAt: Number(turn.threadTs) * 1000 }
  const where = wish.of === 'thread' ? ofThread : { ts: undefined, saidAt: Number(turn.question.ts) * 1000 }
  const who = { askedBy: turn.user, isShared: turn.place === 'channel' }
  const shown = JSON.stringify({ user: turn.user, threadTs: turn.threadTs })
  const record = buildWaitingRecord({ id, channel: turn.channel, text, wish: shown, ...where, ...who })
  await labels.add(record)
  return record
}
