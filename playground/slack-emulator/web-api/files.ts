import type { SlackJson } from '../../protocol.ts'
import { need, objects, text } from '../args.ts'
import type { Core } from '../core.ts'
import type { StoredFile } from '../files.ts'
import { textAt } from '../json.ts'
import { Refusal } from '../refusal.ts'
import { toStoredBotText } from '../text.ts'
import { findOpenRoot } from './chat.ts'
import { readBlocks } from './content.ts'
import { enterChannel, type Methods } from './method.ts'

const longestAltText = 1_000

/** Files: announced, sent, shared, looked up. */
export function createFileMethods(core: Core): Methods {
  const { files, identity } = core
  return {
    'files.getUploadURLExternal': {
      scopes: ['files:write'],
      run(args) {
        const name = need(args, 'filename')
        const length = Number(need(args, 'length'))
        if (!Number.isInteger(length) || length < 1) throw new Refusal('invalid_arguments')
        const alt = text(args, 'alt_txt') ?? text(args, 'alt_text') ?? ''
        if ([...alt].length > longestAltText) throw new Refusal('alt_txt_too_long')
        const { id, ticket } = files.openUpload(identity.botUserId, { name, length, alt })
        return { upload_url: `${core.url()}/upload/v1/${ticket}`, file_id: id }
      },
    },
    'files.completeUploadExternal': {
      scopes: ['files:write'],
      run(args) {
        const uploaded = readUploaded(core, args)
        const channels = text(args, 'channel_id') ?? text(args, 'channels') ?? ''
        for (const channel of channels.split(',').filter(id => id !== '')) share(core, { ...args, channel }, uploaded)
        return { files: uploaded.flatMap(({ id }) => files.toSlack(id)) }
      },
    },
    'files.delete': {
      scopes: ['files:write'],
      run(args) {
        const file = files.get(need(args, 'file', 'file_not_found'))
        if (!file || !isVisible(core, file)) throw new Refusal('file_not_found')
        if (file.user !== identity.botUserId) throw new Refusal('cant_delete_file')
        files.remove(file.id)
        return {}
      },
    },
    'files.info': {
      scopes: ['files:read'],
      run(args) {
        const file = files.get(need(args, 'file', 'file_not_found'))
        if (!file || !isVisible(core, file)) throw new Refusal('file_not_found')
        const [json] = files.toSlack(file.id)
        return { file: { ...json, channels: [...file.channels] }, comments: [] }
      },
    },
  }
}

/** Whether the bot may see a file: its own, or shared where it is. */
export function isVisible({ identity, channels }: Core, file: StoredFile): boolean {
  if (file.user === identity.botUserId) return true
  return [...file.channels].some(id => channels.get(id)?.members.has(identity.botUserId))
}

function readUploaded({ files, identity }: Core, args: SlackJson): StoredFile[] {
  const listed = objects(args, 'files', 'invalid_arguments') ?? []
  if (listed.length === 0) throw new Refusal('invalid_arguments')
  return listed.map(one => {
    const file = files.get(textAt(one, 'id'))
    if (!file || file.user !== identity.botUserId) throw new Refusal('file_not_found')
    if (file.channels.size > 0) throw new Refusal('file_already_completed')
    file.title = textAt(one, 'title') || file.name
    return file
  })
}

function share(core: Core, args: SlackJson, uploaded: StoredFile[]): void {
  const channel = enterChannel(core, args)
  const threadTs = findOpenRoot(core, channel, args)
  const comment = text(args, 'initial_comment')
  const blocks = comment ? undefined : readBlocks(args)
  if (threadTs) core.threads.setStatus(channel, threadTs, '')
  core.posting.post({
    channel,
    user: core.identity.botUserId,
    text: toStoredBotText(comment ?? ''),
    files: uploaded.map(({ id }) => id),
    ...(threadTs && { threadTs }),
    ...(blocks && { blocks }),
  })
}
