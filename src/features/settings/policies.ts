import { z } from 'zod'
import type { BotIdentity } from '../../slack/message.ts'
import { loadSettingsBook, type Settings } from '../../store/settings.ts'

/** Slack's limit on a text field is 3,000. */
export const mostInstructionCharacters = 2_000

/** The policy of a workspace or a channel. Names of other versions are kept. */
const policySchema = z.looseObject({
  /** Wishes about how the bot answers, in the words of whoever set them; blank for none. */
  instructions: z.string().catch('').default(''),
})

type Policy = z.infer<typeof policySchema>

/** Schema of whose policy it is: the workspace's, or a channel's. */
export const scopeSchema = z.discriminatedUnion('of', [
  z.object({ of: z.literal('workspace') }),
  z.object({ of: z.literal('channel'), channel: z.string() }),
])

type Scope = z.infer<typeof scopeSchema>

/** Loads what a team has set for its workspace and its channels; changes by other replicas follow. */
export async function loadPolicies(settings: Settings, { teamId }: Pick<BotIdentity, 'teamId'>) {
  const book = await loadSettingsBook(settings, policySchema, 'policy:')
  const keyOf = (scope: Scope) => (scope.of === 'workspace' ? teamId : scope.channel)
  const of = (scope: Scope): Policy => book.of(keyOf(scope))
  return {
    of,
    /** Resolves with false if the store cannot be written. */
    change: (scope: Scope, change: Partial<Policy>) => book.change(keyOf(scope), { ...of(scope), ...change }),
    /** Returns the instructions that hold in a channel, the wider ones first. */
    instructionsIn: (channel: string) => ({
      workspace: book.of(teamId).instructions,
      channel: book.of(channel).instructions,
    }),
  }
}
