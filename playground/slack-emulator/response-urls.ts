import type { SlackJson } from '../protocol.ts'
import { flag, objects, text } from './args.ts'
import { checkBlocks, withIds } from './blocks.ts'
import type { Core } from './core.ts'
import type { Message } from './messages.ts'
import { Refusal } from './refusal.ts'
import { toStoredBotText } from './text.ts'

/** How long, and how often, one response_url may be used. */
const lifeMs = 30 * 60_000
const mostUses = 5

/** Where an answer to a command or a click may go. */
export interface ResponsePlace {
  channel: string
  user: string
  /** The message that was clicked. Where nothing was, `replace_original` replaces nothing and a new message is sent. */
  origin?: Message
}

/** The addresses at which a bot may answer a person who did something. */
export interface ResponseUrls {
  issue(place: ResponsePlace): string
  /** Does what the posted body says. Refuses a spent, old or unknown address. */
  use(id: string, body: SlackJson): void
  /** Does what the body of an acknowledgement says; it counts as no use. */
  answer(place: ResponsePlace, body: SlackJson): void
}

type Parts = Pick<Core, 'channels' | 'clock' | 'identity' | 'messages' | 'posting' | 'url'>

/** No addresses yet. */
export function createResponseUrls(parts: Parts): ResponseUrls {
  const { clock, identity, url } = parts
  const issued = new Map<string, { place: ResponsePlace; at: number; uses: number }>()

  function forgetOld(): void {
    for (const [id, { at }] of issued) if (clock.now() - at > 2 * lifeMs) issued.delete(id)
  }

  return {
    issue(place) {
      forgetOld()
      const id = clock.id('') + clock.id('')
      issued.set(id, { place, at: clock.now(), uses: 0 })
      return `${url()}/actions/${identity.teamId}/${id}`
    },
    use(id, body) {
      const address = issued.get(id)
      if (!address || clock.now() - address.at > lifeMs) throw new Refusal('expired_url')
      if (address.uses >= mostUses) throw new Refusal('used_url')
      address.uses += 1
      respond(parts, address.place, body)
    },
    answer: (place, body) => respond(parts, place, body),
  }
}

function respond(parts: Parts, place: ResponsePlace, body: SlackJson): void {
  const { origin } = place
  if (flag(body, 'delete_original')) {
    if (origin) parts.posting.remove(origin)
    return
  }
  const content = readContent(body)
  const replaced = flag(body, 'replace_original') ? origin : undefined
  if (replaced) parts.posting.rewrite(replaced, content)
  else send(parts, place, body, content)
}

function readContent(body: SlackJson): { text: string; blocks?: SlackJson[] } {
  const blocks = objects(body, 'blocks', 'invalid_blocks_format')
  const said = text(body, 'text') ?? ''
  if (!said && !blocks?.length) throw new Refusal('no_text')
  if (blocks) checkBlocks(blocks, 'message')
  return {
    text: toStoredBotText(said),
    ...(blocks && { blocks: withIds(blocks) }),
  }
}

function send(
  parts: Parts,
  place: ResponsePlace,
  body: SlackJson,
  content: { text: string; blocks?: SlackJson[] },
): void {
  const channel = parts.channels.get(place.channel)
  if (!channel) throw new Refusal('channel_not_found')
  const asked = text(body, 'thread_ts')
  const threadTs = asked && parts.messages.get(channel.id, asked) ? asked : undefined
  parts.posting.post({
    channel,
    user: parts.identity.botUserId,
    ...content,
    ...(threadTs && { threadTs }),
    ...(text(body, 'response_type') !== 'in_channel' && { ephemeralTo: place.user }),
  })
}
