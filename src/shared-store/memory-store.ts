import type { Clock } from '../chat/clock.js'
import type { CountWindow, KeptValue, SharedStore, WindowCount } from './shared-store.js'
import { WindowCounters } from './window-counters.js'

/** A value or a list, until its time is over. */
interface Kept<T> {
  readonly content: T
  readonly expiresAt: number
  readonly cancel: () => void
}

/** The shared store of a process that shares with nobody. */
export class MemorySharedStore implements SharedStore {
  readonly #clock: Clock
  readonly #values = new Map<string, Kept<Buffer>>()
  readonly #lists = new Map<string, Kept<Set<string>>>()
  readonly #counters = new Map<string, WindowCounters>()
  readonly #listeners = new Map<string, Set<(message: string) => void>>()

  constructor(clock: Clock) {
    this.#clock = clock
  }

  async set(key: string, value: string | Buffer, ttlMs: number, only?: 'new' | 'kept'): Promise<boolean> {
    const isKept = this.#living(this.#values, key) !== null
    if (only !== undefined && isKept !== (only === 'kept')) return false
    this.#keep(this.#values, key, Buffer.from(value), ttlMs)
    return true
  }

  async get(key: string): Promise<KeptValue | null> {
    return this.#read(key)
  }

  async take(key: string): Promise<KeptValue | null> {
    const kept = this.#read(key)
    this.#drop(this.#values, key)
    return kept
  }

  async prolong(key: string, ttlMs: number): Promise<boolean> {
    const [value, list] = [this.#living(this.#values, key), this.#living(this.#lists, key)]
    if (value) this.#keep(this.#values, key, value.content, ttlMs)
    if (list) this.#keep(this.#lists, key, list.content, ttlMs)
    return value !== null || list !== null
  }

  async delete(key: string): Promise<boolean> {
    const isKept = this.#living(this.#values, key) !== null || this.#living(this.#lists, key) !== null
    this.#drop(this.#values, key)
    this.#drop(this.#lists, key)
    return isKept
  }

  async addToList(key: string, member: string, ttlMs: number, most: number): Promise<readonly string[]> {
    const members = this.#living(this.#lists, key)?.content ?? new Set<string>()
    members.delete(member)
    members.add(member)
    const gone = [...members].slice(0, Math.max(0, members.size - most))
    for (const each of gone) members.delete(each)
    this.#keep(this.#lists, key, members, ttlMs)
    return gone
  }

  async readList(key: string): Promise<readonly string[]> {
    return [...(this.#living(this.#lists, key)?.content ?? [])]
  }

  async removeFromList(key: string, member: string): Promise<boolean> {
    const members = this.#living(this.#lists, key)?.content
    const wasListed = members?.delete(member) ?? false
    if (members?.size === 0) this.#drop(this.#lists, key)
    return wasListed
  }

  count(window: CountWindow, key: string, mostWaitMs: number): WindowCount {
    return this.#countersOf(window).count(key, mostWaitMs)
  }

  uncount(window: CountWindow, key: string): void {
    this.#countersOf(window).uncount(key)
  }

  resetCount(window: CountWindow, key: string): void {
    this.#countersOf(window).reset(key)
  }

  async publish(channel: string, message: string): Promise<void> {
    for (const hear of this.#listeners.get(channel) ?? []) hear(message)
  }

  async subscribe(channel: string, hear: (message: string) => void): Promise<() => void> {
    const listeners = this.#listeners.get(channel) ?? new Set()
    this.#listeners.set(channel, listeners.add(hear))
    return () => {
      listeners.delete(hear)
      if (listeners.size === 0) this.#listeners.delete(channel)
    }
  }

  /** Nothing is ever lost within a process. */
  onMissed(): () => void {
    return () => {}
  }

  close(): void {
    for (const kept of [...this.#values.values(), ...this.#lists.values()]) kept.cancel()
    for (const counters of this.#counters.values()) counters.stop()
    this.#values.clear()
    this.#lists.clear()
    this.#counters.clear()
    this.#listeners.clear()
  }

  #countersOf(window: CountWindow): WindowCounters {
    const known = this.#counters.get(window.name)
    if (known) return known
    const counters = new WindowCounters(window, this.#clock)
    this.#counters.set(window.name, counters)
    return counters
  }

  #read(key: string): KeptValue | null {
    const kept = this.#living(this.#values, key)
    return kept && { value: Buffer.from(kept.content), remainsMs: kept.expiresAt - this.#clock.now() }
  }

  #living<T>(all: ReadonlyMap<string, Kept<T>>, key: string): Kept<T> | null {
    const kept = all.get(key)
    return kept && kept.expiresAt > this.#clock.now() ? kept : null
  }

  #keep<T>(all: Map<string, Kept<T>>, key: string, content: T, ttlMs: number): void {
    all.get(key)?.cancel()
    const cancel = this.#clock.after(ttlMs, () => void all.delete(key))
    all.set(key, { content, expiresAt: this.#clock.now() + ttlMs, cancel })
  }

  #drop<T>(all: Map<string, Kept<T>>, key: string): void {
    all.get(key)?.cancel()
    all.delete(key)
  }
}
