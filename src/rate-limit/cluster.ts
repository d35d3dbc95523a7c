import type { Allotment, Cluster, Report } from './cluster-protocol.ts'
import { type MethodLimit, marginMs } from './method-limit.ts'
import { createPostSlots, slowMs, within } from './post-slots.ts'
import { type ClusterLink, ReplicaShare } from './replica-share.ts'

/** Calls of a method that replies will need, besides those that wait. */
interface Needs {
  /** Completing calls that are reserved. */
  kept: number
  /** First calls that are about to be made. */
  beginning: number
  /** Texts that grow by it. */
  growing: number
}

/** While something grows or waits, a replica reports this often, in milliseconds; */
const busyMs = 250
/** otherwise this often, which tells the others that it lives. */
const idleMs = 1_500
/** A cluster that cannot be reached is tried again after this long. */
const retryMs = 1_000
/** The number of replicas until it was heard. */
const likelyReplicas = 4
/** Edits that a growing text may make until the next answer. */
const aheadCalls = 4
/** Calls that a replica holds, however idle it is, for what comes next. */
const minHeld = 1

interface MemberDeps {
  limits: Map<string, MethodLimit>
  needsOf: (method: string) => Needs
  now: () => number
}

/** Shares the limits of all methods with the other replicas of a cluster. */
export function joinCluster(cluster: Cluster, { limits, needsOf, now }: MemberDeps) {
  const link: ClusterLink = { isAway: false, heardAt: now(), replicas: likelyReplicas }
  let isClosed = false
  const goOn = () => {
    for (const limit of limits.values()) limit.pump()
  }
  const loseContact = () => {
    link.isAway = true
    goOn()
  }
  const slots = createPostSlots(cluster, { link, loseContact, goOn, now })

  const exchange = async (): Promise<void> => {
    const sentAt = now()
    const asked = [...limits].map(([method, limit]) => ({ method, ...openReport(limit, needsOf(method), now) }))
    const late = setTimeout(loseContact, slowMs)
    try {
      const reports = Object.fromEntries(asked.map(({ method, report }) => [method, report]))
      const { replicas, allotments, busyMs } = await cluster.sync(reports)
      Object.assign(link, { replicas, heardAt: sentAt, isAway: isClosed })
      for (const { method, close } of asked) close(allotments[method])
      const posts = limits.get('chat.postMessage')
      if (posts !== undefined) slots.hear(posts, busyMs)
      goOn()
    } catch {
      for (const { close } of asked) close(undefined)
      loseContact()
    } finally {
      clearTimeout(late)
    }
  }
  const isBusy = () =>
    [...limits].some(([method, { waiting, share }]) => {
      const { kept, growing } = needsOf(method)
      return waiting.length + (share?.looking ?? 0) + kept + growing > 0
    })
  const reports = createRepeater(exchange, () => (link.isAway ? retryMs : isBusy() ? busyMs : idleMs))
  const ask = async (): Promise<void> => {
    if (!link.isAway) await within(slowMs, reports.now())
  }

  return {
    /** Opens this replica's share of a method. */
    openShare: () => new ReplicaShare(link, () => void ask(), now()),
    /** Reports at once. Resolves when the answer has come, or is not waited for any longer. */
    ask,
    /** Asks for one more interim call. */
    async look(share: ReplicaShare): Promise<void> {
      share.looking += 1
      await ask()
      share.looking -= 1
    },
    /** Resolves when it is this replica's turn to post in the channel. */
    takePostSlot: slots.take,
    /** Leaves the cluster. */
    async close(): Promise<void> {
      isClosed = true
      loseContact()
      await within(slowMs, reports.stop())
      await within(slowMs, cluster.leave()).catch(() => {})
    },
  }
}

/** Repeats a task, one run at a time, after a delay that may differ each time. */
function createRepeater(run: () => Promise<void>, delayMs: () => number) {
  let isStopped = false
  let timer: NodeJS.Timeout | undefined
  let current: Promise<void> | undefined
  let next: Promise<void> | undefined
  const start = (): Promise<void> => {
    clearTimeout(timer)
    if (isStopped) return Promise.resolve()
    current = run().finally(() => {
      current = undefined
      if (!isStopped) timer = setTimeout(start, delayMs()).unref()
    })
    return current
  }
  return {
    /** Runs at once, or after the run in flight, which does not know yet of what is asked now. */
    now(): Promise<void> {
      if (current === undefined) return start()
      next ??= current.then(() => {
        next = undefined
        return current ?? start()
      })
      return next
    },
    /** Resolves when the run in flight has ended. */
    stop(): Promise<void> {
      isStopped = true
      clearTimeout(timer)
      return Promise.resolve(current)
    },
  }
}

/** Builds the report of a method, and returns it with the function that takes the answer; undefined if there was none. */
function openReport(limit: MethodLimit, needs: Needs, now: () => number) {
  limit.prune()
  const at = now()
  const share = limit.share as ReplicaShare
  const { total, isNews } = share
  const asks = countAsks(limit, share, needs)
  const wanted = asks.reduce((sum, calls) => sum + calls, 0)
  // What is not needed any more is given back here, so that the cluster never has to take anything.
  share.granted = Math.max(0, Math.min(share.granted, share.fair, Math.max(minHeld, wanted)))
  share.isNews = false
  const report: Report = {
    spentMs: limit.made.map(made => at - made),
    held: share.granted,
    asks,
    growing: needs.growing,
    limit: {
      perMinute: limit.perMinute,
      spacingMs: limit.spacingMs,
      raiseInMs: limit.raiseAt - at,
      restMs: Math.max(0, limit.blockedUntil - at),
      version: share.version,
    },
    isNews,
  }
  const close = (allotment: Allotment | undefined): void => {
    if (allotment === undefined) {
      share.isNews ||= isNews
      return
    }
    const since = share.total - total
    share.granted = allotment.granted - since
    share.fair = allotment.fair - since
    share.alone = allotment.alone - since
    share.others = allotment.others
    share.opensAt = now() + allotment.opensInMs
    // What was learned meanwhile is told next, and what others learned then counts as of the same moment.
    if (!share.isNews) adoptLimit(limit, share, { ...allotment.limit, at: now() })
  }
  return { report, close }
}

function countAsks({ waiting }: MethodLimit, { looking }: ReplicaShare, needs: Needs): Report['asks'] {
  const count = (urgency: string) => waiting.filter(other => other.urgency === urgency).length
  const { kept, beginning, growing } = needs
  return [count('final') + kept, count('error'), count('first') + beginning, looking + growing * aheadCalls]
}

/** Adopts a limit that any of the replicas learned. */
function adoptLimit(limit: MethodLimit, share: ReplicaShare, news: Allotment['limit'] & { at: number }): void {
  if (news.perMinute < limit.perMinute || news.spacingMs > limit.spacingMs) limit.learnedAt = news.at
  limit.perMinute = news.perMinute
  limit.spacingMs = news.spacingMs
  limit.raiseAt = news.at + news.raiseInMs
  if (news.restMs > 0) limit.blockedUntil = Math.max(limit.blockedUntil, news.at + news.restMs + marginMs)
  share.version = news.version
}
