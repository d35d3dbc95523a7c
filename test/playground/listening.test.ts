import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFile } from 'node:fs/promises'
import { resolve } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { readListening } from '../listening.ts'
import { childEnv } from '../process.ts'
import { freePort } from '../story.ts'

test('the playground can be reached from this machine only, whatever HOST says', async () => {
  const port = await freePort()
  const child = spawn(process.execPath, [resolve('playground/main.ts')], {
    env: {
      ...childEnv,
      HOST: '0.0.0.0',
      PORT: String(port),
      OPENAI_BASE_URL: 'http://127.0.0.1:9/v1',
    },
  })
  onTestFinished(() => void child.kill('SIGKILL'))
  let said = ''
  while (!said.includes('Answers come from')) said += String((await once(child.stdout, 'data'))[0])
  const bot = Number(await readFile(`/proc/${child.pid}/task/${child.pid}/children`, 'utf8'))
  const addresses = [...(await readListening(child.pid ?? 0)), ...(await readListening(bot))]
  expect(addresses).toContain(`127.0.0.1:${port}`)
  // The workspace, and the bot's own routes.
  expect(addresses.length).toBeGreaterThan(1)
  for (const address of addresses) expect(address).toMatch(/^127\.0\.0\.1:/)
})
