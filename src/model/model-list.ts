import type { ModelConfig } from '../config.ts'
import type { Log } from '../log.ts'
import { isKnownFamily } from './catalog.ts'
import { fetchModels } from './fetch-models.ts'
import { isTalker } from './local-servers.ts'
import { createServerCheck } from './server-check.ts'

type Entry = Extract<Awaited<ReturnType<typeof fetchModels>>, { models: unknown }>['models'][number]
/** A model of the configuration, and the setting that names it. */
type Wanted = Pick<ModelConfig, 'apiKey' | 'baseUrl' | 'name'> & { setting: string }

/** A list that is older is fetched again when it is asked for. */
const freshMs = 300_000

/** Names of models that do not chat, besides those that local servers have. */
const noChat =
  /(?:^|[/-])(?:dall-e|gpt-image|sora|veo|imagen|davinci|babbage|omni-moderation|text-moderation|computer-use)|-(?:audio|realtime|transcribe|tts|image|moderation|search-api|deep-research)(?:-|$)|-instruct-\d|turbo-instruct/i
/** A version of a model at a day: the name without the day is its newest. */
const dated = /-(?:20\d\d-?\d\d-?\d\d|\d{4})$/

/** Watches the lists of models of servers: what there is to choose from, what is going to be shut down, and what is set wrong. */
export function watchModelLists(wanted: readonly Wanted[], log: Log) {
  const servers = [...new Map(wanted.map(one => [one.baseUrl, one])).values()]
  const lists = new Map<string, Entry[]>()
  const { checkServer, checkName } = createServerCheck(log)
  let checkedAt = Number.NEGATIVE_INFINITY
  let checking: Promise<void> | undefined
  const checkOne = async (server: Wanted) => {
    const answer = await fetchModels(server)
    if ('models' in answer) lists.set(server.baseUrl, sortTalkers(answer.models))
    for (const one of wanted) if (one.baseUrl === server.baseUrl) checkName(one, one.setting, answer)
    await checkServer(server, answer)
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

/** Sorts the models that chat: those of known families first, the newest of them before. */
function sortTalkers(models: Entry[]): Entry[] {
  const rank = ({ id }: Entry) => Number(!isKnownFamily(id)) + 2 * Number(dated.test(id))
  return models.filter(chats).sort((a, b) => rank(a) - rank(b) || b.created - a.created)
}

const chats = ({ id, architecture }: Entry) =>
  isTalker(id) && !noChat.test(id) && architecture?.output_modalities.includes('text') !== false
