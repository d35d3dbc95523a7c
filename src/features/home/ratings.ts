import type { I18n } from '../../i18n/catalog.ts'
import type { Store } from '../../store/store.ts'

type Ratings = Awaited<ReturnType<Store['ratings']['count']>>

const countBy = (ratings: Ratings, is: (one: Ratings[number]) => boolean) =>
  ratings.filter(is).reduce((sum, { count }) => sum + count, 0)

const countUpAndDown = (ratings: Ratings) => ({
  up: countBy(ratings, ({ rating }) => rating === 'up'),
  down: countBy(ratings, ({ rating }) => rating === 'down'),
})

/** Formats how a person has rated answers; blank if they have rated none. */
export const formatOwnRatings = (ratings: Ratings, { home }: I18n): string =>
  ratings.length === 0 ? '' : home.ownRatings(countUpAndDown(ratings))

/** Formats how everybody's answers were rated, and for which reasons. */
export function formatRatings(ratings: Ratings, { home, controls }: I18n): string {
  const reasons = Object.entries(controls.reasons)
    .map(([key, name]) => ({
      name,
      times: countBy(ratings, ({ rating, reason }) => rating === 'down' && reason === key),
    }))
    .filter(({ times }) => times > 0)
    .map(({ name, times }) => `${name} ${times}`)
  return [home.ratings(countUpAndDown(ratings)), reasons.join(' · ')].join('\n').trim()
}
