import { formatError } from '../errors.ts'
import type { I18n } from '../i18n/catalog.ts'
import type { Log } from '../log.ts'
import { createSeen } from '../lru.ts'
import type { Model } from '../model/model.ts'
import type { createModels } from '../model/models.ts'
import type { Turn } from '../queue/turn.ts'
import type { Store } from '../store/store.ts'
import { escapeMarkdown } from '../text/escape-markdown.ts'
import type { Bot, Services, TurnContext } from './context.ts'
import { formatModelTitle } from './model-title.ts'
import type { loadPolicies } from './settings/policies.ts'

interface ChoiceDeps {
  models: ReturnType<typeof createModels>
  /** Adds what holds for every request: budgets, redaction, words that are kept out. */
  guard: (model: Model) => Model
  policies: Pick<Awaited<ReturnType<typeof loadPolicies>>, 'workspace' | 'channel' | 'channelModels' | 'hasBudgets'>
  store: Pick<Store, 'threadModels'>
  log: Log
}

/** Threads that are remembered as told that a model is gone, and for how long. */
const mostThreads = 10_000
const toldMs = 86_400_000

/** The rule by which a model answers: it was chosen for this answer, the thread, the channel or the workspace, or is the configured one. */
type Rule = 'answer' | 'thread' | 'channel' | 'workspace' | 'usual'

/** Decides which model answers where. The narrowest scope wins. */
export function createModelChoice({ models, guard, policies, store, log }: ChoiceDeps) {
  const wrapped = new Map<Model, Model>()
  const priced = new Set<Model>()
  const { hasBudgets } = policies
  const unpriced = new Set<string>()
  const told = createSeen(mostThreads, toldMs)
  const use = (model: Model): Model => {
    const known = wrapped.get(model) ?? guard(model)
    if (!priced.has(model) && hasBudgets()) void notePrice(model)
    wrapped.set(model, known)
    return known
  }
  /** Notes a model whose requests no budget counts. */
  const notePrice = async (model: Model): Promise<void> => {
    priced.add(model)
    if ((await model.price({ tokensIn: 1_000, tokensOut: 1_000 }, model.name)) === undefined) noteUnpriced(model.name)
  }
  const noteUnpriced = (name: string): void => {
    if (unpriced.has(name)) return
    unpriced.add(name)
    log.warn({ model: name }, 'model has no known price, so budgets do not count it; set its prices in MODELS_FILE')
  }
  const usual = use(models.usual)
  const mayChoose = (name: string): boolean => {
    const { model, models: allowed } = policies.workspace()
    return allowed.length === 0 || allowed.includes(name) || name === model || name === models.usual.name
  }
  const choices = () => models.names().filter(mayChoose)
  return {
    /** The model of the configuration, for what is asked nowhere. */
    usual,
    /** Lists the names of all models. */
    all: models.names,
    /** Lists the names that people may choose. */
    choices,
    /**
     * Chooses the model for an answer. `gone` was chosen, and may not be used or is there no more. `model` is what the person wants for
     * this answer alone.
     */
    async choose({ channel, threadTs, model }: Pick<Turn, 'channel' | 'model'> & { threadTs?: string | undefined }) {
      const thread = threadTs === undefined ? undefined : await readThreadModel({ store, log }, { channel, threadTs })
      const wishes: [Rule, string | undefined][] = [
        ['answer', model],
        ['thread', thread],
        ['channel', policies.channel(channel).model],
        ['workspace', policies.workspace().model],
      ]
      let gone: string | undefined
      for (const [rule, name = ''] of wishes) {
        if (name === '') continue
        const found = mayChoose(name) ? await models.open(name) : undefined
        if (found !== undefined) return { model: use(found), rule, gone, choices: choices() }
        gone ??= name
      }
      return { model: use(models.usual), rule: 'usual' as const, gone, choices: choices() }
    },
    /** Returns whether a thread is still to be told that a model is gone, once. */
    isNews: ({ channel, threadTs }: Pick<Turn, 'channel' | 'threadTs'>, gone: string) =>
      told.add(`${channel} ${threadTs} ${gone}`),
    /** Notes a model that has no known price, for admins. */
    noteUnpriced,
    /** Lists what admins should know of the models that were chosen: those that end, and those without a price that a budget needs. */
    warnings() {
      const chosen = [...models.chain, policies.workspace().model, ...policies.channelModels()]
      const ends = [...new Set(chosen)].flatMap(name => {
        const date = name === '' ? undefined : models.endOf(name)
        return date === undefined ? [] : { name, date }
      })
      return { ends, unpriced: hasBudgets() ? [...unpriced] : [] }
    },
    /** Asks the servers which models they have, and logs those that end. */
    async check(): Promise<void> {
      await models.check()
      for (const end of this.warnings().ends) log.warn(end, 'model will be shut down by its vendor; choose another')
    },
  }
}

/** Reads the model that was chosen for a thread; undefined, with a line in the log, if it cannot be read. */
const readThreadModel = ({ store, log }: Pick<ChoiceDeps, 'store' | 'log'>, turn: Pick<Turn, 'channel' | 'threadTs'>) =>
  store.threadModels.read(turn).catch(error => {
    log.warn({ channel: turn.channel, reason: formatError(error) }, 'model of a thread not read')
    return undefined
  })

/** Dates of shutdowns are announced months before. */
const checkEveryMs = 86_400_000

/** Asks the servers at start and once a day which models they have, and which of them end. */
export function watchModels({ services: { models }, on }: Bot): void {
  let timer: NodeJS.Timeout | undefined
  on('start', () => {
    void models.check()
    timer = setInterval(() => void models.check(), checkEveryMs).unref()
  })
  on('stop', () => clearInterval(timer))
}

/** Notes which model answers and why, for those who ask. */
export function noteModel({ job, chosen }: Pick<TurnContext, 'job' | 'chosen'>): void {
  Object.assign(job.facts, { model: chosen.model.title, modelRule: chosen.rule })
}

/** Formats that the chosen model is gone and another one answered, for a thread that was not told yet. */
export function formatGone({
  turn,
  chosen,
  figures,
  i18n,
  deps,
}: Pick<TurnContext<Pick<Services, 'models'>>, 'chosen' | 'figures' | 'i18n' | 'deps'> & {
  turn: Pick<Turn, 'channel' | 'threadTs'>
}): string[] {
  const { gone, model } = chosen
  if (gone === undefined || !deps.models.isNews(turn, gone)) return []
  const name = formatModelTitle(figures.model ?? model.name, i18n)
  return [i18n.models.gone({ gone: escapeMarkdown(gone), name: escapeMarkdown(name) })]
}

/** Formats what admins should know of the models that were chosen. */
export function formatModelWarnings(
  { ends, unpriced }: ReturnType<Services['models']['warnings']>,
  { home, models, formats }: I18n,
): string[] {
  return [
    ...ends.map(({ name, date }) => home.modelEnds({ name, date: formats.date(date) })),
    ...(unpriced.length === 0 ? [] : [models.unpriced({ names: formats.and(unpriced) })]),
  ]
}
