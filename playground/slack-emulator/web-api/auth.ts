import type { Core } from '../core.ts'
import type { Methods } from './method.ts'

/** Who am I, and where do I connect. */
export function createAuthMethods({ identity, sockets, url, pageUrl }: Core): Methods {
  return {
    'auth.test': {
      scopes: [],
      run: () => ({
        url: `${pageUrl()}/`,
        team: identity.teamName,
        user: identity.botName.toLowerCase(),
        team_id: identity.teamId,
        user_id: identity.botUserId,
        bot_id: identity.botId,
        ...(identity.enterpriseId !== undefined && { enterprise_id: identity.enterpriseId }),
        is_enterprise_install: false,
      }),
    },
    'api.test': { scopes: [], run: args => ({ args }) },
    'apps.connections.open': {
      scopes: [],
      isForApp: true,
      run: () => ({ url: `${url().replace('http:', 'ws:')}${sockets.openTicket()}` }),
    },
  }
}
