import type { KnownBlock } from '@slack/types'
import { z } from 'zod'
import type { I18n } from '../../i18n/catalog.ts'
import type { loadPolicies } from './policies.ts'

type Policy = ReturnType<Awaited<ReturnType<typeof loadPolicies>>['workspace']>

/** Slack's limits on a menu. Source: docs.slack.dev, select menu element, option object. */
const mostOptions = 100
const mostOptionCharacters = 75
const mostTypedCharacters = 3_000
/** The value of the option that stands for the usual model; no model is called so. */
const usualValue = '*'

const option = z.looseObject({ value: z.string() })
const fieldSchema = z.looseObject({
  value: z.string().max(mostTypedCharacters).nullish(),
  selected_option: option.nullish(),
  selected_options: z.array(option).nullish(),
})
const valuesSchema = z.looseObject({
  model: z.object({ field: fieldSchema }).optional(),
  models: z.object({ field: fieldSchema }).optional(),
})

/**
 * Builds the fields about the model that answers, and for a workspace about those that people may choose; none if there is only one
 * model. More models than a menu takes are typed.
 */
export function buildModelBlocks(
  { models }: I18n,
  of: 'workspace' | 'channel',
  { policy, names }: { policy: Policy; names: readonly string[] },
): KnownBlock[] {
  if (names.length < 2 && policy.model === '') return []
  // What was chosen before stays in the form, also if it is gone.
  const known = [...new Set([...policy.models, policy.model, ...names])].filter(name => name !== '')
  const isMenu = known.length < mostOptions && known.every(name => name.length <= mostOptionCharacters)
  const options = known.map(name => buildOption(name, name))
  const usual = buildOption(models.usual, usualValue)
  const initial = options.find(({ value }) => value === policy.model) ?? usual
  const one = isMenu
    ? input('model', models.label, { type: 'static_select', options: [usual, ...options], initial_option: initial })
    : input('model', models.label, typed(policy.model, { max_length: 200 }), models.hint)
  if (of === 'channel') return [one]
  const allowed = options.filter(({ value }) => policy.models.includes(value))
  const many = isMenu
    ? input('models', models.allowed, {
        type: 'multi_static_select',
        options,
        ...(allowed.length > 0 && { initial_options: allowed }),
      })
    : input(
        'models',
        models.allowed,
        typed(policy.models.join('\n'), { multiline: true, max_length: mostTypedCharacters }),
        models.allowedHint,
      )
  return [one, many]
}

/** Parses the fields; what was not in the form is not changed. Returns undefined if they are not of the form that was built. */
export function parseModels(given: unknown): Partial<Pick<Policy, 'model' | 'models'>> | undefined {
  const values = valuesSchema.safeParse(given).data
  if (values === undefined) return undefined
  const one = values.model?.field
  const many = values.models?.field
  const model = (one?.selected_option?.value ?? one?.value ?? '').trim()
  const typedNames = (many?.value ?? '').split('\n').map(name => name.trim())
  const models = many?.selected_options?.map(({ value }) => value) ?? typedNames
  return {
    ...(one !== undefined && { model: model === usualValue ? '' : model }),
    ...(many !== undefined && { models: [...new Set(models.filter(name => name !== ''))] }),
  }
}

const plain = (text: string) => ({ type: 'plain_text' as const, text, emoji: false })
const buildOption = (text: string, value: string) => ({ text: plain(text), value })

const typed = (value: string, more: object) => ({
  type: 'plain_text_input',
  ...more,
  ...(value !== '' && { initial_value: value }),
})

function input(block_id: string, label: string, element: Record<string, unknown>, hint?: string): KnownBlock {
  const block = { type: 'input', block_id, optional: true, label: plain(label) }
  const field = { ...element, action_id: 'field' }
  return { ...block, ...(hint !== undefined && { hint: plain(hint) }), element: field } as unknown as KnownBlock
}
