import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, readFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import type { Workspace } from '../../playground/slack-emulator/workspace.ts'

/** A bot in a process of its own, so that its work and its memory are its own. */
export interface Child {
  /** Processor time so far. */
  cpuMs(): Promise<number>
  memoryMb(): Promise<number>
  stop(): Promise<void>
}

/** Linux counts processor time in hundredths of a second. */
const tickMs = 10

/** Starts Threadwise as its installer does, or one of the bots that it is compared with. */
export async function startChild(
  bot: 'threadwise' | 'edits' | 'stream',
  slack: Workspace,
  modelUrl: string,
  env: Record<string, string> = {},
): Promise<Child & { pid: number | undefined }> {
  const flags = ['--liftoff-only', '--optimize-for-size', '--max-semi-space-size=1', '--v8-pool-size=1']
  const program = bot === 'threadwise' ? [...flags, resolve('src/main.ts')] : [resolve('test/bench/baseline.ts'), bot]
  const child = spawn(process.execPath, program, {
    cwd: await mkdtemp(join(tmpdir(), 'threadwise-bench-')),
    env: {
      PATH: process.env.PATH ?? '',
      SLACK_BOT_TOKEN: slack.botToken,
      SLACK_APP_TOKEN: slack.appToken,
      SLACK_API_URL: slack.apiUrl,
      OPENAI_BASE_URL: modelUrl,
      OPENAI_API_KEY: 'none',
      OPENAI_MODEL: 'gpt-4o',
      PORT: '0',
      // A few people ask what many would.
      MAX_RUNNING_PER_PERSON: '100',
      MAX_WAITING_PER_PERSON: '10000',
      ...env,
    },
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  let said = ''
  await new Promise<void>(done =>
    child.stdout.on('data', data => {
      said += data
      if (said.includes('ready')) done()
    }),
  )
  const stat = async () => (await readFile(`/proc/${child.pid}/stat`, 'utf8')).split(') ')[1]?.split(' ') ?? []
  return {
    pid: child.pid,
    async cpuMs() {
      const fields = await stat()
      return (Number(fields[11]) + Number(fields[12])) * tickMs
    },
    async memoryMb() {
      const status = await readFile(`/proc/${child.pid}/status`, 'utf8')
      return Number(/VmRSS:\s+(\d+)/.exec(status)?.[1]) / 1024
    },
    async stop() {
      child.kill('SIGKILL')
      await once(child, 'close')
    },
  }
}
