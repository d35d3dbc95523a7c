import type { Services } from '../context.ts'
import type { loadChannelSettings } from './channel-settings.ts'
import type { LabelText } from './label-text.ts'
import type { Taxonomies } from './taxonomy-files.ts'

type ChannelSettingsBook = Awaited<ReturnType<typeof loadChannelSettings>>

/** The services of every feature, and what the parts of this one share. */
export interface ClassifyServices extends Services {
  label: LabelText
  taxonomies: Taxonomies
  settings: ChannelSettingsBook
}
