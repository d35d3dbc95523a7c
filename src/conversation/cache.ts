import { LRUCache } from 'lru-cache'

/** A bounded memory that forgets what was used least recently. */
export interface Cache<V extends object> {
  get(key: string): V | undefined
  set(key: string, value: V): void
  delete(key: string): void
  /** The value, read from its source when it is not there; two callers at once cause one reading. A failure is thrown and not kept. */
  read(key: string): Promise<V>
  readonly count: number
  /** In whatever unit `sizeOf` measures. */
  readonly size: number
}

/** What a cache may hold, how large a value is, and where values come from. */
export interface CacheOptions<V> {
  maxSize: number
  sizeOf: (value: V) => number
  read: (key: string) => Promise<V>
  /** After this time a value is read again. Without it, never. */
  ttlMs?: number
}

/** Makes a cache that is bounded by the sizes of its values, not by their number. */
export function createCache<V extends object>(options: CacheOptions<V>): Cache<V> {
  const lru = new LRUCache<string, V>({
    maxSize: options.maxSize,
    sizeCalculation: value => Math.max(1, Math.ceil(options.sizeOf(value))),
    ...(options.ttlMs !== undefined && { ttl: options.ttlMs }),
    fetchMethod: key => options.read(key),
  })
  return {
    get: key => lru.get(key),
    set: (key, value) => void lru.set(key, value),
    delete: key => void lru.delete(key),
    async read(key) {
      const value = await lru.fetch(key)
      // `fetch` answers undefined only when the reading was aborted, which nobody here does; ask the source then.
      return value ?? options.read(key)
    },
    get count() {
      return lru.size
    },
    get size() {
      return lru.calculatedSize
    },
  }
}
