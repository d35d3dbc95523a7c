import { z } from 'zod'
import { isObject } from './block-text.ts'

/**
 * The shape of Slack's requests, as far as the bot relies on it: ids are short words, what is an object is one. Texts, blocks and
 * attachments may be anything, since their readers look at each part.
 */
const id = z.string().regex(/^[\w.:|-]{0,255}$/)
const maybeId = id.nullish()
const address = z.url({ protocol: /^https?$/ }).max(2_000)
const message = z.looseObject({ ts: maybeId, thread_ts: maybeId, user: maybeId, bot_id: maybeId, subtype: maybeId })

/** Events that the bot listens to. */
const heard = z.discriminatedUnion('type', [
  z.looseObject({
    ...message.shape,
    type: z.literal(['message', 'app_mention']),
    channel: id,
    ts: id,
    channel_type: maybeId,
    deleted_ts: maybeId,
    message: message.nullish(),
    previous_message: message.nullish(),
  }),
  z.looseObject({
    type: z.literal('reaction_added'),
    user: id,
    reaction: z.string().max(255),
    item: z.looseObject({ type: id, channel: maybeId, ts: maybeId }),
  }),
  z.looseObject({ type: z.literal('app_home_opened'), user: id, channel: id }),
  z.looseObject({ type: z.literal('agent_session_stopped'), channel: maybeId, thread_ts: maybeId, user: maybeId }),
])
const event = z.looseObject({
  type: z.literal('event_callback'),
  event_id: maybeId,
  team_id: maybeId,
  event: z.preprocess(withoutNulls, heard),
  authorizations: z.array(z.looseObject({ team_id: maybeId, user_id: maybeId })).nullish(),
})

const command = z.looseObject({
  command: z.string().max(255),
  type: z.undefined().optional(),
  text: z.string(),
  user_id: id,
  channel_id: id,
  channel_name: z.string().default(''),
  team_id: maybeId,
  trigger_id: id,
  response_url: address,
})

const person = z.looseObject({ id, team_id: maybeId })
const place = z.looseObject({ id })
const option = z.looseObject({ value: z.string() })
const action = z.looseObject({
  type: z.string(),
  action_id: z.string(),
  block_id: z.string().nullish(),
  value: z.string().nullish(),
  selected_option: option.nullish(),
  selected_options: z.array(option).nullish(),
})
const input = z.looseObject({
  value: z.string().nullish(),
  selected_option: option.nullish(),
  selected_options: z.array(option).nullish(),
  selected_conversation: maybeId,
})
const state = z.looseObject({ values: z.record(z.string(), z.record(z.string(), input)) })
const view = z.looseObject({
  id,
  callback_id: z.string(),
  private_metadata: z.string().nullish(),
  state: state.nullish(),
})
const common = {
  user: person,
  team: place.optional(),
  enterprise: place.optional(),
  trigger_id: maybeId,
  response_url: address.optional(),
}
const interaction = z.discriminatedUnion('type', [
  z.looseObject({
    ...common,
    type: z.literal('block_actions'),
    trigger_id: id,
    actions: z.array(action).min(1),
    channel: place.nullish(),
    message: message.nullish(),
    container: z.looseObject({ message_ts: maybeId, channel_id: maybeId, thread_ts: maybeId }),
    state: state.nullish(),
    view: view.partial().required({ id: true }).nullish(),
  }),
  z.looseObject({
    ...common,
    type: z.literal('message_action'),
    callback_id: z.string(),
    trigger_id: id,
    response_url: address,
    channel: place,
    message_ts: id,
    message: message.extend({ ts: id }),
  }),
  z.looseObject({ ...common, type: z.literal('shortcut'), callback_id: z.string(), trigger_id: id }),
  z.looseObject({
    ...common,
    type: z.literal('view_submission'),
    view: view.required({ state: true }),
    response_urls: z.array(z.looseObject({})).optional(),
  }),
  z.looseObject({ ...common, type: z.literal('view_closed'), view }),
  z.looseObject({ ...common, type: z.literal('block_suggestion'), action_id: z.string(), value: z.string() }),
])

const request = z.preprocess(withoutNulls, z.union([event, interaction, command]))

/** Parses a request. Returns undefined for what the bot does not listen to, or what lacks the shape that Slack documents. */
export const parseRequest = (body: unknown): Record<string, unknown> | undefined => request.safeParse(body).data

/** Slack may send null for an absent field, which Bolt takes for a value. */
function withoutNulls(value: unknown): unknown {
  return isObject(value) ? Object.fromEntries(Object.entries(value).filter(([, field]) => field !== null)) : value
}
