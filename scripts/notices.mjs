// Prints the licences of all packages that run in the bot, as they ask for when copies are handed on: `npm run notices`.
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

// Whoever reads may stop at any line, as `head` does.
process.stdout.on('error', ({ code }) => process.exit(code === 'EPIPE' ? 0 : 1))

const { packages } = JSON.parse(readFileSync('package-lock.json', 'utf8'))
const isNotice = name => /^(licen[cs]e|notice|copying)/i.test(name)
const isInstalled = ([path, { dev }]) => path !== '' && dev !== true && existsSync(join(path, 'package.json'))

for (const [path, { version, license }] of Object.entries(packages).filter(isInstalled)) {
  const own = JSON.parse(readFileSync(join(path, 'package.json'), 'utf8'))
  const texts = readdirSync(path, { withFileTypes: true }).filter(file => file.isFile() && isNotice(file.name))
  const lines = texts.map(({ name }) => readFileSync(join(path, name), 'utf8').trim())
  const stated = [own.author?.name ?? own.author, own.repository?.url ?? own.repository].filter(Boolean).join(', ')
  const head = `${own.name} ${version} (${license ?? own.license ?? 'licence not stated'})`
  process.stdout.write(`${'-'.repeat(80)}\n${head}\n\n${lines.length > 0 ? lines.join('\n\n') : stated}\n\n`)
}
