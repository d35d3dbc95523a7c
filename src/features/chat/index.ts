import { tellDirectly } from '../command-failure.ts'
import type { Bot } from '../context.ts'
import { answer } from './answer.ts'
import { listenToAsking } from './ask-command.ts'

/** Registers chat: `/ask`, and the handler of every turn that no other feature takes. */
export function chat(bot: Bot): void {
  listenToAsking(bot.app, bot.services)
  bot.on('takeOver', commands =>
    bot.services.asker.resume(commands, (ask, error) => tellDirectly(bot.services, ask, error)),
  )
  const deps = { ...bot.services, files: bot.services.createFileReader() }
  bot.onTurn({ outcome: 'done', deps, parse: () => true, handle: answer })
}
