import { isApiError, isTooLong, parseModelError, readComplaint } from './api-errors.ts'
import { fingerprintImage, type SentRequest } from './request.ts'
import { formatLevels, type ServerProfile } from './server-profile.ts'

/** The lesson of a refusal, for the log, and how the next request is made: the same again, or built anew. */
interface Lesson {
  refused: string
  next: 'again' | 'without_format' | 'without_images' | 'shorter'
  /** Takes a trial back, in case that nothing helps. */
  undo?: () => void
}

type Learn = (says: string, sent: SentRequest, profile: ServerProfile) => Lesson | undefined

/** Statuses with which servers refuse a part of a request; an error inside a stream has none. */
const refusals = new Set([400, 403, 404, 405, 406, 413, 415, 422, 500, 501])
/** A server may quote the whole request; what it says of it stands at the beginning. */
const maxComplaint = 3_000
/** A prompt is not cut below this: instructions and a question. */
const minPromptTokens = 1_100
const minOutputTokens = 16

/** Learns from an error what the server does not take, and changes the profile. Returns undefined if it says nothing of that kind. */
export function learnRefusal(error: unknown, sent: SentRequest, profile: ServerProfile): Lesson | undefined {
  if (!isApiError(error) || !refusals.has(error.status ?? 400)) return undefined
  const says = error.status === 413 ? describeTooLarge(sent) : readComplaint(error).slice(0, maxComplaint)
  for (const learn of lessons) {
    const lesson = learn(says, sent, profile)
    if (lesson !== undefined) return lesson
  }
  return undefined
}

/** Says what of a request that is too large most of it is. */
function describeTooLarge({ images, body }: SentRequest): string {
  const ofImages = images.reduce((sum, { length }) => sum + length, 0)
  return ofImages * 2 > JSON.stringify(body.messages).length ? 'image is too large' : 'prompt is too long'
}

/**
 * Learns from an answer without a word that the prompt may have been too long: some servers end the stream then. Returns false if the
 * prompt is too short for that, or if half of it helped as little.
 */
export function learnFromNothing(promptTokens: number, profile: ServerProfile): boolean {
  if (profile.promptBound === 'guessed') {
    profile.promptTokens = Number.POSITIVE_INFINITY
    profile.promptBound = 'refuted'
  }
  if (promptTokens <= minPromptTokens || profile.promptBound === 'refuted') return false
  profile.promptTokens = Math.max(Math.floor(promptTokens / 2), minPromptTokens)
  profile.promptBound = 'guessed'
  return true
}

const learnStreamOptions: Learn = (says, { body }, profile) => {
  if (!('stream_options' in body) || !/\bstream_options\b/.test(says)) return undefined
  profile.takesStreamOptions = false
  return { refused: 'stream_options', next: 'again' }
}

const learnCacheKey: Learn = (says, { body }, profile) => {
  if (!('prompt_cache_key' in body) || !/\bprompt_cache_key\b/.test(says)) return undefined
  profile.takesCacheKey = false
  return { refused: 'prompt_cache_key', next: 'again' }
}

const noStream =
  /\bto stream this model\b|(?:not|n't|un)\s?(?:be )?(?:support|allow|enable|permit)\w*\W{1,3}(?:\w+ ){0,2}['"`]?stream(?:ing|ed)?\b(?!_)|['"`]?\bstream(?:ing|ed)?\b(?!_)['"`]?(?: \w+){0,3} (?:is |are )?(?:not|un|disabled)|^stream\s|(?:must|please) (?:set|be) ['"`]?stream['"`]?[ =:]*(?:to )?false|stream['"`]? must be (?:set to )?false|stream=true is |without streaming|streaming isn't|non-?stream|(?:不支持|暂不支持|仅支持|只支持|关闭)\s?(?:非)?(?:流式|stream\b)|ストリーミング.{0,12}(?:対応していません|サポートされていません|できません|無効)/i

const learnStream: Learn = (says, { body }, profile) => {
  if (body.stream !== true || !noStream.test(says)) return undefined
  profile.takesStream = false
  return { refused: 'stream', next: 'again' }
}

const outputNames =
  /max_(?:completion_|output_|new_)?tokens|maxOutputTokens|max(?:imum)? tokens|output tokens|completion tokens|tokens_to_generate|num_predict|输出.{0,4}(?:tokens?|长度)/i
const tooLarge =
  /too (?:large|high|big|many)|exceed|at most|fewer|afford|between|范围|超|(?:less|lower|greater|more) than|must be (?:<|≤|in|between)|range|maximum|>\s?\d|invalid value|out of|以下/i
const unknownName =
  /unsupported (?:parameter|value)|not supported|unrecognized|unknown|unexpected|extra|not permitted|instead/i

/** Learns the context length that a refusal names, and halves the prompt if it names none. */
const learnWindow: Learn = (says, { promptTokens, body }, profile) => {
  if (!isTooLong(says.toLowerCase())) return undefined
  const stated = parseWindow(says)
  const sentLimit = limitOf(body) ?? profile.outputTokens
  // The output limit alone is too much.
  if (stated === undefined && outputNames.test(says) && sentLimit > promptTokens) return undefined
  if (stated !== undefined && stated < profile.contextTokens) profile.contextTokens = stated
  profile.outputTokens = Math.min(profile.outputTokens, Math.floor(profile.contextTokens / 4))
  const fits = stated !== undefined && promptTokens + profile.outputTokens <= stated
  if (fits && profile.outputTokens < sentLimit) return { refused: 'output limit', next: 'again' }
  if (stated === undefined || promptTokens <= profile.contextTokens - profile.outputTokens)
    profile.promptTokens = Math.max(minPromptTokens, Math.min(profile.promptTokens, Math.floor(promptTokens / 2)))
  return { refused: 'prompt length', next: 'shorter' }
}

/** Learns a lower output limit: the largest number in the refusal that is below the one that was sent, else half of that. */
const learnOutputLimit: Learn = (says, { body }, profile) => {
  const limit = limitOf(body)
  if (limit === undefined || limit <= minOutputTokens) return undefined
  if (!outputNames.test(says) || !tooLarge.test(says) || (unknownName.test(says) && !/too large/i.test(says)))
    return undefined
  const isExclusive = /exclusive|less than(?! or equal)|lower than/i.test(says)
  const stated = parseNumbers(says)
    .filter(number => number > minOutputTokens && number < limit)
    .map(number => (isExclusive ? number - 1 : number))
  const lower = stated.length > 0 ? Math.max(...stated) : Math.floor(limit / 2)
  profile.outputTokens = Math.min(profile.outputTokens, lower)
  return { refused: 'output limit', next: 'again' }
}

/** Learns a name of the output limit that the server does not know. It may say "use the other instead": the first one named is meant. */
const learnOutputParameter: Learn = (says, { body }, profile) => {
  const named = (['max_completion_tokens', 'max_tokens'] as const)
    .map(name => ({ name, at: says.search(new RegExp(`\\b${name}\\b`)) }))
    .filter(({ at }) => at >= 0)
    .sort((a, b) => a.at - b.at)[0]?.name
  if (named === undefined || !(named in body)) return undefined
  profile.outputParameters = profile.outputParameters.filter(name => name !== named)
  return { refused: named, next: 'again' }
}

const noFormat = /response_format|json_?schema|json_?object|structured output|grammar|guided/i
const noFormatAtAll = /(?:unrecognized|unknown|unexpected|extra|not permitted|not supported|unsupported)/i

/** Learns the next form of asking for JSON. A server that does not know `response_format` at all is asked in words. */
const learnFormat: Learn = (says, { format }, profile) => {
  if (format === undefined || format === 'words' || !noFormat.test(says)) return undefined
  const isUnknown = /response_format/.test(says) && noFormatAtAll.test(says) && !/json_|type/i.test(says)
  const next = isUnknown ? 'words' : formatLevels[formatLevels.indexOf(format) + 1]
  if (next === undefined) return undefined
  if (formatLevels.indexOf(next) > formatLevels.indexOf(profile.format)) profile.format = next
  return { refused: format, next: profile.format === 'words' ? 'without_format' : 'again' }
}

const noSystem =
  /(?:system|developer)['"`]?\s*(?:role|message|prompt|instruction)s?\b.{0,60}(?:\bnot\b|n't|\bun|only)|(?:not|n't|un)\w*\s.{0,40}(?:system|developer)['"`]?\s*(?:role|message|prompt|instruction)|\broles? must\b|\brole.{0,80}(?:alternate|input should|only|not supported|does not support)|only (?:the )?['"`]?user\b|messages\[?[.\d\]]+role|['"`](?:system|developer)['"`].{0,40}(?:role|is not one of|supported values)|(?:invalid|unexpected|unknown) (?:role|variant)|valid role\b|\brole.{0,40}must be|first message must be|(?:不支持|不合法|非法|无效)[^,，。]{0,12}(?:system|系统角色)|system[^,，。]{0,12}(?:不支持|不合法|非法|无效)|(?:role|角色).{0,6}只能|第一条消息必须|system.{0,20}(?:対応していません|サポートされていません)/i

const learnSystemRole: Learn = (says, { body }, profile) => {
  if (!body.messages.some(({ role }) => role === 'system') || !noSystem.test(says)) return undefined
  profile.takesSystemRole = false
  return { refused: 'system role', next: 'again' }
}

const aboutImages =
  /image|vision|multi-?modal|picture|mmproj|content.{0,40}(?:must|should) be.{0,20}string|expected (?:a )?(?:valid )?string|invalid content type/i
const blind =
  /(?:not|n't) support\w*(?: \w+){0,3} (?:images?|image_urls?|vision|multi-?modal)\b(?!\/| (?:type|format|media|mime|size|of))|images?(?:_url)?(?: inputs?| content)?(?: is| are)? (?:not|un)\s?(?:supported|allowed|enabled)|support image input|mmproj|not (?:a )?(?:vision|multi-?modal)|(?:must|should) be.{0,20}string|expected (?:a )?(?:valid )?string|unknown variant|invalid content type/i

/** Learns that the model sees no images, or that it cannot read some. */
const learnImages: Learn = (says, sent, profile) => {
  if (sent.images.length === 0 || !aboutImages.test(says)) return undefined
  if (blind.test(says)) profile.takesImages = false
  else suspectImages(sent, profile)
  return { refused: 'images', next: 'without_images' }
}

/**
 * Leaves out the pictures that may be at fault: not those that the model has taken before, and the newest message's last, since the
 * person asks about those. If these are refused by themselves, the others may be good.
 */
function suspectImages({ images, newestImages }: SentRequest, profile: ServerProfile): void {
  const unknown = [...new Set(images)].filter(image => !profile.takenImages.has(fingerprintImage(image)))
  const older = unknown.filter(image => !newestImages.includes(image))
  const isMixed = older.length > 0 && older.length < unknown.length
  const suspects = isMixed ? older : unknown.length > 0 ? unknown : images
  for (const known of profile.suspectedImages) profile.refusedImages.delete(known)
  profile.hasRefusedImages = true
  const refused = suspects.map(fingerprintImage)
  for (const fingerprint of refused) profile.refusedImages.add(fingerprint)
  profile.suspectedImages = isMixed ? refused : []
}

/** Remembers what of a request was taken. */
export function learnAcceptance({ images, format }: SentRequest, profile: ServerProfile): void {
  for (const image of images) profile.takenImages.add(fingerprintImage(image))
  if (images.length > 0) profile.suspectedImages = []
  profile.trial = undefined
  if (format !== undefined) profile.hasAnsweredInForm = true
}

/** Statuses with which servers refuse a part of a request without saying which. */
const vague = new Set([400, 405, 406, 415, 422, 501])
/** Parts that are left out of a request, one at a time and in this order, then all, to find out what the server refuses. */
const trials = [
  { isSent: ({ body }: SentRequest) => 'prompt_cache_key' in body, without: { takesCacheKey: false } },
  { isSent: ({ body }: SentRequest) => 'stream_options' in body, without: { takesStreamOptions: false } },
  {
    isSent: ({ body }: SentRequest) => body.messages.some(({ role }) => role === 'system'),
    without: { takesSystemRole: false },
  },
  { isSent: ({ body }: SentRequest) => limitOf(body) !== undefined, without: { outputParameters: [] } },
  { isSent: ({ body }: SentRequest) => body.stream === true, without: { takesStream: false } },
]
const allTrials = Object.assign({}, ...trials.map(({ without }) => without)) as Partial<ServerProfile>

/**
 * Leaves out another part of a request whose refusal says nothing that is known, unless the server has taken all its parts before.
 */
export function tryWithout(error: unknown, sent: SentRequest, profile: ServerProfile): Lesson | undefined {
  if (!isApiError(error) || !vague.has(error.status ?? 0)) return undefined
  if (!['model_refused_request', 'model_server_error'].includes(parseModelError(error, '').kind)) return undefined
  const isNew = (image: string) => !profile.takenImages.has(fingerprintImage(image))
  if (sent.images.some(isNew)) {
    suspectImages(sent, profile)
    return { refused: 'images', next: 'without_images' }
  }
  if (sent.format !== undefined && sent.format !== 'words' && !profile.hasAnsweredInForm) {
    profile.format = 'words'
    return { refused: sent.format, next: 'without_format' }
  }
  if (profile.hasAnswered || profile.isTried) return undefined
  const last = profile.trial?.at ?? -1
  Object.assign(profile, profile.trial?.before)
  const at = trials.findIndex(({ isSent }, index) => index > last && isSent(sent))
  const without = at < 0 ? allTrials : trials[at]?.without
  if (last === trials.length || without === undefined) {
    profile.isTried = true
    profile.trial = undefined
    return undefined
  }
  const before = Object.fromEntries(Object.keys(without).map(name => [name, profile[name as keyof ServerProfile]]))
  Object.assign(profile, without)
  profile.trial = { at: at < 0 ? trials.length : at, before }
  return { refused: Object.keys(without).join(), next: 'again', undo: () => void Object.assign(profile, before) }
}

const lessons: readonly Learn[] = [
  learnCacheKey,
  learnStreamOptions,
  learnStream,
  learnWindow,
  learnOutputLimit,
  learnOutputParameter,
  learnFormat,
  learnSystemRole,
  learnImages,
]

const limitOf = (body: SentRequest['body']): number | undefined =>
  body.max_completion_tokens ?? body.max_tokens ?? undefined

const windows = [
  /context (?:length|window|size|limit)[^0-9]{0,30}(\d[\d,]*)/i,
  /(?<![\d,])(\d[\d,]*)(?: tokens?)? (?:maximum )?context/i,
  /["']?n_ctx["']?[^0-9]{0,5}(\d+)/i,
  />\s*(\d[\d,]*)\s*(?:tokens? )?maximum/i,
  /allowed[^0-9]{0,5}\(?(\d[\d,]*)/i,
  />\s*(\d[\d,]*)/i,
  /(?:token limit|maximum|上下文长度)[^0-9]{0,12}(\d[\d,]*)/i,
  /\[\s*\d+\s*,\s*(\d[\d,]*)\s*\]/,
]

/** Parses the context length that a refusal names. */
function parseWindow(says: string): number | undefined {
  const found = windows.map(pattern => pattern.exec(says)?.[1]).find(number => number !== undefined)
  const window = Number(found?.replaceAll(',', ''))
  return window >= 256 ? window : undefined
}

function parseNumbers(says: string): number[] {
  return [...says.matchAll(/\d{1,3}(?:,\d{3})+(?!\d)|\d+/g)].map(([number]) => Number(number.replaceAll(',', '')))
}
