import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { expect, onTestFinished } from 'vitest'
import { storeFile } from '../src/store/open-sqlite-store.ts'
import type { Store } from '../src/store/store.ts'

/** Makes every write to the store in a folder fail, as a full disk would. Returns what undoes it. */
export function blockStore(store: Store, dataDir: string): () => Promise<void> {
  const other = new DatabaseSync(join(dataDir, storeFile))
  other.exec('begin exclusive')
  const close = () => {
    if (other.isOpen) other.close()
  }
  onTestFinished(close)
  return async () => {
    close()
    const isWritten = async () => {
      await store.settings.write('C0NONE', '{}')
      return store.isPersistent
    }
    await expect.poll(isWritten, { timeout: 30_000 }).toBe(true)
  }
}
