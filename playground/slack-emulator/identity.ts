import { randomBytes } from 'node:crypto'

/** Who the bot is in this workspace, and the secrets that it proves it with. */
export interface Identity {
  teamId: string
  /** Of a team in an Enterprise Grid. */
  enterpriseId?: string
  teamName: string
  teamDomain: string
  botUserId: string
  botId: string
  botName: string
  appId: string
  botToken: string
  appToken: string
  signingSecret: string
}

/** An identity with fresh secrets: a bot that has yesterday's token is refused, as in Slack. */
export function createIdentity(botName: string, enterpriseId?: string): Identity {
  return {
    ...(enterpriseId !== undefined && { enterpriseId }),
    teamId: 'T0LOCAL001',
    teamName: 'Local workspace',
    teamDomain: 'local',
    botUserId: 'U0BOTUSER1',
    botId: 'B0BOT00001',
    botName,
    appId: 'A0APP00001',
    botToken: `xoxb-local-${randomBytes(12).toString('hex')}`,
    appToken: `xapp-local-${randomBytes(12).toString('hex')}`,
    signingSecret: randomBytes(16).toString('hex'),
  }
}
