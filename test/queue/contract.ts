import { setTimeout as delay } from 'node:timers/promises'
import { expect, onTestFinished, test } from 'vitest'
import { defaultBounds as bounds } from '../../src/config.ts'
import type { Log } from '../../src/log.ts'
import type { Ended, Interruption, Job } from '../../src/queue/job.ts'
import { createQueue, type Queue } from '../../src/queue/queue.ts'
import { concurrency, type QueueDriver } from '../../src/queue/queue-driver.ts'
import type { Turn } from '../../src/queue/turn.ts'
import type { Store } from '../../src/store/store.ts'

/** Opens the store of one place and a driver on it, as a process that starts does. */
export type OpenProcess = (log: Log) => Promise<{ store: Store; driver: QueueDriver }>

/** A process with a queue whose answers the test gives. */
interface Process {
  queue: Queue
  store: Store
  log: string[]
  late: string[]
  floods: string[]
  ahead: [string, number][]
  ask(turn: Turn, from?: Parameters<Queue['save']>[1]): Promise<void>
  /** Waits for the next job that is handed to the handler. */
  next(): Promise<Given>
  /** The number of jobs that nobody has waited for. */
  readonly unseen: number
  stop(patienceMs?: number): Promise<void>
  /** Ends as `kill -9` does: nothing is handed over or recorded. */
  crash(): Promise<void>
}

interface Given {
  job: Job
  /** The question as the handler was given it. */
  text: string
  end(ended: Ended): void
  fail(error: Error): void
}

/** Tests what the queue promises, whichever driver it has. */
export function queueContract(openPlace: () => Promise<OpenProcess>): void {
  const openNew = async () => start(await openPlace())

  test('answers the turns of a thread one at a time, in the order of their ts', async () => {
    const { queue, ask, next, ...process } = await openNew()
    await ask(turn('1'))
    const first = await next()
    await ask(turn('3', '1'))
    await ask(turn('2', '1'))
    expect((await queue.inThread(turn('1'))).map(({ question }) => question.ts)).toEqual(['1', '2', '3'])
    await delay(50)
    expect(process.unseen).toBe(0)
    first.end('done')
    const second = await next()
    expect(second.job.turn.question.ts).toBe('2')
    second.end('done')
    const third = await next()
    expect(third.job.turn.question.ts).toBe('3')
    third.end('done')
    await expect.poll(() => queue.inThread(turn('1'))).toEqual([])
  })

  test('answers threads side by side', async () => {
    const { ask, next } = await openNew()
    await Promise.all(['1', '2', '3'].map(ts => ask(turn(ts))))
    const given = [await next(), await next(), await next()]
    expect(given.map(({ job }) => job.turn.threadTs).toSorted()).toEqual(['1', '2', '3'])
    for (const { end } of given) end('done')
  })

  test('answers a turn once, however often it comes', async () => {
    const { ask, next, ...process } = await openNew()
    await Promise.all([ask(turn('1')), ask(turn('1'))])
    const { end } = await next()
    await ask(turn('1'))
    end('done')
    await expect.poll(async () => (await process.store.turns.load(turn('1').id))?.state).toBe('done')
    await ask(turn('1'), 'history')
    await delay(50)
    expect(process.unseen).toBe(0)
  })

  test('tells a turn that waits how many are before it', async () => {
    const { ask, next, ahead } = await openNew()
    await ask(turn('1'))
    const { end } = await next()
    await ask(turn('2', '1'))
    await expect.poll(() => ahead).toEqual([[turn('2').id, 1]])
    end('done')
    const second = await next()
    second.end('done')
  })

  test('starts a running answer again when its question is edited, and gives a waiting turn the new question', async () => {
    const { queue, ask, next } = await openNew()
    await ask(turn('1'))
    await ask(turn('2', '1'))
    const first = await next()
    expect(await queue.revise(turn('2').id, question('2', 'edited while waiting'))).toBe('revised')
    expect(await queue.revise(turn('1').id, question('1', 'edited while running'))).toBe('revised')
    expect(reasonOf(first.job)).toMatchObject({ kind: 'edited' })
    first.end('again')
    const again = await next()
    expect(again).toMatchObject({ text: 'edited while running', job: { signal: { aborted: false }, isResumed: false } })
    again.end('done')
    const second = await next()
    expect(second.text).toBe('edited while waiting')
    second.end('done')
    await expect.poll(() => queue.inThread(turn('1'))).toEqual([])
    expect(await queue.revise(turn('1').id, question('1', 'edited too late'))).toBe('not here')
    expect(await queue.revise(turn('9').id, question('9', 'unknown'))).toBe('not here')
  })

  test('keeps what a reply has reached when it starts again', async () => {
    const { queue, ask, next } = await openNew()
    await ask(turn('1'))
    const first = await next()
    await first.job.progress.posted(['1.5', '1.6'])
    await queue.revise(turn('1').id, question('1', 'edited'))
    first.end('again')
    const { job, end } = await next()
    expect(job.progress).toMatchObject({ messages: ['1.5', '1.6'], shown: 0, postingAt: undefined })
    end('done')
  })

  test('stops a running answer in the name of the person, once', async () => {
    const { queue, ask, next, store } = await openNew()
    await ask(turn('1'))
    const { job, end } = await next()
    await queue.stop(turn('1').id, 'U7')
    await queue.stop(turn('1').id, 'U8')
    expect(reasonOf(job)).toMatchObject({ kind: 'stopped', by: 'U7' })
    expect((await store.turns.load(turn('1').id))?.state).toBe('stopping')
    end('stopped')
    await expect.poll(async () => (await store.turns.load(turn('1').id))?.state).toBe('stopped')
  })

  test('hands a turn that was stopped while it waited to the handler as stopped', async () => {
    const { queue, ask, next } = await openNew()
    await ask(turn('1'))
    const first = await next()
    await ask(turn('2', '1'))
    await queue.stop(turn('2').id, 'U7')
    first.end('done')
    const { job, end } = await next()
    expect(reasonOf(job)).toMatchObject({ kind: 'stopped' })
    end('stopped')
  })

  test('withdraws a running answer, and the reply of one that has ended', async () => {
    const { queue, ask, next, store } = await openNew()
    await ask(turn('1'))
    const running = await next()
    await queue.withdraw(turn('1').id)
    expect(reasonOf(running.job)).toMatchObject({ kind: 'withdrawn' })
    running.end('withdrawn')

    await ask(turn('2'))
    const answered = await next()
    await answered.job.progress.posted(['2.5'])
    answered.end('done')
    await expect.poll(async () => (await store.turns.load(turn('2').id))?.state).toBe('done')
    await untilIdle(queue)
    await queue.withdraw(turn('2').id)
    const { job, end } = await next()
    expect(job).toMatchObject({ revision: 1, isResumed: true, progress: { messages: ['2.5'] } })
    expect(reasonOf(job)).toMatchObject({ kind: 'withdrawn' })
    end('withdrawn')
    await expect.poll(async () => (await store.turns.load(turn('2').id))?.state).toBe('withdrawn')
  })

  test('has nothing to withdraw where there is no reply', async () => {
    const { queue, ask, next, ...process } = await openNew()
    await ask(turn('1'))
    const { end } = await next()
    end('passed')
    await untilIdle(queue)
    await queue.withdraw(turn('1').id)
    await queue.withdraw(turn('9').id)
    await delay(50)
    expect(process.unseen).toBe(0)
  })

  test('answers an ended turn once more as another revision, and no other turn', async () => {
    const { queue, ask, next, store } = await openNew()
    await ask(turn('1'))
    const first = await next()
    expect(await queue.regenerate(turn('1').id)).toBe('busy')
    await first.job.progress.posted(['1.5'])
    first.job.progress.showing(40, true)
    first.end('done')
    await untilIdle(queue)
    const both = await Promise.all([1, 2].map(() => queue.regenerate(turn('1').id)))
    expect(both.toSorted()).toEqual(['begun', 'busy'])
    const { job, end } = await next()
    expect(job).toMatchObject({ revision: 2, isResumed: true, progress: { messages: ['1.5'], shown: 0 } })
    end('done')
    await untilIdle(queue)
    expect(await store.turns.load(turn('1').id)).toMatchObject({ state: 'done', revision: 2 })
    expect(await queue.regenerate(turn('9').id)).toBe('unknown')
  })

  test('waits for the end of an answer that is complete before it answers once more', async () => {
    const { queue, ask, next, store } = await openNew()
    await ask(turn('1'))
    const first = await next()
    await first.job.progress.posted(['1.5'])
    first.end('done')
    // The person presses the button of the complete reply; its end is not saved yet.
    await Promise.resolve()
    await Promise.resolve()
    await Promise.resolve()
    expect(await queue.regenerate(turn('1').id)).toBe('begun')
    const { end } = await next()
    end('done')
    await untilIdle(queue)
    expect(await store.turns.load(turn('1').id)).toMatchObject({ state: 'done', revision: 2 })
  })

  test('answers others while follow-ups wait to be checked, and passes over those that are not for the bot', async () => {
    const checked = Promise.withResolvers<void>()
    const { queue, ask, next, store, ahead } = await start(await openPlace(), async ({ turn: { question } }) => {
      await checked.promise
      return question.ts === '1.5'
    })
    const followUps = Array.from({ length: concurrency + 20 }, (_, number) => ({
      ...turn(`${number}.5`, `${number}`),
      isAddressed: false,
    }))
    await Promise.all(followUps.map(one => ask(one)))
    await ask(turn('900'))
    const asked = await next()
    expect(asked.job.turn.id).toBe(turn('900').id)
    expect(ahead.filter(([id]) => id === turn('900').id)).toEqual([])
    asked.end('done')
    checked.resolve()
    const followUp = await next()
    expect(followUp.job.turn.question.ts).toBe('1.5')
    followUp.end('done')
    await untilIdle(queue)
    const states = await Promise.all(followUps.map(async ({ id }) => (await store.turns.load(id))?.state))
    expect(states.filter(state => state === 'passed')).toHaveLength(followUps.length - 1)
  })

  test('leaves follow-ups that wait to be checked to the next process, at once', async () => {
    const open = await openPlace()
    const first = await start(open, () => new Promise(() => {}))
    await first.ask({ ...turn('1.5', '1'), isAddressed: false })
    await expect.poll(() => first.queue.size).toBe(1)
    await first.stop(60_000)
    const second = await start(open)
    const { job, end } = await second.next()
    expect(job.turn.question.ts).toBe('1.5')
    end('done')
    await untilIdle(second.queue)
  })

  test('answers one person’s question while another’s many wait', async () => {
    const { ask, next, ...process } = await openNew()
    await Promise.all(range(12).map(number => ask(by('flooder', number))))
    const running = await take(next, bounds.running)
    await ask(by('other', 900))
    const other = await next()
    expect(other.job.turn.user).toBe('other')
    expect(process.unseen).toBe(0)
    running[0]?.end('done')
    const following = await next()
    expect(following.job.turn.question.ts).toBe(ts(bounds.running))
    expect(process.unseen).toBe(0)
  })

  test('lets people take turns when all slots are taken, and each person’s questions keep their order', async () => {
    const { ask, next } = await openNew()
    const crowd = range(concurrency / bounds.running).map(number => `P${number}`)
    for (const round of range(bounds.running + bounds.waiting))
      for (const [at, person] of crowd.entries()) await ask(by(person, round * 100 + at))
    const running = await take(next, concurrency)
    await ask(by('late', 5_000))
    await ask(by('late', 5_001))
    const following: string[] = []
    for (const { end } of running.filter(({ job }) => job.turn.user === 'P0' || job.turn.user === 'P1')) {
      end('done')
      const { turn } = (await next()).job
      following.push(`${turn.user}:${turn.question.ts}`)
    }
    const place = following.indexOf(`late:${ts(5_000)}`)
    expect(place).toBeGreaterThanOrEqual(0)
    expect(place).toBeLessThan(3)
    const ofFirst = following.filter(one => one.startsWith('P0:'))
    expect(ofFirst).toEqual(ofFirst.toSorted())
  })

  test('declines what one person asks beyond the bound, tells them once a flood, and remembers it', async () => {
    const { queue, ask, next, floods, store, ...process } = await openNew()
    const most = bounds.running + bounds.waiting
    const answerAll = async (count: number) => {
      for (const _ of range(count)) (await next()).end('done')
      await untilIdle(queue)
    }
    for (const number of range(most + 40)) await ask(by('flooder', number), number % 2 === 0 ? 'event' : 'history')
    await Promise.all(range(20).map(number => ask(by('flooder', 500 + number))))
    expect(floods).toEqual(['flooder'])
    await answerAll(most)
    for (const number of range(most + 40)) await ask(by('flooder', number), 'history')
    await delay(50)
    expect(process.unseen).toBe(0)
    expect((await store.turns.load(by('flooder', most).id))?.turn).toBe('{}')
    expect(await queue.find(by('flooder', most).id)).toBeUndefined()
    for (const number of range(most + 5)) await ask(by('flooder', 600 + number))
    await ask(by('other', 900))
    expect(floods).toEqual(['flooder', 'flooder'])
    await answerAll(most + 1)
  })

  test('lets as many wait in one thread as in many', async () => {
    const { ask, next, floods } = await openNew()
    for (const number of range(bounds.waiting + 1)) await ask({ ...turn(ts(number), ts(0)), user: 'U2' })
    expect(floods).toEqual([])
    await ask({ ...turn(ts(100), ts(0)), user: 'U2' })
    expect(floods).toEqual(['U2'])
    const { job } = await next()
    expect(job.turn.question.ts).toBe(ts(0))
  })

  test('counts follow-ups in threads that the bot answers in, and no others', async () => {
    const { queue, ask, next, floods } = await start(await openPlace(), () => new Promise(() => {}))
    const followUps = (root: number) =>
      range(bounds.waiting + 5).map(number => ({ ...turn(`${ts(root)}.${ts(number)}`, ts(root)), isAddressed: false }))
    for (const followUp of followUps(1)) await ask(followUp)
    expect(floods).toEqual([])
    await ask(turn(ts(2)))
    await next()
    for (const followUp of followUps(2)) await ask(followUp)
    expect(floods).toEqual(['U1'])
    expect(await queue.inThread(turn(ts(2)))).toHaveLength(bounds.waiting + 1)
  })

  test('answers what was promised and what a schedule asks, however many of a person’s questions wait', async () => {
    const { queue, ask, next, floods } = await openNew()
    const most = bounds.running + bounds.waiting
    for (const number of range(most)) await ask(by('flooder', number))
    expect(await queue.hasRoom('flooder', 0)).toBe(false)
    expect(await queue.hasRoom('other', most - 1)).toBe(true)
    expect(await queue.hasRoom('other', most)).toBe(false)
    await take(next, bounds.running)
    await ask(by('flooder', 700), 'command')
    await ask(by('flooder', 800), 'schedule')
    expect((await next()).job.turn.question.ts).toBe(ts(800))
    expect(floods).toEqual([])
    expect(await queue.inThread(by('flooder', 700))).toHaveLength(1)
    expect(await queue.hasRoom('flooder', 0)).toBe(false)
  })

  test('answers other people beside two thousand turns that an older version left', async () => {
    const open = await openPlace()
    const { store } = await open({ debug() {}, info() {}, warn() {}, error() {} } as unknown as Log)
    const left = [...range(2_000).map(number => by('flooder', number)), by('other', 3_000)]
    await Promise.all(left.map(one => store.turns.save({ ...one, ts: one.question.ts, turn: JSON.stringify(one) })))
    await store.close()
    const { ask, next, floods, ...process } = await start(open)
    const given = await take(next, bounds.running + 1)
    expect(given.map(({ job }) => job.turn.user).toSorted()).toEqual([
      ...Array(bounds.running).fill('flooder'),
      'other',
    ])
    await ask(by('late', 4_000))
    expect((await next()).job.turn.user).toBe('late')
    await ask(by('flooder', 5_000))
    expect(floods).toEqual(['flooder'])
    expect(process.unseen).toBe(0)
  }, 60_000)

  test('finds turns that wait, run or left a reply, without the text of those that ended', async () => {
    const { queue, ask, next } = await openNew()
    expect(await queue.isForeign(turn('1'))).toBe(true)
    await ask(turn('1'))
    const first = await next()
    await ask(turn('2', '1'))
    expect(await queue.isForeign(turn('1'))).toBe(false)
    expect(await queue.find(turn('1').id)).toEqual(turn('1'))
    expect(await queue.find(turn('2').id)).toEqual(turn('2', '1'))
    expect(await queue.find(turn('9').id)).toBeUndefined()
    first.end('done')
    const second = await next()
    second.end('passed')
    await untilIdle(queue)
    expect((await queue.find(turn('1').id))?.question.text).toBe('')
    expect(await queue.find(turn('2').id)).toBeUndefined()
  })

  test('keeps nothing that people wrote of a turn that has ended, not the words that they forwarded either', async () => {
    const { queue, ask, next, store } = await openNew()
    const one = turn('1')
    const quotes = [{ kind: 'forwarded' as const, by: 'U2', text: 'a forwarded secret' }]
    const files = [{ id: 'F1', name: 'secret.txt', mimetype: 'text/plain', size: 1 }]
    const author = { kind: 'person' as const, id: 'U1', name: 'Secret Name' }
    await ask({ ...one, question: { ...one.question, author, quotes, files, reactions: ':secret: 1' } })
    const { job, end } = await next()
    expect(job.turn.question.quotes).toEqual(quotes)
    end('done')
    await untilIdle(queue)
    expect((await store.turns.load(one.id))?.turn).not.toMatch(/secret|question 1/i)
  })

  test('leaves what is not finished when it stops to the next process, with its progress', async () => {
    const open = await openPlace()
    const first = await start(open)
    await first.ask(turn('1'))
    const { job, end } = await first.next()
    await job.begin()
    await job.progress.posted(['1.5'])
    await first.ask(turn('2', '1'))
    job.signal.addEventListener('abort', () => end('handed_over'))
    await first.stop()
    expect(reasonOf(job)).toMatchObject({ kind: 'closing' })

    const { next } = await start(open)
    const resumed = await next()
    expect(resumed.job).toMatchObject({ isResumed: true, isQuarantined: false, isPersistent: true })
    expect(resumed.job.progress.messages).toEqual(['1.5'])
    resumed.end('done')
    const second = await next()
    expect(second.job.turn.question.ts).toBe('2')
    second.end('done')
  })

  test('begins nothing more once it stops', async () => {
    const open = await openPlace()
    const first = await start(open)
    await first.ask(turn('1'))
    const running = await first.next()
    const stopped = first.stop(10_000)
    await first.ask(turn('2'))
    running.end('done')
    await stopped
    expect(first.unseen).toBe(0)
    const { next } = await start(open)
    const { job, end } = await next()
    expect(job.turn.question.ts).toBe('2')
    end('done')
  })

  test('redelivers what a crashed process was answering, and marks that it may stand in Slack', async () => {
    const open = await openPlace()
    const first = await start(open)
    await first.ask(turn('1'))
    const { job } = await first.next()
    await job.begin()
    await job.progress.posting()
    await first.crash()

    const second = await start(open)
    const resumed = await second.next()
    expect(resumed.job).toMatchObject({ isResumed: true, isQuarantined: false })
    expect(resumed.job.progress.postingAt).toBeTypeOf('number')
    resumed.end('done')
    await expect.poll(async () => (await second.store.turns.load(turn('1').id))?.state).toBe('done')
    expect((await second.store.turns.load(turn('1').id))?.crashes).toBe(1)
  }, 20_000)

  test('quarantines a stored turn that it cannot read, says so in the log, and goes on', async () => {
    const open = await openPlace()
    const first = await start(open)
    await first.ask(turn('0'))
    const { job, end } = await first.next()
    await first.ask(turn('1', '0'))
    await first.ask(turn('2', '0'))
    await first.store.turns.update(turn('1').id, { turn: '{"question":' })
    job.signal.addEventListener('abort', () => end('handed_over'))
    await first.stop()

    const { next, store, log } = await start(open)
    const resumed = await next()
    resumed.end('done')
    const after = await next()
    expect(after.job.turn.question.ts).toBe('2')
    after.end('done')
    expect((await store.turns.load(turn('1').id))?.state).toBe('quarantined')
    expect(log.filter(line => line.includes('could not be parsed'))).toHaveLength(1)
  })

  test('fails a turn whose handler throws, and answers the next one', async () => {
    const { ask, next, store, log } = await openNew()
    await ask(turn('1'))
    await ask(turn('2', '1'))
    const first = await next()
    first.fail(new Error('out of luck'))
    const second = await next()
    expect((await store.turns.load(turn('1').id))?.state).toBe('failed')
    expect(log.join()).toContain('unexpected')
    second.end('done')
  })

  test('rechecks a deleted question whose reply nobody withdrew, and one of which something was left', async () => {
    const { queue, ask, next } = await openNew()
    await ask(turn('2'))
    const left = await next()
    left.job.removeAgainAt = Date.now()
    left.end('withdrawn')
    await ask(turn('1'))
    const first = await next()
    await first.job.progress.posted(['1.5'])
    first.end('done')
    await untilIdle(queue)
    await queue.saveDeletion(turn('1').id)
    // The process ends here, so to speak: nobody calls `withdraw`.
    const both = [await next(), await next()].sort(
      (a, b) => Number(a.job.turn.question.ts) - Number(b.job.turn.question.ts),
    )
    const [job, again] = both.map(one => one.job)
    expect(job).toMatchObject({ isResumed: true, revision: 1, progress: { messages: ['1.5'] } })
    expect(again && reasonOf(again)).toMatchObject({ kind: 'withdrawn' })
    for (const { end } of both) end('withdrawn')
  }, 15_000)

  test('withdraws or offers again what changes while its end is being saved', async () => {
    const { queue, ask, next, late, store } = await openNew()
    let isRevised = false
    for (const change of ['edit', 'deletion'] as const) {
      const id = turn(change === 'edit' ? '1' : '2')
      await ask(id)
      const { job, end } = await next()
      await job.progress.posted(['1.5'])
      end('done')
      // The handler has returned; its end is not saved yet.
      await Promise.resolve()
      if (change === 'edit') isRevised = (await queue.revise(id.id, question('1', 'edited'))) === 'revised'
      else await queue.withdraw(id.id)
    }
    const withdrawn = await next()
    expect(reasonOf(withdrawn.job)).toMatchObject({ kind: 'withdrawn' })
    withdrawn.end('withdrawn')
    await expect.poll(async () => (await store.turns.load(turn('2').id))?.state).toBe('withdrawn')
    // Either the queue offers another answer, or the caller is told that there is nothing to revise.
    expect(late).toEqual(isRevised ? [turn('1').id] : [])
  })
}

/** Starts a process at a place; it stops at the end of the test. */
export async function start(
  open: OpenProcess,
  isForBot: (job: Job) => Promise<boolean> = async () => true,
): Promise<Process> {
  const lines: string[] = []
  const write = (facts: unknown, sentence: string) => void lines.push(`${JSON.stringify(facts)} ${sentence}`)
  const log = { debug() {}, info() {}, warn: write, error: write } as unknown as Log
  const { store, driver } = await open(log)
  const late: string[] = []
  const floods: string[] = []
  const ahead: [string, number][] = []
  const given: Given[] = []
  const all: Given[] = []
  let isOver = false
  const queue = createQueue({
    driver,
    store,
    log,
    threads: { begin() {}, behind() {} },
    answer(job) {
      const { promise, resolve, reject } = Promise.withResolvers<Ended>()
      const one = { job, text: job.turn.question.text, end: resolve, fail: reject }
      given.push(one)
      all.push(one)
      return promise
    },
    isForBot,
    isSettled: async () => false,
    ready: async () => {},
    onFlood: declined => void floods.push(declined.user),
    onAhead: (waiting, count) => void ahead.push([waiting.id, count]),
    onLateEdit: turnId => void late.push(turnId),
  })
  await queue.recover()
  queue.start()
  const stop = async (patienceMs = 0) => {
    if (isOver) return
    isOver = true
    await queue.stopAll(patienceMs)
    await store.close()
  }
  onTestFinished(async () => {
    for (const { end } of all) end('handed_over')
    await stop()
  })
  return {
    queue,
    store,
    log: lines,
    late,
    floods,
    ahead,
    async ask(turn, from = 'event') {
      await queue.save(turn, from)
      queue.accept(turn)
    },
    async next() {
      await expect.poll(() => given.length, { interval: 5 }).toBeGreaterThan(0)
      return given.shift() as Given
    },
    get unseen() {
      return given.length
    },
    stop,
    async crash() {
      isOver = true
      driver.drain()
      await store.close()
    },
  }
}

/** Waits until the queue has nothing to do. */
async function untilIdle(queue: Queue): Promise<void> {
  await expect.poll(() => queue.size).toBe(0)
}

const reasonOf = ({ signal }: Job) => signal.reason as Interruption | undefined

const question = (ts: string, text: string) => ({
  ts,
  author: { kind: 'person' as const, id: 'U1' },
  text,
  form: 'slack' as const,
  files: [],
})

export const range = (length: number) => Array.from({ length }, (_, index) => index)

/** A ts whose order as text is the order of the numbers. */
const ts = (number: number) => String(number).padStart(5, '0')

/** A person's question in a thread of its own. */
export const by = (user: string, number: number): Turn => ({ ...turn(ts(number)), user })

async function take(next: () => Promise<Given>, count: number): Promise<Given[]> {
  const given: Given[] = []
  while (given.length < count) given.push(await next())
  return given
}

export const turn = (ts: string, threadTs = ts): Turn => ({
  id: `T1:C1:${ts}`,
  channel: 'C1',
  threadTs,
  user: 'U1',
  place: 'channel',
  isAddressed: true,
  question: question(ts, `question ${ts}`),
})
