import type { SlackJson } from '../../protocol.ts'
import { missing, need, objects, text } from '../args.ts'
import type { Core } from '../core.ts'
import { Refusal } from '../refusal.ts'
import { toPrompts } from '../threads.ts'
import { enterChannel, type Methods } from './method.ts'

const mostPrompts = 4
const mostLoadingMessages = 10
const longestLoadingMessage = 50
const longestTitle = 200
const states = new Set(['active', 'processing', 'suspended', 'closed'])

/** What an agent shows besides messages: status, title, suggested prompts, sessions. */
export function createAgentMethods(core: Core): Methods {
  return { ...createAssistantMethods(core), ...createSessionMethods(core) }
}

function createAssistantMethods(core: Core): Methods {
  const { threads } = core
  return {
    'assistant.threads.setStatus': {
      scopes: ['chat:write', 'assistant:write'],
      run(args) {
        const channel = enterChannel(core, args, 'channel_id')
        const threadTs = findThread(core, channel.id, args)
        const status = text(args, 'status')
        if (status === undefined) throw new Refusal('invalid_arguments', missing('status'))
        checkLoadingMessages(args.loading_messages)
        threads.setStatus(channel, threadTs, status)
        threads.setSession(channel.id, threadTs, { status: status ? 'processing' : 'active' })
        return {}
      },
    },
    'assistant.threads.setSuggestedPrompts': {
      scopes: ['assistant:write'],
      run(args) {
        const channel = enterChannel(core, args, 'channel_id')
        const prompts = toPrompts(objects(args, 'prompts', 'invalid_arguments') ?? [])
        if (prompts.length === 0 || prompts.length > mostPrompts) throw new Refusal('invalid_arguments')
        if (channel.kind !== 'im') throw new Refusal('channel_not_found')
        // An agent's prompts belong to the whole DM: Slack takes those for one thread and does nothing with them.
        if (!text(args, 'thread_ts')) threads.setPrompts(channel, prompts)
        return {}
      },
    },
    'assistant.threads.setTitle': {
      scopes: ['assistant:write'],
      run(args) {
        const channel = enterChannel(core, args, 'channel_id')
        threads.setTitle(channel, findThread(core, channel.id, args), need(args, 'title'))
        return {}
      },
    },
  }
}

function createSessionMethods(core: Core): Methods {
  const { threads } = core
  return {
    'agents.sessions.setStatus': {
      scopes: ['chat:write'],
      run(args) {
        const channel = enterChannel(core, args, 'channel_id')
        const threadTs = findThread(core, channel.id, args, 'thread_ts_required')
        const status = need(args, 'status')
        if (!states.has(status)) throw new Refusal('invalid_arguments')
        const isNew = !threads.session(channel.id, threadTs)
        const title = isNew ? readTitle(args) : ''
        threads.setSession(channel.id, threadTs, { status, ...(title && { title }) })
        if (title) threads.setTitle(channel, threadTs, title)
        return {}
      },
    },
    'agents.sessions.rename': {
      scopes: ['chat:write'],
      run(args) {
        const channel = enterChannel(core, args, 'channel_id')
        const threadTs = findThread(core, channel.id, args, 'thread_ts_required')
        const title = readTitle(args)
        if (!title) throw new Refusal('invalid_arguments', missing('title'))
        threads.setSession(channel.id, threadTs, { title })
        threads.setTitle(channel, threadTs, title)
        return {}
      },
    },
  }
}

function findThread({ messages }: Core, channel: string, args: SlackJson, error = 'invalid_thread_ts'): string {
  const threadTs = need(args, 'thread_ts', error)
  if (!messages.get(channel, threadTs)) throw new Refusal('invalid_thread_ts')
  return threadTs
}

function readTitle(args: SlackJson): string {
  const title = text(args, 'title') ?? ''
  if ([...title].length > longestTitle) throw new Refusal('invalid_arguments')
  return title
}

function checkLoadingMessages(value: unknown): void {
  if (value === undefined) return
  const list = Array.isArray(value) ? value : [value]
  const fits = (one: unknown) => typeof one === 'string' && one !== '' && [...one].length <= longestLoadingMessage
  if (list.length > mostLoadingMessages || !list.every(fits)) throw new Refusal('invalid_arguments')
}
