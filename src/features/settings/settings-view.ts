import type { ModalView } from '@slack/types'
import { z } from 'zod'
import type { I18n } from '../../i18n/catalog.ts'
import { buildInstructions } from '../../model/prompts.ts'
import { plain } from '../../slack/plain-text.ts'
import { parseJson } from '../../text/parse-json.ts'
import { buildAccessBlocks, parseAccess } from './access-view.ts'
import { buildLimitBlocks } from './limits-view.ts'
import { buildModelBlocks, parseModels } from './models-view.ts'
import { mostInstructionCharacters, scopeSchema } from './policies.ts'

type Scope = z.infer<typeof scopeSchema>

const textState = z.object({ text: z.object({ value: z.string().max(mostInstructionCharacters).nullish() }) })
const valuesSchema = z.looseObject({ instructions: textState })

/** Slack's limit on the text of a section. Source: docs.slack.dev, section block. */
const mostSectionCharacters = 3_000

interface FilledView {
  private_metadata?: string | null | undefined
  state?: { values: Record<string, unknown> } | null | undefined
}

/** Parses whose settings a view holds, and what was put in. Returns undefined if it is not of the form that was built. */
export function parseSettingsView({ private_metadata, state }: FilledView) {
  const scope = parseJson(private_metadata ?? '', scopeSchema)
  const values = valuesSchema.safeParse(state?.values).data
  if (scope === undefined || values === undefined) return undefined
  const access = scope.of === 'person' ? { change: {}, groups: '' } : parseAccess(values, scope.of)
  const models = scope.of === 'person' ? {} : parseModels(values)
  if (access === undefined || models === undefined) return undefined
  const instructions = values.instructions.text.value?.trim() ?? ''
  return { scope, groups: access.groups, chosen: { ...access.change, ...models, instructions } }
}

/** Builds the modal of a scope's settings. With `wishes`, it shows what the model is told of them. */
export function buildSettingsView(
  i18n: I18n,
  {
    scope,
    chosen,
    rights,
    groups,
    names = [],
    wishes,
    given,
  }: {
    scope: Scope
    chosen: Parameters<typeof buildAccessBlocks>[2]['policy']
    /** The person's rights, and the channel's name. */
    rights: { isAdmin: boolean; name: string }
    /** The user groups that may use the bot, by name. */
    groups: string
    /** Models that may be chosen. */
    names?: readonly string[]
    wishes?: Record<string, string>
    given: Parameters<typeof buildLimitBlocks>[2]['given']
  },
): ModalView {
  const { policy } = i18n
  const where = scope.of === 'channel' ? policy.where.channel({ name: rights.name }) : policy.where[scope.of]
  return {
    type: 'modal',
    callback_id: 'threadwise_settings',
    private_metadata: JSON.stringify(scope),
    title: plain(policy.title[scope.of]),
    submit: plain(i18n.labels.settings.save),
    close: plain(i18n.ask.close),
    blocks: [
      section(where),
      {
        type: 'input',
        block_id: 'instructions',
        optional: true,
        label: plain(policy.label),
        hint: plain(policy.limits),
        element: {
          type: 'plain_text_input',
          action_id: 'text',
          multiline: true,
          max_length: mostInstructionCharacters,
          placeholder: plain(policy.placeholder),
          ...(chosen.instructions !== '' && { initial_value: chosen.instructions }),
        },
      },
      {
        type: 'actions',
        block_id: 'preview',
        elements: [{ type: 'button', action_id: 'preview_settings', text: plain(policy.preview) }],
      },
      ...(wishes === undefined ? [] : buildPreview(i18n, wishes)),
      ...(scope.of === 'person'
        ? []
        : [
            ...buildModelBlocks(i18n, scope.of, { policy: chosen, names }),
            ...buildAccessBlocks(i18n, scope.of, { policy: chosen, groups, isAdmin: rights.isAdmin }),
            ...buildLimitBlocks(i18n, scope.of, { policy: chosen, given }),
          ]),
    ],
  }
}

function buildPreview({ policy }: I18n, wishes: Record<string, string>) {
  const told = buildInstructions(wishes).trim()
  if (told === '') return [section(policy.previewNone)]
  const parts = Array.from({ length: Math.ceil(told.length / mostSectionCharacters) }, (_, at) =>
    told.slice(at * mostSectionCharacters, (at + 1) * mostSectionCharacters).toWellFormed(),
  )
  return [section(policy.previewOf), ...parts.map(section)]
}

const section = (text: string) => ({ type: 'section' as const, text: plain(text) })
