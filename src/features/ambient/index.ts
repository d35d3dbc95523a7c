import type { Bot } from '../context.ts'
import { createUnaskedHandler } from './handler.ts'
import { createUnaskedWatch } from './watch.ts'

/** Registers answers that nobody asked for, in channels whose settings allow them. Before all handlers of what was asked. */
export function ambient(bot: Bot): void {
  const watch = createUnaskedWatch(bot.services)
  bot.on('beforeAck', watch.receive)
  bot.on('stop', watch.stop)
  bot.onTurn(createUnaskedHandler(bot.services))
}
