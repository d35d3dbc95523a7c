import { spawnSync } from 'node:child_process'
import { join, resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import { type Plugin, rolldown } from 'rolldown'

const folder = resolve('node_modules/.cache/threadwise')
const main = join(folder, 'main.mjs')

/**
 * Bundles the bot for the stories that start it as a process, more than a hundred times in all: to load its two thousand modules takes a
 * second of a core, the bundle a third of that. Stories of `npm start` and of the other commands run from the source.
 */
export async function setup(): Promise<void> {
  const bundle = await rolldown({
    input: 'src/main.ts',
    platform: 'node',
    plugins: [keepPlaces],
    // Native code, and modules that packages try to load.
    external: ['sharp', '@resvg/resvg-js', 'pg-native', 'bufferutil', 'utf-8-validate'],
    logLevel: 'silent',
  })
  await bundle.write({
    dir: folder,
    entryFileNames: 'main.mjs',
    chunkFileNames: '[name]-[hash].mjs',
    minify: { mangle: false, compress: false },
    cleanDir: true,
  })
  await bundle.close()
  process.env.BOT_MAIN = main
  // Compiled once: a process that is killed saves nothing of it for the next one.
  for (const script of [main, 'playground/main.ts'])
    spawnSync(process.execPath, [script, '--help'], { stdio: 'ignore' })
}

/** Modules start processes and read files that lie beside their source. */
const keepPlaces: Plugin = {
  name: 'keep-places',
  transform: (code, file) =>
    code.includes('import.meta.url')
      ? code.replaceAll('import.meta.url', JSON.stringify(pathToFileURL(file).href))
      : undefined,
}
