import { createHash } from 'node:crypto'
import type OpenAI from 'openai'
import type { AnswerFormat, ChatMessage } from './model.ts'
import { mergeSameRole } from './prompts.ts'
import type { ServerProfile } from './server-profile.ts'
import { estimateTokens } from './tokens.ts'

type WireMessage = OpenAI.Chat.ChatCompletionMessageParam

/** A request as it was sent, and what of it may have been too much. */
export interface SentRequest {
  body: OpenAI.Chat.ChatCompletionCreateParams
  format: ServerProfile['format'] | undefined
  /** The pictures, as `data:` URLs, and those of them that stand in the newest message with any. */
  images: string[]
  newestImages: string[]
  /** An estimate. */
  promptTokens: number
}

interface RequestedAnswer {
  messages: ChatMessage[]
  format: AnswerFormat | undefined
  cacheKey?: string | undefined
  maxTokens?: number | undefined
}

/** Builds a request as the server takes it. */
export function buildRequest(
  model: string,
  profile: ServerProfile,
  { messages, format, cacheKey = format?.name, maxTokens = Number.POSITIVE_INFINITY }: RequestedAnswer,
): SentRequest {
  const [outputParameter] = profile.outputParameters
  const level = format === undefined ? undefined : profile.format
  const body = {
    model,
    messages: (profile.takesSystemRole ? messages : withoutSystemRole(messages)).map(buildWireMessage),
    ...(profile.takesStream && { stream: true as const }),
    ...(profile.takesStream && profile.takesStreamOptions && { stream_options: { include_usage: true } }),
    ...(outputParameter !== undefined && { [outputParameter]: Math.min(profile.outputTokens, maxTokens) }),
    ...(format !== undefined && buildFormat(profile.format, format)),
    ...(profile.takesCacheKey && cacheKey !== undefined && { prompt_cache_key: hash(cacheKey).slice(0, 32) }),
  }
  const groups = messages.flatMap(listImages)
  const images = groups.flat()
  const promptTokens = sumTokens(messages, estimateTokens)
  return { body, format: level, images, newestImages: groups.at(-1) ?? [], promptTokens }
}

/** Adds up the tokens of messages, those of text as `count` counts them. */
export function sumTokens(messages: readonly ChatMessage[], count: (text: string) => number): number {
  const parts = messages.flatMap(({ content }) =>
    typeof content === 'string' ? [{ kind: 'text' as const, text: content }] : content,
  )
  return parts.reduce((sum, part) => sum + (part.kind === 'text' ? count(part.text) : part.tokens), 0)
}

/** Identifies a picture, so that one that was refused is known again. */
export const fingerprintImage = (dataUrl: string): string => hash(dataUrl)

const hash = (text: string) => createHash('sha256').update(text).digest('base64url')

function buildFormat(level: ServerProfile['format'], format: AnswerFormat): object {
  if (level === 'words') return {}
  if (level === 'json_schema')
    return { response_format: { type: 'json_schema', json_schema: { ...format, strict: true } } }
  const schema = level === 'json_object_with_schema' ? { schema: format.schema } : {}
  return { response_format: { type: 'json_object', ...schema } }
}

/** Puts the instructions at the beginning of the first message, for servers that know no system role. */
function withoutSystemRole(messages: ChatMessage[]): ChatMessage[] {
  return mergeSameRole(
    messages.map(message => (message.role === 'system' ? { role: 'user', content: message.content } : message)),
  )
}

/** Lists the pictures in groups: those between two texts are one message's. */
function listImages({ content }: ChatMessage): string[][] {
  const groups: string[][] = [[]]
  for (const part of typeof content === 'string' ? [] : content) {
    if (part.kind === 'image') groups.at(-1)?.push(part.dataUrl)
    else groups.push([])
  }
  return groups.filter(group => group.length > 0)
}

function buildWireMessage(message: ChatMessage): WireMessage {
  if (message.role !== 'user') return { role: message.role, content: extractText(message) }
  if (typeof message.content === 'string') return { role: 'user', content: message.content }
  return {
    role: 'user',
    content: message.content.map(part =>
      part.kind === 'text'
        ? { type: 'text', text: part.text }
        : { type: 'image_url', image_url: { url: part.dataUrl } },
    ),
  }
}

function extractText(message: ChatMessage): string {
  if (typeof message.content === 'string') return message.content
  return message.content.map(part => (part.kind === 'text' ? part.text : '')).join('')
}
