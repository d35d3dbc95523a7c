import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { tmpdir } from 'node:os'
import { onTestFinished } from 'vitest'
import { childEnv } from '../process.ts'
import { freePort } from '../story.ts'

const engine = { OPENAI_BASE_URL: '', OPENAI_API_KEY: '', OLLAMA_HOST: '' }

/** Starts the playground as its user does; with `npm`, below npm and a shell. Resolves when it says its address. */
export async function openPlayground(
  env: Record<string, string> = {},
  {
    command = process.execPath,
    args = ['playground/main.ts'],
    cwd = process.cwd(),
    atEnd = onTestFinished as (clean: () => void) => unknown,
  } = {},
) {
  const port = await freePort()
  const child = spawn(command, args, {
    cwd,
    env: { ...childEnv, HOME: tmpdir(), PORT: String(port), ...engine, ...env },
  })
  atEnd(() => void child.kill('SIGKILL'))
  let said = ''
  child.stderr.on('data', data => process.stderr.write(data))
  while (!said.includes('Answers come from')) said += String((await once(child.stdout, 'data'))[0])
  return { child, url: `http://127.0.0.1:${port}` }
}
