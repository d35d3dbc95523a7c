import { type Logger, pino } from 'pino'

/** The log as the parts see it: an object of ids and figures, then a sentence. Never message text, never a token. */
export type Log = Pick<Logger, 'debug' | 'info' | 'warn' | 'error'>

/** What an operator may set `LOG_LEVEL` to, the most talkative first. */
export const logLevels = ['debug', 'info', 'warn', 'error', 'silent'] as const
export type LogLevel = (typeof logLevels)[number]

/** Makes the process's log: one JSON object a line on standard output. */
export function createLog(level: LogLevel): Log {
  return pino({ level, base: null, timestamp: pino.stdTimeFunctions.isoTime })
}
