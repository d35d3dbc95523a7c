import { LRUCache } from 'lru-cache'

/** A bounded memory that forgets what was used least recently. */
export interface Cache<V extends object> {
  get(key: string): V | undefined
  set(key: string, value: V): void
  delete(key: string): void
  clear(): void
  /**
   * The value, read from its source when it is not there; two callers at once cause one reading. A failure is thrown and
   * not kept. What is set, deleted or pushed out while a reading goes on does not fail the readers.
   */
  read(key: string): Promise<V>
  readonly count: number
  /** In whatever unit `sizeOf` measures. */
  readonly size: number
}

/** What a cache may hold, how large a value is, and where values come from. */
interface CacheOptions<V> {
  maxSize: number
  sizeOf: (value: V) => number
  read: (key: string) => Promise<V>
  /** After this time a value is read again, in the background: whoever asks is given the old one. Without it, never. */
  ttlMs?: number
}

/** Makes a cache that is bounded by the sizes of its values, not by their number. */
export function createCache<V extends object>(options: CacheOptions<V>): Cache<V> {
  const lru = new LRUCache<string, V>({
    maxSize: options.maxSize,
    sizeCalculation: value => Math.max(1, Math.ceil(options.sizeOf(value))),
    ...(options.ttlMs !== undefined && { ttl: options.ttlMs, allowStale: true }),
    fetchMethod: key => options.read(key),
    ignoreFetchAbort: true,
  })
  return {
    get: key => lru.get(key),
    set: (key, value) => void lru.set(key, value),
    delete: key => void lru.delete(key),
    clear: () => lru.clear(),
    // `fetch` has nothing to say of a reading whose place was taken meanwhile; the source has.
    read: async key => (await lru.fetch(key)) ?? options.read(key),
    get count() {
      return lru.size
    },
    get size() {
      return lru.calculatedSize
    },
  }
}

/** A bounded memory of keys, for a time. */
interface Seen {
  /** Remembers the key; false when it was remembered already. */
  add(key: string): boolean
  has(key: string): boolean
}

/** Makes a memory of the newest `most` keys, each kept for `ttlMs`. */
export function createSeen(most: number, ttlMs: number): Seen {
  const lru = new LRUCache<string, true>({ max: most, ttl: ttlMs })
  return {
    add(key) {
      if (lru.has(key)) return false
      lru.set(key, true)
      return true
    },
    has: key => lru.has(key),
  }
}
