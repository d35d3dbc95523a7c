import { z } from 'zod'
import type { ModelConfig } from '../config.ts'
import { formatError } from '../errors.ts'
import type { Log } from '../log.ts'
import { isKnownFamily } from './catalog.ts'
import { isTalker } from './local-servers.ts'

const tokens = z.int().min(2_048).optional().catch(undefined)

/** An entry of a server's list. vLLM and OpenRouter tell windows, OpenRouter what comes out, OpenAI when a model ends. */
const entrySchema = z.object({
  id: z.string().min(1).max(200),
  created: z.number().catch(0).default(0),
  max_model_len: tokens,
  context_length: tokens,
  architecture: z
    .object({ output_modalities: z.array(z.string()) })
    .optional()
    .catch(undefined),
  shutdown_date: z.iso.date().nullish().catch(undefined),
})
const listSchema = z.object({ data: z.array(z.unknown()) })

type Entry = z.infer<typeof entrySchema>
type Server = Pick<ModelConfig, 'apiKey' | 'baseUrl'>

const patienceMs = 10_000
/** The longest list of a gateway has some hundred models and a megabyte. */
const mostBytes = 8 * 1024 * 1024
const mostEntries = 2_000
/** A list that is older is fetched again when it is asked for. */
const freshMs = 300_000

/** Names of models that do not chat, besides those that local servers have. */
const noChat =
  /(?:^|[/-])(?:dall-e|gpt-image|sora|veo|imagen|davinci|babbage|omni-moderation|text-moderation|computer-use)|-(?:audio|realtime|transcribe|tts|image|moderation|search-api|deep-research)(?:-|$)|-instruct-\d|turbo-instruct/i
/** A version of a model at a day: the name without the day is its newest. */
const dated = /-(?:20\d\d-?\d\d-?\d\d|\d{4})$/

/** Watches the lists of models of servers: what there is to choose from, and what is going to be shut down. */
export function watchModelLists(servers: readonly Server[], log: Log) {
  const lists = new Map<string, Entry[]>()
  let checkedAt = Number.NEGATIVE_INFINITY
  let checking: Promise<void> | undefined
  const checkOne = async (server: Server) => {
    const entries = await fetchList(server, log)
    if (entries !== undefined) lists.set(server.baseUrl, entries)
  }
  /** Asks the servers, once for all who call meanwhile. Never throws: some have no list. */
  const check = (): Promise<void> => {
    checkedAt = Date.now()
    checking ??= Promise.all(servers.map(checkOne)).then(() => {
      checking = undefined
    })
    return checking
  }
  return {
    check,
    /** Resolves when the servers were asked at least once. */
    ready: () => (checkedAt > 0 ? (checking ?? Promise.resolve()) : check()),
    /** Lists the models of a server that chat, those of known families first, the newest of them before; undefined until it was asked. */
    of(baseUrl: string): Entry[] | undefined {
      if (Date.now() - checkedAt > freshMs) void check()
      return lists.get(baseUrl)
    },
    /** The last day of a model, such as `2027-01-14`. */
    endOf: ({ name, baseUrl }: Pick<ModelConfig, 'name' | 'baseUrl'>): string | undefined =>
      lists.get(baseUrl)?.find(({ id }) => id === name)?.shutdown_date ?? undefined,
  }
}

/** Answers of a server that has no list. Any other refusal, such as of its key or of too many requests, says nothing about it. */
const withoutList = new Set([404, 405, 501])

/** Fetches the models of a server that chat; none if it has no list. Resolves with undefined if it cannot be asked now. */
async function fetchList({ baseUrl, apiKey }: Server, log: Log): Promise<Entry[] | undefined> {
  try {
    const signal = AbortSignal.timeout(patienceMs)
    const url = `${baseUrl.replace(/\/$/, '')}/models`
    const response = await fetch(url, { headers: { authorization: `Bearer ${apiKey}` }, signal })
    if (withoutList.has(response.status)) return []
    if (!response.ok) throw new Error(`status ${response.status}`)
    const { data } = listSchema.parse(JSON.parse(await readBounded(response)))
    const entries = data.slice(0, mostEntries).flatMap(one => entrySchema.safeParse(one).data ?? [])
    const rank = ({ id }: Entry) => Number(!isKnownFamily(id)) + 2 * Number(dated.test(id))
    return entries.filter(chats).sort((a, b) => rank(a) - rank(b) || b.created - a.created)
  } catch (error) {
    log.warn(
      { server: baseUrl, reason: formatError(error) },
      'model server did not list its models; check OPENAI_BASE_URL and OPENAI_API_KEY',
    )
    return undefined
  }
}

const chats = ({ id, architecture }: Entry) =>
  isTalker(id) && !noChat.test(id) && architecture?.output_modalities.includes('text') !== false

async function readBounded(response: Response): Promise<string> {
  const parts: Uint8Array[] = []
  let bytes = 0
  for await (const part of response.body ?? []) {
    bytes += part.length
    if (bytes > mostBytes) throw new Error(`longer than ${mostBytes} bytes`)
    parts.push(part)
  }
  return Buffer.concat(parts).toString('utf8')
}
