import { setTimeout as delay } from 'node:timers/promises'
import { expect, onTestFinished, test } from 'vitest'
import { askAll, openFleet, readThreads, speakSlowly, untilAnswered } from '../fleet.ts'
import { openDatabase, openProxy, withPostgres } from '../postgres.ts'
import { createRandom } from '../random.ts'

withPostgres('a fleet of processes', () => {
  test('of which one is killed again and again, and whose database goes away, answers every question once, in order', {
    timeout: 240_000,
  }, async () => {
    const proxy = await openProxy(await openDatabase())
    const random = createRandom(7)
    const fleet = await openFleet([proxy.url, proxy.url, proxy.url], onTestFinished, { limits: 'off' })
    speakSlowly(fleet, 800, random)
    let isOver = false
    const killing = (async () => {
      for (let kill = 0; !isOver; kill += 1) {
        await delay(1_000)
        await fleet.replace(kill % 3)
        if (kill === 2) {
          proxy.cut()
          await delay(1_500)
          proxy.mend()
        }
      }
    })()
    const asked = await askAll(fleet, { questions: 80, threads: 16, channels: 8, everyMs: 150 })
    isOver = true
    await killing
    await untilAnswered(fleet, asked, 60_000)
    for (const { stands, wanted } of readThreads(fleet, asked)) expect(stands).toEqual(wanted)
  })
})
