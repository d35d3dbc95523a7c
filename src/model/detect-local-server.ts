import { get, type IncomingMessage } from 'node:http'
import type { Config, ModelConfig } from '../config.ts'
import { readLlamaCpp, readLmStudio, readModelList, readOllama } from './local-servers.ts'

type AskJson = Parameters<typeof readOllama>[0]

type LocalModel = NonNullable<Awaited<ReturnType<typeof readOllama>>>

/** A server on this machine that speaks the OpenAI API, and the model of it to use. */
interface LocalServer {
  kind: LocalKind
  /** Ends in `/v1`. */
  baseUrl: string
  model: string
  /** Tokens of prompt and answer together, if the server says so. */
  contextTokens?: number
}

/** The known local servers, the preferred first. */
type LocalKind = 'ollama' | 'lmstudio' | 'llama.cpp' | 'vllm' | 'jan'

interface DetectOptions {
  /** The value of `OLLAMA_HOST`; ignored unless it names this machine, since no other is asked. */
  ollamaHost?: string | undefined
  /** Replaces the well-known ports. */
  ports?: Partial<Record<LocalKind, number>>
  /** The time for all requests together. */
  patienceMs?: number
}

/** A server on this machine answers in milliseconds; a start is delayed by this much if one hangs. */
const PATIENCE_MS = 400
/** Lists of models stay far below. */
const BODY_BYTES = 1024 * 1024

const PORTS: Record<LocalKind, number> = { ollama: 11434, lmstudio: 1234, 'llama.cpp': 8080, vllm: 8000, jan: 1337 }

const READERS: Record<LocalKind, (ask: AskJson) => Promise<LocalModel | undefined>> = {
  ollama: readOllama,
  lmstudio: readLmStudio,
  'llama.cpp': readLlamaCpp,
  vllm: readModelList,
  jan: readModelList,
}

/**
 * Detects a model server on this machine by asking every known one at once. The first of `LocalKind` that has a usable model wins,
 * however fast the others are. Never throws: a server that answers nonsense, too slowly or not at all is not there.
 */
export async function detectLocalServer(options: DetectOptions = {}): Promise<LocalServer | undefined> {
  const done = new AbortController()
  const signal = AbortSignal.any([done.signal, AbortSignal.timeout(options.patienceMs ?? PATIENCE_MS)])
  const findings = buildCandidates(options).map(candidate => find(candidate, signal))
  try {
    for (const finding of findings) {
      const server = await finding
      if (server) return server
    }
    return undefined
  } finally {
    done.abort()
  }
}

/** Adds a detected server to the settings; what is set stands. */
export function buildDetectedConfig(
  { model, modelIsNamed }: Pick<Config, 'model' | 'modelIsNamed'>,
  found: LocalServer,
): ModelConfig {
  const { fallbacks = [] } = model
  return {
    ...(found.contextTokens !== undefined && { contextTokens: found.contextTokens }),
    // Most of these servers do one thing at a time, and some cut an answer when the next question comes.
    concurrency: 1,
    ...model,
    baseUrl: found.baseUrl,
    name: modelIsNamed ? model.name : found.model,
    fallbacks: fallbacks.map(one => ({ ...one, baseUrl: found.baseUrl })),
  }
}

interface Candidate {
  kind: LocalKind
  origin: string
}

function buildCandidates({ ollamaHost, ports }: DetectOptions): Candidate[] {
  const all = { ...PORTS, ...ports }
  const ollama = parseLoopbackOrigin(ollamaHost) ?? `http://127.0.0.1:${all.ollama}`
  const others = (['lmstudio', 'llama.cpp', 'vllm', 'jan'] as const).map(kind => ({
    kind,
    origin: `http://127.0.0.1:${all[kind]}`,
  }))
  return [{ kind: 'ollama', origin: ollama }, ...others]
}

/** Finds a server. llama.cpp also answers like Ollama, so it is ruled out before Ollama is believed. */
async function find({ kind, origin }: Candidate, signal: AbortSignal): Promise<LocalServer | undefined> {
  const ask: AskJson = path => askJson(`${origin}${path}`, signal)
  const baseUrl = `${origin}/v1`
  if (kind !== 'ollama') return named(kind, baseUrl, await READERS[kind](ask))
  const [llamaCpp, ollama] = await Promise.all([readLlamaCpp(ask), readOllama(ask)])
  return named('llama.cpp', baseUrl, llamaCpp) ?? named('ollama', baseUrl, ollama)
}

const named = (kind: LocalKind, baseUrl: string, model: LocalModel | undefined): LocalServer | undefined =>
  model && { kind, baseUrl, ...model }

/** Fetches JSON by plain `http` rather than `fetch`: no proxy and no redirect can lead off this machine. */
async function askJson(url: string, signal: AbortSignal): Promise<unknown> {
  try {
    const response = await new Promise<IncomingMessage>((resolve, reject) => {
      get(url, { agent: false, signal, headers: { accept: 'application/json' } }, resolve).on('error', reject)
    })
    return response.statusCode === 200 ? JSON.parse(await readBody(response)) : abandon(response)
  } catch {
    // No server there, or none that makes sense.
    return undefined
  }
}

function abandon(response: IncomingMessage): undefined {
  response.destroy()
}

async function readBody(response: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = []
  let bytes = 0
  for await (const chunk of response as AsyncIterable<Buffer>) {
    bytes += chunk.length
    if (bytes > BODY_BYTES) throw new Error('larger than any list of models')
    chunks.push(chunk)
  }
  return Buffer.concat(chunks).toString('utf8')
}

const OLLAMA_FORM = /^(?:(http):\/\/)?(\[[0-9a-f:]+\]|[^:/[\]]*)(?::(\d{1,5}))?\/*$/i

/**
 * Parses `OLLAMA_HOST` in every form that Ollama takes ("127.0.0.1", ":11435", "http://localhost:11434"); undefined unless it names
 * this machine. A server that listens on "0.0.0.0" listens here too.
 */
function parseLoopbackOrigin(host: string | undefined): string | undefined {
  const [, scheme, name = '', port] = OLLAMA_FORM.exec((host ?? '').trim().replace(/^["']|["']$/g, '')) ?? []
  const address = parseLoopbackAddress(name.toLowerCase())
  if (!host?.trim() || !address || Number(port) > 65_535) return undefined
  return `http://${address}:${port ?? (scheme ? 80 : PORTS.ollama)}`
}

function parseLoopbackAddress(name: string): string | undefined {
  if (['', 'localhost', '0.0.0.0', '[::]'].includes(name)) return '127.0.0.1'
  return name === '[::1]' || /^127(?:\.\d{1,3}){3}$/.test(name) ? name : undefined
}
