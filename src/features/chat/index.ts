import type { Bot } from '../context.ts'
import { answer } from './answer.ts'
import { listenToAsking } from './ask-command.ts'

/** Registers chat: `/ask`, and the handler of every turn that no other feature takes. */
export function chat(bot: Bot): void {
  listenToAsking(bot.app, bot.services)
  const deps = { ...bot.services, files: bot.services.createFileReader() }
  bot.onTurn({ outcome: 'done', feature: 'chat', deps, parse: () => true, handle: answer })
}
