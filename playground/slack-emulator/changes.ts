import type { Change } from '../protocol.ts'

/** Hears every change; `to` is the only person who may see it, absent when everyone may. */
type ChangeListener = (change: Change, to?: string) => void

/** Tells the page, and whoever waits, that something in the workspace is different now. */
export interface Changes {
  emit(change: Change, to?: string): void
  /** Something changed that no page shows, a delivery for instance: those who wait look again. */
  touch(): void
  onChange(listener: ChangeListener): () => void
  onTouch(watcher: () => void): () => void
  /** Whether anybody would hear an `emit`: what is dear to work out need not be, otherwise. */
  isHeard(): boolean
}

/** A plain fan-out, in the order in which things happened. */
export function createChanges(): Changes {
  const listeners = new Set<ChangeListener>()
  const watchers = new Set<() => void>()
  const touch = () => {
    for (const watcher of watchers) watcher()
  }
  return {
    emit(change, to) {
      for (const listener of listeners) listener(change, to)
      touch()
    },
    touch,
    onChange(listener) {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
    onTouch(watcher) {
      watchers.add(watcher)
      return () => watchers.delete(watcher)
    },
    isHeard: () => listeners.size > 0,
  }
}
