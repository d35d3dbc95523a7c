import { readFile } from 'node:fs/promises'
import { describe, expect, test } from 'vitest'
import { findMisspelled } from '../src/cli/misspelled.ts'
import { environment, parseConfig } from '../src/config.ts'

const enough = { SLACK_BOT_TOKEN: 'xoxb-1', SLACK_APP_TOKEN: 'xapp-1', OPENAI_API_KEY: 'sk-1' }

describe('the environment', () => {
  test('needs three values and has a default for the rest', () => {
    expect(parseConfig(enough)).toMatchObject({
      config: {
        transport: { kind: 'socket' },
        port: 3000,
        slackApiUrl: 'https://slack.com/api/',
        model: { idleMs: 60_000 },
      },
    })
  })

  test('is read without the quotes that Docker keeps', () => {
    expect(parseConfig({ ...enough, SLACK_BOT_TOKEN: '"xoxb-1"', REDACTION_WORDS: '"falcon", "eagle"' })).toMatchObject(
      {
        config: { botToken: 'xoxb-1', redaction: { words: ['"falcon"', '"eagle"'] } },
      },
    )
  })

  test('without an app token means HTTP', () => {
    const { SLACK_APP_TOKEN: _, ...rest } = enough
    expect(parseConfig({ ...rest, SLACK_SIGNING_SECRET: 's' })).toMatchObject({
      config: { transport: { kind: 'http', signingSecret: 's' } },
    })
  })

  test('with a server of one’s own needs no key', () => {
    const { OPENAI_API_KEY: _, ...rest } = enough
    const read = parseConfig({ ...rest, OPENAI_BASE_URL: 'http://127.0.0.1:11434/v1', OPENAI_MODEL: 'qwen3' })
    expect(read).toMatchObject({ config: { model: { name: 'qwen3', baseUrl: 'http://127.0.0.1:11434/v1' } } })
  })

  test('bounds the requests at once only where it is told to', () => {
    const unset = parseConfig(enough)
    expect('config' in unset && unset.config.model).not.toHaveProperty('concurrency')
    expect(parseConfig({ ...enough, MODEL_CONCURRENCY: '2' })).toMatchObject({ config: { model: { concurrency: 2 } } })
    expect(parseConfig({ ...enough, MODEL_CONCURRENCY: '0' })).toMatchObject({
      problems: [{ name: 'MODEL_CONCURRENCY' }],
    })
  })

  test('that is wrong is told all at once, each problem with its cure', () => {
    const read = parseConfig({
      SLACK_BOT_TOKEN: 'xapp-swapped',
      PORT: '70000',
      OPENAI_BASE_URL: 'localhost',
      LOG_LEVEL: 'loud',
      MODEL_IMAGES: 'yes',
      REDACTION_WORDS: 'falcon,*',
    })
    const problems = 'problems' in read ? read.problems : []
    expect(problems.map(({ name }) => name)).toEqual([
      'SLACK_BOT_TOKEN',
      'PORT',
      'OPENAI_BASE_URL',
      'MODEL_IMAGES',
      'REDACTION_WORDS',
      'LOG_LEVEL',
      'SLACK_APP_TOKEN or SLACK_SIGNING_SECRET',
    ])
    for (const { sentence } of problems) expect(sentence.length).toBeGreaterThan(10)
    expect(JSON.stringify(problems)).not.toContain('xapp-swapped')
    const mixed = parseConfig({ SLACK_BOT_TOKEN: 'xoxb-1', SLACK_SIGNING_SECRET: 'xapp-1', OPENAI_API_KEY: 'xoxb-2' })
    const names = 'problems' in mixed ? mixed.problems.map(({ name }) => name) : []
    expect(names).toEqual(['SLACK_SIGNING_SECRET', 'OPENAI_API_KEY'])
  })

  test.each([
    ['OPENAI_KEY', 'OPENAI_API_KEY'],
    ['OPENAI_API_BASE', 'OPENAI_BASE_URL'],
    ['openai_model', 'OPENAI_MODEL'],
    ['OPEN_AI_URL', 'OPENAI_BASE_URL'],
    ['BUDGET_DAYS', 'BUDGET_DAY'],
    ['BUDGET_PERSON_MOTNHS', 'BUDGET_PERSON_MONTH'],
    ['LOGLEVEL', 'LOG_LEVEL'],
    ['SLACK_TOKEN', 'SLACK_APP_TOKEN'],
  ])('with %s is taken for mistyped: %s is meant, unless that is set', (name, meant) => {
    const env = { SLACK_BOT_TOKEN: 'xoxb-1', [name]: 'x' }
    expect(findMisspelled(env)).toEqual([{ name, meant }])
    expect(findMisspelled({ ...env, [meant]: 'x' })).toEqual([])
    expect(findMisspelled({ ...env, [name]: ' ' })).toEqual([])
  })

  test('with names that are for other programs is left alone', () => {
    const others =
      `HOSTNAME HOSTS XDG_DATA_DIRS POSTGRES_PASSWORD OPENAI_ORG_ID OPENAI_API_VERSION SLACK_WEBHOOK_URL API_KEY
      BASE_URL TEST_DATABASE_URL DB_URL MODEL_NAME SLACK_CHANNEL IMAGE_NAME IMAGE_TAG PORTS SPEECH_KEY LOG_FORMAT
      DATABASE_HOST METRICS_HOST CACHE_DIR DEEPSEEK_API_KEY OPENROUTER_API_KEY NODE_ENV`.split(/\s+/)
    expect(findMisspelled(Object.fromEntries(others.map(name => [name, 'x'])))).toEqual([])
  })

  test('with a speech server needs its model and voice, and gives it no key of another server', () => {
    const server = { SPEECH_BASE_URL: 'http://127.0.0.1:8880/v1' }
    expect(parseConfig(enough)).toMatchObject({ config: { speech: undefined } })
    expect(parseConfig({ ...enough, ...server })).toMatchObject({
      problems: [{ name: 'SPEECH_MODEL' }, { name: 'SPEECH_VOICE' }],
    })
    expect(parseConfig({ ...enough, ...server, SPEECH_MODEL: 'kokoro', SPEECH_VOICE: 'af_heart' })).toMatchObject({
      config: { speech: { baseUrl: 'http://127.0.0.1:8880/v1', model: 'kokoro', voice: 'af_heart', apiKey: 'none' } },
    })
  })

  test('with a database takes PostgreSQL’s address, and never repeats a password that stands in a wrong one', () => {
    const url = 'postgresql://bot:secret@db.example:5432/threadwise'
    expect(parseConfig(enough)).toMatchObject({ config: { databaseUrl: undefined } })
    expect(parseConfig({ ...enough, DATABASE_URL: url })).toMatchObject({ config: { databaseUrl: url } })
    const wrong = parseConfig({ ...enough, DATABASE_URL: url.replace('postgresql', 'mysql') })
    expect(wrong).toMatchObject({ problems: [{ name: 'DATABASE_URL' }] })
    expect(JSON.stringify(wrong)).not.toContain('secret')
  })

  test('treats the blanks of a copied .env.example as not set', () => {
    expect(parseConfig({ ...enough, PORT: '', OPENAI_BASE_URL: ' ' })).toHaveProperty('config')
  })
})

describe('the names of the environment are the same', () => {
  const names = Object.keys(environment.shape)

  test('in the README’s table', async () => {
    const readme = await readFile('README.md', 'utf8')
    const rows = [...readme.matchAll(/^\| `([A-Z_]+)` \|/gm)].map(match => match[1])
    expect(rows).toEqual(names)
  })

  test('in .env.example', async () => {
    const example = await readFile('.env.example', 'utf8')
    const rows = [...example.matchAll(/^(?:# )?([A-Z_]+)=/gm)].map(match => match[1])
    expect(rows.toSorted()).toEqual(names.toSorted())
  })
})
