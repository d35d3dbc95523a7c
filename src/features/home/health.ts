import { readFile } from 'node:fs/promises'
import { z } from 'zod'
import type { I18n } from '../../i18n/catalog.ts'
import { escapeMrkdwn } from '../../text/mrkdwn-inline.ts'
import { parseJson } from '../../text/parse-json.ts'
import type { Services } from '../context.ts'
import { formatModelTitle } from '../model-title.ts'

type Deps = Pick<Services, 'store' | 'metrics' | 'limiter' | 'models'>

/** Failures that are listed. */
const mostListed = 5

const versionSchema = z.object({ version: z.string() })

/** Renders how the bot is, as mrkdwn for an admin. What is not counted over all replicas is said to be this process's. */
export async function renderHealth(deps: Deps, i18n: I18n, timeZone: string): Promise<string> {
  const { health, formats } = i18n
  const [version, { model }, names, { oldestAt, ...queue }, failures] = await Promise.all([
    readVersion(),
    deps.models.choose({ channel: '' }),
    deps.store.shared?.replicas.alive(),
    deps.store.health.queue(),
    deps.store.health.failures(mostListed),
  ])
  const name = escapeMrkdwn(formatModelTitle(model.title, i18n))
  const resting = model.resting ?? []
  const lines = [
    health.version({ version, uptime: formats.span(process.uptime() * 1000) }),
    ...(names === undefined ? [] : [health.replicas({ count: names.length })]),
    health.queue(queue),
    ...(oldestAt === undefined ? [] : [health.oldest({ waited: formats.span(Date.now() - oldestAt) })]),
    health.limits({ refused: deps.metrics.recentRefusals, waiting: deps.limiter.waiting }),
    resting.length === 0
      ? health.model({ name })
      : health.resting({ names: formats.and(resting.map(escapeMrkdwn)), name }),
    health.failures({ count: failures.count }),
  ]
  const listed = failures.newest.map(({ at, what, reference }) => {
    const facts = [
      formats.near(at, timeZone),
      escapeMrkdwn(what),
      ...(reference === null ? [] : [`\`${escapeMrkdwn(reference)}\``]),
    ]
    return `      ${facts.join(' · ')}`
  })
  return [...lines.map(line => `• ${line}`), ...listed].join('\n')
}

/** Reads the version of the program. */
async function readVersion(): Promise<string> {
  const text = await readFile(new URL('../../../package.json', import.meta.url), 'utf8').catch(() => '')
  return parseJson(text, versionSchema)?.version ?? ''
}
