import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'

/** The bot as a process of its own: what the page kills is really dead. */
interface BotProcess {
  /** Kills the bot as `kill -9` does, and starts another in its place. */
  restart(): Promise<void>
  /** Lets the bot finish its answers. */
  stop(): Promise<void>
}

/** Starts the bot and resolves when it is connected. `onEnd` is called with the exit code if the bot ends by itself. */
export async function startBotProcess(
  title: string,
  env: NodeJS.ProcessEnv,
  onEnd: (code: number | null) => void,
): Promise<BotProcess> {
  let child = open()
  let restarting: Promise<void> | undefined
  /** These ends are wanted. */
  const ended = new WeakSet<ChildProcess>()

  function open(): ChildProcess {
    const next = fork(new URL('./bot.ts', import.meta.url), [title], { env, execArgv: process.execArgv })
    next.on('exit', code => {
      if (!ended.has(next)) onEnd(code)
    })
    return next
  }

  async function end(signal: NodeJS.Signals): Promise<void> {
    ended.add(child)
    if (child.exitCode !== null || child.signalCode !== null) return
    child.kill(signal)
    await once(child, 'exit')
  }

  async function replace(): Promise<void> {
    await end('SIGKILL')
    child = open()
    await once(child, 'message')
  }

  await once(child, 'message')
  return {
    restart() {
      restarting ??= replace().finally(() => {
        restarting = undefined
      })
      return restarting
    },
    stop: () => end('SIGTERM'),
  }
}
