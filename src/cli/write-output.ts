import { writeFile } from 'node:fs/promises'
import { StartError } from '../errors.ts'

/** Writes what a command was asked to write. Throws a `StartError` if the file cannot be written. */
export async function writeOutput(path: string, content: string | Uint8Array): Promise<void> {
  await writeFile(path, content).catch(({ code }) => {
    throw new StartError(`${path} cannot be written (${code}); name another file`)
  })
}
