import { readFile } from 'node:fs/promises'
import { expect, test } from 'vitest'
import { parse } from 'yaml'
import { environment } from '../src/config.ts'

interface Service {
  image?: string
  profiles?: string[]
  environment: Record<string, string>
  volumes?: string[]
  ports?: string[]
  healthcheck?: unknown
  depends_on?: Record<string, { condition: string }>
  deploy?: { replicas: number }
  stop_grace_period: string
}

test('compose.yml starts two replicas on one PostgreSQL that keeps what it has', async () => {
  const { services, volumes } = parse(await readFile('compose.yml', 'utf8')) as {
    services: Record<'postgres' | 'threadwise', Service>
    volumes: Record<string, unknown>
  }
  const { postgres, threadwise } = services
  expect(threadwise.deploy?.replicas).toBe(2)
  // A replica that starts before its database would end, and with it what Slack tells it.
  expect(threadwise.depends_on).toEqual({ postgres: { condition: 'service_healthy' } })
  expect(postgres.healthcheck).toBeDefined()
  const [volume = '', path] = postgres.volumes?.[0]?.split(':') ?? []
  expect(volumes).toHaveProperty(volume)
  expect(path).toBe('/var/lib/postgresql/data')
  expect([postgres.ports, threadwise.ports]).toEqual([undefined, undefined])
  const patience = environment.shape.STOP_SECONDS.parse(undefined)
  expect(Number.parseInt(threadwise.stop_grace_period, 10)).toBeGreaterThan(patience + 10)
})

test('compose.yml gives the bot an address that it takes, and the password beside it', async () => {
  const { services } = parse(await readFile('compose.yml', 'utf8')) as { services: Record<string, Service> }
  const { DATABASE_URL, PGPASSWORD } = services.threadwise?.environment ?? {}
  const { username, hostname, pathname, password } = new URL(environment.shape.DATABASE_URL.parse(DATABASE_URL) ?? '')
  const { POSTGRES_USER, POSTGRES_DB, POSTGRES_PASSWORD } = services.postgres?.environment ?? {}
  expect(services).toHaveProperty(hostname)
  expect([username, pathname.slice(1)]).toEqual([POSTGRES_USER, POSTGRES_DB])
  expect(password).toBe('')
  expect(PGPASSWORD).toBe(POSTGRES_PASSWORD)
})

test('compose.yml has a speech server of a named version for those who want one, at the address that it tells them', async () => {
  const text = await readFile('compose.yml', 'utf8')
  const { services } = parse(text) as { services: Record<string, Service> }
  const { speech } = services
  expect(speech?.profiles).toEqual(['speech'])
  expect(speech?.image).toMatch(/:v\d+\.\d+\.\d+$/)
  expect(speech?.ports).toBeUndefined()
  const [, address = ''] = /SPEECH_BASE_URL=([^,\s]+)/.exec(text) ?? []
  expect(new URL(environment.shape.SPEECH_BASE_URL.parse(address) ?? '').hostname).toBe('speech')
})

test('compose.yml has a transcription server that starts only when it is asked for, and that no other machine reaches', async () => {
  const { services, volumes } = parse(await readFile('compose.yml', 'utf8')) as {
    services: { whisper: Service & { image: string; profiles: string[] }; threadwise: Service }
    volumes: Record<string, unknown>
  }
  const { whisper, threadwise } = services
  expect(whisper.profiles).toEqual(['whisper'])
  expect(whisper.image).toMatch(/:[\w.-]*\d+\.\d+[\w.-]*$/)
  expect(whisper.ports).toBeUndefined()
  expect(threadwise.depends_on).not.toHaveProperty('whisper')
  expect(volumes).toHaveProperty(whisper.volumes?.[0]?.split(':')[0] ?? '')
  const docs = await readFile('docs/recordings.md', 'utf8')
  const [, address] = /^TRANSCRIPTION_BASE_URL=(.*)$/m.exec(docs) ?? []
  expect(new URL(address ?? '').hostname).toBe('whisper')
})
