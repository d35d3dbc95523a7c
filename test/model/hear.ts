import { onTestFinished } from 'vitest'
import type { ModelConfig } from '../../src/config.ts'
import type { ShownError } from '../../src/errors.ts'
import { createLog } from '../../src/log.ts'
import { createModel } from '../../src/model/client.ts'
import type { ChatMessage, Piece } from '../../src/model/model.ts'
import { createScriptedModel, type Exchange, type ScriptedModel } from '../scripted-model.ts'

const question: ChatMessage[] = [{ role: 'user', content: 'hello' }]

/** A promise of a whole answer that also tells what has come of it. */
type Hearing = Promise<Heard> & { soFar(): string }
export interface Heard {
  pieces: Piece[]
  text: string
  error: ShownError | undefined
}

/** Opens a model behind a scripted server. `hear` asks and resolves with all that came. */
export async function open(config: Partial<ModelConfig> = {}) {
  const server: ScriptedModel = await createScriptedModel()
  onTestFinished(() => server.close())
  const settings = { apiKey: 'sk', baseUrl: server.baseUrl, name: 'gpt-4o', idleMs: 5_000, ...config }
  const model = createModel(settings, createLog('silent'))
  const stopping = new AbortController()
  const ask = (messages = question, options?: Parameters<typeof model.stream>[2]): Hearing => {
    const heard: Heard = { pieces: [], text: '', error: undefined }
    const listen = async () => {
      try {
        for await (const piece of model.stream(messages, stopping.signal, options)) {
          heard.pieces.push(piece)
          if (piece.kind === 'text') heard.text += piece.text
          if (piece.kind === 'again') heard.text = ''
        }
      } catch (error) {
        heard.error = error as ShownError
      }
      return heard
    }
    return Object.assign(listen(), { soFar: () => heard.text })
  }
  const hear = async (act?: (exchange: Exchange) => void): Promise<Heard> => {
    if (act !== undefined) server.answerAll(act)
    return ask()
  }
  return { server, model, ask, hear, abort: () => stopping.abort() }
}
