const weekMs = 7 * 86_400_000

const units = [
  ['day', 86_400_000],
  ['hour', 3_600_000],
  ['minute', 60_000],
] as const

/** Formats an instant in a time zone; in UTC if the zone is unknown. */
function formatInstant(language: string, at: number, options: Intl.DateTimeFormatOptions): string {
  try {
    return new Intl.DateTimeFormat(language, options).format(at)
  } catch {
    return new Intl.DateTimeFormat(language, { ...options, timeZone: 'UTC' }).format(at)
  }
}

/** Creates the formats of times and lists in a language: `near` is a weekday and a time, farther away a date and a time; `full` has all. */
export function createFormats(language: string) {
  const date = { month: 'short', day: 'numeric' } as const
  const format = (at: number, timeZone: string, options: Intl.DateTimeFormatOptions) =>
    formatInstant(language, at, { timeZone, ...options })
  const clock = (at: number, timeZone: string) =>
    format(at, timeZone, { hour: '2-digit', minute: '2-digit', hourCycle: 'h23' })
  return {
    near(at: number, timeZone: string): string {
      const isNear = Math.abs(at - Date.now()) < weekMs
      return `${format(at, timeZone, isNear ? { weekday: 'short' } : date)} ${clock(at, timeZone)}`
    },
    full: (at: number, timeZone: string): string =>
      `${format(at, timeZone, { weekday: 'short', ...date })} ${clock(at, timeZone)}`,
    /** Formats a span of time in its greatest whole unit: “3 hours”. */
    span(ms: number): string {
      const [unit, size] = units.find(([, size]) => ms >= size) ?? (['second', 1_000] as const)
      return new Intl.NumberFormat(language, { style: 'unit', unit, unitDisplay: 'long' }).format(Math.floor(ms / size))
    },
    weekday: (at: number, timeZone: string): string => format(at, timeZone, { weekday: 'long' }),
    /** Formats a day, `2026-11-28`. */
    day: (iso: string): string => format(Date.parse(`${iso}T00:00Z`), 'UTC', { weekday: 'short', ...date }),
    /** Formats a day with its year. */
    date: (iso: string): string => format(Date.parse(`${iso}T00:00Z`), 'UTC', { dateStyle: 'long' }),
    /** Formats millionths of a dollar, with two digits that are not zero. */
    dollars(micros: number): string {
      const usual = { style: 'currency', currency: 'USD', currencyDisplay: 'narrowSymbol' } as const
      const digits = micros > 0 && micros < 99_500 ? { maximumSignificantDigits: 2 } : { maximumFractionDigits: 2 }
      return new Intl.NumberFormat(language, { ...usual, ...digits }).format(micros / 1_000_000)
    },
    and: (texts: readonly string[]): string => new Intl.ListFormat(language).format(texts),
    or: (texts: readonly string[]): string => new Intl.ListFormat(language, { type: 'disjunction' }).format(texts),
  }
}
