import { LRUCache } from 'lru-cache'

/** A bounded cache that evicts the least recently used value. */
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
  /** In the unit of `sizeOf`. */
  readonly size: number
}

/** Options of a cache: its bound, the size of a value, and the source of values. */
interface CacheOptions<V> {
  maxSize: number
  sizeOf: (value: V) => number
  /** Without it, values are only set and got. */
  read?: (key: string) => Promise<V>
  /** A value older than this is reloaded in the background while callers get the stale one. Without it, values never expire. */
  ttlMs?: number
}

/** Creates a cache that is bounded by the total size of its values, not by their number. */
export function createCache<V extends object>(options: CacheOptions<V>): Cache<V> {
  const { read = () => Promise.reject(new Error('the cache has no source')) } = options
  const lru = new LRUCache<string, V>({
    maxSize: options.maxSize,
    sizeCalculation: value => Math.max(1, Math.ceil(options.sizeOf(value))),
    ...(options.ttlMs !== undefined && { ttl: options.ttlMs, allowStale: true }),
    fetchMethod: key => read(key),
    ignoreFetchAbort: true,
  })
  return {
    get: key => lru.get(key),
    set: (key, value) => void lru.set(key, value),
    delete: key => void lru.delete(key),
    clear: () => lru.clear(),
    // `fetch` has nothing to say of a reading whose place was taken meanwhile; the source has.
    read: async key => (await lru.fetch(key)) ?? read(key),
    get count() {
      return lru.size
    },
    get size() {
      return lru.calculatedSize
    },
  }
}

/** A bounded set of keys with a time to live. */
interface Seen {
  /** Adds the key. Returns false if it was there already. */
  add(key: string): boolean
  has(key: string): boolean
  delete(key: string): void
}

/** Creates a set of the newest `most` keys, each kept for `ttlMs`. */
export function createSeen(most: number, ttlMs: number): Seen {
  // Bounded by size: with `max`, the library would reserve the memory of all keys at once.
  const lru = new LRUCache<string, true>({ maxSize: most, sizeCalculation: () => 1, ttl: ttlMs })
  return {
    add(key) {
      if (lru.has(key)) return false
      lru.set(key, true)
      return true
    },
    has: key => lru.has(key),
    delete: key => void lru.delete(key),
  }
}
