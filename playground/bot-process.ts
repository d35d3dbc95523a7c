import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'

/** The bot as a process of its own: what the page kills is really dead. */
interface BotProcess {
  /** Kills the bot as `kill -9` does. Resolves when another has taken its place. */
  restart(): Promise<void>
  /** Lets the bot finish its answers. */
  stop(): Promise<void>
}

/**
 * Starts the bot and resolves when it is connected. A bot that is killed is started again; `onEnd` is called with the exit code of
 * one that ends by itself.
 */
export async function startBotProcess(
  title: string,
  env: NodeJS.ProcessEnv,
  onEnd: (code: number) => void,
): Promise<BotProcess> {
  let isStopping = false
  let child = open()

  function open(): ChildProcess {
    const next = fork(new URL('./bot.ts', import.meta.url), [title], { env, execArgv: process.execArgv })
    next.once('exit', code => {
      if (isStopping) return
      if (code === null) child = open()
      else onEnd(code)
    })
    return next
  }

  await once(child, 'message')
  return {
    async restart() {
      const killed = child
      killed.kill('SIGKILL')
      await once(killed, 'exit')
      await once(child, 'message')
    },
    async stop() {
      isStopping = true
      child.kill('SIGTERM')
      await once(child, 'exit')
    },
  }
}
