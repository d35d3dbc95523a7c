import { z } from 'zod'
import type { ModelConfig } from '../config.ts'
import { formatError } from '../errors.ts'
import type { Log } from '../log.ts'

/** The vendor tells in its list of models when it shuts one down. */
const listSchema = z.object({
  data: z.array(z.object({ id: z.string(), shutdown_date: z.iso.date().nullish().catch(undefined) })),
})

const patienceMs = 10_000
/** Dates are announced months before. */
const checkEveryMs = 86_400_000

/** Watches whether the configured models are going to be shut down. */
export function watchShutdownDates({ fallbacks = [], ...first }: ModelConfig, log: Log) {
  let ends: { name: string; date: string }[] = []
  const check = async () => {
    const found = await Promise.all([first, ...fallbacks].map(model => fetchShutdownDate(model, log)))
    ends = found.flat()
    for (const end of ends) log.warn(end, 'model will be shut down by its vendor; choose another')
  }
  setInterval(() => void check(), checkEveryMs).unref()
  return {
    /** Asks the servers. Never throws: some have no list, others no dates. */
    check,
    /** The models that end, with their last dates, such as `2027-01-14`. */
    get ends() {
      return ends
    },
  }
}

async function fetchShutdownDate({ name, baseUrl, apiKey }: ModelConfig, log: Log) {
  try {
    const signal = AbortSignal.timeout(patienceMs)
    const url = `${baseUrl.replace(/\/$/, '')}/models`
    const response = await fetch(url, { headers: { authorization: `Bearer ${apiKey}` }, signal })
    const { data = [] } = listSchema.safeParse(await response.json()).data ?? {}
    const date = data.find(({ id }) => id === name)?.shutdown_date
    return date == null ? [] : [{ name, date }]
  } catch (error) {
    log.debug({ model: name, reason: formatError(error) }, 'list of models not read')
    return []
  }
}
