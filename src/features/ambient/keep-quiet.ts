import type { I18n } from '../../i18n/catalog.ts'
import type { Turn } from '../../queue/turn.ts'
import type { Services } from '../context.ts'

type Deps = Pick<Services, 'store' | 'policies'>
/** The rule by which a question is left alone. */
type Silence = Extract<keyof I18n['why']['rules'], `ambient_${string}` | 'unaddressed'>

export const hourMs = 3_600_000
/** After this time a question has been settled elsewhere, or is nobody's any more. */
export const latestMs = 3_600_000
/** One 👎 keeps the bot quiet in that channel for so long. */
const quietMs = 24 * hourMs
/** Questions of a channel about which the model is asked in an hour, answered or not. */
const mostJudged = 30

/** Finds the setting or bound by which a question is left alone without a look at it. */
export async function findQuietRule(turn: Turn, { policies, store }: Deps): Promise<Silence | undefined> {
  const { channel, question } = turn
  const now = Date.now()
  if (!policies.channel(channel).ambient.isOn) return 'unaddressed'
  if (now - Number(question.ts) * 1000 > latestMs) return 'ambient_late'
  if (await store.unasked.isRatedDown(channel, now - quietMs)) return 'ambient_muted'
  const judged = await store.unasked.countJudged({ channel, since: formatTs(now - hourMs) })
  return judged >= mostJudged ? 'ambient_bound' : undefined
}

/** Formats a moment as Slack writes it. */
export const formatTs = (milliseconds: number) => (milliseconds / 1000).toFixed(6)
