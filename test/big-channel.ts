import type { Workspace } from '../playground/slack-emulator/workspace.ts'
import { createRandom } from './random.ts'

/** What a seeded script has said in a channel. */
export interface BigChannel {
  /** The text of every message, by its ts. */
  texts: Map<string, string>
  /** The ts of the messages that bear the planted facts. */
  facts: string[]
  threads: string[]
}

/** How much is said. */
interface Size {
  messages: number
  threads: number
  facts: number
}

const words =
  'the export mail page build server customer table button index cache invoice team release note 页面 报表 客户 接口 发布 测试 数据 登录 支付 反馈'.split(
    ' ',
  )

/**
 * Says `messages` things in a channel, in `threads` threads and between them, with facts planted at places that the seed
 * chooses. `setTime` moves the workspace's clock: what is said is spread over the time since the beginning.
 */
export async function fillChannel(
  slack: Pick<Workspace, 'do' | 'people' | 'acks' | 'until'>,
  channel: string,
  size: Size,
  beginsAt: number,
  setTime: (at: number) => void,
  seed: number,
): Promise<BigChannel> {
  const random = createRandom(seed)
  const people = [slack.people.dana, slack.people.lee, slack.people.mei] as const
  const planted = new Set<number>()
  while (planted.size < size.facts) planted.add(Math.floor(random.upTo(size.messages)))
  const result: BigChannel = { texts: new Map(), facts: [], threads: [] }
  const rootEvery = Math.floor(size.messages / size.threads / 2)
  for (let at = 0; at < size.messages; at += 1) {
    setTime(beginsAt + (at * (Date.now() - beginsAt)) / (size.messages + 1))
    const sentence = Array.from({ length: 6 + Math.floor(random.upTo(14)) }, () => random.of(words)).join(' ')
    const text = planted.has(at) ? `no-${at}: we decided that fact-${at} holds, ${sentence}` : `no-${at}: ${sentence}`
    const isRoot = result.threads.length < size.threads && at % rootEvery === 0
    const threadTs: string | undefined = isRoot ? undefined : random.of(result.threads)
    const said = await slack.do({
      do: 'say',
      as: random.of(people),
      channel,
      text,
      ...(threadTs !== undefined && { threadTs }),
    })
    if (!said.ok) throw new Error(said.error)
    const ts = String(said.ts)
    if (isRoot) result.threads.push(ts)
    result.texts.set(ts, text)
    if (planted.has(at)) result.facts.push(ts)
    // Slack waits three seconds for each ack, so the bot must not fall behind.
    const last = slack.acks.at(-1)
    if (at % 100 === 99 && last !== undefined) await slack.until(() => last.ackedAt, 'the bot to hear what was said')
  }
  setTime(Date.now())
  return result
}
