import type { Bot } from '../context.ts'
import { transcribe as handle } from './handler.ts'
import { parseTranscriptRequest } from './request.ts'

/** Registers the requests for the words of a recording. */
export function transcribe(bot: Bot): void {
  const deps = { ...bot.services, files: bot.services.createFileReader() }
  bot.onTurn({ outcome: 'transcribed', deps, parse: parseTranscriptRequest, handle })
}
