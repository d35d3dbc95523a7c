import { execFile } from 'node:child_process'
import { createHash } from 'node:crypto'
import { cp, lstat, mkdir, mkdtemp, readFile, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { delimiter, dirname, join } from 'node:path'
import { promisify } from 'node:util'
import { describe, expect, test } from 'vitest'
import { z } from 'zod'

const readText = (path: string) => readFile(path, 'utf8')
const binary = z.object({ package: z.string(), version: z.string(), file: z.string(), sha256: z.string().length(64) })
const sumsSchema = z.object({ oldest: z.number(), binaries: z.record(z.string(), binary) })
const manifestSchema = z.object({
  scripts: z.record(z.string(), z.string()),
  optionalDependencies: z.record(z.string(), z.string()),
})
const readSums = async () => sumsSchema.parse(JSON.parse(await readText('scripts/node-sums.json')))
const readManifest = async () => manifestSchema.parse(JSON.parse(await readText('package.json')))
const here = `${process.platform}-${process.arch}`

describe('the Node that npm start runs', () => {
  test('has a recorded sum for each package and version that the project names, none older than it needs', async () => {
    const { oldest, binaries } = await readSums()
    const recorded = Object.values(binaries).map(({ package: name, version }) => [name, version])
    expect(Object.fromEntries(recorded)).toEqual((await readManifest()).optionalDependencies)
    for (const [, version = ''] of recorded) expect(Number(version.split('.')[0])).toBeGreaterThanOrEqual(oldest)
    expect(oldest).toBe(24)
  })

  test('is chosen by npm’s own Node after each installation', async () => {
    expect((await readManifest()).scripts.postinstall).toMatch(/^"\$npm_node_execpath" scripts\/choose-node\.mjs/)
  })

  test('is the machine’s own where that is new enough', async () => {
    const place = await openPlace({ oldest: 20 })
    expect(await place.choose()).toMatchObject({ code: 0 })
    expect(await place.hasCommand()).toBe(false)
  })

  test('is the packaged one where the machine’s own is too old', async () => {
    const place = await openPlace({ oldest: 999 })
    expect(await place.choose()).toMatchObject({ code: 0, errors: '' })
    expect(await place.hasCommand()).toBe(true)
  })

  test.each([
    ['other bytes', { content: 'something else' }],
    ['another version', { version: '24.99.0' }],
  ])('is never a packaged one with %s: installing fails', async (_, changed) => {
    const place = await openPlace({ oldest: 999, ...changed })
    const { code, errors } = await place.choose()
    expect(code).toBe(1)
    expect(errors).toContain('Install Node yourself')
    expect(await place.hasCommand()).toBe(false)
  })

  test('is for the person to install where none is packaged', async () => {
    const place = await openPlace({ oldest: 999, platform: 'other-cpu' })
    const { code, errors } = await place.choose()
    expect(code).toBe(0)
    expect(errors).toContain('none is packaged for this machine')
  })
})

describe('installing', () => {
  test('warns of nothing, whichever Node npm itself runs on', async () => {
    const path = process.env.PATH?.split(delimiter).filter(folder => !folder.includes('node_modules'))
    const { errors } = await install(path ?? [], [])
    expect(errors).toBe('')
  })

  test('brings no package that refuses the Node that the bot runs on', async () => {
    const { code, errors } = await install([dirname(process.execPath), process.env.PATH ?? ''], ['--engine-strict'])
    expect({ code, errors }).toEqual({ code: 0, errors: '' })
  })
})

test('the image installs what the lock file names, and holds its bill of materials and the licences', async () => {
  const dockerfile = await readText('Dockerfile')
  expect(dockerfile).toContain('npm ci --omit=dev')
  expect(dockerfile).not.toContain('npm install')
  expect(dockerfile).toMatch(/npm sbom .*> sbom\.json/)
  expect(dockerfile).toMatch(/notices\.mjs > THIRD_PARTY_NOTICES\.txt/)
  expect(dockerfile.indexOf('COPY scripts')).toBeLessThan(dockerfile.indexOf('npm ci'))
})

test('the notices name every package that runs in the bot, with its licence', async () => {
  const { stdout } = await promisify(execFile)(process.execPath, ['scripts/notices.mjs'], { maxBuffer: 64_000_000 })
  const { dependencies } = z
    .object({ dependencies: z.record(z.string(), z.string()) })
    .parse(JSON.parse(await readText('package.json')))
  for (const [name, version] of Object.entries(dependencies)) expect(stdout).toContain(`\n${name} ${version} (`)
  expect(stdout).not.toContain('licence not stated')
  expect(stdout).not.toMatch(/^vitest /m)
})

/** Runs npm as it would install what the lock file names, but changes nothing and asks nobody. */
function install(path: string[], options: string[]) {
  const words = ['ci', '--dry-run', '--offline', '--ignore-scripts', ...options]
  const env = { PATH: path.join(delimiter), HOME: process.env.HOME }
  return new Promise<{ code: number; errors: string }>(done =>
    execFile('npm', words, { env }, (error, _, errors) => done({ code: Number(error?.code ?? 0), errors })),
  )
}

/** Lays out a project with a packaged Node of some bytes, for the script to choose in. */
async function openPlace({
  oldest,
  content = 'a binary',
  version = '24.1.0',
  platform = here,
}: {
  oldest: number
  content?: string
  version?: string
  platform?: string
}) {
  const root = await mkdtemp(join(tmpdir(), 'threadwise-'))
  const folder = join(root, 'node_modules', 'node-here')
  const command = join(root, 'node_modules', '.bin', 'node')
  await mkdir(join(folder, 'bin'), { recursive: true })
  await mkdir(join(root, 'node_modules', '.bin'))
  await mkdir(join(root, 'scripts'))
  await cp('scripts/choose-node.mjs', join(root, 'scripts', 'choose-node.mjs'))
  await writeFile(join(folder, 'package.json'), JSON.stringify({ version }))
  await writeFile(join(folder, 'bin', 'node'), content)
  await writeFile(command, content)
  const sha256 = createHash('sha256').update('a binary').digest('hex')
  const binaries = { [platform]: { package: 'node-here', version: '24.1.0', file: 'bin/node', sha256 } }
  await writeFile(join(root, 'scripts', 'node-sums.json'), JSON.stringify({ oldest, binaries }))
  return {
    choose: () =>
      new Promise<{ code: number; errors: string }>(done =>
        execFile(process.execPath, [join(root, 'scripts', 'choose-node.mjs')], (error, _, errors) =>
          done({ code: Number(error?.code ?? 0), errors }),
        ),
      ),
    hasCommand: () =>
      lstat(command).then(
        () => true,
        () => false,
      ),
  }
}
