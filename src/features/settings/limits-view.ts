/** Fields about what is hidden from the model, what it may cost, and how long things are kept, within what the operator has set. */

import type { KnownBlock } from '@slack/types'
import { findWordProblem } from '../../config.ts'
import type { I18n } from '../../i18n/catalog.ts'
import { plain } from '../../slack/plain-text.ts'
import { budgetNames, isPersonal } from '../../store/usage.ts'
import { checkboxes, input, numberField, parseForm, textField } from './form.ts'
import type { loadPolicies } from './policies.ts'

type Policies = Awaited<ReturnType<typeof loadPolicies>>
type Policy = ReturnType<Policies['workspace']>
type Given = ReturnType<Policies['givenFor']>

/** A field that cannot be saved, and why. */
interface Wrong {
  field: string
  sentence: (i18n: I18n) => string
}

const mostWords = 100
/** Slack's limit on a text field. */
const mostCharacters = 3_000
const millionths = 1_000_000
/** The menu of people that opens the budgets of one of them. */
export const personMenuId = 'open_person_budget'
export const personBudgetNames = budgetNames.filter(isPersonal)
const retentionNames = ['labelDays', 'turnDays'] as const

/** Builds the fields; a channel has those of redaction alone. */
export function buildLimitBlocks(
  i18n: I18n,
  of: 'workspace' | 'channel',
  { policy, given }: { policy: Policy; given: Given },
): KnownBlock[] {
  const { redaction } = i18n.policy
  const options = [{ text: plain(redaction.on), value: 'on', isOn: policy.redaction.isOn }]
  const { redactedBy } = given
  return [
    { type: 'header', text: plain(redaction.title) },
    redactedBy === undefined
      ? checkboxes('redaction', redaction.label, { all: options, hint: redaction.hint })
      : { type: 'section', text: plain(`${redaction.onBy[redactedBy]} ${redaction.hint}`) },
    input(
      'redaction_words',
      redaction.words,
      textField(policy.redaction.words.join('\n'), { multiline: true, max_length: mostCharacters }),
      redaction.wordsHint,
    ),
    ...(of === 'workspace' ? [...buildBudgets(i18n, policy, given), ...buildRetention(i18n, policy, given)] : []),
  ]
}

function buildBudgets(i18n: I18n, policy: Policy, given: Given): KnownBlock[] {
  const { budgets } = i18n.policy
  const fields = budgetNames.map(name =>
    buildBudgetField(i18n, name, { label: budgets.of[name], value: policy.budgets[name], given }),
  )
  const people = { type: 'users_select' as const, action_id: personMenuId, placeholder: plain(budgets.choose) }
  return [
    { type: 'header', text: plain(budgets.title) },
    ...fields,
    { type: 'actions', block_id: 'person_budget', elements: [people] },
  ]
}

/** Builds the field of one budget, within what the operator has set. */
export function buildBudgetField(
  { policy: { budgets }, formats }: I18n,
  name: (typeof budgetNames)[number],
  { label, value, given, hint }: { label: string; value: number | undefined; given: Given; hint?: string },
): KnownBlock {
  const most = given.budgets?.[name]
  const bound = most === undefined ? undefined : budgets.most({ dollars: formats.dollars(most) })
  const toDollars = (amount: number | undefined) => amount && amount / millionths
  const field = numberField(toDollars(value), { least: 0, most: toDollars(most), isWhole: false })
  return input(`budget_${name}`, label, field, hint ?? bound)
}

function buildRetention({ policy: { retention } }: I18n, policy: Policy, given: Given): KnownBlock[] {
  const fields = retentionNames.map(name => {
    const [value, most] = [policy.retention[name], given.retention?.[name]]
    const hint = most === undefined ? retention.hint : `${retention.hint} ${retention.most({ days: most })}`
    return input(`retention_${name}`, retention.of[name], numberField(value, { least: 1, most, isWhole: true }), hint)
  })
  return [{ type: 'header', text: plain(retention.title) }, ...fields]
}

/** Parses the fields that the form has, and finds what of them cannot be saved. */
export function parseLimits(values: unknown, given: Given): { change: Partial<Policy>; wrong: Wrong[] } {
  const form = parseForm(values)
  const change: Partial<Policy> = {}
  if (form === undefined) return { change, wrong: [] }
  const wrong: Wrong[] = []
  if (form.has('redaction_words')) {
    // Where it is on anyway, there is no box.
    const isOn = form.has('redaction') ? form.checked('redaction').includes('on') : given.isRedacted
    const words = form.lines('redaction_words')
    const sentence = findWordsProblem(words, { isHidden: isOn || given.redactedBy !== undefined })
    if (sentence !== undefined) wrong.push({ field: 'redaction_words', sentence })
    change.redaction = { isOn, words }
  }
  if (form.has('budget_day')) {
    const { budgets, wrong: ofBudgets } = parseBudgets(values, budgetNames, given)
    change.budgets = budgets
    wrong.push(...ofBudgets)
  }
  if (form.has('retention_labelDays')) {
    const { numbers, wrong: ofDays } = readNumbers(form, retentionNames, {
      kind: 'retention',
      parse: (text, name) => parseDays(text, given.retention?.[name]),
    })
    change.retention = numbers
    wrong.push(...ofDays)
  }
  return { change, wrong }
}

/** Parses the fields of some budgets, and finds what of them cannot be saved. */
export function parseBudgets<K extends (typeof budgetNames)[number]>(
  values: unknown,
  names: readonly K[],
  given: Given,
): { budgets: { [name in K]?: number }; wrong: Wrong[] } {
  const form = parseForm(values)
  if (form === undefined) return { budgets: {}, wrong: [] }
  const parse = (text: string, name: K) => parseDollars(text, given.budgets?.[name])
  const { numbers: budgets, wrong } = readNumbers(form, names, { kind: 'budget', parse })
  return { budgets, wrong }
}

/** Reads the numbers of the fields that are filled in. */
function readNumbers<K extends string>(
  { text: read }: NonNullable<ReturnType<typeof parseForm>>,
  names: readonly K[],
  { kind, parse }: { kind: 'budget' | 'retention'; parse: (text: string, name: K) => number | Wrong['sentence'] },
) {
  const numbers: { [name in K]?: number } = {}
  const wrong: Wrong[] = []
  for (const name of names) {
    const field = `${kind}_${name}`
    const text = read(field)
    if (text === '') continue
    const parsed = parse(text, name)
    if (typeof parsed === 'number') numbers[name] = parsed
    else wrong.push({ field, sentence: parsed })
  }
  return { numbers, wrong }
}

function findWordsProblem(
  words: readonly string[],
  { isHidden }: { isHidden: boolean },
): Wrong['sentence'] | undefined {
  if (words.length > mostWords) return ({ policy }) => policy.redaction.tooMany({ most: mostWords })
  for (const word of words) {
    const problem = findWordProblem(word)
    if (problem !== undefined) return ({ policy }) => policy.redaction.wrong[problem]({ word })
  }
  return isHidden || words.length === 0 ? undefined : ({ policy }) => policy.redaction.isOff
}

function parseDollars(text: string, most = Number.POSITIVE_INFINITY): number | Wrong['sentence'] {
  const amount = /^\d{1,9}(?:\.\d{1,6})?$/.test(text) ? Math.round(Number(text) * millionths) : undefined
  if (amount === undefined) return ({ policy }) => policy.budgets.wrong
  return amount > most ? ({ policy, formats }) => policy.budgets.tooMuch({ dollars: formats.dollars(most) }) : amount
}

function parseDays(text: string, most = 36_500): number | Wrong['sentence'] {
  const days = /^\d{1,5}$/.test(text) ? Number(text) : 0
  return days < 1 || days > most ? ({ policy }) => policy.retention.wrong({ most }) : days
}
