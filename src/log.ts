import { type Logger, pino } from 'pino'

/** The log: an object of ids and figures, then a message. Never message text, never a token. */
export type Log = Pick<Logger, 'debug' | 'info' | 'warn' | 'error'>

/** The values of `LOG_LEVEL`, the most verbose first. */
export const logLevels = ['debug', 'info', 'warn', 'error', 'silent'] as const
export type LogLevel = (typeof logLevels)[number]

/** Creates the log: one JSON object a line on standard output. */
export function createLog(level: LogLevel): Log {
  return pino({ level, base: null, timestamp: pino.stdTimeFunctions.isoTime })
}
