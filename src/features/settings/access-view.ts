import type { KnownBlock } from '@slack/types'
import type { I18n } from '../../i18n/catalog.ts'
import { plain } from '../../slack/plain-text.ts'
import { checkboxes, input, mostSelected, numberField, parseForm, textField } from './form.ts'
import { ambientBounds, features, type loadPolicies } from './policies.ts'

type Policy = ReturnType<Awaited<ReturnType<typeof loadPolicies>>['workspace']>

/** Every word is looked for in everything that goes to a model. */
const mostWords = 200
const mostWordsCharacters = 3_000
/** Slack's limit on a text field. */
export const mostGroupCharacters = 3_000
/** User groups that may use the bot: so many have room in the field by their ids at least. */
export const mostGroups = 100

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
      checkboxes('here', access.hereLabel, { all: options.map(({ key, ...one }) => ({ ...one, isOn: isOn(key) })) }),
      ...ambientFields.map(key => {
        const bounds = { ...ambientBounds[key], isWhole: key === 'perHour' }
        return input(`ambient_${key}`, access.ambient[key], numberField(policy.ambient[key], bounds))
      }),
    ]
  }
  const { keptOut } = policy
  const who = (['everyone', 'listed'] as const).map(key => ({ text: plain(access.who[key]), value: key }))
  const chosen = who.find(({ value }) => value === policy.who)
  return [
    input('who', access.whoLabel, { type: 'radio_buttons', options: who, ...(chosen && { initial_option: chosen }) }),
    input('people', access.people, userSelect(policy.people)),
    input('channels', access.channels, channelSelect(policy.channels)),
    input(
      'groups',
      access.groups,
      textField(groups, { placeholder: plain('@sales, @support'), max_length: mostGroupCharacters }),
    ),
    checkboxes('guests', access.guestsLabel, {
      all: [{ text: plain(access.guests), value: 'guests', isOn: policy.guests }],
    }),
    { type: 'header', text: plain(access.keptOut) },
    input('kept_channels', access.keptChannels, channelSelect(keptOut.channels)),
    input('kept_people', access.keptPeople, userSelect(keptOut.people)),
    input(
      'kept_words',
      access.keptWords,
      textField(keptOut.words.join('\n'), { multiline: true, max_length: mostWordsCharacters }),
    ),
  ]
}

/** Finds what of the fields cannot be saved. */
export function findAccessProblems(given: unknown): { field: string; sentence: (i18n: I18n) => string }[] {
  const isTooMany = (parseForm(given)?.lines('kept_words').length ?? 0) > mostWords
  const sentence = ({ policy }: I18n) => policy.redaction.tooMany({ most: mostWords })
  return isTooMany ? [{ field: 'kept_words', sentence }] : []
}

/** Parses the fields; `groups` are as they were typed. Returns undefined if they are not of the form that was built. */
export function parseAccess(
  given: unknown,
  of: 'workspace' | 'channel',
): { change: Partial<Policy>; groups: string } | undefined {
  const form = parseForm(given)
  if (form === undefined) return undefined
  if (of === 'channel') {
    if (!form.has('here')) return { change: {}, groups: '' }
    const here = form.checked('here')
    const off = features.filter(feature => !here.includes(feature))
    const ambient = { isOn: here.includes('ambient'), ...parseAmbientFields(form.text) }
    const change = { isOff: !here.includes('on'), off, outsiders: here.includes('outsiders'), ambient }
    return { change, groups: '' }
  }
  if (!form.has('who')) return { change: {}, groups: '' }
  const keptOut = {
    channels: form.read('kept_channels').selected_conversations ?? [],
    people: form.read('kept_people').selected_users ?? [],
    words: form.lines('kept_words'),
  }
  const change: Partial<Policy> = {
    who: form.read('who').selected_option?.value === 'listed' ? 'listed' : 'everyone',
    people: form.read('people').selected_users ?? [],
    channels: form.read('channels').selected_conversations ?? [],
    guests: form.checked('guests').includes('guests'),
    keptOut,
  }
  return { change, groups: form.text('groups') }
}

const ambientFields = ['waitMinutes', 'perHour'] as const

/** Slack refuses what is no number, and numbers out of bounds; anything else is no form of ours. */
function parseAmbientFields(text: (block: string) => string) {
  const [waitMinutes = 0, perHour = 0] = ambientFields.map(key => {
    const { least, most } = ambientBounds[key]
    const typed = Number(text(`ambient_${key}`) || defaults[key])
    return Number.isFinite(typed) ? Math.min(most, Math.max(least, typed)) : defaults[key]
  })
  return { waitMinutes, perHour: Math.round(perHour) }
}

const defaults = { waitMinutes: 2, perHour: 3 }

/** Slack refuses an empty list of what is chosen at first. */
const initial = (kind: string, ids: readonly string[]) => (ids.length === 0 ? {} : { [`initial_${kind}`]: ids })

const userSelect = (ids: readonly string[]) => ({
  type: 'multi_users_select',
  max_selected_items: mostSelected,
  ...initial('users', ids),
})

const channelSelect = (ids: readonly string[]) => ({
  type: 'multi_conversations_select',
  max_selected_items: mostSelected,
  filter: { include: ['public', 'private'], exclude_bot_users: true },
  ...initial('conversations', ids),
})
