import { setTimeout as delay } from 'node:timers/promises'
import { expect, onTestFinished, test } from 'vitest'
import type { PageMessage, SlackJson } from '../../playground/protocol.ts'
import { askAll, openFleet, readThreads, speakSlowly, untilAnswered } from '../fleet.ts'
import { openDatabase, openProxy, withPostgres } from '../postgres.ts'
import { createRandom } from '../random.ts'
import { bySoak } from '../soak.ts'
import { toSeen } from '../story.ts'

const isWhole = ({ blocks = [] }: PageMessage) =>
  blocks.some(({ elements }) => ((elements ?? []) as SlackJson[]).some(({ action_id }) => action_id === 'rate_reply'))

/** The first of two replicas is in the middle of a reply when the second one joins. */
async function openInTheMiddle(env: Record<string, string> = {}) {
  const url = await openDatabase()
  const fleet = await openFleet([url], onTestFinished, {}, env)
  const { slack, model } = fleet
  const { general } = slack.channels
  const said = await slack.do({
    do: 'say',
    as: slack.people.dana,
    channel: general,
    text: `<@${slack.botUserId}> go on`,
  })
  const ts = String(said.ts)
  const replies = () => slack.messages(general, ts).filter(({ user }) => user === slack.botUserId)
  ;(await model.next()).say('Begun here, ')
  const begun = await slack.until(() => replies().find(({ text }) => text.startsWith('Begun')), 'the first text')
  await fleet.add(url)
  return { ...fleet, replies, begun }
}

withPostgres('a fleet of processes', () => {
  test('goes on with the reply of one that is killed, in the same message', async () => {
    const { slack, model, bots, replies, begun } = await openInTheMiddle()
    bots[0]?.kill('SIGKILL')
    const killedAt = performance.now()
    const exchange = await model.next()
    expect(performance.now() - killedAt).toBeLessThan(15_000)
    exchange.reply('Begun here, and gone on with by another.')
    await slack.until(() => replies().every(isWhole), 'the whole text')
    expect(replies().map(toSeen)).toEqual(['Begun here, and gone on with by another.'])
    expect(replies()[0]?.ts).toBe(begun.ts)
  })

  test('takes over at once what one that is asked to stop cannot finish', async () => {
    const { slack, model, bots, replies, begun } = await openInTheMiddle({ STOP_SECONDS: '0' })
    bots[0]?.kill('SIGTERM')
    const exchange = await model.next()
    exchange.reply('Begun here, and gone on with by another.')
    await slack.until(() => replies().every(isWhole), 'the whole text')
    expect(replies().map(toSeen)).toEqual(['Begun here, and gone on with by another.'])
    expect(replies()[0]?.ts).toBe(begun.ts)
    expect(await bots[0]?.exit).toBe(0)
  })

  test.each(['cut', 'silence'] as const)(
    'stops in time when its database is away: %s',
    { timeout: 90_000 },
    async how => {
      const proxy = await openProxy(await openDatabase())
      const { slack, model, bots } = await openFleet([proxy.url], onTestFinished, {}, { STOP_SECONDS: '0' })
      const { general } = slack.channels
      await slack.do({ do: 'say', as: slack.people.dana, channel: general, text: `<@${slack.botUserId}> go on` })
      ;(await model.next()).say('Begun here, ')
      await slack.until(() => slack.calls.some(({ method }) => method === 'chat.postMessage'), 'the first text')
      proxy[how]()
      bots[0]?.kill('SIGTERM')
      expect(await bots[0]?.exit).toBe(0)
      expect(bots[0]?.says()).not.toContain('a turn threw')
    },
  )

  test('loses and doubles nothing when each is replaced by a newer one under five mentions a second', {
    timeout: 120_000,
  }, async () => {
    const url = await openDatabase()
    const fleet = await openFleet([url, url], onTestFinished, { limits: 'off' })
    speakSlowly(fleet, 1_500, createRandom(3))
    const deploying = (async () => {
      await delay(1_000)
      await fleet.deploy(0)
      await fleet.deploy(1)
    })()
    const asked = await askAll(fleet, {
      questions: bySoak(20, 30),
      threads: bySoak(10, 15),
      channels: 10,
      everyMs: 200,
    })
    await deploying
    await untilAnswered(fleet, asked, 60_000)
    await expectInOrder(fleet, asked, url)
  })

  test('of which one is killed again and again, and whose database goes away, answers every question once, in order', {
    timeout: 240_000,
  }, async () => {
    const url = await openDatabase()
    const proxy = await openProxy(url)
    const fleet = await openFleet([proxy.url, proxy.url, proxy.url], onTestFinished, { limits: 'off' })
    speakSlowly(fleet, 800, createRandom(7))
    let isOver = false
    const killing = (async () => {
      for (let kill = 0; !isOver; kill += 1) {
        await delay(1_000)
        await fleet.replace(kill % 3)
        if (kill !== 2) continue
        proxy.cut()
        await delay(1_500)
        proxy.mend()
      }
    })()
    const asked = await askAll(fleet, { questions: bySoak(30, 40), threads: 16, channels: 8, everyMs: 150 })
    isOver = true
    await killing
    await untilAnswered(fleet, asked, 60_000)
    await expectInOrder(fleet, asked, url)
  })
})

async function expectInOrder(...read: Parameters<typeof readThreads>): Promise<void> {
  for (const { stands, wanted } of await readThreads(...read)) expect(stands).toEqual(wanted)
}
