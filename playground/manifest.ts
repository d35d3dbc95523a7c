import { readFile } from 'node:fs/promises'
import { parse } from 'yaml'
import { z } from 'zod'
import type { PageCommand, PageShortcut } from './protocol.ts'

/** The part of manifest.yml that a workspace offers to people. */
const offered = z.object({
  features: z.object({
    slash_commands: z.array(
      z.object({ command: z.string(), description: z.string(), usage_hint: z.string().default('') }),
    ),
    shortcuts: z.array(
      z.object({
        name: z.string(),
        type: z.enum(['message', 'global']),
        callback_id: z.string(),
        description: z.string(),
      }),
    ),
  }),
})

/** Reads which commands and shortcuts the app has, from the same file with which it is created in a real workspace. */
export async function readManifest(): Promise<{ commands: PageCommand[]; shortcuts: PageShortcut[] }> {
  const text = await readFile(new URL('../manifest.yml', import.meta.url), 'utf8')
  const { features } = offered.parse(parse(text))
  return {
    commands: features.slash_commands.map(({ command, description, usage_hint }) => ({
      command,
      description,
      usageHint: usage_hint,
    })),
    shortcuts: features.shortcuts.map(({ name, type, callback_id, description }) => ({
      callbackId: callback_id,
      name,
      description,
      type,
    })),
  }
}
