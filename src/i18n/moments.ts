const weekMs = 7 * 86_400_000

/** Creates the formats of times in a language: `near` is a weekday and a time, farther away a date and a time; `full` has all. */
export function createMoments(language: string) {
  const clock = { hour: '2-digit', minute: '2-digit', hourCycle: 'h23' } as const
  const date = { month: 'short', day: 'numeric' } as const
  const format = (at: number, timeZone: string, options: Intl.DateTimeFormatOptions) => {
    try {
      return new Intl.DateTimeFormat(language, { timeZone, ...options }).format(at)
    } catch {
      return new Intl.DateTimeFormat(language, { timeZone: 'UTC', ...options }).format(at)
    }
  }
  return {
    near(at: number, timeZone: string): string {
      const isNear = Math.abs(at - Date.now()) < weekMs
      return `${format(at, timeZone, isNear ? { weekday: 'short' } : date)} ${format(at, timeZone, clock)}`
    },
    full: (at: number, timeZone: string): string =>
      `${format(at, timeZone, { weekday: 'short', ...date })} ${format(at, timeZone, clock)}`,
    /** Formats a date such as `2027-01-14`. */
    day: (date: string): string => format(Date.parse(date), 'UTC', { dateStyle: 'long' }),
    weekday: (at: number, timeZone: string): string => format(at, timeZone, { weekday: 'long' }),
  }
}
