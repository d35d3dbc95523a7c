import { z } from 'zod'

/** Fetches the JSON at a path of one server; undefined for any other answer. */
type AskJson = (path: string) => Promise<unknown>

/** The model to use of a server. */
interface LocalModel {
  model: string
  /** Tokens of prompt and answer together, if the server says so. */
  contextTokens?: number
}

/** Names of models for embedding, speech, images or ranking rather than chat. */
const NO_TALKER =
  /embed|rerank|minilm|whisper|(?:^|[/_-])(?:bge|gte|e5|jina|tts|clip)(?=[/_.:-]|$)|stable-diffusion|(?:^|[/_-])flux(?=[/_.:-]|$)/i
/** Returns whether a model with this name chats, as far as the name tells. */
export const isTalker = (name: string): boolean => !NO_TALKER.test(name)

const EMBEDDING_FAMILY = /bert/i
/** The built-in engine of another playground lists itself like a model, and is none. */
const OWN_ENGINE = 'threadwise'

interface Found {
  model: string
  isLoaded?: boolean
  contextTokens?: number | undefined
}

const tokens = z.int().positive().optional().catch(undefined)
const Id = z.string().min(1)

/** Parses a list without the entries that do not parse; undefined if the answer has another form. */
function parseList<T>(answer: unknown, key: string, entry: z.ZodType<T>): T[] | undefined {
  const list = z.looseObject({ [key]: z.array(z.unknown()) }).safeParse(answer).data?.[key]
  return Array.isArray(list) ? list.flatMap(one => entry.safeParse(one).data ?? []) : undefined
}

/** Picks a loaded model, which answers at once, else the first in the server's own order. */
function best(found: readonly Found[]): LocalModel | undefined {
  const talkers = found.filter(({ model }) => isTalker(model))
  const chosen = talkers.find(({ isLoaded }) => isLoaded) ?? talkers[0]
  if (!chosen) return undefined
  const { model, contextTokens } = chosen
  return contextTokens === undefined ? { model } : { model, contextTokens }
}

const OllamaVersion = z.looseObject({ version: z.string() })
const OllamaModel = z.looseObject({
  name: Id,
  details: z.looseObject({ family: z.string().optional(), families: z.array(z.string()).nullish() }).optional(),
  capabilities: z.array(z.string()).optional(),
  context_length: tokens,
  remote_host: z.string().optional(),
})

/** Picks the model of an Ollama server. */
export async function readOllama(ask: AskJson): Promise<LocalModel | undefined> {
  const [version, tags, running] = await Promise.all(['/api/version', '/api/tags', '/api/ps'].map(ask))
  if (!OllamaVersion.safeParse(version).success) return undefined
  const installed = parseList(tags, 'models', OllamaModel) ?? []
  const loaded = parseList(running, 'models', OllamaModel) ?? []
  return best(
    [...loaded.map(one => ({ one, isLoaded: true })), ...installed.map(one => ({ one, isLoaded: false }))]
      .filter(({ one }) => isLocalTalker(one))
      .map(({ one, isLoaded }) => ({ model: one.name, isLoaded, contextTokens: one.context_length })),
  )
}

/** Returns whether a model of Ollama chats and runs on this machine: it lists models in its makers' cloud too. */
function isLocalTalker({ name, details, capabilities, remote_host }: z.infer<typeof OllamaModel>): boolean {
  const families = [details?.family ?? '', ...(details?.families ?? [])]
  const isRemote = Boolean(remote_host) || /[:-]cloud$/.test(name)
  return (
    !isRemote &&
    !families.some(family => EMBEDDING_FAMILY.test(family)) &&
    (capabilities?.includes('completion') ?? true)
  )
}

const LmStudioModel = z.looseObject({
  key: Id,
  type: z.string(),
  max_context_length: tokens,
  loaded_instances: z
    .array(z.looseObject({ id: Id, config: z.looseObject({ context_length: tokens }).optional() }))
    .optional(),
})
const OlderLmStudioModel = z.looseObject({
  id: Id,
  type: z.string(),
  state: z.string(),
  max_context_length: tokens,
  loaded_context_length: tokens,
})
const TALKER_TYPES = ['llm', 'vlm']

/** Picks the model of LM Studio, by its API of version 0.4 or the one before. */
export async function readLmStudio(ask: AskJson): Promise<LocalModel | undefined> {
  const [present, older] = await Promise.all([ask('/api/v1/models'), ask('/api/v0/models')])
  const models = parseList(present, 'models', LmStudioModel)?.map(fromLmStudio)
  const olderModels = parseList(older, 'data', OlderLmStudioModel)?.map(fromOlderLmStudio)
  return best((models ?? olderModels ?? []).flatMap(found => found ?? []))
}

function fromLmStudio({
  key,
  type,
  max_context_length,
  loaded_instances,
}: z.infer<typeof LmStudioModel>): Found | undefined {
  if (!TALKER_TYPES.includes(type)) return undefined
  const instance = loaded_instances?.[0]
  if (!instance) return { model: key, isLoaded: false, contextTokens: undefined }
  return { model: instance.id, isLoaded: true, contextTokens: instance.config?.context_length ?? max_context_length }
}

function fromOlderLmStudio(one: z.infer<typeof OlderLmStudioModel>): Found | undefined {
  if (!TALKER_TYPES.includes(one.type)) return undefined
  return { model: one.id, isLoaded: one.state === 'loaded', contextTokens: one.loaded_context_length }
}

const LlamaCppProps = z.union([
  z.looseObject({ default_generation_settings: z.looseObject({ n_ctx: tokens }) }),
  z.looseObject({ role: z.literal('router') }),
])
const ListedModel = z.looseObject({
  id: Id,
  owned_by: z.string().optional(),
  max_model_len: tokens,
  status: z.looseObject({ value: z.string() }).optional(),
})

/** Picks the model of llama.cpp's server or a llamafile; none while it is still loading. */
export async function readLlamaCpp(ask: AskJson): Promise<LocalModel | undefined> {
  const [props, health, list] = await Promise.all([ask('/props'), ask('/health'), ask('/v1/models')])
  const known = LlamaCppProps.safeParse(props).data
  if (!known || health === undefined) return undefined
  const settings = z.looseObject({ n_ctx: tokens }).safeParse(known.default_generation_settings).data
  return best(parseListed(list).map(found => ({ contextTokens: settings?.n_ctx, ...found })))
}

/** Picks the model of any server with a valid list of models: vLLM, Jan, llama-cpp-python. */
export const readModelList = async (ask: AskJson): Promise<LocalModel | undefined> =>
  best(parseListed(await ask('/v1/models')))

function parseListed(answer: unknown): Found[] {
  if (!z.looseObject({ object: z.literal('list') }).safeParse(answer).success) return []
  const models = parseList(answer, 'data', ListedModel) ?? []
  return models
    .filter(({ owned_by }) => owned_by !== OWN_ENGINE)
    .map(({ id, max_model_len, status }) => ({
      model: id,
      isLoaded: status?.value === 'loaded',
      ...(max_model_len === undefined ? {} : { contextTokens: max_model_len }),
    }))
}
