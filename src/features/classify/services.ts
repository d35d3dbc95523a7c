import type { Services } from '../context.ts'
import type { ChannelSettingsBook } from './channel-settings.ts'
import type { LabelText } from './label-text.ts'
import type { Taxonomies } from './taxonomy-files.ts'

/** The services of every feature, and what the parts of this one share. */
export interface ClassifyServices extends Services {
  label: LabelText
  taxonomies: Taxonomies
  settings: ChannelSettingsBook
}
