import type { ModelConfig } from '../config.ts'
import type { Log } from '../log.ts'
import { fetchModels } from './fetch-models.ts'

/**
 * Tells from a server's answer for its list what is wrong with its address, its key or a model's name. Gateways know models by more
 * names than they list, and some servers answer to any name: a doubt counts as right.
 */

type Server = Pick<ModelConfig, 'apiKey' | 'baseUrl'>
type Answer = Awaited<ReturnType<typeof fetchModels>>
type Listed = Extract<Answer, { models: unknown }>['models'][number]

/** Names of a list that a warning shows. */
const mostShown = 8

/** Creates the check of servers. It logs a problem once, until the server is well or has another one. */
export function createServerCheck(log: Log) {
  const noted = new Map<string, string>()
  const tried = new Set<string>()
  const note = (key: string, sentence: string, facts: object = {}) => {
    if (sentence !== '' && noted.get(key) !== sentence) log.warn(facts, sentence)
    noted.set(key, sentence)
  }
  /** Looks once for the API at the address that was meant, if there is none at this one. */
  const findAddress = async ({ baseUrl, apiKey }: Server): Promise<string | undefined> => {
    const meant = tried.has(baseUrl) ? undefined : suggestAddress(baseUrl)
    tried.add(baseUrl)
    if (meant === undefined) return undefined
    const answer = await fetchModels({ baseUrl: meant, apiKey })
    return 'models' in answer && answer.models.length > 0 ? meant : undefined
  }
  return {
    /** Logs what is wrong with a server, with the next step. */
    async checkServer(server: Server, answer: Answer): Promise<void> {
      const { baseUrl } = server
      const isWell = 'models' in answer && answer.models.length > 0
      const isAway = 'isReached' in answer && !answer.isReached
      const meant = isWell || isAway ? undefined : await findAddress(server)
      if (meant !== undefined)
        note(baseUrl, 'model server answers at another address; set OPENAI_BASE_URL to it', { server: baseUrl, meant })
      else if ('models' in answer) note(baseUrl, '')
      else {
        const facts = 'status' in answer ? { status: answer.status } : { reason: answer.reason }
        note(baseUrl, formatProblem(answer), { server: baseUrl, ...facts })
      }
    },
    /** Logs a model that can't be one of its server's. `setting` is where its name was set. */
    checkName({ name, baseUrl }: Pick<ModelConfig, 'name' | 'baseUrl'>, setting: string, answer: Answer): void {
      if (!('models' in answer) || !answer.isWhole || !isUnlisted(name, answer.models)) return
      const ids = answer.models.map(({ id }) => id)
      note(
        `${baseUrl} ${name}`,
        `model is not on its server’s list, so it may not answer; set ${setting} to a name that is`,
        { server: baseUrl, model: name, listed: sortByLikeness(name, ids).slice(0, mostShown) },
      )
    },
  }
}

function formatProblem(answer: Exclude<Answer, { models: unknown }>): string {
  if ('status' in answer) {
    if (answer.status === 401) return 'model server rejected the key; set OPENAI_API_KEY to a valid one'
    return 'model server did not list its models; check OPENAI_BASE_URL and OPENAI_API_KEY'
  }
  return answer.isReached
    ? 'model server sent something else than a list of models; check OPENAI_BASE_URL, which usually ends in /v1'
    : 'model server cannot be reached, so questions will fail; start it, or check OPENAI_BASE_URL and the network'
}

/** `owned_by` of servers that know their models by exactly the names they list: Ollama and vLLM. */
const exactOwners = ['library', 'vllm']
/** `owned_by` of text-generation-webui, which answers to any name. */
const anyNameOwner = 'user'
/** Names that point at something behind a gateway: a preset, a provider, an endpoint, a tune. */
const indirect = /^(?:@|ep-|ft:)/
const leastAlike = 3

function isUnlisted(name: string, list: readonly Listed[]): boolean {
  if (list.some(({ owned_by = '' }) => exactOwners.includes(owned_by)))
    return !list.some(({ id }) => [fold(name), `${fold(name)}:latest`].includes(fold(id)))
  // A server with a single model often answers to any name.
  if (list.length < 2 || indirect.test(name) || list.some(isLoose)) return false
  const wanted = reduce(name)
  return !list.some(({ id }) => wanted.startsWith(reduce(id)) || reduce(id).startsWith(wanted))
}

/** An entry that stands for many names, or says nothing of them. */
const isLoose = ({ id, owned_by, lifecycle_status }: Listed) =>
  id.includes('*') || owned_by === anyNameOwner || lifecycle_status !== undefined || reduce(id).length < leastAlike

/** Sorts names so that those that begin most like a name come first. */
function sortByLikeness(name: string, names: readonly string[]): string[] {
  const wanted = reduce(name)
  const countAlike = (other: string) => {
    const at = [...reduce(other)].findIndex((letter, index) => letter !== wanted[index])
    return at < 0 ? other.length : at
  }
  return names.toSorted((a, b) => countAlike(b) - countAlike(a))
}

const fold = (name: string) => name.toLowerCase()

/** Reduces a name to the letters and digits of its last part, without a variant (`:free`). */
const reduce = (name: string) =>
  fold(name)
    .split('/')
    .at(-1)
    ?.split(':', 1)[0]
    ?.replace(/[^\p{L}\p{N}]+/gu, '') ?? ''

/** Suggests the address that is meant by one where no API is: without the path of a request, or with `/v1`. */
function suggestAddress(baseUrl: string): string | undefined {
  const url = new URL(baseUrl)
  const path = url.pathname.replace(/\/+$/, '')
  const base = path.replace(/\/(?:chat\/completions|completions|responses|models)$/, '')
  if (base === path && /\/v\d+[a-z\d]*(?:\/|$)/.test(path)) return undefined
  url.pathname = base === path ? `${path}/v1` : base
  return url.href.replace(/\/$/, '')
}
