import type { KnownBlock } from '@slack/types'
import { z } from 'zod'
import type { I18n } from '../../i18n/catalog.ts'
import { ambientBounds, features, type loadPolicies } from './policies.ts'

type Policy = ReturnType<Awaited<ReturnType<typeof loadPolicies>>['workspace']>

const option = z.looseObject({ value: z.string() })
const list = z.array(z.string().max(255)).max(200).nullish()
const element = z.looseObject({
  value: z.string().max(10_000).nullish(),
  selected_option: option.nullish(),
  selected_options: z.array(option).nullish(),
  selected_users: list,
  selected_conversations: list,
})
const valuesSchema = z.record(z.string(), z.record(z.string(), element))

const mostWords = 200
const mostWordsCharacters = 3_000

/** Builds the fields about who may use the bot for what. `groups` are the names of the user groups; only admins open a channel to outsiders. */
export function buildAccessBlocks(
  i18n: I18n,
  of: 'workspace' | 'channel',
  { policy, groups, isAdmin }: { policy: Policy; groups: string; isAdmin: boolean },
): KnownBlock[] {
  const { access } = i18n.policy
  if (of === 'channel') {
    const own: Record<string, boolean> = {
      on: !policy.isOff,
      ambient: policy.ambient.isOn,
      outsiders: policy.outsiders,
    }
    const isOn = (key: string) => own[key] ?? !policy.off.some(one => one === key)
    const keys = ['on', ...features, 'ambient', ...(isAdmin ? (['outsiders'] as const) : [])] as const
    const options = keys.map(key => ({ key, text: plain(access.here[key]), value: key }))
    return [
      checkboxes(
        'here',
        access.hereLabel,
        options.map(({ key, ...one }) => ({ ...one, isOn: isOn(key) })),
      ),
      ...ambientFields.map(key => input(`ambient_${key}`, access.ambient[key], number(policy.ambient[key], key))),
    ]
  }
  const { keptOut } = policy
  const who = (['everyone', 'listed'] as const).map(key => ({ text: plain(access.who[key]), value: key }))
  const chosen = who.find(({ value }) => value === policy.who)
  return [
    input('who', access.whoLabel, { type: 'radio_buttons', options: who, ...(chosen && { initial_option: chosen }) }),
    input('people', access.people, { type: 'multi_users_select', ...initial('users', policy.people) }),
    input('channels', access.channels, channelSelect(policy.channels)),
    input('groups', access.groups, text(groups, { placeholder: plain('@sales, @support'), max_length: 500 })),
    checkboxes('guests', access.guestsLabel, [{ text: plain(access.guests), value: 'guests', isOn: policy.guests }]),
    { type: 'header', text: plain(access.keptOut) },
    input('kept_channels', access.keptChannels, channelSelect(keptOut.channels)),
    input('kept_people', access.keptPeople, { type: 'multi_users_select', ...initial('users', keptOut.people) }),
    input(
      'kept_words',
      access.keptWords,
      text(keptOut.words.join('\n'), { multiline: true, max_length: mostWordsCharacters }),
    ),
  ]
}

/** Parses the fields; `groups` are as they were typed. Returns undefined if they are not of the form that was built. */
export function parseAccess(
  given: unknown,
  of: 'workspace' | 'channel',
): { change: Partial<Policy>; groups: string } | undefined {
  const values = valuesSchema.safeParse(given).data
  if (values === undefined) return undefined
  const read = (block: string) => values[block]?.field ?? {}
  const checked = (block: string) => (read(block).selected_options ?? []).map(({ value }) => value)
  if (of === 'channel') {
    if (values.here === undefined) return { change: {}, groups: '' }
    const here = checked('here')
    const off = features.filter(feature => !here.includes(feature))
    const ambient = { isOn: here.includes('ambient'), ...parseAmbientFields(read) }
    const change = { isOff: !here.includes('on'), off, outsiders: here.includes('outsiders'), ambient }
    return { change, groups: '' }
  }
  if (values.who === undefined) return { change: {}, groups: '' }
  const words = (read('kept_words').value ?? '').split('\n').map(word => word.trim())
  const keptOut = {
    channels: read('kept_channels').selected_conversations ?? [],
    people: read('kept_people').selected_users ?? [],
    words: [...new Set(words.filter(word => word !== ''))].slice(0, mostWords),
  }
  const change: Partial<Policy> = {
    who: read('who').selected_option?.value === 'listed' ? 'listed' : 'everyone',
    people: read('people').selected_users ?? [],
    channels: read('channels').selected_conversations ?? [],
    guests: checked('guests').includes('guests'),
    keptOut,
  }
  return { change, groups: read('groups').value ?? '' }
}

const ambientFields = ['waitMinutes', 'perHour'] as const

/** Slack refuses what is no number, and numbers out of bounds; anything else is no form of ours. */
function parseAmbientFields(read: (block: string) => { value?: string | null | undefined }) {
  const [waitMinutes = 0, perHour = 0] = ambientFields.map(key => {
    const { least, most } = ambientBounds[key]
    const typed = Number(read(`ambient_${key}`).value || defaults[key])
    return Number.isFinite(typed) ? Math.min(most, Math.max(least, typed)) : defaults[key]
  })
  return { waitMinutes, perHour: Math.round(perHour) }
}

const defaults = { waitMinutes: 2, perHour: 3 }

const number = (value: number, key: (typeof ambientFields)[number]) => ({
  type: 'number_input',
  is_decimal_allowed: key === 'waitMinutes',
  min_value: String(ambientBounds[key].least),
  max_value: String(ambientBounds[key].most),
  initial_value: String(value),
})

const plain = (text: string) => ({ type: 'plain_text' as const, text, emoji: false })

function input(block_id: string, label: string, element: Record<string, unknown>): KnownBlock {
  const field = { ...element, action_id: 'field' }
  return { type: 'input', block_id, optional: true, label: plain(label), element: field } as unknown as KnownBlock
}

function checkboxes(id: string, label: string, all: { text: object; value: string; isOn: boolean }[]): KnownBlock {
  const options = all.map(({ text, value }) => ({ text, value }))
  const on = options.filter((_, at) => all[at]?.isOn)
  return input(id, label, { type: 'checkboxes', options, ...(on.length > 0 && { initial_options: on }) })
}

const text = (value: string, more: object) => ({
  type: 'plain_text_input',
  ...more,
  ...(value !== '' && { initial_value: value }),
})

/** Slack refuses an empty list of what is chosen at first. */
const initial = (kind: string, ids: readonly string[]) => (ids.length === 0 ? {} : { [`initial_${kind}`]: ids })

const channelSelect = (ids: readonly string[]) => ({
  type: 'multi_conversations_select',
  filter: { include: ['public', 'private'], exclude_bot_users: true },
  ...initial('conversations', ids),
})
