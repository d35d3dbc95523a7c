import type { Turn } from '../../queue/turn.ts'
import type { TurnContext } from '../context.ts'
import { nameDelivery } from '../delivery.ts'
import { formatSent, makeReport, usualMs } from './report-command.ts'
import type { ClassifyServices } from './services.ts'

const english =
  /^(?:(?:please|hi|hey|hello)[\s,]+)?(?:what|which)\s+(?:new\s+)?feedback\s+(?:came\s+in|arrived|was\s+there|did\s+we\s+(?:get|receive)|have\s+we\s+(?:got|gotten|received))\b[^.!?\n]{0,60}\??$/i
const chinese =
  /^(?:请问)?(?:(?:我们|今天|昨天|[本这上]个?(?:周|星期|月)|(?:最近|过去|近)[\d一二两三四五六七八九十]{1,3}个?(?:小时|天|日|周|星期|月)|[从自]上?周.)[\s，,]*(?:以来|开始|起|里)?[\s，,]*){0,3}(?:都)?(?:收到了?|来了|有)(?:什么|哪些|多少)新?的?反馈[？?]?$/
const arrived =
  '(?:届(?:い|きまし)た|来(?:た|ました)|寄せられ(?:た|ました)|あ(?:った|りました)|もら(?:った|いました)|届いて(?:いる|います)|ありますか?|ある)'
const japanese = new RegExp(
  `^(?:(?:今日|昨日|今週|先週|今月|先月|(?:過去|直近)の?[\\d一二三四五六七八九十]{1,3}(?:時間|日|週|[かヶ]月)間?|[月火水木金土日]曜日?)(?:から|以降)?[のにはで]?[\\s、]*${arrived}?(?:どんな|どのような)?新?し?い?フィードバック(?:は|って|[がは](?:どんなものが)?${arrived}|を(?:教えて|見せて)(?:ください)?)か?|${arrived}?(?:どんな|どのような)新?し?い?フィードバックが${arrived}か?)[？?。]?$`,
)
const channels = /<#[^<>]*>(?:\s*[にでの]は?)?|#[^\s里中的收来有?？のにで]+(?:里|中|频道)*的?(?:\s*[にでの]は?)?/g
const longestQuestion = 200
/** Reports that one question brings, each of a channel. */
const mostReports = 5

/** Returns whether words ask which feedback came in, with or without a time and a channel. */
export function asksForReport(words: string): boolean {
  if (words.length > longestQuestion) return false
  const bare = words.replace(channels, ' ').trim()
  return english.test(bare) || chinese.test(bare) || japanese.test(bare)
}

/** Parses the words of a question for a report; undefined if it asks for something else. */
export function parseReportTurn({ question }: Turn): string | undefined {
  const words = question.text
    .replace(/<@[UW][^<>]*>/g, '')
    .trim()
    .replace(/^[\s,，:：]+/, '')
  return asksForReport(words) ? words : undefined
}

/**
 * Answers a question for a report: sends the report of the channel that it names or in which it was asked, and in a direct message those of
 * the watched channels that the person may see; if there is none, of the channels with labelled feedback.
 */
export async function answerWithReport(
  { job, turn, i18n, reply, deps }: TurnContext<ClassifyServices>,
  words: string,
): Promise<void> {
  const isNamed = /<#|#\S/.test(words)
  const places = turn.place === 'channel' || isNamed ? [turn.channel] : await findChannels(deps, turn.user)
  const reports: Awaited<ReturnType<typeof makeReport>>[] = []
  for (const channel of places.length === 0 ? [turn.channel] : places)
    reports.push(
      await makeReport(
        deps,
        { request: { of: 'labels', words }, user: turn.user, channel, responseUrl: '' },
        {
          name: nameDelivery('report', turn.id, channel, job.revision),
          since: Number(turn.question.ts) * 1000,
          isResumed: job.isResumed,
        },
      ),
    )
  reply.say(formatSent(reports, i18n, turn.place === 'dm'))
  await reply.finish()
}

async function findChannels({ settings, store, access }: ClassifyServices, user: string): Promise<string[]> {
  const readable = async (ids: string[]) => {
    const found = await Promise.all(ids.slice(0, mostReports).map(id => access.find(user, { id })))
    return found.flatMap(channel => channel?.id ?? [])
  }
  const watched = await readable(settings.watched())
  if (watched.length > 0) return watched
  const now = Date.now()
  const labelled = await store.labels.between({ from: now - usualMs, to: now }, undefined, user)
  return readable([...new Set(labelled.map(({ channel }) => channel))])
}
