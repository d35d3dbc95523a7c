import type { KnownBlock } from '@slack/types'
import type { I18n } from '../../i18n/catalog.ts'
import { plain } from '../../slack/plain-text.ts'
import { input, parseForm, textField } from './form.ts'
import type { loadPolicies } from './policies.ts'

type Policy = ReturnType<Awaited<ReturnType<typeof loadPolicies>>['workspace']>

/** Slack's limits on a menu. Source: docs.slack.dev, select menu element, option object. */
const mostOptions = 100
const mostOptionCharacters = 75
/** Slack's limit on a text field, and how many of them hold a list of models that is longer. */
const mostTypedCharacters = 3_000
const mostTypedFields = 20
/** Room for names that a text field has at least; else there is one more. */
const leastRoom = 300
/** The value of the option that stands for the usual model; no model is called so. */
const usualValue = '*'

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
    : input('model', models.label, textField(policy.model, { max_length: 200 }), models.hint)
  if (of === 'channel') return [one]
  if (!isMenu) return [one, ...buildTypedList(policy.models, models)]
  const allowed = options.filter(({ value }) => policy.models.includes(value))
  const chosen = { ...(allowed.length > 0 && { initial_options: allowed }) }
  return [one, input('models', models.allowed, { type: 'multi_static_select', options, ...chosen })]
}

/** Builds as many text fields as a list of names needs. */
function buildTypedList(
  listed: readonly string[],
  { allowed, allowedMore, allowedHint }: I18n['models'],
): KnownBlock[] {
  const texts = ['']
  for (const name of listed) {
    const last = texts.at(-1) ?? ''
    const joined = last === '' ? name : `${last}\n${name}`
    if (joined.length <= mostTypedCharacters) texts[texts.length - 1] = joined
    else texts.push(name)
  }
  if ((texts.at(-1)?.length ?? 0) > mostTypedCharacters - leastRoom) texts.push('')
  return texts.slice(0, mostTypedFields).map((text, at) => {
    const field = textField(text, { multiline: true, max_length: mostTypedCharacters })
    return input(nameField(at), at === 0 ? allowed : allowedMore, field, allowedHint)
  })
}

const nameField = (at: number) => (at === 0 ? 'models' : `models_${at + 1}`)

/** Parses the fields; what was not in the form is not changed. Returns undefined if they are not of the form that was built. */
export function parseModels(given: unknown): Partial<Pick<Policy, 'model' | 'models'>> | undefined {
  const form = parseForm(given)
  if (form === undefined) return undefined
  const model = form.read('model').selected_option?.value ?? form.text('model')
  const fields = Array.from({ length: mostTypedFields }, (_, at) => nameField(at)).filter(form.has)
  const models = fields.flatMap(field => [...form.checked(field), ...form.lines(field)])
  return {
    ...(form.has('model') && { model: model === usualValue ? '' : model }),
    ...(fields.length > 0 && { models: [...new Set(models)] }),
  }
}

const buildOption = (text: string, value: string) => ({ text: plain(text), value })
