import { readdir } from 'node:fs/promises'
import { resolve } from 'node:path'
import dotenv from 'dotenv'
import { parseDatabaseUrl, parseDataDir } from '../config.ts'
import { formatError, StartError } from '../errors.ts'
import { createLog } from '../log.ts'
import { openStoreOf } from '../store/open-for-commands.ts'
import { backupFolder } from '../store/open-sqlite-store.ts'
import { parseCommandLine } from './command-line.ts'

const usage = `Usage: npm run forget -- --user ID [--dry-run]

Erases everything the bot keeps about a person, and prints how much that was. The bot can keep running.

  --user ID            the member ID from their Slack profile, like U0123456789
  --dry-run            only print what would be erased`

const { values } = parseCommandLine(usage, { user: { type: 'string' }, 'dry-run': { type: 'boolean', default: false } })
process.umask(0o077)
dotenv.config({ quiet: true })
try {
  const { user = '' } = values
  if (!/^[UW][A-Z0-9]+$/.test(user))
    throw new StartError(
      'give the member ID from the person’s Slack profile, like --user U0123456789; “npm run usage -- --by person” lists the IDs of those who used the bot',
    )
  const store = await openStoreOf(process.env, createLog('silent'))
  const counts = await store.forgetting.person(user, { isDryRun: values['dry-run'] }).finally(store.close)
  const lines = Object.entries(counts).map(([what, count]) => `${what}: ${count.toLocaleString('en')}\n`)
  const total = Object.values(counts).reduce((sum, count) => sum + count, 0)
  const verb = values['dry-run'] ? 'would be erased' : 'erased'
  const unknown = total > 0 ? '' : `Nothing is kept about ${user}. Check the ID in the person’s Slack profile.\n`
  process.stdout.write(
    `${lines.join('')}\n${user}: ${total.toLocaleString('en')} ${verb}.\n${unknown}${await formatCopies()}`,
  )
} catch (error) {
  const isOutdated = /no such (table|column)|does not exist/.test(String(error))
  const reason = isOutdated
    ? 'the database is from an older version; start the bot once to update it'
    : formatError(error)
  process.stderr.write(`Nothing was erased: ${error instanceof StartError ? error.message : reason}\n`)
  process.exitCode = 1
}

/** Formats where copies of the store are that the bot has made: nothing is erased from them. */
async function formatCopies(): Promise<string> {
  if (parseDatabaseUrl(process.env) !== undefined)
    return 'Dumps of the database still hold what was in it: delete old ones.\n'
  const folder = resolve(parseDataDir(process.env), backupFolder)
  const copies = await readdir(folder).catch(() => [])
  return copies.length === 0
    ? ''
    : `Copies in ${folder} still hold what was kept then: delete old ones (${copies.length}).\n`
}
