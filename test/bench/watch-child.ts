import { readFile } from 'node:fs/promises'
import { setTimeout as delay } from 'node:timers/promises'

// Watches a bot from a process of its own, so that the bench's work does not count: `node watch-child.ts <pid> <port>`. Prints the slowest
// answers of /healthz and the most memory of the bot and its children when it is told to stop.
const [pid = '', port = ''] = process.argv.slice(2)
const pauseMs = 20
const waits: number[] = []
let mostMb = 0
process.once('message', () => {
  const sorted = waits.toSorted((a, b) => a - b)
  const healthMs = { most: sorted.at(-1), of99: sorted[Math.floor(sorted.length * 0.99)], count: sorted.length }
  process.send?.({ healthMs, mostMb }, () => process.exit())
})
for (;;) {
  const startedAt = performance.now()
  await fetch(`http://127.0.0.1:${port}/healthz`).then(answer => answer.text())
  waits.push(performance.now() - startedAt)
  mostMb = Math.max(mostMb, await readMemoryMb(pid))
  await delay(pauseMs)
}

/** Sums the memory of a process and of those that it started. The program itself, which all of them map, counts once. */
async function readMemoryMb(id: string, field = 'VmRSS'): Promise<number> {
  const read = (name: string) => readFile(`/proc/${id}/${name}`, 'utf8').catch(() => '')
  const own = Number(new RegExp(`${field}:\\s+(\\d+) kB`).exec(await read('status'))?.[1] ?? 0) / 1024
  const children = (await read(`task/${id}/children`)).split(' ').filter(child => child !== '')
  const sizes = await Promise.all(children.map(child => readMemoryMb(child, 'RssAnon')))
  return own + sizes.reduce((sum, size) => sum + size, 0)
}
