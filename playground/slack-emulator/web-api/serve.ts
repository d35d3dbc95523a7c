import type { IncomingMessage, ServerResponse } from 'node:http'
import type { SlackJson } from '../../protocol.ts'
import { text } from '../args.ts'
import type { Body } from '../bodies.ts'
import type { Core } from '../core.ts'
import { cutOff, type FaultAnswer, type FaultRule, toFaultAnswer, waitFor } from '../faults.ts'
import { sendJson } from '../http.ts'
import { Refusal } from '../refusal.ts'
import type { TokenKind } from '../wire.ts'
import { createAgentMethods } from './agents.ts'
import { createAuthMethods } from './auth.ts'
import { createChatMethods } from './chat.ts'
import { createConversationMethods } from './conversations.ts'
import { createFileMethods } from './files.ts'
import type { Method, Methods } from './method.ts'
import { createReactionMethods } from './reactions.ts'
import { createStreamMethods } from './stream.ts'
import { createUserMethods } from './users.ts'
import { createViewMethods } from './views.ts'

/** Answers one call of the Web API. */
export type WebApi = (name: string, request: IncomingMessage, body: Body, response: ServerResponse) => Promise<void>

/** The Web API over the workspace, with its faults, limits and latency. */
export function createWebApi(core: Core, latencyMs: number): WebApi {
  const { wire, faults, limits } = core
  const methods = collect(core)
  const lag = () => new Promise<void>(resolve => setTimeout(resolve, latencyMs / 2))

  function authorize(method: Method, kind: TokenKind): void {
    if (kind === 'none') throw new Refusal('not_authed')
    if (kind === 'invalid') throw new Refusal('invalid_auth')
    if ((kind === 'app') !== (method.isForApp ?? false)) throw new Refusal('not_allowed_token_type')
    const isGranted = method.scopes.length === 0 || method.scopes.some(scope => core.scopes.includes(scope))
    if (isGranted) return
    throw new Refusal('missing_scope', { needed: method.scopes.join(','), provided: core.scopes.join(',') })
  }

  /** What Slack answers: the method's result, or the error by its name. */
  function run(
    name: string,
    args: SlackJson,
    kind: TokenKind,
  ): { status: number; body: SlackJson; retryAfter?: number } {
    const method = methods[name]
    try {
      if (!method) throw new Refusal('unknown_method', { req_method: name })
      authorize(method, kind)
      const retryAfter = limits.take(name, text(args, 'channel') ?? '')
      if (retryAfter > 0) return { status: 429, body: { ok: false, error: 'ratelimited' }, retryAfter }
      return { status: 200, body: { ok: true, ...method.run(args) } }
    } catch (error) {
      if (error instanceof Refusal) return { status: 200, body: { ok: false, error: error.code, ...error.extra } }
      throw error
    }
  }

  function answer(response: ServerResponse, { status, body, retryAfter }: ReturnType<typeof run>, name: string): void {
    const method = methods[name]
    sendJson(response, status, body, {
      'x-oauth-scopes': core.scopes.join(','),
      ...(method && method.scopes.length > 0 && { 'x-accepted-oauth-scopes': method.scopes.join(',') }),
      ...(retryAfter && { 'retry-after': String(retryAfter) }),
    })
  }

  return async (name, request, body, response) => {
    const { token, args } = splitToken(request, body.args)
    const call = wire.begin(name, args, kindOf(core, token))
    if (latencyMs > 0) await lag()
    const fault = faults.strike(name, args)
    await waitFor(fault)
    const instead = refuseByFault(response, fault)
    if (instead) return wire.end(call, instead.status, instead.error)
    const result = run(name, args, call.token)
    if (latencyMs > 0) await lag()
    if (fault?.cut === 'after') {
      cutOff(response)
      return wire.end(call, 'failed', 'cut after it took effect')
    }
    answer(response, result, name)
    wire.end(call, result.body.ok ? 'ok' : 'refused', result.body.ok ? '' : String(result.body.error))
  }
}

/** Ends the call as the fault says, without effect; `undefined` when the fault lets it take effect. */
export function refuseByFault(
  response: ServerResponse,
  fault: FaultRule | undefined,
): { status: 'refused' | 'failed'; error: string } | undefined {
  if (fault?.cut === 'before') {
    cutOff(response)
    return { status: 'failed', error: 'cut before it took effect' }
  }
  const answer = toFaultAnswer(fault)
  if (!answer) return undefined
  sendFault(response, answer)
  return { status: answer.error.startsWith('http ') ? 'failed' : 'refused', error: answer.error }
}

function sendFault(response: ServerResponse, { status, headers, body }: FaultAnswer): void {
  response.writeHead(status, headers).end(body)
}

function splitToken(request: IncomingMessage, all: SlackJson): { token: string; args: SlackJson } {
  const { token: inBody, ...args } = all
  const bearer = /^Bearer (\S+)$/i.exec(request.headers.authorization ?? '')?.[1]
  return { token: bearer ?? (typeof inBody === 'string' ? inBody : ''), args }
}

function kindOf({ identity }: Core, token: string): TokenKind {
  if (token === '') return 'none'
  if (token === identity.botToken) return 'bot'
  return token === identity.appToken ? 'app' : 'invalid'
}

function collect(core: Core): Methods {
  return {
    ...createAuthMethods(core),
    ...createUserMethods(core),
    ...createConversationMethods(core),
    ...createChatMethods(core),
    ...createStreamMethods(core),
    ...createAgentMethods(core),
    ...createReactionMethods(core),
    ...createViewMethods(core),
    ...createFileMethods(core),
  }
}
