// Chooses the Node that `npm start` runs: the machine's own if it is new enough, otherwise the one that npm installed, if its
// SHA-256 is the one in node-sums.json. npm's own Node runs this after each installation, so it keeps to what Node 20 knows.
import { createHash } from 'node:crypto'
import { existsSync, readFileSync, rmSync } from 'node:fs'
import { dirname, join, sep } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = join(dirname(fileURLToPath(import.meta.url)), '..')
const modules = join(root, 'node_modules')
const { oldest, binaries } = JSON.parse(readFileSync(join(root, 'scripts', 'node-sums.json'), 'utf8'))
const isOwn = !process.execPath.startsWith(modules + sep)
const isNew = Number(process.versions.node.split('.')[0]) >= oldest

if (isOwn && isNew) {
  // npm puts this folder before the machine's own PATH.
  removeCommand()
} else {
  const problem = checkPackaged(binaries[`${process.platform}-${process.arch}`])
  if (problem !== undefined) {
    removeCommand()
    process.stderr.write(`Threadwise needs Node ${oldest} or newer. ${problem}\n`)
    process.exitCode = 1
  }
}

/** Returns what is wrong with the packaged Node, or undefined. Where there is none, installing goes on: another may be put there. */
function checkPackaged(binary) {
  const folder = binary && join(modules, binary.package)
  if (folder === undefined || !existsSync(folder)) {
    process.stderr.write(
      `Threadwise needs Node ${oldest} or newer, and none is packaged for this machine: install it.\n`,
    )
    return undefined
  }
  const { version } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'))
  if (version !== binary.version) return `The packaged one is ${version}; its sum is not known. Install Node yourself.`
  const sum = createHash('sha256')
    .update(readFileSync(join(folder, binary.file)))
    .digest('hex')
  if (sum !== binary.sha256)
    return `The packaged one is not what was published (SHA-256 ${sum}). Install Node yourself.`
  return undefined
}

function removeCommand() {
  for (const name of ['node', 'node.cmd', 'node.ps1']) rmSync(join(modules, '.bin', name), { force: true })
}
