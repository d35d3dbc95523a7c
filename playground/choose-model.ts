import { vendorBaseUrl } from '../src/config.ts'
import { formatModelTitle } from '../src/model/client.ts'
import { detectLocalServer } from '../src/model/detect-local-server.ts'

/** Which model answers in the playground, decided once at start. */
export interface ChosenModel {
  /** For people: on the page and in the app's home. */
  title: string
  /** The settings that make the bot use it, given the address at which the playground itself serves. */
  toEnvironment(playgroundUrl: string): Record<string, string>
}

/** What the engine can read at once: it needs no memory for it. */
const engineTokens = '1000000'

/**
 * What the environment says; else a server on this machine that speaks the OpenAI API; else the built-in engine, which
 * needs nothing and says openly that it is no language model.
 */
export async function chooseModel(env: Record<string, string | undefined>): Promise<ChosenModel> {
  if (env.OPENAI_API_KEY || env.OPENAI_BASE_URL) {
    const host = URL.parse(env.OPENAI_BASE_URL || vendorBaseUrl)?.host ?? 'OPENAI_BASE_URL'
    return { title: `${env.OPENAI_MODEL || 'the default model'} at ${host}`, toEnvironment: () => ({}) }
  }
  const found = await detectLocalServer({ ollamaHost: env.OLLAMA_HOST })
  if (found !== undefined) {
    return {
      title: `${formatModelTitle(found.model, found.baseUrl)} (found on this machine)`,
      toEnvironment: () => ({
        OPENAI_BASE_URL: found.baseUrl,
        OPENAI_MODEL: found.model,
        ...(!env.MODEL_CONCURRENCY && { MODEL_CONCURRENCY: '1' }),
        ...(found.contextTokens !== undefined && { MODEL_CONTEXT_TOKENS: String(found.contextTokens) }),
      }),
    }
  }
  return {
    title: 'built-in engine (no language model)',
    toEnvironment: url => ({
      OPENAI_BASE_URL: `${url}/v1`,
      OPENAI_MODEL: 'built-in-engine',
      MODEL_CONTEXT_TOKENS: engineTokens,
    }),
  }
}
