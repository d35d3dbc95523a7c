import type { KnownBlock } from '@slack/types'
import { z } from 'zod'
import type { I18n } from '../../i18n/catalog.ts'
import { plain } from '../../slack/plain-text.ts'
import type { Services } from '../context.ts'
import { buildMenu, buildOption } from './elements.ts'

type PersonSettings = Awaited<ReturnType<Services['store']['personSettings']['read']>>

const speeds = [0.5, 0.75, 1, 1.25, 1.5, 1.75, 2]
/** Slack's limits on a menu. Source: docs.slack.dev, select menu element, option object. */
const mostOptions = 100
const mostOptionCharacters = 75
const mostVoiceCharacters = 100
/** Names of voices that may be typed: none leads a server into its folders. */
const typedVoice = new RegExp(String.raw`^[^\p{Cc}/\\]{1,${mostVoiceCharacters}}$`, 'u')

/** Builds the settings of the voice. Without a list of voices, or with more than a menu takes, the name is typed. */
export function buildVoiceBlocks(
  { speech }: I18n,
  { settings, voices, usualVoice }: { settings: PersonSettings; voices: readonly string[]; usualVoice: string },
): KnownBlock[] {
  const { voice = usualVoice, speed = 1, answersClips = false } = settings
  const clips = buildOption(speech.clips, 'on')
  const shown = isMenu(voices) ? [...new Set([...voices, usualVoice])] : []
  return [
    shown.length > 0
      ? buildMenu('set_voice', speech.voice, { options: shown.map(name => buildOption(name, name)), chosen: voice })
      : {
          type: 'input',
          block_id: 'set_voice',
          dispatch_action: true,
          optional: true,
          label: plain(speech.voice),
          element: {
            type: 'plain_text_input',
            action_id: 'set_voice',
            initial_value: voice,
            max_length: mostVoiceCharacters,
            placeholder: plain(speech.voiceHint),
          },
        },
    buildMenu('set_speed', speech.speed, {
      options: speeds.map(one => buildOption(`${one}×`, String(one))),
      chosen: String(speed),
    }),
    {
      type: 'actions',
      block_id: 'set_answer_clips',
      elements: [
        {
          type: 'checkboxes',
          action_id: 'set_answer_clips',
          options: [clips],
          ...(answersClips && { initial_options: [clips] }),
        },
      ],
    },
  ]
}

/** An action as Slack sends it: a blank field has no value. */
const actionSchema = z.object({
  action_id: z.string(),
  value: z.string().optional().catch(undefined),
  selected_option: z.object({ value: z.string() }).optional().catch(undefined),
  selected_options: z.array(z.unknown()).catch([]),
})

/** Parses a change of the voice's settings; undefined if it is none that the person can make. */
export function parseVoiceChange(
  action: object,
  { voices, usualVoice }: { voices: readonly string[]; usualVoice: string },
): PersonSettings | undefined {
  const { action_id, value, selected_option, selected_options } = actionSchema.parse(action)
  if (action_id === 'set_answer_clips') return { answersClips: selected_options.length > 0 }
  if (action_id === 'set_speed') {
    const speed = speeds.find(one => String(one) === selected_option?.value)
    return speed === undefined ? undefined : { speed }
  }
  const voice = (selected_option?.value ?? value ?? '').trim()
  if (voice === '' || voice === usualVoice) return { voice: undefined }
  const isKnown = isMenu(voices) ? voices.includes(voice) : typedVoice.test(voice)
  return isKnown ? { voice } : undefined
}

/** Returns whether a menu can show the voices. */
const isMenu = (voices: readonly string[]) =>
  voices.length > 0 && voices.length < mostOptions && voices.every(name => name.length <= mostOptionCharacters)
