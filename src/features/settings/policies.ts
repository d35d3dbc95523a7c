import { z } from 'zod'
import type { BotIdentity } from '../../slack/message.ts'
import { loadSettingsBook } from '../../store/settings.ts'
import type { Store } from '../../store/store.ts'

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
})

type Policy = z.infer<typeof policySchema>

/** Schema of whose settings they are: the workspace's, a channel's, or those of the person who opens them. */
export const scopeSchema = z.discriminatedUnion('of', [
  z.object({ of: z.literal('workspace') }),
  z.object({ of: z.literal('channel'), channel: z.string() }),
  z.object({ of: z.literal('person') }),
])

type Scope = z.infer<typeof scopeSchema>

/** Loads what a team has set for its workspace and its channels; changes by other replicas follow. */
export async function loadPolicies(
  { settings, personSettings }: Pick<Store, 'settings' | 'personSettings'>,
  { teamId }: Pick<BotIdentity, 'teamId'>,
) {
  const book = await loadSettingsBook(settings, policySchema, 'policy:')
  const keyOf = (scope: Exclude<Scope, { of: 'person' }>) => (scope.of === 'workspace' ? teamId : scope.channel)
  const readOwn = async (user: string): Promise<string> => {
    const own = await personSettings.read({ teamId, user }).catch(() => undefined)
    return own?.instructions ?? ''
  }
  return {
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
      return book.change(keyOf(scope), { ...book.of(keyOf(scope)), ...change })
    },
    /** Reads the instructions that hold for a person's question in a channel, the wider ones first. */
    async instructionsFor({ channel, user }: { channel: string; user: string }) {
      const { instructions: workspace } = book.of(teamId)
      return { workspace, channel: book.of(channel).instructions, person: await readOwn(user) }
    },
  }
}
