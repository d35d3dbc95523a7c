import { parseFreeDates } from './free-dates.ts'

/** A greeting, such as "Good morning", names no day. */
const partOfDay = /^(?:morning|afternoon|evening|night|早上|早晨|上午|中午|下午|晚上)$/i

/**
 * Finds the days that a text names, as `2026-11-28`: "tomorrow", "Friday", 下周一, 2026-11-28. `on` is when it was written,
 * `2026-11-27 14:05`; a weekday is the next one.
 */
export async function findDays(text: string, on: string): Promise<string[]> {
  const instant = new Date(`${on.replace(' ', 'T')}:00Z`)
  if (text === '' || Number.isNaN(instant.getTime())) return []
  const found = await parseFreeDates(text, { instant, timezone: 0 }, { forwardDate: true })
  const dayOf = ({ start }: (typeof found)[number]) =>
    new Date(Date.UTC(start.get('year') ?? 0, (start.get('month') ?? 1) - 1, start.get('day') ?? 1))
  return found
    .filter(({ text: named }) => !partOfDay.test(named))
    .map(result => dayOf(result).toISOString().slice(0, 10))
}
