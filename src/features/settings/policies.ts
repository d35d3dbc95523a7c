import { z } from 'zod'
import type { Config } from '../../config.ts'
import type { BotIdentity } from '../../slack/message.ts'
import { loadSettingsBook } from '../../store/settings.ts'
import type { Store } from '../../store/store.ts'
import { budgetNames } from '../../store/usage.ts'

/** Slack's limit on a text field is 3,000. */
export const mostInstructionCharacters = 2_000

const ids = z.array(z.string()).catch([]).default([])

/** Features that can be switched off in a channel. */
export const features = ['chat', 'summarize', 'classify'] as const

/** Bounds of what an admin chooses for answers that nobody asked for. */
export const ambientBounds = { waitMinutes: { least: 0, most: 30 }, perHour: { least: 1, most: 30 } } as const

const ambientSchema = z.object({
  isOn: z.boolean().default(false),
  waitMinutes: z.number().min(ambientBounds.waitMinutes.least).max(ambientBounds.waitMinutes.most).default(2),
  perHour: z.number().int().min(ambientBounds.perHour.least).max(ambientBounds.perHour.most).default(3),
})

const amount = z.number().int().nonnegative().optional().catch(undefined)
/** Budgets of one person in place of those of each person, in millionths of a dollar. */
const ownBudgetsSchema = z.looseObject({ personDay: amount, personMonth: amount })
const days = z.number().int().positive().optional().catch(undefined)
/** How long labels and ended turns are kept, in days. */
export const retentionSchema = z.object({ labelDays: days, turnDays: days })
const noRedaction = { isOn: false, words: [] }

/** The policy of a workspace or a channel. Fields of other versions are kept. */
const policySchema = z.looseObject({
  /** Wishes about how the bot answers, in the words of whoever set them; blank for none. */
  instructions: z.string().catch('').default(''),
  /** The model that answers there; blank for the usual one. */
  model: z.string().max(200).catch('').default(''),
  /** Of a workspace: the models that people may choose; none for all. */
  models: ids,
  /** Of a workspace: who may use the bot. `listed` are the people, and those in the channels and user groups. */
  who: z.enum(['everyone', 'listed']).catch('everyone').default('everyone'),
  people: ids,
  channels: ids,
  groups: ids,
  guests: z.boolean().catch(true).default(true),
  /** Of a workspace: channels and people of which nothing, and words which, are never sent to a model. */
  keptOut: z
    .object({ channels: ids, people: ids, words: ids })
    .catch({ channels: [], people: [], words: [] })
    .default({ channels: [], people: [], words: [] }),
  /** Of a channel: nothing is done there. */
  isOff: z.boolean().catch(false).default(false),
  off: z.array(z.enum(features)).catch([]).default([]),
  /** Of a channel: people of other organizations may use the bot there. */
  outsiders: z.boolean().catch(false).default(false),
  /** Of a channel: questions to nobody are answered where the bot is sure, after a wait for people, so often an hour at most. */
  ambient: ambientSchema.catch(ambientSchema.parse({})).default(ambientSchema.parse({})),
  /** Private data is replaced before text goes to a model; `words` are forms of the team's own. */
  redaction: z.object({ isOn: z.boolean(), words: ids }).catch(noRedaction).default(noRedaction),
  /** Of a workspace: in millionths of a dollar. */
  budgets: z.object({ personDay: amount, personMonth: amount, day: amount, month: amount }).catch({}).default({}),
  /** Of a workspace: the admin who saved it last. */
  changedBy: z.string().catch('').default(''),
  /** Of a workspace. */
  retention: retentionSchema.catch({}).default({}),
})

/** The operator's settings for everybody: redaction that cannot be switched off, and bounds that can only be narrowed. */
type Limits = Partial<Pick<Config, 'redaction' | 'budgets' | 'retention'>>

type Policy = z.infer<typeof policySchema>

/** Schema of whose settings they are: the workspace's, a channel's, or those of the person who opens them. */
export const scopeSchema = z.discriminatedUnion('of', [
  z.object({ of: z.literal('workspace') }),
  z.object({ of: z.literal('channel'), channel: z.string() }),
  z.object({ of: z.literal('person') }),
])

type Scope = z.infer<typeof scopeSchema>

const redactors = ['operator', 'workspace', 'channel'] as const

/** Loads what a team has set for its workspace and its channels; changes by other replicas follow. */
export async function loadPolicies(
  { settings, personSettings }: Pick<Store, 'settings' | 'personSettings'>,
  { teamId }: Pick<BotIdentity, 'teamId'>,
  limits: Limits = {},
) {
  const book = await loadSettingsBook(settings, policySchema, 'policy:')
  const ownBudgets = await loadOwnBudgets(settings)
  const keyOf = (scope: Exclude<Scope, { of: 'person' }>) => (scope.of === 'workspace' ? teamId : scope.channel)
  const readOwn = async (user: string): Promise<string> => {
    const own = await personSettings.read({ teamId, user }).catch(() => undefined)
    return own?.instructions ?? ''
  }
  const budgets = (user = '') => {
    const usual = book.of(teamId).budgets
    const { personDay = usual.personDay, personMonth = usual.personMonth } = ownBudgets.of(user)
    return takeLess(budgetNames, limits.budgets, { ...usual, personDay, personMonth })
  }
  /** Returns who has switched redaction on for what people wrote in these channels, and the words that are replaced then. */
  const redaction = (channels: readonly string[]) => {
    const { redaction: operator = noRedaction } = limits
    const workspace = book.of(teamId).redaction
    const here = channels.map(channel => book.of(channel).redaction)
    const on = { operator: operator.isOn, workspace: workspace.isOn, channel: here.some(({ isOn }) => isOn) }
    const words = [operator, workspace, ...here].flatMap(one => one.words)
    return { of: redactors.filter(of => on[of]), words: [...new Set(words)] }
  }
  return {
    /** Returns what bounds a person's requests; without one, those that nobody asked for. */
    budgets,
    hasBudgets: () => Object.keys(budgets()).length > 0 || ownBudgets.list().length > 0,
    ownBudgets,
    redaction,
    /** Returns the words that are replaced in a request beside private data; undefined if it is sent as it is. */
    wordsFor(purpose: { channel: string; quotedFrom?: readonly string[] | undefined } = { channel: '' }) {
      const { of, words } = redaction([purpose.channel, ...(purpose.quotedFrom ?? [])])
      return of.length > 0 ? words : undefined
    },
    /** Returns how long things are kept; with a choice, how long they would be. */
    retention: (chosen: Policy['retention'] = book.of(teamId).retention) =>
      takeLess(['labelDays', 'turnDays'], limits.retention, chosen),
    /** Returns what holds for an answer out of these channels, for those who ask why. */
    factsFor: (channels: readonly string[], user: string) => ({
      redaction: redaction(channels).of,
      budgets: budgets(user),
    }),
    /** Returns what holds whatever a scope chooses: the bounds of the operator, and who has switched redaction on for it. */
    givenFor(scope: Scope) {
      const { of } = redaction([])
      const wider = scope.of === 'channel' ? (['operator', 'workspace'] as const) : (['operator'] as const)
      const redactedBy = wider.find(one => of.includes(one))
      const isRedacted = scope.of !== 'person' && book.of(keyOf(scope)).redaction.isOn
      return { budgets: limits.budgets, retention: limits.retention, redactedBy, isRedacted }
    },
    workspace: () => book.of(teamId),
    channel: (id: string) => book.of(id),
    /** Lists the channels that are open to people of other organizations. */
    opened: () => [...book.all()].flatMap(([id, { outsiders }]) => (outsiders ? id : [])),
    /** Lists the models that were chosen for channels. */
    channelModels: () => [...book.all().values()].map(({ model }) => model).filter(model => model !== ''),
    /** Reads the settings of a scope; `user` is the person who opens them. */
    read: async (scope: Scope, user: string): Promise<Policy> =>
      scope.of === 'person' ? { ...policySchema.parse({}), instructions: await readOwn(user) } : book.of(keyOf(scope)),
    /** Resolves with false if the store cannot be written. */
    change(scope: Scope, user: string, change: Partial<Policy>): Promise<boolean> {
      const { instructions = '' } = change
      if (scope.of === 'person') return personSettings.change({ teamId, user }, { instructions })
      const changedBy = scope.of === 'workspace' ? user : ''
      return book.change(keyOf(scope), { ...book.of(keyOf(scope)), ...change, changedBy })
    },
    /** Reads the instructions that hold for a person's question in a channel, the wider ones first. */
    async instructionsFor({ channel, user }: { channel: string; user: string }) {
      const { instructions: workspace } = book.of(teamId)
      return { workspace, channel: book.of(channel).instructions, person: await readOwn(user) }
    },
  }
}

/** Loads the budgets that some people have in place of those of each person. */
async function loadOwnBudgets(settings: Store['settings']) {
  const book = await loadSettingsBook(settings, ownBudgetsSchema, 'budget:')
  const pick = ({ personDay, personMonth }: z.infer<typeof ownBudgetsSchema>) => ({
    ...(personDay !== undefined && { personDay }),
    ...(personMonth !== undefined && { personMonth }),
  })
  return {
    of: (user: string) => pick(book.of(user)),
    list: () =>
      [...book.all()]
        .map(([user, own]) => ({ user, budgets: pick(own) }))
        .filter(({ budgets }) => Object.keys(budgets).length > 0),
    /** Resolves with false if the store cannot be written. Without an amount, that of each person holds. */
    change: (user: string, chosen: ReturnType<typeof pick>) => book.change(user, chosen),
  }
}

/** Takes of each bound the smaller one; a missing one bounds nothing. */
function takeLess<K extends string>(
  names: readonly K[],
  a: { [name in K]?: number | undefined } = {},
  b: { [name in K]?: number | undefined } = {},
): { [name in K]?: number } {
  const less = names.map(
    name => [name, Math.min(a[name] ?? Number.POSITIVE_INFINITY, b[name] ?? Number.POSITIVE_INFINITY)] as const,
  )
  return Object.fromEntries(less.filter(([, value]) => value !== Number.POSITIVE_INFINITY)) as { [name in K]?: number }
}
