import { readdir, readFile, readlink } from 'node:fs/promises'

/** Lists the addresses at which a process listens, as `127.0.0.1:3000`. Linux only. */
export async function readListening(pid: number): Promise<string[]> {
  const names = await readdir(`/proc/${pid}/fd`)
  const links = await Promise.all(names.map(name => readlink(`/proc/${pid}/fd/${name}`).catch(() => '')))
  const inodes = new Set(links.flatMap(link => /^socket:\[(\d+)\]$/.exec(link)?.[1] ?? []))
  const tables = await Promise.all(['tcp', 'tcp6'].map(name => readFile(`/proc/${pid}/net/${name}`, 'utf8')))
  const rows = tables.flatMap(table => table.split('\n').map(line => line.trim().split(/\s+/)))
  const listening = rows.filter(([, , , state, , , , , , inode]) => state === '0A' && inodes.has(inode ?? ''))
  return listening.map(([, address = '']) => formatAddress(address)).toSorted()
}

/** Formats the kernel's little-endian hexadecimal address; one of IPv6 stays hexadecimal. */
function formatAddress(address: string): string {
  const [host = '', port = ''] = address.split(':')
  const bytes = host.length === 8 ? (host.match(/../g) ?? []).reverse().map(byte => Number.parseInt(byte, 16)) : [host]
  return `${bytes.join('.')}:${Number.parseInt(port, 16)}`
}
