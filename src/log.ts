import { type Logger, pino } from 'pino'

/** The log: an object of ids and figures, then a message. Never message text, never a token. */
export type Log = Pick<Logger, 'debug' | 'info' | 'warn' | 'error'>

/** The values of `LOG_LEVEL`, the most verbose first. */
export const logLevels = ['debug', 'info', 'warn', 'error', 'silent'] as const
export type LogLevel = (typeof logLevels)[number]

/** Returns the log, with each error and each failure that has a reference also passed on to `note`. */
export function watchFailures(log: Log, note: (failure: { what: string; reference?: string }) => void): Log {
  const watch = (level: 'warn' | 'error') => (facts: object | string, sentence?: string) => {
    const { reference, kind } = (typeof facts === 'object' ? facts : {}) as Record<string, unknown>
    const line = typeof facts === 'string' ? facts : (sentence ?? '')
    const what = typeof kind === 'string' ? `${line} (${kind})` : line
    if (typeof reference === 'string') note({ what, reference })
    else if (level === 'error') note({ what })
    if (typeof facts === 'string') log[level](facts)
    else log[level](facts, sentence)
  }
  return {
    debug: log.debug.bind(log),
    info: log.info.bind(log),
    warn: watch('warn') as Log['warn'],
    error: watch('error') as Log['error'],
  }
}

/** Creates the log: one JSON object a line on standard output. */
export function createLog(level: LogLevel): Log {
  return pino({ level, base: null, timestamp: pino.stdTimeFunctions.isoTime })
}
