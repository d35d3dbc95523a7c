/** Creates a function that computes a value once for each key, and forgets the one that was used least recently. */
export function createMemo<T>(limit: number): (key: string, compute: () => T) => T {
  const memory = new Map<string, T>()
  return (key, compute) => {
    const value = memory.get(key) ?? compute()
    memory.delete(key)
    memory.set(key, value)
    if (memory.size > limit) memory.delete(memory.keys().next().value ?? '')
    return value
  }
}
