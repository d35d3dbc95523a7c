import { z } from 'zod'
import type { BotIdentity } from '../../slack/message.ts'
import { loadSettingsBook } from '../../store/settings.ts'
import type { Store } from '../../store/store.ts'

/** Slack's limit on a text field is 3,000. */
export const mostInstructionCharacters = 2_000

/** The policy of a workspace or a channel. Names of other versions are kept. */
const policySchema = z.looseObject({
  /** Wishes about how the bot answers, in the words of whoever set them; blank for none. */
  instructions: z.string().catch('').default(''),
})

type Policy = z.infer<typeof policySchema>

/** Schema of whose settings they are: the workspace's, a channel's, or those of the person who opens them. */
export const scopeSchema = z.discriminatedUnion('of', [
  z.object({ of: z.literal('workspace') }),
  z.object({ of: z.literal('channel'), channel: z.string() }),
  z.object({ of: z.literal('person') }),
])

type Scope = z.infer<typeof scopeSchema>
type Chosen = Pick<Policy, 'instructions'>

/** Loads what a team has set for its workspace and its channels; changes by other replicas follow. */
export async function loadPolicies(
  { settings, personSettings }: Pick<Store, 'settings' | 'personSettings'>,
  { teamId }: Pick<BotIdentity, 'teamId'>,
) {
  const book = await loadSettingsBook(settings, policySchema, 'policy:')
  const keyOf = (scope: Exclude<Scope, { of: 'person' }>) => (scope.of === 'workspace' ? teamId : scope.channel)
  const readPerson = async (user: string): Promise<Chosen> => {
    const { instructions = '' } = await personSettings.read({ teamId, user }).catch(() => ({ instructions: undefined }))
    return { instructions }
  }
  return {
    /** Reads the settings of a scope; `user` is the person who opens them. */
    read: async (scope: Scope, user: string): Promise<Chosen> =>
      scope.of === 'person' ? readPerson(user) : book.of(keyOf(scope)),
    /** Resolves with false if the store cannot be written. */
    change(scope: Scope, user: string, change: Chosen): Promise<boolean> {
      if (scope.of === 'person') return personSettings.change({ teamId, user }, change)
      return book.change(keyOf(scope), { ...book.of(keyOf(scope)), ...change })
    },
    /** Reads the instructions that hold for a person's question in a channel, the wider ones first. */
    async instructionsFor({ channel, user }: { channel: string; user: string }) {
      const { instructions: workspace } = book.of(teamId)
      return { workspace, channel: book.of(channel).instructions, person: (await readPerson(user)).instructions }
    },
  }
}
