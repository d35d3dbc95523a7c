import { Counter, Gauge, Histogram, Registry } from 'prom-client'

/** The metrics of a running bot, in Prometheus's format at `/metrics`. */
export interface Metrics {
  turnEnded(outcome: string, kind: string): void
  firstTextShown(milliseconds: number): void
  slackCalled(method: string, outcome: 'ok' | 'refused' | 'failed'): void
  /** Calls that Slack refused in the last hour because there were too many. */
  readonly recentRefusals: number
  /** Counts tokens; `cached` ones are a part of those that went in. */
  tokensUsed(direction: 'in' | 'out' | 'cached', count: number): void
  /** Reads the sizes of the thread cache and the queue, and the state of the store, at each scrape. */
  observe(look: () => { threads: number; cachedTokens: number; turnsInFlight: number; isStoreKept: boolean }): void
  /** Returns the metrics in Prometheus's text format. */
  text(): Promise<string>
  contentType: string
}

/** How long a refusal counts as recent, and how many are remembered. */
const refusalMs = 3_600_000
const mostRefusals = 10_000

/** Creates the metrics in a registry of their own, so that two bots in one process do not share them. */
export function createMetrics(): Metrics {
  const registry = new Registry()
  const registers = [registry]
  const turns = new Counter({
    name: 'threadwise_turns_total',
    help: 'Turns by how they ended.',
    labelNames: ['outcome', 'kind'],
    registers,
  })
  const firstText = new Histogram({
    name: 'threadwise_first_text_seconds',
    help: 'Time from the event to the first text in Slack.',
    buckets: [0.1, 0.25, 0.5, 1, 2, 4, 8, 16, 32, 64],
    registers,
  })
  const calls = new Counter({
    name: 'threadwise_slack_calls_total',
    help: 'Slack Web API calls by method and outcome; refused means rate limited.',
    labelNames: ['method', 'outcome'],
    registers,
  })
  const tokens = new Counter({
    name: 'threadwise_model_tokens_total',
    help: 'Tokens sent to and received from the model; cached ones are a part of those sent.',
    labelNames: ['direction'],
    registers,
  })

  const refusedAt: number[] = []

  return {
    // Dashboards know quarantined turns by their old name.
    turnEnded: (outcome, kind) => turns.inc({ outcome: outcome === 'quarantined' ? 'set_aside' : outcome, kind }),
    firstTextShown: milliseconds => firstText.observe(milliseconds / 1000),
    slackCalled(method, outcome) {
      calls.inc({ method, outcome })
      if (outcome === 'refused') refusedAt.push(Date.now())
      if (refusedAt.length > mostRefusals) refusedAt.shift()
    },
    get recentRefusals() {
      const since = Date.now() - refusalMs
      return refusedAt.filter(at => at > since).length
    },
    tokensUsed: (direction, count) => tokens.inc({ direction }, count),
    observe: look => openGauges(registers, look),
    text: () => registry.metrics(),
    contentType: registry.contentType,
  }
}

function openGauges(
  registers: Registry[],
  look: () => { threads: number; cachedTokens: number; turnsInFlight: number; isStoreKept: boolean },
): void {
  const gauge = (name: string, help: string, value: () => number) =>
    new Gauge({
      name,
      help,
      registers,
      collect() {
        this.set(value())
      },
    })
  gauge('threadwise_threads_cached', 'Threads in the cache.', () => look().threads)
  gauge('threadwise_tokens_cached', 'Tokens that the cached threads are estimated at.', () => look().cachedTokens)
  gauge('threadwise_store_kept', '1 when what is written outlives a restart, else 0.', () =>
    look().isStoreKept ? 1 : 0,
  )
  gauge('threadwise_turns_in_flight', 'Turns that are being answered or wait.', () => look().turnsInFlight)
}
