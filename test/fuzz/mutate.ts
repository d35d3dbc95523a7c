import type { Random } from '../random.ts'

type Json = null | boolean | number | string | Json[] | { [key: string]: Json }

/** Runs of a fuzzer: a fixed number from fixed seeds in the suite, many from a new seed by `npm run fuzz`. */
export const fuzzing = {
  seed: process.env.FUZZ_SEED === undefined ? 1 : Number(process.env.FUZZ_SEED),
  runs: (usual: number) => Math.round(usual * Number(process.env.FUZZ_TIMES ?? 1)),
}

/** Values that break what takes a field for granted. */
const surprises: readonly (() => Json)[] = [
  () => null,
  () => '',
  () => 0,
  () => -1,
  () => 1e308,
  () => true,
  () => [],
  () => ({}),
  () => [null, [], {}, 0, ''],
  () => [[[[]]]],
  () => nest(500),
  () => 'x'.repeat(50_000),
  () => '\n'.repeat(20_000),
  () => '<'.repeat(20_000),
  () => '[a]('.repeat(5_000),
  () => '> '.repeat(5_000),
  () => '\ud800',
  () => 'nul\0nul',
  () => '\u202etxt.exe',
  () => '<!channel> <!here> <!subteam^S1|@all>',
  () => '<@U0NOBODY> <#C0NOWHERE|secret>',
  () => '{"__proto__":{"polluted":true}}',
  () => ({ ['__proto__']: { polluted: true }, constructor: { prototype: { polluted: true } } }),
  () => '9999999999.999999',
  () => '-1.5',
  () => 'C0NOWHERE',
  () => 'U0NOBODY',
]

function nest(depth: number): Json {
  let value: Json = 'deep'
  for (let level = 0; level < depth; level += 1) value = level % 2 === 0 ? [value] : { text: value }
  return value
}

/** Returns a copy in which up to `changes` fields are missing, exchanged, repeated, or hold what nobody expects. */
export function mutateJson(given: unknown, random: Random, changes: number): unknown {
  const value = structuredClone(given) as Json
  for (let change = 0; change < changes; change += 1) {
    const fields = fieldsOf(value)
    const field = random.of(fields)
    if (field === undefined) return value
    const other = random.of(fields)
    const { holder, key } = field
    const kind = random.upTo(10)
    if (kind < 2) delete (holder as Record<string, Json>)[key]
    else if (kind < 3 && other !== undefined) setField(field, structuredClone(readField(other)))
    else if (kind < 4) setField(field, Array(200).fill(readField(field)))
    else setField(field, (random.of(surprises) as () => Json)())
    // What has grown too large is no request that Slack would send.
    if (JSON.stringify(value).length > 500_000) return structuredClone(given)
  }
  return value
}

interface Field {
  holder: { [key: string]: Json } | Json[]
  key: string
}

const readField = ({ holder, key }: Field): Json => (holder as Record<string, Json>)[key] ?? null

function setField({ holder, key }: Field, value: Json): void {
  Object.defineProperty(holder, key, { value, writable: true, enumerable: true, configurable: true })
}

function fieldsOf(value: Json): Field[] {
  const found: Field[] = []
  const waiting: Json[] = [value]
  while (waiting.length > 0 && found.length < 5_000) {
    const holder = waiting.pop()
    if (holder === null || typeof holder !== 'object') continue
    for (const key of Object.keys(holder)) {
      found.push({ holder: holder as Field['holder'], key })
      waiting.push((holder as Record<string, Json>)[key] ?? null)
    }
  }
  return found
}

/** Returns a copy in which bytes are flipped, cut out, repeated or exchanged for others of the text. */
export function mutateBytes(given: Uint8Array, random: Random, changes: number): Uint8Array<ArrayBuffer> {
  let bytes = Buffer.from(given)
  const at = () => Math.floor(random.upTo(bytes.length))
  for (let change = 0; change < changes && bytes.length > 0; change += 1) {
    const from = at()
    const piece = bytes.subarray(from, from + Math.ceil(random.upTo(64)))
    const kind = random.upTo(6)
    if (kind < 2) bytes[from] = Math.floor(random.upTo(256))
    else if (kind < 3) bytes = Buffer.concat([bytes.subarray(0, from), bytes.subarray(from + piece.length)])
    else if (kind < 4) bytes = Buffer.concat([bytes.subarray(0, from), piece, piece, bytes.subarray(from)])
    else if (kind < 5) bytes = Buffer.from(bytes.subarray(0, from))
    else {
      const to = at()
      bytes = Buffer.concat([bytes.subarray(0, to), piece, bytes.subarray(to)])
    }
  }
  return new Uint8Array(bytes)
}
