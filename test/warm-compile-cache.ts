import { spawnSync } from 'node:child_process'

/** Compiles once what every bot and playground imports: a process that is killed saves nothing of it for the next one. */
export function setup(): void {
  for (const main of ['src/main.ts', 'playground/main.ts']) {
    spawnSync(process.execPath, [main, '--help'], { stdio: 'ignore' })
  }
}
