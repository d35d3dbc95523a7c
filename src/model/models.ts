import type { ModelConfig } from '../config.ts'
import type { Log } from '../log.ts'
import { createModel } from './client.ts'
import { createFallbackModel, createLink } from './fallback.ts'
import type { Model } from './model.ts'
import { watchModelLists } from './model-list.ts'
import { createRequestGate } from './request-gate.ts'

/** Creates the models that can answer: those of the configuration, and all that their servers list. */
export function createModels({ fallbacks = [], others = [], ...first }: ModelConfig, log: Log) {
  const chain = [first, ...fallbacks]
  const configured = [...chain, ...others]
  const settingAt = (index: number) =>
    index === 0 ? 'OPENAI_MODEL' : index < chain.length ? 'OPENAI_FALLBACK_MODELS' : 'its name in MODELS_FILE'
  const lists = watchModelLists(
    configured.map((one, index) => ({ ...one, setting: settingAt(index) })),
    log,
  )
  const linkOf = createLinks(log)
  const opened = new Map<string, Model>()
  const open = (config: ModelConfig, substitutes: ModelConfig[], isStrict: boolean): Model => {
    const links = substitutes.filter(({ name }) => name !== config.name).map(linkOf)
    if (links.length === 0) return linkOf(config).model
    return createFallbackModel([linkOf(config), ...links], log, { patienceMs: config.idleMs, isStrict })
  }
  const usual = open(first, fallbacks, false)
  /** The configuration of a name: its own, or that of the first server that lists it. A server that cannot be asked may have any. */
  const find = (name: string): ModelConfig | undefined => {
    const own = configured.find(one => one.name === name)
    if (own !== undefined) return own
    for (const server of configured) {
      const entry = lists.of(server.baseUrl)?.find(({ id }) => id === name)
      if (entry === undefined) continue
      const contextTokens = entry.max_model_len ?? entry.context_length
      return { ...pickServer(server), name, ...(contextTokens !== undefined && { contextTokens }) }
    }
    const unread = configured.find(({ baseUrl }) => lists.of(baseUrl) === undefined)
    return unread && { ...pickServer(unread), name }
  }
  return {
    /** The model of the configuration. */
    usual,
    /** Lists the names that can be chosen, those of the configuration first. */
    names(): string[] {
      const listed = configured.flatMap(({ baseUrl }) => lists.of(baseUrl) ?? []).map(({ id }) => id)
      return [...new Set([...configured.map(({ name }) => name), ...listed])]
    },
    /**
     * Opens a model by its name. If it fails, the usual one answers, as far as another may answer at all; if its server does not know
     * it any more, always. Resolves with undefined if no server has it.
     */
    async open(name: string): Promise<Model | undefined> {
      if (!configured.some(one => one.name === name)) await lists.ready()
      const config = find(name)
      if (config === undefined) return undefined
      // What was opened before its server's list was read may be another's, and knows no window.
      const key = keyOf(config)
      const known = opened.get(key)
      if (known !== undefined) return known
      const isStrict = fallbacks.length === 0
      const model = config.name === first.name ? usual : open(config, isStrict ? [first] : chain, isStrict)
      opened.set(key, model)
      return model
    },
    /** Finds the last day of a model that its vendor is going to shut down, such as `2027-01-14`. */
    endOf(name: string): string | undefined {
      const config = find(name)
      return config && lists.endOf(config)
    },
    /** Lists the models that answer as configured. */
    chain: chain.map(({ name }) => name),
    /** Asks the servers for their lists. Never rejects. */
    check: lists.check,
  }
}

const pickServer = ({ apiKey, baseUrl, idleMs, concurrency }: ModelConfig) => ({
  apiKey,
  baseUrl,
  idleMs,
  ...(concurrency !== undefined && { concurrency }),
})

/** Names a model by all that may be told of it later: its server, and its window. */
const keyOf = ({ baseUrl, name, contextTokens = 0 }: ModelConfig): string => `${baseUrl} ${name} ${contextTokens}`

/** Creates a function that opens a model once. Models at one address share its bound on requests. */
function createLinks(log: Log) {
  const links = new Map<string, ReturnType<typeof createLink>>()
  const gates = new Map<string, ReturnType<typeof createRequestGate>>()
  return (config: ModelConfig) => {
    const known = links.get(keyOf(config))
    if (known !== undefined) return known
    const gate = gates.get(config.baseUrl) ?? createRequestGate(config.concurrency)
    gates.set(config.baseUrl, gate)
    const link = createLink(createModel(config, log, gate))
    links.set(keyOf(config), link)
    return link
  }
}
