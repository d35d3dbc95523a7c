import { readdir, readFile } from 'node:fs/promises'
import { expect, test } from 'vitest'
import { parse } from 'yaml'
import { z } from 'zod'
import { en } from '../src/i18n/en.ts'
import { neededScopes } from '../src/slack/identity.ts'

/**
 * Slack's limits on a manifest. An unknown key fails the whole manifest there, so every object is strict. Source:
 * slackapi/manifest-schema, manifest.schema.2.0.0.
 */
const between = (least: number, most: number) => z.string().min(least).max(most)
const prompt = z.strictObject({ title: z.string(), message: z.string() })
const manifest = z.strictObject({
  _metadata: z.strictObject({ major_version: z.literal(2), minor_version: z.int() }),
  display_information: z.strictObject({
    name: between(1, 35),
    description: between(1, 140),
    long_description: between(175, 4000),
    background_color: z.string().regex(/^#[0-9a-fA-F]{6}$/),
  }),
  features: z.strictObject({
    app_home: z.strictObject({
      home_tab_enabled: z.boolean(),
      messages_tab_enabled: z.boolean(),
      messages_tab_read_only_enabled: z.boolean(),
    }),
    bot_user: z.strictObject({ display_name: between(1, 80), always_online: z.boolean() }),
    agent_view: z.strictObject({ agent_description: between(1, 300), suggested_prompts: z.array(prompt).max(4) }),
    shortcuts: z
      .array(
        z.strictObject({
          name: between(1, 24),
          type: z.enum(['message', 'global']),
          callback_id: between(1, 255),
          description: between(1, 150),
        }),
      )
      .min(1)
      .max(10),
    slash_commands: z
      .array(
        z.strictObject({
          command: between(2, 32).startsWith('/'),
          description: between(1, 2000),
          usage_hint: between(1, 1000),
          should_escape: z.boolean(),
        }),
      )
      .min(1)
      .max(50),
  }),
  oauth_config: z.strictObject({ scopes: z.strictObject({ bot: z.array(z.string()).max(255) }) }),
  settings: z.strictObject({
    event_subscriptions: z.strictObject({ bot_events: z.array(z.string()).min(1).max(100) }),
    interactivity: z.strictObject({ is_enabled: z.boolean() }),
    org_deploy_enabled: z.boolean(),
    socket_mode_enabled: z.boolean(),
    token_rotation_enabled: z.boolean(),
  }),
})

const read = async () => manifest.parse(parse(await readFile('manifest.yml', 'utf8')))

test('Slack would take the manifest as it is', async () => {
  expect(manifest.safeParse(parse(await readFile('manifest.yml', 'utf8'))).error).toBeUndefined()
})

test('the README gives the reason for each scope, and for no other', async () => {
  const readme = await readFile('README.md', 'utf8')
  const rows = [...readme.matchAll(/^\| `([a-z_]+:[a-z.]+|commands)` \|/gm)].map(match => match[1])
  expect(rows).toEqual((await read()).oauth_config.scopes.bot)
})

test('the scopes that the bot misses aloud at start are those of the manifest', async () => {
  expect(neededScopes.toSorted()).toEqual((await read()).oauth_config.scopes.bot.toSorted())
})

test('every gesture that the manifest offers has a listener, and every listener’s is offered', async () => {
  const { features, settings } = await read()
  const files = (await readdir('src/features', { recursive: true })).filter(name => name.endsWith('.ts')).toSorted()
  const sources = await Promise.all(files.map(name => readFile(`src/features/${name}`, 'utf8')))
  const source = sources.join('\n')
  const commands = [...source.matchAll(/app\.command\('([^']+)'/g)].map(match => match[1])
  const shortcuts = [...source.matchAll(/app\.shortcut\(\{ callback_id: '([^']+)'/g)].map(match => match[1])
  const events = new Set([...source.matchAll(/app\.event\('([^']+)'/g)].map(match => match[1]))
  expect(commands.toSorted()).toEqual(features.slash_commands.map(({ command }) => command).toSorted())
  expect(shortcuts.toSorted()).toEqual(features.shortcuts.map(({ callback_id }) => callback_id).toSorted())
  expect([...events].toSorted()).toEqual(
    [...new Set(settings.event_subscriptions.bot_events.map(event => event.split('.')[0]))].toSorted(),
  )
})

test('the manifest suggests the prompts that the bot suggests where it knows no channel', async () => {
  const { missed, feedback, abilities } = en.prompts.list
  const { suggested_prompts } = (await read()).features.agent_view
  expect(suggested_prompts).toEqual([missed, feedback, abilities])
})
