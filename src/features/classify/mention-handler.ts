import type { Turn } from '../../queue/turn.ts'
import { slackToPlain } from '../../text/from-slack.ts'
import type { TurnContext } from '../context.ts'
import { noteSpent } from '../turn-spending.ts'
import { classifyCsv } from './csv-handler.ts'
import { buildPrivateCard } from './private-card.ts'
import { createReader } from './reader.ts'
import type { ClassifyServices } from './services.ts'
import { buildMessageSubject, type Subject } from './subject.ts'

type Ctx = TurnContext<
  Pick<
    ClassifyServices,
    | 'self'
    | 'threads'
    | 'users'
    | 'access'
    | 'rules'
    | 'fetchNames'
    | 'limiter'
    | 'call'
    | 'reader'
    | 'store'
    | 'log'
    | 'label'
    | 'taxonomies'
    | 'createFileReader'
  >
>

/** Asks for labels of the thread's first message, of the words behind the request, or of every row of a file. */
type LabelRequest = { of: 'thread' } | { of: 'text'; text: string } | { of: 'file'; column: string | undefined }

const verb = String.raw`(?:please\s+|can you\s+|could you\s+)*(?:classify|categori[sz]e|label)`
const threadRequest = new RegExp(
  String.raw`^(?:${verb}(?:\s+(?:this|it|that|(?:this|the)(?:\s+first)?\s+(?:message|feedback|thread|one)))?(?:\s+please)?|(?:请|麻烦|帮我|帮忙|给|把|对|这条|这个|这句|反馈|消息|它)*(?:分类|归类|分个类|归个类|打标签)(?:一下|下)?(?:这条|这个|这句|它)?(?:反馈|消息|话)?(?:吧|谢谢)?|(?:(?:この|その)?(?:フィードバック|メッセージ)|これ)?を?分類して(?:ください|下さい|もらえますか)?)[\s.!?。！？]*$`,
  'i',
)
const textRequest = new RegExp(
  String.raw`^(?:${verb}|分类|归类|分類(?:して)?(?:ください)?)\s*[:：]\s*(\S[\s\S]*)$`,
  'i',
)

/** Matches “classify this file, column comment”, “分类这个文件，列：评论”; the name of the column may be left out. */
const fileRequest = new RegExp(
  String.raw`^(?:${verb}\s+(?:this|the|that)\s+(?:file|csv|table|sheet)|(?:请|麻烦|帮我|帮忙|给|把|对)*(?:分类|归类)(?:一下|下)?(?:这个|该)?(?:文件|表格|表|CSV)|(?:请|麻烦|帮我|把)*(?:这个|该)?(?:文件|表格|CSV)(?:分类|归类)(?:一下)?|この(?:ファイル|CSV|表)を?分類して(?:ください|下さい)?)[\s,，、:：.。]*(?:(?:by|in|using|the)?\s*(?:the\s+)?column\s*[:：]?\s*["“]?(?<en>[^"”.。]+?)["”]?|(?:用|按)?列は?\s*[:：]?\s*["“「]?(?<zh>[^"”」。]+?)["”」]?)?[\s.。!！]*$`,
  'i',
)

const longestRequest = 200

/** Parses what a question wants labelled; undefined if it asks for something else. */
export function parseLabelRequest(turn: Turn): LabelRequest | undefined {
  const asked = turn.question.text
    .replace(/<@[UW][^<>]*>/g, '')
    .trim()
    .replace(/^[\s,，:：]+/, '')
  const [, text] = textRequest.exec(asked) ?? []
  if (text !== undefined) return { of: 'text', text }
  // The patterns are slow on long texts, and nobody asks for a label at length.
  if (asked.length > longestRequest) return undefined
  const file = fileRequest.exec(asked)
  if (file !== null) return { of: 'file', column: file.groups?.en ?? file.groups?.zh }
  const isInThread = turn.question.ts !== turn.threadTs
  return isInThread && threadRequest.test(asked) ? { of: 'thread' } : undefined
}

/** Answers a mention that asks for labels: by a card for the person alone, or by a table in the thread. */
export async function handleLabelRequest(ctx: Ctx, request: LabelRequest): Promise<void> {
  if (request.of === 'file') {
    await classifyCsv(ctx, request.column)
    return ctx.reply.finish()
  }
  const { turn, person, signal, deps } = ctx
  const reader = createReader(person.locale)
  const subject = request.of === 'text' ? await buildTextSubject(ctx, request.text) : await loadFirstMessage(ctx)
  const card =
    subject === undefined || subject.text.trim() === ''
      ? { text: reader.i18n.labels.nothingToLabel }
      : await buildPrivateCard(deps, subject, { reader, signal, onSpent: noteSpent(ctx.job) })
  await deps.access.check(turn.user, turn.channel)
  await deps.rules.check({ ...turn, feature: 'classify' })
  const args = { channel: turn.channel, user: turn.user, thread_ts: turn.threadTs, ...card }
  await deps.limiter.send('chat.postEphemeral', () => args, 'final')
}

const labelIdOf = (turn: Turn) => `ask:${turn.id}`

async function buildTextSubject({ turn, deps }: Ctx, text: string): Promise<Subject> {
  const nameOf = await deps.fetchNames([turn.question])
  const { channel, threadTs, user, place, question } = turn
  const at = { saidAt: Number(question.ts) * 1000, heardAt: Date.now() }
  const whose = { askedBy: user, isShared: place === 'channel', ...at }
  return { id: labelIdOf(turn), channel, threadTs, text: slackToPlain(text, nameOf), ...whose }
}

async function loadFirstMessage({ turn, deps }: Ctx): Promise<Subject | undefined> {
  const [first] = await deps.threads.read(turn, turn.question)
  if (first === undefined || first.ts === turn.question.ts) return undefined
  const { channel, threadTs, user, place } = turn
  const whose = { id: labelIdOf(turn), channel, threadTs, askedBy: user }
  return { ...(await buildMessageSubject(deps, first, whose)), ts: threadTs, isShared: place === 'channel' }
}
