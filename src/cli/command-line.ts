import { type ParseArgsOptionsConfig, parseArgs } from 'node:util'

/** The exit code for a command line that cannot be read. */
const exitMisused = 2

/**
 * Parses the arguments of a command. `--help` prints the usage and ends the process; an argument that the command does not take is
 * named, and ends it with code 2. The usage begins with "Usage: npm run … -- ".
 */
export function parseCommandLine<Options extends ParseArgsOptionsConfig>(
  usage: string,
  options: Options,
  { allowPositionals = false } = {},
) {
  const help = { type: 'boolean', short: 'h' } as const
  try {
    const parsed = parseArgs({ options: { ...options, help }, allowPositionals })
    if (!('help' in parsed.values)) return parsed
    process.stdout.write(`${usage}\n  -h, --help           print this\n`)
    process.exit(0)
  } catch (error) {
    const command = /^Usage: (npm (?:run )?\S+)/.exec(usage)?.[1]
    process.stderr.write(`${(error as Error).message}\nSee: ${command} -- --help\n`)
    process.exit(exitMisused)
  }
}
